"""Words that the sentences of several chapters share."""

from typing import Any

from chainrule.lab.sentences import listed, percent

Row = dict[str, Any]


def works(row: Row) -> bool:
    """Whether at least half of a setting's starts succeed.

    >>> works({"succeeded": 4, "starts": 8}), works({"succeeded": 3, "starts": 8})
    (True, False)
    """
    return bool(2 * row["succeeded"] >= row["starts"])


def loss(value: float | None) -> str:
    """A loss in three digits.

    >>> loss(0.000123456), loss(0.25), loss(None)
    ('0.000123', '0.25', 'none (all diverged)')
    """
    return "none (all diverged)" if value is None else f"{value:.3g}"


def starts(k: int, n: int) -> str:
    """How many of the starts.

    >>> starts(0, 8), starts(3, 8), starts(8, 8)
    ('none of the 8 starts', '3 of the 8 starts', 'all 8 starts')
    """
    return f"all {n} starts" if k == n else f"{k or 'none'} of the {n} starts"


def labels(rows: list[Row]) -> str:
    """The labels of some rows, in a row."""
    return listed([row["label"] for row in rows])


def accuracy(row: Row) -> str:
    """The median accuracy on the test points."""
    return "no answers" if row["accuracy"] is None else percent(row["accuracy"])


def ranked(row: Row) -> tuple[Any, ...]:
    """Sorts the better setting first: by how many succeed, how soon, and how small the loss is."""
    late, lost = row["reached"], row["median"]
    return (-row["succeeded"], float("inf") if late is None else late, float("inf") if lost is None else lost)
