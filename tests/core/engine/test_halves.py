"""Operations of many numbers that are done as two halves, on threads, have the numbers of the whole."""

import numpy as np
import pytest

from chainrule.core.calls import Calls, SideBySide, arithmetic, call, take
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.halves import MANY, halved, in_halves
from chainrule.core.engine.program import Program, in_turn, lowered

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

N = MANY + 3
RNG = np.random.default_rng(0)


MEMBERS = 4
"""Of the population whose members are in two halves."""


def row(n: int) -> tuple[Calls, list[np.ndarray]]:
    """Two workers; their sum, a step by it, members of a population, gathered samples; and what the row writes."""
    theta, rate, total = RNG.normal(size=n), np.array(0.1), np.empty(n)
    parts = [RNG.normal(size=n) for _ in range(2)]
    members, rates = RNG.normal(size=(MEMBERS, n)), RNG.normal(size=(MEMBERS, 1))
    samples, order, taken = RNG.normal(size=(n, 3)), RNG.permutation(n), np.empty((n, 3))
    workers = SideBySide([lowered(call(np.negative, each, out=each)) for each in parts], lambda calls: None)
    calls = Calls(
        workers,
        call(np.add, *parts, out=total),
        call(np.multiply, total, rate, out=total),
        call(np.subtract, theta, total, out=theta),
        call(np.multiply, members, rates, out=members),
        call(take, samples, order, axis=0, out=taken, mode="clip"),
    )
    return calls, [theta, total, *parts, members, taken]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_halves_have_the_numbers_of_the_whole(threads):
    calls, written = row(N)
    whole = lowered(calls, written, threads=threads)
    assert isinstance(whole, Program)
    before = [each.copy() for each in written]
    with arithmetic():
        whole.run(5)
    expected = [each.copy() for each in written]
    for each, copy in zip(written, before, strict=True):
        each[...] = copy
    assert sum(each[0] == "section" for each in in_halves(whole.records)) == len(whole.records)
    assert in_turn(whole)(5) == 5
    for each, one in zip(written, expected, strict=True):
        np.testing.assert_array_equal(each, one)


def test_what_is_small_or_has_no_sections_beside_it_is_left_whole():
    for n in (MANY - 1, N):
        calls, written = row(n)
        records = lowered(calls, written).records
        without_sections = records[1:]
        assert in_halves(without_sections) == without_sections
        assert n >= MANY or in_halves(records)[1] is records[1]


def test_halves_that_would_meet_are_left_whole():
    x = RNG.normal(size=N + 1)
    (record,) = lowered(Calls(call(np.negative, x, out=x))).records
    kind, _, settings = record
    assert halved(record)[0] == "section"
    for operands in ((x[:-1], x[1:]), (x, x[0, ...]), (x[::-1], x)):
        record = kind, operands, settings
        assert halved(record) is record
    index = np.zeros(N, np.int64)
    record = "take", (x, index, x[:-1]), (0,)
    assert halved(record) is record
