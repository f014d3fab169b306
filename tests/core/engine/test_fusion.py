"""Random rows over a little memory that arrays share: fused, unfused and NumPy's calls leave the same numbers.

Here liveness and aliasing would go wrong silently. All rows are exact, so numbers are compared bit for bit.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from chainrule.core.arrays import Array
from chainrule.core.calls import bind_copy, call, check_finite, dot, one_by_one, repeat
from chainrule.core.engine.extension import _engine, tables
from chainrule.core.engine.program import Program, in_turn
from drawn import SOAK
from random_rows import MEMBERS, Drawing, DrawnRow

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

TIMES = 3
"""How often a row runs: what a run leaves is what the next one begins with."""

TOGETHER = 500
"""Rows of one test."""


def ways(drawn: DrawnRow) -> dict[str, tuple[Callable[[], object], list[Array]]]:
    """Each way to run a row so many times, and what is read after it."""
    row, third = one_by_one(drawn.row), len(drawn.calls) // 3
    by_members = Program(row, drawn.observed, members=MEMBERS, threads=2)
    programs = [Program(one_by_one(part), observed) for part, observed in drawn.parts(third, 2 * third)]
    return {
        "unfused": (partial(Program(row, None, fuse=False).run, TIMES), drawn.memory),
        "fused": (partial(Program(row, None).run, TIMES), drawn.memory),
        "unfused, with stores left out": (partial(Program(row, drawn.observed, fuse=False).run, TIMES), drawn.observed),
        "fused, with stores left out": (partial(Program(row, drawn.observed).run, TIMES), drawn.observed),
        "a member after the other": (partial(by_members.run, TIMES), drawn.observed),
        "as three programs in turn": (partial(in_turn(*programs), TIMES), drawn.observed),
    }


def differing(drawn: DrawnRow) -> str | None:
    """The first way that leaves other numbers than NumPy's calls do."""
    numpys = partial(repeat, one_by_one(drawn.row), TIMES)
    for name, (run, read) in ways(drawn).items():
        expected, ours = drawn.after(numpys, read), drawn.after(run, read)
        if len(ours) != len(expected) or not all(map(np.array_equal, ours, expected, [True] * len(ours))):
            return name
    return None


def simplest(drawn: DrawnRow) -> DrawnRow:
    """A row that differs, without the calls that this doesn't need."""
    for number in reversed(range(len(drawn.calls))):
        shorter = drawn.without(number).exact(TIMES)
        if differing(shorter):
            drawn = shorter
    return drawn


@pytest.mark.hypothesis  # drawn, as properties are: a soak tries 100,000
@pytest.mark.parametrize("block", range(10 * SOAK if SOAK > 1 else 2))
def test_fused_and_unfused_rows_are_numpys(block: int, monkeypatch: pytest.MonkeyPatch):
    for seed in range(block * TOGETHER, (block + 1) * TOGETHER):
        monkeypatch.setenv("CHAINRULE_INSTRUCTIONS", tables()[seed % len(tables())])
        drawn = Drawing(seed).drawn().exact(TIMES)
        if differing(drawn):
            row = simplest(drawn)
            pytest.fail(f"seed {seed}, {differing(row)}:\n{Program(one_by_one(row.row), row.observed)}")


def test_a_store_that_is_written_over_part_by_part_is_left_out():
    whole, x, out, one = np.zeros(8), np.ones(8), np.zeros(8), np.ones(())
    halves = [(whole[:4], out[:4]), (whole[4:], out[4:])]
    copy, ends = bind_copy(x, whole), [call(np.negative, half, out=to) for half, to in halves]
    over = [call(np.add, x[:4], one, out=half) for half, _ in halves]
    for row, left_out in (([copy, *over, *ends], True), ([copy, *over[:1], *ends], False)):
        program = Program(row, [out])
        for each in row:
            each()
        exact, out[...] = out.copy(), 0.0
        program()
        np.testing.assert_array_equal(out, exact)
        stored = {view.start for view in program.nodes[0].writes if view.key in program.stored[0]}
        assert (whole.ctypes.data not in stored) == left_out


def test_what_a_run_that_ends_early_leaves_is_written():
    x, out, one, never = np.full(3, np.inf), np.zeros(3), np.ones(()), np.zeros((), bool)
    row = [bind_copy(one, out), partial(check_finite, x, never), call(np.add, x, one, out=out)]
    program = Program(row, [out])
    assert program.run(1) == 0
    np.testing.assert_array_equal(out, 1.0)
    read_next = Program([call(np.add, out, one, out=x), *row], [x])  # of the next run, by its first call
    x[...], out[...] = 0.0, np.inf
    assert read_next.run(1) == 0
    assert read_next.run(1) == 1
    np.testing.assert_array_equal(x, 2.0)


def test_numbers_that_are_never_stored_between_bools_have_a_type():
    flags, number, above = np.array([True, False]), np.zeros(2, "float32"), np.zeros(2, bool)
    half = np.full(2, 0.5, "float32")
    for compared in (number, half):
        Program([bind_copy(flags, number), call(np.greater, number, compared, out=above)], [above])()
        np.testing.assert_array_equal(above, flags & (compared is half))


def test_a_call_that_may_touch_anything_stands_between_the_members_operations():
    x, seen = np.ones((3, 400)), []
    row = [call(np.negative, x, out=x), lambda: seen.append(x.sum()), call(np.negative, x, out=x)]
    Program(row, None, members=3, threads=2)()
    assert seen == [-1200.0]


def test_a_product_whose_rows_are_as_many_as_members_is_one():
    A, B, C = np.ones((3, 4)), np.ones((4, 2)), np.zeros((3, 2))
    Program([call(np.matmul, A, B, out=C), call(np.negative, C, out=C)], [C], members=3, threads=2)()
    np.testing.assert_array_equal(C, -4.0)


def test_a_row_and_a_column_of_the_same_numbers_are_two_operands():
    x, out = np.arange(3.0), np.empty((3, 3))
    Program([call(np.subtract, x[:, None], x, out=out)], None)()
    np.testing.assert_array_equal(out, np.subtract.outer(x, x))


def test_the_last_row_of_a_product_is_left_out_where_nobody_reads_it():
    rng = np.random.default_rng(0)
    WT, dz, da = rng.random((3, 5)).T, rng.random((3, 16)), np.zeros((5, 16))
    body, last, one = np.zeros((4, 16)), np.zeros(16), np.ones(())
    product, above = call(dot, WT, dz, out=da), call(np.add, da[:-1], one, out=body)
    below = call(np.negative, da[-1], out=last)
    for row, observed, made in (
        ([product, above], [body], 4),
        ([product, above], [body, da], 5),
        ([product, above, below], [body, last], 5),
        ([below, product, above], [body, last], 5),  # it reads what the run before left
        ([product, above, list], [body], 5),  # who knows what this reads
    ):
        program = Program(row, observed)
        (C,) = [each[1][2] for each in program.records if type(each) is tuple and each[0] == "product"]
        assert C.shape == (made, 16)
        program.run(2)
        np.testing.assert_allclose(body, (WT @ dz)[:-1] + 1, rtol=1e-15)
        assert last is not observed[-1] or np.allclose(last, -(WT @ dz)[-1], rtol=1e-15)
