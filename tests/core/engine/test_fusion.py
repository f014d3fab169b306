"""Random rows over a little memory that views share: fused, unfused and NumPy's calls leave the same numbers.

Here liveness and aliasing would go wrong silently. All operations are exact, so numbers are compared bit for bit.
"""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.calls import Call, bind_copy, call
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.program import Program
from drawn import examples

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")

UNARY = [np.negative, np.abs, np.floor, np.sqrt]
BINARY = [np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.heaviside]


def views_of(memory: np.ndarray) -> list[np.ndarray]:
    """Views of 36 numbers that overlap in many ways, all of shape (3, 4); then some smaller ones."""
    whole = memory.reshape(3, 12)
    matrices = [memory[:12], memory[12:24], memory[24:], memory[6:18], memory[:24:2], memory[1:24:2], memory[11::-1]]
    matrices = [each.reshape(3, 4) for each in matrices] + [whole[:, :4], whole[:, 4:8], whole[:, 2:6]]
    turned = [memory[:12].reshape(4, 3).T, memory[18:30].reshape(4, 3).T]
    return matrices + turned + [memory[:1].reshape(()), whole[0, :4], whole[:, 5:6], memory[30:34]]


@st.composite
def rows(draw: st.DrawFn, memory: list[np.ndarray], flags: np.ndarray, log: list[float]) -> list[Call]:
    """A row of calls."""
    views = [view for each in memory for view in views_of(each)]
    large = [view for view in views if view.shape == (3, 4)]
    any_view, any_large = st.sampled_from(range(len(views))), st.sampled_from(range(len(large)))

    def one() -> Call:
        kind, a, b, out = draw(st.integers(0, 12)), views[draw(any_view)], views[draw(any_view)], large[draw(any_large)]
        if kind < 3:
            return call(draw(st.sampled_from(UNARY)), a, out=out)
        if kind < 7:
            return call(draw(st.sampled_from(BINARY)), a, b, out=out)
        if kind == 7:
            return bind_copy(a, out)
        if kind == 8:
            return call(np.greater, out, a, out=flags)
        if kind == 9:
            return bind_copy(flags, out)
        if kind == 10:
            return call(np.maximum.reduce, out, axis=1, keepdims=True, out=memory[0][33:36].reshape(3, 1))
        if kind == 11:
            return partial(np.clip, out, -1.0, 1.0, out=out)  # the engine doesn't know it
        return lambda: log.append(float(out[1, 1]))  # may read anything

    return [one() for _ in range(draw(st.integers(2, 14)))]


@examples(400)
@given(data=st.data())
def test_fused_and_unfused_rows_are_numpys(data: st.DataObject):
    memory, flags, log = [np.empty(36) for _ in range(2)], np.empty((3, 4), bool), []
    row = data.draw(rows(memory, flags, log))
    views = [view for each in memory for view in views_of(each)]
    observed = [views[i] for i in data.draw(st.lists(st.integers(0, len(views) - 1), max_size=3))]
    start = np.random.default_rng(data.draw(st.integers(0, 99))).integers(-3, 4, (2, 36)) / 2
    ways = {
        "NumPy's": lambda: [each() for each in row],
        "unfused": Program(row, None, fuse=False),
        "fused": Program(row, None),
        "fused, with stores left out": Program(row, observed),
        "unfused, with stores left out": Program(row, observed, fuse=False),
    }
    expected = None
    for name, run in ways.items():
        log.clear()
        for array, numbers in zip(memory, start, strict=True):
            array[...] = numbers
        flags[...] = False
        with np.errstate(all="ignore"):
            for _ in range(3):
                run()
        whole = [each.copy() for each in observed] if "left out" in name else [each.copy() for each in memory]
        if expected is None:
            expected, seen, logged = whole, [each.copy() for each in observed], list(log)
        for ours, exact in zip(whole, seen if "left out" in name else expected, strict=True):
            np.testing.assert_array_equal(ours, exact, err_msg=name)
        np.testing.assert_array_equal(log, logged)


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
        assert (
            whole.ctypes.data
            not in {view.start for view in program.nodes[0].writes if view.key in program._stored(0, program.nodes[0])}
        ) == left_out
