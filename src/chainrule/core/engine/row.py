"""Read a row of bound calls: each becomes a node, which knows the memory that it reads and writes.

A call that the engine has an operation for becomes that operation; any other stays a call into Python, in its place.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, only_number
from chainrule.core.calls import Call, Calls, check_finite, dot, one_by_one, take
from chainrule.core.engine.extension import _engine
from chainrule.core.engine.nodes import Elementwise, Instruction, Node, Operation, PythonCall, View, find_blocks
from chainrule.core.engine.tabled import StepTable
from chainrule.core.layers.unfold import Fold
from chainrule.core.parameters import write_numbers

INSTRUCTIONS: dict[str, int] = {} if _engine is None else {name: i for i, name in enumerate(_engine.INSTRUCTIONS)}
REDUCTIONS = (np.add, np.maximum, np.minimum)
"""The reductions, in the order of their numbers."""

LARGEST = 2**22
"""The most multiplications of a product that is done here, in a tenth of a millisecond. Up to 2**24 it takes 0.6 to 1.1
of OpenBLAS' time in one thread, by AVX2 and by AVX-512; but of larger ones the BLAS' threads share the work."""

MOST_AXES = 7
"""One axis fewer than the extension takes: a product may add one."""

MOVED = (np.float64, np.float32, np.int64, np.bool_)
"""The types of numbers that a take moves."""

COMPARISONS = ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")

Bound = Any
"""A `partial`: its function has attributes that a type checker doesn't know."""


class Unknown(Exception):  # noqa: N818  # no error: such a call is made in Python
    """The engine has no operation for a call."""


@dataclass
class Reader:
    """Reads calls; a view of each array is made once, and kept with its array.

    bounds: where blocks of memory begin and end, once the row is read.
    """

    views: dict[int, View] = field(default_factory=dict)
    bounds: list[int] = field(default_factory=list)

    def row(self, calls: Iterable[Call]) -> list[Node]:
        """A node for each call, with the rows inside it opened."""
        return [self.node(each) for each in one_by_one(Calls(*calls))]

    def view(self, array: Any) -> View:
        """An array as an operand."""
        view = self.views.get(id(array))
        if view is None:
            operand = _engine.operand(array) if type(array) is np.ndarray else None
            if operand is None:
                raise Unknown
            view = self.views[id(array)] = View(array, *operand)
            if self.bounds:
                place = bisect(self.bounds, view.low)
                if place % 2 and view.high <= self.bounds[place]:
                    view.block = self.bounds[place - 1]
                else:  # new memory, as of a constant
                    self.find_blocks()
        return view

    def find_blocks(self) -> None:
        """Tell all views their blocks. A view that is made later lies in one, or in memory of its own: none are joined,
        so that a block may be a key.
        """
        self.bounds = find_blocks(self.views.values())

    def node(self, call: Call) -> Node:
        """The node of one call."""
        if isinstance(call, partial) and isinstance(call.func, KINDS):
            read = READERS.get(call.func)
            try:
                return self.python(call) if read is None else read(self, call)
            except Unknown:
                pass
        return self.python(call)

    def ufunc(self, call: Bound) -> Node:
        """An elementwise call, or the count of steps, in whole numbers."""
        func, keywords = call.func, call.keywords
        *inputs, out = map(self.view, (*call.args, *keywords.values()))
        if len(inputs) != func.nin or (keywords and "out" not in keywords):
            raise Unknown
        if func is np.add and inputs[0] is out and all(is_count(each.array) for each in (*inputs, out)):
            return Operation(call, "count", (out.array, inputs[1].array), tuple(inputs), (out,))
        read = tuple([each if each.writable else self.number(each) for each in inputs])
        return elementwise(call, func.__name__, out, read)

    def number(self, view: View) -> View:
        """The number that a frozen array holds everywhere, for the array; any other view as it is."""
        number = only_number(view.array) if view.array.ndim else None
        return view if number is None else self.view(number)

    def copy(self, call: Bound) -> Node:
        """A copy, or a fill."""
        if call.keywords:
            raise Unknown
        out, source = map(self.view, call.args)
        return elementwise(call, "from_bool" if source.type == "?" else "copy", out, (source,))

    def product(self, call: Bound) -> Node:
        """A product of matrices, or along the last axis of two arrays; a large one stays NumPy's, and so the BLAS'."""
        operands: list[Array] = [*call.args, *call.keywords.values()]
        A, B, C = operands
        *reads, write = map(self.view, operands)
        if set(call.keywords) - {"out"} or not same_reals(*reads, write) or any(map(write.meets, reads)):
            raise Unknown
        if call.func is np.vecdot or A.ndim == B.ndim == 1:
            A, B, C = A[..., None, :], B[..., :, None], C[..., None, None]
        if A.ndim < 2 or B.ndim < 2 or (call.func is dot and A.ndim + B.ndim > 4):
            raise Unknown
        if A.shape[-2] * B.shape[-2] * B.shape[-1] > LARGEST:
            return PythonCall(call, tuple(reads), (write,))
        return Operation(call, "product", (A, B, C), tuple(reads), (write,))

    def reduction(self, call: Bound) -> Node:
        """A sum or an extremum along axes."""
        (x,), settings = call.args, {"axis": 0, "keepdims": False} | call.keywords
        out = settings.pop("out")
        read, write = self.view(x), self.view(out)
        axis, keepdims = settings.pop("axis"), settings.pop("keepdims")
        if settings or not same_reals(read, write) or read.meets(write):
            raise Unknown
        axes = {i % x.ndim for i in (axis if isinstance(axis, tuple) else range(x.ndim) if axis is None else (axis,))}
        if not keepdims:
            out = out[(..., *(None if i in axes else slice(None) for i in range(x.ndim)))]
        return Operation(call, "reduction", (x, out), (read,), (write,), (REDUCTIONS.index(call.func.__self__),))

    def take(self, call: Bound) -> Node:
        """Entries along an axis."""
        x, index = map(self.view, call.args)
        settings = dict(call.keywords)
        out, axis = self.view(settings.pop("out", None)), settings.pop("axis", None)
        if settings != {"mode": "clip"} or not isinstance(axis, int) or x.array.dtype != out.array.dtype:
            raise Unknown
        if x.array.dtype not in MOVED or index.array.dtype != np.int64 or index.array.ndim != 1:
            raise Unknown
        if x.meets(out) or index.meets(out):
            raise Unknown
        operands = x.array, index.array, out.array
        return Operation(call, "take", operands, (x, index), (out,), (axis % x.array.ndim,))

    def check(self, call: Bound) -> Node:
        """The check that ends a run where a number isn't finite."""
        values, ignored = map(self.view, call.args)
        if not same_reals(values) or ignored.type != "?":
            raise Unknown
        return Operation(call, "check", (values.array, ignored.array), (values, ignored), ())

    def tabled(self, call: Bound) -> Node:
        """Numbers that change from step to step."""
        _, step, numbers = call.args
        reads, write = (self.view(step),), self.view(numbers)
        if not is_count(step) or not same_reals(write) or not numbers.flags.c_contiguous:
            raise Unknown
        table = StepTable(*call.args)
        return Operation(call, "tabled", table.operands, reads, (write,), otherwise=table)

    def python(self, call: Call) -> PythonCall:
        """A call as it is: one that is bound touches the arrays among its arguments, any other perhaps anything."""
        try:
            touched = tuple(self.touched(call)) if isinstance(call, partial | Fold) else None
        except Unknown:
            touched = None
        return PythonCall(call, touched or (), touched or (), opaque=touched is None)

    def touched(self, value: Any) -> Iterator[View]:
        """The arrays that a bound call holds."""
        if isinstance(value, np.ndarray):
            if value.size:
                yield self.view(value)
        elif isinstance(value, partial):
            yield from self.touched((value.func, *value.args, *value.keywords.values()))
        elif isinstance(value, Fold):
            yield from (self.view(value.columns), self.view(value.x))
        elif isinstance(value, BuiltinFunctionType):
            yield from self.touched(value.__self__)
        elif isinstance(value, tuple | list):
            for each in value:
                yield from self.touched(each)
        elif not isinstance(value, HARMLESS):
            raise Unknown


