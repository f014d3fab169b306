"""Random rows around copies of windows: who reads the image in place of a copy must get what the copy held.

Numbers are whole and bounded, so that all sums are exact, and numbers are compared bit for bit.
"""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.calls import Call, Calls, bind_copy, call, one_by_one, total
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.nodes import Operation, PythonCall
from chainrule.core.engine.program import Program
from chainrule.core.layers.unfold import as_columns, bind_fold, bind_unfold
from chainrule.core.layers.windows import Axis
from drawn import examples

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

BOUND = np.full((), 9.0)


class Memory:
    """An image, its columns and what a convolution and a pool make of them; `pieces` are calls, or a few in turn."""

    def __init__(self, seed: int, stride: int, padding: int, lead: tuple[int, ...], n: int) -> None:
        rng = np.random.default_rng(seed)
        axes = (Axis.of(4, 2, stride, padding),) * 2
        places = tuple(axis.windows for axis in axes)
        N = places[0] * places[1] * n

        def whole(*shape: int) -> np.ndarray:
            return rng.integers(-3, 4, (*lead, *shape)).astype(float)

        x, dx, y, rest = whole(2, 4, 4, n), whole(2, 4, 4, n), whole(2, *places, n), whole(2, *places, n)
        W, a, z, dWT = whole(3, 9), whole(9, N), whole(3, N), whole(9, 3)
        self.arrays = [x, dx, y, rest, W, a, z, dWT]
        columns = as_columns(a, 2, axes)
        in_a_row = columns.reshape(4, *y.shape, copy=False)
        is_largest = np.empty(y.shape, bool)
        unfold, fold = one_by_one(bind_unfold(x, columns, axes)), bind_fold(columns, dx, axes)
        to_columns = call(np.matmul, W[..., :8].mT, z, out=a[..., :8, :])
        self.likely: list[list[Call]] = [
            list(unfold),
            [call(np.matmul, W, a, out=z)],
            [call(np.matmul, a, z.mT, out=dWT)],
            [to_columns, *bounded(a), fold],
            [to_columns, fold],
            [call(np.maximum.reduce, in_a_row, axis=0, out=y)],
        ]
        self.others: list[list[Call]] = [
            *[[call(np.equal, each, y, out=is_largest), bind_copy(is_largest, each)] for each in in_a_row],
            *[[call(np.subtract, rest, each, out=rest)] for each in in_a_row],
            [call(total, in_a_row, axis=0, out=rest)],
            [bind_copy(y[..., :1], in_a_row[1])],
            [bind_copy(a[..., 7:8, :], a[..., 8:, :])],
            [bind_copy(BOUND, x[..., 1, 2, :])],
            [bind_copy(dx, x)],
            [call(np.negative, in_a_row[0][..., :2, :2, :], out=x[..., 1:3, 1:3, :])],  # over what was unfolded
            [bind_copy(in_a_row[3][..., :2, :2, :], x[..., :2, :2, :])],
            [call(np.negative, x, out=x)],
            list(fold),
            list(fold[:-1]),
            [call(total, a, axis=-2, out=z[..., 0, :])],
            [lambda: a.__setitem__((..., 0, 0), float(x.flat[0]))],  # may touch anything
        ]
        self.ends = [each for array in self.arrays for each in bounded(array)]


def bounded(array: np.ndarray) -> list[Call]:
    """Calls that keep numbers small."""
    return [call(np.minimum, array, BOUND, out=array), call(np.maximum, array, -BOUND, out=array)]


@st.composite
def recipes(draw: st.DrawFn) -> tuple[Callable[[], Memory], Callable[[Memory], Calls], list[int]]:
    """What makes the memory, what makes a row on it, and which of its arrays are observed."""
    settings = draw(
        st.tuples(
            st.integers(0, 99),
            st.integers(1, 2),
            st.integers(0, 1),
            st.sampled_from([(), (2,)]),
            st.sampled_from([4, 8]),
        )
    )
    chosen = draw(st.lists(st.tuples(st.booleans(), st.integers(0, 99)), min_size=2, max_size=10))
    observed = draw(st.lists(st.integers(0, 7), unique=True, min_size=1))

    def row(memory: Memory) -> Calls:
        pieces = [(memory.likely, memory.others)[other] for other, _ in chosen]
        picked = [some[i % len(some)] for some, (_, i) in zip(pieces, chosen, strict=True)]
        return Calls(*memory.likely[0], *(each for some in picked for each in some), *memory.ends)

    return lambda: Memory(*settings), row, observed


@examples(400)
@given(recipe=recipes())
def test_a_random_row_leaves_the_numbers_that_its_calls_leave(recipe):
    make, row, observed = recipe
    exact, ours = make(), make()
    calls, program = row(exact), Program(row(ours), [ours.arrays[i] for i in observed])
    for _ in range(2):
        calls()
        program()
        for i in observed:
            np.testing.assert_array_equal(ours.arrays[i], exact.arrays[i], err_msg=f"array {i}\n{program}")


def test_the_random_rows_convolve_without_columns():
    memory = Memory(0, 1, 0, (), 8)
    unfold, forward, to_weights, _, to_input, pool = memory.likely
    program = Program(Calls(*unfold, *pool, *forward, *to_weights, *to_input), [memory.arrays[i] for i in (1, 2, 6, 7)])
    kinds = [each.kind for each in program.nodes if isinstance(each, Operation)]
    assert kinds == ["convolve", "convolve_to_weights", "convolve_to_input"]


@pytest.mark.parametrize("change", ["none", "its calls alone", "other rows", "other columns", "another in between"])
def test_only_a_fold_of_a_products_columns_becomes_a_part_of_it(change: str):
    axes, results = (Axis.of(4, 2, 1, 0),) * 2, []
    for engine in (False, True):
        memory = Memory(0, 1, 0, (), 8)
        dx, a = memory.arrays[1], memory.arrays[5]
        to_columns, fold = memory.likely[4]
        after = [fold]
        if change == "its calls alone":
            after = list(fold)
        elif change == "other rows":
            after = [bind_fold(as_columns(a[1:], 2, axes), dx, axes)]
        elif change == "other columns":
            after = [bind_fold(as_columns(a.copy(), 2, axes), dx, axes)]
        elif change == "another in between":
            after = [call(np.negative, a, out=a), fold]
        row = Calls(to_columns, *after)
        program = Program(row, [dx])
        (program if engine else row)()
        results.append(dx)
    kinds = [each.kind for each in program.nodes if isinstance(each, Operation)]
    assert ("convolve_to_input" in kinds) == (change == "none")
    assert not any(isinstance(each, PythonCall) for each in program.nodes)
    np.testing.assert_array_equal(*results)


def test_a_copy_is_read_where_its_image_is_written_over():
    """NumPy's call reads the columns, while it writes over what they are copies of."""
    results = []
    for engine in (False, True):
        memory = Memory(0, 1, 0, (), 150)
        x, a = memory.arrays[0], memory.arrays[5]
        column = as_columns(a, 2, (Axis.of(4, 2, 1, 0),) * 2)[0, 0]
        row = Calls(*memory.likely[0], call(np.negative, column, out=x[:, 1:, 1:, :]))
        (Program(row, [x]) if engine else row)()
        results.append(x)
    np.testing.assert_array_equal(*results)


def test_a_fold_is_a_call_among_others_where_nothing_is_fused():
    results = []
    for engine in (False, True):
        memory = Memory(0, 1, 0, (), 8)
        row = Calls(*memory.likely[4])
        (Program(row, None, fuse=False) if engine else row)()
        results.append(memory.arrays[1])
    np.testing.assert_array_equal(*results)
