"""Fuse neighbouring elementwise nodes into one, so that they are carried out together, a tile of numbers at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chainrule.core.arrays import Shape
from chainrule.core.engine.nodes import Elementwise, Instruction, Key, Node, View

MOST_INSTRUCTIONS = 32
"""Instructions fused at most: a pool of 2 x 2 has 21 on its way back."""

MOST_OPERANDS = 48
"""Arrays that an operation takes; an instruction adds three at most."""


def fused(nodes: Iterable[Node]) -> list[Node]:
    """The nodes of a row, with neighbours fused where the order of their numbers doesn't matter."""
    found: list[Node] = []
    group: Group | None = None
    for node in nodes:
        if not isinstance(node, Elementwise):
            group = None
            found.append(node)
            continue
        new = node.instructions[0]
        kind = index_space(new), real_type(new)
        if group is None or group.kind != kind or not group.takes(new):
            group = Group(kind)
            found.append(Elementwise(group.instructions, group.reads, group.results.values()))
        group.add(new)
    return found


@dataclass(eq=False, slots=True)
class Group:
    """Instructions of a kind, an index space and a type, that are fused.

    reads: what is read before it is written.  operands, results: each place that is touched, or written, by its key.
    """

    kind: tuple[Shape, str]
    instructions: list[Instruction] = field(default_factory=list)
    reads: list[View] = field(default_factory=list)
    operands: dict[Key, View] = field(default_factory=dict)
    results: dict[Key, View] = field(default_factory=dict)

    def add(self, new: Instruction) -> None:
        """Take an instruction in."""
        self.instructions.append(new)
        for view in new.inputs:
            if view.key not in self.results:
                self.reads.append(view)
                self.operands[view.key] = view
        self.results[new.out.key] = self.operands[new.out.key] = new.out

    def takes(self, new: Instruction) -> bool:
        """Whether an instruction of the kind may join: no place may be reached in two ways.

        Where views overlap without being equal, a tile of one would meet numbers that another tile reads or writes.
        """
        if len(self.instructions) >= MOST_INSTRUCTIONS or len(self.operands) + 3 > MOST_OPERANDS:
            return False
        if new.out.key not in self.results and is_reached_otherwise(new.out, self.operands.values()):
            return False
        for view in new.inputs:
            if view.key not in self.operands and is_reached_otherwise(view, self.results.values()):
                return False
        return True


def is_reached_otherwise(view: View, others: Iterable[View]) -> bool:
    """Whether one of other views shares memory with a view, but isn't of the same numbers."""
    return any(each.block == view.block and each.key != view.key and each.meets(view) for each in others)


def index_space(instruction: Instruction) -> Shape:
    """The shape that an instruction walks, without leading ones."""
    shape = instruction.out.array.shape
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape


def real_type(instruction: Instruction) -> str:
    """The type of an instruction's floating-point numbers."""
    out, first = instruction.out, instruction.inputs[0]
    return first.type if out.type == "?" else out.type
