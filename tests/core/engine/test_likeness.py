"""A row like one before gets that one's records with its own arrays; a row that differs in anything is lowered."""

from functools import partial

import numpy as np
import pytest

import chainrule as cr
from cases import CASES, Case
from chainrule.core.arrays import Array, frozen
from chainrule.core.calls import Call, Calls, SideBySide, bind_copy, call, dot, one_by_one, repeat
from chainrule.core.engine import likeness
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.program import Program, lowered
from chainrule.core.parameters import write_numbers
from drawn import SOAK
from random_rows import MEMBERS, Drawing

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

TIMES = 3


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(likeness, "known_rows", {})


def was_known(program: Program) -> bool:
    return "lowering" not in vars(program)


@pytest.mark.hypothesis
@pytest.mark.parametrize("members", [1, MEMBERS])
def test_a_row_like_one_before_is_numpys(members: int):
    for seed in range(200 * SOAK):
        for is_second in (False, True):
            drawn = Drawing(seed).drawn().exact(TIMES)
            row = one_by_one(drawn.row)
            program = Program(row, drawn.observed, members=members)
            assert was_known(program) == is_second, seed
            numpys, ours = (
                drawn.after(run, drawn.observed) for run in (partial(repeat, row, TIMES), partial(program.run, TIMES))
            )
            for one, other in zip(numpys, ours, strict=True):
                np.testing.assert_array_equal(one, other, f"seed {seed}")
        assert str(program) == str(Program(row, drawn.observed, members=members).lowering)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_run_like_one_before_has_its_bits_and_lowers_nothing(case: Case, monkeypatch: pytest.MonkeyPatch):
    settings = {"optimizer": cr.Adam(0.01), "epochs": 3, "batch_size": 16, "loss": case.loss, "engine": "compiled"}
    first = cr.train(case.network, *case.data(40), **settings)
    with monkeypatch.context() as context:
        context.delattr(Program, "lowering")
        again = cr.train(case.network, *case.data(40), **settings)
    np.testing.assert_array_equal(first.model.theta, again.model.theta)
    assert first.program() == again.program()
    assert first.setup.engine == again.setup.engine


A, B, OUT, OTHER = np.ones((3, 3)), np.ones((3, 3)), np.empty((3, 3)), np.empty((3, 3), "float32")


@pytest.mark.parametrize(
    "other",
    [
        call(np.subtract, A, B, out=OUT),
        call(np.add, B, B, out=OUT),
        call(np.add, A, B.T, out=OUT),
        call(np.add, A, B, out=A),
        call(np.add, A[:1], B, out=OUT),
        call(np.add, A, np.ones((3, 3), "float32"), out=OUT),
        call(np.add, A, np.ones((3, 3), np.int64), out=OUT),
        partial(np.add, A, B, OUT, where=True),
        call(dot, A, B, out=OUT),
    ],
)
def test_a_call_that_differs_is_another(other: Call):
    for row in (call(np.add, A, B, out=OUT), other):
        assert not was_known(lowered(row, [OUT]))
    assert was_known(lowered(call(np.add, B, A, out=OUT), [OUT]))
    assert not was_known(lowered(call(np.add, B, A, out=OUT)))


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_arrays_that_share_memory_in_another_way_are_others(offset: int):
    def row(memory: Array, offset: int) -> tuple[Program, Array]:
        x, to = memory[:4], memory[offset : offset + 4]
        return lowered(Calls(bind_copy(x, out=to), call(np.add, to, x, out=x)), [memory]), memory

    row(np.arange(8.0), 2)
    program, memory = row(np.arange(8.0), offset)
    assert was_known(program) == (offset == 2)
    exact = memory.copy()
    program()
    exact[offset : offset + 4] = exact[:4].copy()
    exact[:4] += exact[offset : offset + 4].copy()
    np.testing.assert_array_equal(memory, exact)


def test_alignment_makes_a_difference():
    for start, is_known in ((0, False), (1, False), (0, True)):
        x = np.zeros(40, np.uint8)[start : start + 32].view(float)
        program = lowered(call(np.add, x, x, out=x), [x])
        program()
        assert was_known(program) == is_known


def test_an_axis_is_part_of_a_call():
    for axis, is_known in ((0, False), (1, False), (np.int64(0), False), (0, True)):
        out = np.empty(3)
        program = lowered(call(np.add.reduce, np.arange(9.0).reshape(3, 3), axis=axis, out=out))
        program()
        assert was_known(program) == is_known
        np.testing.assert_array_equal(out, np.arange(9.0).reshape(3, 3).sum(axis))


def test_whether_an_array_is_one_number_makes_a_difference():
    for numbers, is_known in [
        (frozen(np.zeros(3)), False),
        (frozen(np.ones(3)), True),
        (np.zeros(3), False),
        (frozen(np.arange(3.0)), True),
    ]:
        x = np.full(3, -1.0)
        program = lowered(call(np.maximum, x, numbers, out=x))
        program()
        assert was_known(program) == is_known
        np.testing.assert_array_equal(x, numbers)


def test_calls_into_python_are_the_rows_own():
    for several in (False, True, False):
        made: list[str] = []
        one = partial(made.append, "one")
        lowered(Calls(one, one) if several else Calls(one, partial(made.append, "two")))()
        assert made == ["one", "one" if several else "two"]


def test_tables_and_rows_side_by_side_are_the_rows_own():
    for rate in (0.5, 0.25):
        step, numbers, x = np.zeros((), np.int64), np.zeros((1,)), np.zeros(4)
        inside = [lowered(call(np.add, half, np.array(1.0), out=half)) for half in (x[:2], x[2:])]
        side_by_side = SideBySide(inside, lambda calls: [each() for each in calls])
        row = Calls(partial(write_numbers, lambda t, rate=rate: (rate * t,), step, numbers), side_by_side)
        program = lowered(row, [numbers, x])
        assert was_known(program) == (rate != 0.5)
        for t in range(3):
            step[...] = t
            program()
            assert numbers[0] == rate * t
        np.testing.assert_array_equal(x, 3.0)


def test_memory_that_tells_nothing_of_itself_is_lowered():
    class Own(np.ndarray):
        pass

    for array in (np.arange(4.0).view(Own), np.arange(8.0).reshape(2, 4).T[::-1]):
        for _ in range(2):
            out = np.empty(np.shape(array.T))
            lowered(bind_copy(array.T, out), [out])()
            np.testing.assert_array_equal(out, array.T)


def test_few_rows_are_remembered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(likeness, "MOST_KNOWN", 3)
    for n in range(1, 9):
        x = np.ones(n)
        lowered(call(np.add, x, x, out=x))
    assert len(likeness.known_rows) == 3
