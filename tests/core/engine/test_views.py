"""Views: what the extension tells of arrays, and the blocks of memory that they lie in."""

import numpy as np
import pytest

from chainrule.core.calls import Calls, bind_copy
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.nodes import View
from chainrule.core.engine.row import Reader, Unknown

pytestmark = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")


def test_a_view_says_where_its_numbers_lie():
    a = np.zeros((3, 4), np.float32)
    begin, reader = a.ctypes.data, Reader()
    for array, start, low, high, fills in [
        (a, 0, 0, 48, True),
        (a[1:], 16, 16, 48, True),
        (a[:, 1:3], 4, 4, 44, False),
        (a[::-1], 32, 0, 48, True),
        (np.broadcast_to(a[0], (5, 4)), 0, 0, 16, False),
    ]:
        view = reader.view(array)
        assert (view.start - begin, view.low - begin, view.high - begin) == (start, low, high)
        assert (view.type, view.fills_its_bytes, view.writable) == ("f", fills, array.flags.writeable)


def test_views_of_the_same_numbers_have_the_same_key():
    a = np.zeros((1, 3, 1, 4))
    key = Reader().view
    assert key(a).key == key(a[0]).key == key(a.reshape(3, 1, 4)).key == key(a[:]).key
    assert len({key(each).key for each in (a, a[0, :, 0], a[:, :2], a[..., 1:], a.view(np.int64), a.T)}) == 6


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(0),
        np.zeros((1,) * 8),
        np.zeros(3, ">f8"),
        np.zeros(25, np.uint8)[1:].view(float),
        np.ma.zeros(3),
        [1.0],
    ],
    ids=["empty", "many axes", "other order of bytes", "not aligned", "masked", "a list"],
)
def test_what_no_operation_takes_has_no_view(array):
    with pytest.raises(Unknown):
        Reader().view(array)


def test_numbers_of_other_types_have_a_view_for_calls_into_python():
    types = [Reader().view(np.zeros(2, dtype)).type for dtype in ("f8", "f4", "?", "i8", "i4", "u1", "c16", "f2")]
    assert types == ["d", "f", "?", "q", "o", "o", "o", "o"]


def test_blocks_are_of_views_that_overlap_directly_or_through_others():
    a, b, later = np.zeros(12), np.zeros(12), np.zeros(12)
    reader = Reader()
    reader.row([Calls(bind_copy(a[:4], out=a[3:7]), bind_copy(a[6:8], out=a[8:10]), bind_copy(b[:6], out=b[6:]))])
    reader.find_blocks()

    def block(view: View) -> int:
        return view.block - view.array.base.ctypes.data

    assert [block(reader.view(each)) for each in (a[1:4], a[4:5], a[8:9], b[2:3], b[7:8])] == [0, 0, 64, 0, 48]
    assert [block(reader.view(each)) for each in (later[2:], later[1:3], a[9:10], a[7:9])] == [16, 8, 64, 0]
    assert reader.view(later[2:]).block == reader.view(later[4:]).block
