"""An elementwise node as the tile machine's instructions: what isn't stored stays in registers.

Every result that isn't stored is a value of its own, so that a copy of it is the value itself. A bool that isn't stored
is a number, 0 or 1. Values share registers as soon as the one before is no longer read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.core.arrays import Array
from chainrule.core.engine.nodes import Elementwise, Key, View
from chainrule.core.engine.row import COMPARISONS, INSTRUCTIONS

Source = int | Key
"""A number: the instruction that computes a value. A key: an array in memory."""


@dataclass(eq=False)
class Instructions:
    """The instructions of a node, each with its result and its operands, all of them sources.

    stored: the keys of what is written to memory.
    """

    stored: set[Key]
    lines: list[tuple[str, Source, list[Source]]] = field(default_factory=list)
    operands: dict[Key, Array] = field(default_factory=dict)
    _now: dict[Key, Source] = field(default_factory=dict)

    def add(self, name: str, out: View, inputs: Sequence[View]) -> None:
        """Append an instruction, or remember that its result is there already."""
        sources: list[Source] = []
        for view in inputs:
            key = view.key
            source = self._now.get(key)
            if source is None:
                source = self._now[key] = key
                self.operands[key] = view.array
            sources.append(source)
        in_register = type(sources[0]) is int
        if name == "from_bool" and in_register:
            name = "copy"
        if out.key in self.stored:
            self.operands[out.key] = out.array  # what was read there may be a view that is read-only
            self._now[out.key] = out.key
            self.lines.append((name, out.key, sources))
        elif name == "copy" and in_register:
            self._now[out.key] = sources[0]
        else:
            value = self._now[out.key] = len(self.lines)
            self.lines.append((f"is_{name}" if name in COMPARISONS else name, value, sources))

    def settings(self) -> tuple[int, ...]:
        """The instructions in numbers: how many registers, then four per instruction."""
        last_read = {source: i for i, (_, _, sources) in enumerate(self.lines) for source in sources}
        place: dict[Source, int] = {key: i for i, key in enumerate(self.operands)}
        free: list[int] = []
        n_registers = 0
        numbers: list[int] = []
        for i, (name, out, sources) in enumerate(self.lines):
            x, y = place[sources[0]], place[sources[-1]]
            free += {place[each] for each in sources if type(each) is int and last_read[each] == i}
            if type(out) is int:
                if not free:
                    free.append(len(self.operands) + n_registers)
                    n_registers += 1
                place[out] = free.pop()
            numbers += [INSTRUCTIONS[name], place[out], x, y]
        return n_registers, *numbers


def instruct(group: Elementwise, stored: set[Key]) -> tuple[str, tuple[Array, ...], tuple[int, ...]]:
    """The record of an elementwise node, of which the places in `stored` are written to memory."""
    instructions = Instructions(stored)
    for each in group.instructions:
        instructions.add(each.name, each.out, each.inputs)
    operands = tuple(instructions.operands.values())
    if all(each.dtype.char == "?" for each in operands):  # the extension tells the type of the numbers by its operands
        return instruct(group, {view.key for view in group.writes})
    return "elementwise", operands, instructions.settings()
