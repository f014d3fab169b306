"""Fuse neighbouring elementwise nodes into one, so that they are carried out together, a tile of numbers at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chainrule.core.arrays import Shape
from chainrule.core.engine.nodes import Elementwise, Instruction, Key, Node, View

MOST_INSTRUCTIONS = 32
"""Instructions fused at most: a pool of 2 x 2 has 21 on its way back."""

MOST_OPERANDS = 48
"""Arrays that an operation takes."""


def fused(nodes: Iterable[Node]) -> list[Node]:
    """The nodes of a row, with neighbours fused where the order of their numbers doesn't matter."""
    found: list[Node] = []
    group: Group | None = None
    for node in nodes:
        if not isinstance(node, Elementwise):
            group = None
            found.append(node)
            continue
        (new,) = node.instructions
        if group is None or not group.takes(new):
            group = Group(index_space(new), real_type(new))
            found.append(Elementwise(group.instructions))
        group.add(new)
    return found


@dataclass(eq=False, slots=True)
class Group:
    """Instructions of one index space and one type that are fused, and by its key each place that they touch."""

    space: Shape
    type: str
    instructions: list[Instruction] = field(default_factory=list)
    operands: dict[Key, View] = field(default_factory=dict)
    results: dict[Key, View] = field(default_factory=dict)

    def add(self, new: Instruction) -> None:
        """Take an instruction in."""
        self.instructions.append(new)
        self.operands.update((view.key, view) for view in (new.out, *new.inputs))
        self.results[new.out.key] = new.out

    def takes(self, new: Instruction) -> bool:
        """Whether an instruction may join: one index space, one type, and no place that is reached in two ways.

        Where views overlap without being equal, a tile of one would meet numbers that another tile reads or writes.
        """
        if index_space(new) != self.space or real_type(new) != self.type:
            return False
        if len(self.instructions) >= MOST_INSTRUCTIONS:
            return False
        if len(self.operands.keys() | {view.key for view in (new.out, *new.inputs)}) > MOST_OPERANDS:
            return False
        for view in self.operands.values():
            if view.key is not new.out.key and view.meets(new.out):
                return False
        for view in new.inputs:
            for out in self.results.values():
                if view.key is not out.key and view.meets(out):
                    return False
        return True


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
