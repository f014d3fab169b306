"""Words that the sentences of several chapters share."""

from typing import Any

from chainrule.lab.report.sentences import listed, percent

Row = dict[str, Any]


def works(row: Row) -> bool:
    """Whether at least half of a setting's starts succeed.

    >>> works({"succeeded": 4, "starts": 8}), works({"succeeded": 3, "starts": 8})
    (True, False)
    """
    return bool(2 * row["succeeded"] >= row["starts"])


def loss(value: float | None) -> str:
    """A loss in three digits, a tiny one in two.

    >>> loss(0.00123456), loss(0.25), loss(3.82e-08), loss(None)
    ('0.00123', '0.25', '3.8e−8', 'none (all diverged)')
    """
    if value is None:
        return "none (all diverged)"
    if value == 0 or value >= 1e-4:
        return f"{value:.3g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e−{-int(exponent)}"


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


def best_and_worst(rows: list[Row]) -> list[tuple[str, str]]:
    """What a comparison's best setting and its worst come to: the label, and how many starts succeed.

    >>> row = {"label": "1", "succeeded": 8, "starts": 8, "reached": 50.0, "median": 0.001}
    >>> best_and_worst([row, row | {"label": "0.1", "succeeded": 0, "reached": None}])
    [('1', '8 of 8'), ('0.1', '0 of 8')]
    """
    ordered = sorted(rows, key=ranked)
    return [(row["label"], f"{row['succeeded']} of {row['starts']}") for row in (ordered[0], ordered[-1])]


def best_of_images(rows: list[Row]) -> str:
    """Which setting answers most of the images held out rightly, and which least; by accuracy, then by the loss.

    >>> some = [{"label": name, "accuracy": a, "median": 0.01} for name, a in (("maximum", 0.98), ("stride", 0.96))]
    >>> best_of_images(some)
    'Most of the images held out are answered rightly with maximum (98 %, the median of the starts; its final training \
loss 0.01), fewest with stride (96 %; 0.01).'
    """
    ordered = sorted(rows, key=lambda row: (-(row["accuracy"] or 0.0), row["median"] or 0.0))
    first, last = ordered[0], ordered[-1]
    if first["accuracy"] == last["accuracy"]:
        return f"All settings answer the same share of the images held out rightly: {accuracy(first)}."
    return (
        f"Most of the images held out are answered rightly with {first['label']} ({accuracy(first)}, the median of the "
        f"starts; its final training loss {loss(first['median'])}), fewest with {last['label']} ({accuracy(last)}; "
        f"{loss(last['median'])})."
    )
