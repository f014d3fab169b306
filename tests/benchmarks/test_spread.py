"""Medians, their intervals and ratios, and the examples in docstrings."""

import doctest
import math

import numpy as np
import pytest
from benchmarks.spread import FEWEST, Spread, rank, ratios

from benchmarks import growth, machine, profile, spread, startup, targets, work


@pytest.mark.parametrize("count", range(FEWEST, 40))
def test_the_interval_holds_the_median_as_often_as_it_says(count: int):
    """The confidence, counted over all the ways in which values can lie below or above the true median."""
    k = rank(count)
    outside = 2 * sum(math.comb(count, below) for below in range(k)) / 2**count
    assert outside <= 0.05
    assert k == count // 2 or outside + 2 * math.comb(count, k) / 2**count > 0.05  # and not wider than need be


def test_ratios_are_taken_round_by_round():
    """A machine that becomes ten times slower between rounds changes no ratio."""
    slow = np.array([1.0, 10.0, 1.0, 10.0, 1.0, 10.0, 1.0])
    spread = Spread.of(ratios(list(3 * slow), list(slow)))
    assert (spread.median, spread.low, spread.high, spread.width) == (3.0, 3.0, 3.0, 0.0)


def test_one_slow_round_of_nine_is_forgiven_but_not_of_seven():
    assert not Spread.of([1.0] * 8 + [5.0]).is_too_wide
    assert Spread.of([1.0] * 6 + [5.0]).is_too_wide


@pytest.mark.parametrize(
    "module", [growth, machine, profile, spread, startup, targets, work], ids=lambda module: module.__name__
)
def test_the_examples_in_docstrings(module):
    """The doctests of benchmarks run here: pytest doesn't collect the folder, since contenders need extra packages."""
    failed, attempted = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert attempted > 0
    assert failed == 0
