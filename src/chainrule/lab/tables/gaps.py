"""Gaps: how a cell without a value is written, and numbers that look like one."""

import numpy as np

from chainrule.core.arrays import Array

GAPS = ("", "?", "NA", "na", "N/A", "n/a", "#N/A", "<NA>", "NULL", "Null", "null", "NaN", "nan", "NAN", "-nan", "NaT")
"""The usual ways to write that there is no value, in any column."""

GAPS_AMONG_NUMBERS = ("None", "none", "-", "--", ".")
"""Gaps in a column of numbers or dates; among text they may be names."""

SENTINELS = frozenset(
    sign * float(digits)
    for sign in (1, -1)
    for digits in "99 999 9999 99999 999999 9999999 99.9 999.9 9999.9 99.99 999.99 888 8888 777 7777".split()  # noqa: SIM905
)
"""Numbers that stand for a gap in many files."""

FEWEST = 5
"""The other numbers of a column that it takes to call one far from the rest."""


def sentinel(values: Array) -> float | None:
    """A number in a column (n,) that looks like a gap: a usual one, farther from the rest than twice their range.

    >>> sentinel(np.array([20.5, 21.0, -9999.0, 22.5, 23.0, 21.5])), sentinel(np.array([0.0, 1, 2, 3, 4, 99]))
    (-9999.0, 99.0)
    >>> sentinel(np.array([20.0, 40, 60, 80, 90, 99]))
    """
    if len(values) <= FEWEST:
        return None
    for end, at_end in ((np.fmin.reduce(values), np.less_equal), (np.fmax.reduce(values), np.greater_equal)):
        if float(end) not in SENTINELS:
            continue
        rest = values[np.isfinite(values) & ~at_end(values, end)]
        if len(rest) < FEWEST or len(rest) < len(values) / 2:
            continue
        low, high = float(rest.min()), float(rest.max())
        distance = low - end if end < low else end - high
        if distance > 2 * max(high - low, 1.0):
            return float(end)
    return None
