"""Notes: sentences with names of numbers in them, which each notation writes in its own way."""

from dataclasses import dataclass

from chainrule.lab.explain.algebra.symbols import Symbol


@dataclass(frozen=True)
class Formula:
    """A formula in running text: names, and signs and numbers as strings.

    >>> slope = Formula((Symbol("z", 1, (2,)), ">", "0"))
    """

    parts: tuple[Symbol | str, ...]


Note = tuple[str | Formula, ...]
"""A sentence, or several."""


def formula(*parts: Symbol | str) -> Formula:
    """Names and signs, one after the other."""
    return Formula(parts)


def sentences(*each: Note) -> Note:
    """Notes with a space between; empty ones are left out."""
    found: list[str | Formula] = []
    for note in each:
        if note:
            found += [" ", *note] if found else note
    return tuple(found)
