"""The better setting of a comparison: one order for the whole page, in which settings that did alike are ties."""

from collections.abc import Callable, Sequence
from typing import Any

from chainrule.lab.figures.numbers import significant

Row = dict[str, Any]
"""The numbers of one setting."""

Rank = Callable[[Row], tuple[float, ...]]
"""A key that sorts the better setting first. Its first number is 0 for a setting that achieves nothing."""

DIGITS = 3
"""Losses that agree to so many significant digits are equal: the page writes no more."""


def works(row: Row) -> bool:
    """Whether at least half of a setting's starts succeed.

    >>> works({"succeeded": 4, "starts": 8}), works({"succeeded": 3, "starts": 8})
    (True, False)
    """
    return bool(2 * row["succeeded"] >= row["starts"])


def by_success(row: Row) -> tuple[float, ...]:
    """Sorts by how many starts succeed, then by how soon half of those do, then by the median loss."""
    late, lost = (float("inf") if row[name] is None else row[name] for name in ("reached", "median"))
    return (-row["succeeded"], late, significant(lost, DIGITS))


def by_accuracy(row: Row) -> tuple[float, ...]:
    """Sorts by the accuracy on what was held out, as the page writes it: in tenths of a percent."""
    return (-round(row["accuracy"] or 0.0, 3),)


def best_and_worst(rows: Sequence[Row], rank: Rank = by_success) -> dict[str, list[Row]]:
    """The best settings and the worst, each with its ties; no best where none achieves anything.

    Where all settings are equal, all are best and none is worst.

    >>> row = {"label": "1", "succeeded": 8, "starts": 8, "reached": 50.0, "median": 0.001}
    >>> found = best_and_worst([row | {"label": "0.1", "succeeded": 0, "reached": None}, row, row | {"label": "2"}])
    >>> [[each["label"] for each in found[end]] for end in ("best", "worst")]
    [['1', '2'], ['0.1']]
    """
    ranks = [rank(row) for row in rows]
    first, last = min(ranks), max(ranks)

    def ranked(wanted: tuple[float, ...]) -> list[Row]:
        return [row for row, each in zip(rows, ranks, strict=True) if each == wanted]

    return {"best": ranked(first) if first[0] else [], "worst": ranked(last) if last != first else []}