READERS: dict[Any, Callable[[Reader, Bound], Node]] = {
    np.matmul: Reader.product,
    np.vecdot: Reader.product,
    dot: Reader.product,
    np.copyto: Reader.copy,
    np.ndarray.fill: Reader.copy,
    check_finite: Reader.check,
    take: Reader.take,
    write_numbers: Reader.tabled,
    **{each.reduce: Reader.reduction for each in REDUCTIONS},
}
READERS |= {ufunc: Reader.ufunc for name in INSTRUCTIONS if isinstance(ufunc := getattr(np, name, None), np.ufunc)}
"""What reads the calls of each function that there is an operation for."""

KINDS = tuple({type(function) for function in READERS})
"""The types of these functions; another callable may not be what a table can be asked for."""

HARMLESS: tuple[type, ...] = (
    bool,
    int,
    float,
    str,
    type(None),
    np.generic,
    np.ufunc,
    np.random.Generator,
    FunctionType,
    ModuleType,
)
HARMLESS += (type(np.copyto), type(np.ndarray.take))
"""What holds no arrays of a row, by the contract."""


def same_reals(first: View, *others: View) -> bool:
    """Whether all are float64, or all float32."""
    return first.type in "df" and all(each.type == first.type for each in others)


def is_count(array: Array) -> bool:
    """Whether it is one whole number."""
    return array.ndim == 0 and array.dtype == np.int64


def elementwise(call: Call, name: str, out: View, inputs: tuple[View, ...]) -> Elementwise:
    """An elementwise call, if the tile machine takes its operands."""
    if name in COMPARISONS:
        taken, fits = inputs[0].type, out.type == "?" and inputs[0].type in "df"
    else:
        taken, fits = "?" if name == "from_bool" else out.type, out.type in "df"
    for each in inputs:
        if not fits or each.type != taken:
            raise Unknown
        if each.key != out.key and each.meets(out) and np.shares_memory(each.array, out.array):
            raise Unknown  # there NumPy copies first
    return Elementwise([Instruction(call, name, out, inputs)], inputs, (out,))
