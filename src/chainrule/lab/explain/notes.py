"""Words with names of numbers in them, which each notation writes in its own way."""

from dataclasses import dataclass

from chainrule.lab.explain.algebra.symbols import Symbol


@dataclass(frozen=True)
class Formula:
    """A formula in running text: names, and signs and numbers as strings.

    >>> slope = Formula((Symbol("z", 1, (2,)), ">", "0"))
    """

    parts: tuple[Symbol | str, ...]


Words = tuple[str | Formula, ...]
"""A sentence or a part of one."""


def formula(*parts: Symbol | str) -> Formula:
    """Names and signs, one after the other."""
    return Formula(parts)


def sentences(*each: Words) -> Words:
    """Sentences with a space between; those without words are left out."""
    found: list[str | Formula] = []
    for words in each:
        if words:
            found += [" ", *words] if found else words
    return tuple(found)
