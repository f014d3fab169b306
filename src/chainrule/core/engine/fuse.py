"""Fuse neighbouring elementwise nodes into one, so that they are carried out together, a tile of numbers at a time."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.core.arrays import Shape
from chainrule.core.engine.nodes import Elementwise, Instruction, Node

MOST_INSTRUCTIONS = 32
"""Instructions fused at most: a pool of 2 x 2 has 21 on its way back."""

MOST_OPERANDS = 48
"""Arrays that an operation takes."""


def fused(nodes: Iterable[Node]) -> list[Node]:
    """The same nodes, with neighbours fused where the order of their numbers doesn't matter."""
    found: list[Node] = []
    for node in nodes:
        last = found[-1] if found else None
        if isinstance(node, Elementwise) and isinstance(last, Elementwise) and fits(last, node.instructions[0]):
            found[-1] = Elementwise([*last.instructions, *node.instructions])
        else:
            found.append(node)
    return found


def fits(group: Elementwise, new: Instruction) -> bool:
    """Whether an instruction may join: one index space, one type, and no place that another one reaches in another way.

    Where views overlap without being equal, a tile of one would meet numbers that another tile reads or writes.
    """
    first = group.instructions[0]
    if index_space(new) != index_space(first) or real_type(new) != real_type(first):
        return False
    if len(group.instructions) >= MOST_INSTRUCTIONS:
        return False
    if 3 * len(group.instructions) >= MOST_OPERANDS and count_operands([*group.instructions, new]) > MOST_OPERANDS:
        return False
    for old in group.instructions:
        for view in (old.out, *old.inputs):
            if view.key != new.out.key and view.meets(new.out):
                return False
        for view in new.inputs:
            if view.key != old.out.key and view.meets(old.out):
                return False
    return True


def count_operands(instructions: Iterable[Instruction]) -> int:
    """The places that instructions read or write, at most three each."""
    return len({view.key for each in instructions for view in (each.out, *each.inputs)})


def index_space(instruction: Instruction) -> Shape:
    """The shape that an instruction walks, without leading ones."""
    shape = instruction.out.array.shape
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape


def real_type(instruction: Instruction) -> str:
    """The type of an instruction's floating-point numbers."""
    views = (instruction.out, *instruction.inputs)
    return next(view.array.dtype.char for view in views if view.array.dtype != bool)
