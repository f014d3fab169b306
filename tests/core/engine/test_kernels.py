"""Fused kernels: the catalogue is the library's own, and each kernel gives the tile machine's bits."""

from collections.abc import Mapping, Set
from functools import cache
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from cases import CASES, Case
from chainrule.core.engine import likeness, lowering, registers
from chainrule.core.engine.extension import _engine, tables
from drawn import examples

if _engine is None:
    pytest.skip("Left out: the engine isn't built (make engine)", allow_module_level=True)

from engine import catalogue

SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e4, -1e4, 1e-310, 1e-42, 1.0, -1.0]


@cache
def found() -> Mapping[catalogue.Signature, Set[int]]:
    """What the catalogue should hold."""
    return catalogue.signatures()


def signatures() -> list[catalogue.Signature]:
    """The catalogue's kernels."""
    return sorted(found())


def without_kernel(settings: tuple[int, ...]) -> tuple[int, ...]:
    """The same instructions for the tile machine: with one register more they are in no catalogue."""
    return (settings[0] + 1, *settings[1:])


def instructions(settings: tuple[int, ...]) -> list[tuple[str, int, int, int]]:
    """Name, and the places of the result, of x and of y."""
    return [(catalogue.NAMES[what], *places) for what, *places in zip(*[iter(settings[1:])] * 4, strict=True)]


def test_the_catalogue_is_what_make_kernels_writes():
    assert catalogue.PATH.read_text(encoding="utf-8") == catalogue.catalogue(found()), "run make kernels"


def test_a_kernel_is_found_by_all_of_its_signature():
    for n_operands, settings in signatures():
        assert _engine.has_kernel(n_operands, settings)
        for other in (without_kernel(settings), (*settings, *settings[1:]), settings[:-1], (*settings[:-1], 47), ()):
            assert not _engine.has_kernel(n_operands, other)
        assert not _engine.has_kernel(n_operands + 1, settings)
    with pytest.raises(TypeError):
        _engine.has_kernel(1, (0.5,))


WAYS = {
    "whole": lambda shape: shape,
    "wider": lambda shape: (*shape[:-1], 2 * shape[-1]),
    "turned": lambda shape: shape[::-1],
    "one number": lambda shape: (),
    "a row": lambda shape: shape[-1:],
    "a column": lambda shape: (*shape[:-1], 1),
}
"""Ways in which an operand lies in memory. Only the first three are for one that is written."""


@st.composite
def operands(draw: st.DrawFn, n_operands: int, settings: tuple[int, ...], ones: Set[int]) -> list[np.ndarray]:
    """Operands of a kernel that broadcast, with special values or without.

    ones: those that must be one number, or the tile machine does it; in a fifth of the draws they lie as others do.
    """
    shape = draw(
        st.sampled_from([(1,), (3,), (21,), (300,), (5, 3), (5, 16), (3, 70), (40, 20), (2, 3, 24), (2, 4, 3, 33)])
    )
    ways = st.sampled_from(draw(st.sampled_from([list(WAYS), ["whole", "wider", "one number"], ["whole", "a row"]])))
    number, either = st.just("one number"), st.sampled_from(["one number", "a column"])
    ways_of_ones = draw(st.sampled_from([number, number, number, either, ways]))
    dtype = draw(st.sampled_from(["float64", "float32"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    numbers = np.array([*(SPECIAL if draw(st.booleans()) else []), *rng.normal(0, 2, 40)], dtype)
    written = {out for _, out, *_ in instructions(settings)}
    arrays = []
    for k in range(n_operands):
        way = draw(ways_of_ones if k in ones else ways)
        if k in written and way not in ("whole", "wider", "turned"):
            way = "whole"
        memory = rng.choice(numbers, WAYS[way](shape))
        arrays.append(memory[..., : shape[-1]] if way == "wider" else memory.T if way == "turned" else memory)
    return arrays


def numpys(arrays: list[np.ndarray], settings: tuple[int, ...]) -> list[np.ndarray]:
    """What NumPy's functions make of the operands."""
    place = dict(enumerate(arrays))
    with np.errstate(all="ignore"):
        for name, out, x, y in instructions(settings):
            ufunc = np.positive if name == "copy" else getattr(np, name.removeprefix("is_"))
            result = ufunc(*(place[x], place[y])[: ufunc.nin]).astype(arrays[0].dtype)
            place[out] = np.broadcast_to(result, arrays[out].shape) if out < len(arrays) else result
    return [place[k] for k in range(len(arrays))]


@examples(500)
@given(data=st.data())
def test_a_kernel_gives_the_tile_machines_bits_and_numpys(data: st.DataObject):
    n_operands, settings = signature = data.draw(st.sampled_from(signatures()))
    arrays = data.draw(operands(n_operands, settings, found()[signature]))
    start = [each.copy() for each in arrays]

    def after(numbers: tuple[int, ...], table: str) -> list[np.ndarray]:
        for array, values in zip(arrays, start, strict=True):
            array[...] = values
        _engine.Program((("elementwise", tuple(arrays), numbers),), table=table)()
        return [each.copy() for each in arrays]

    for table in tables():
        fused, by_tiles = after(settings, table), after(without_kernel(settings), table)
        for ours, exact in zip(fused, by_tiles, strict=True):
            np.testing.assert_array_equal(ours, exact)
            is_number = ~np.isnan(exact)
            np.testing.assert_array_equal(np.signbit(ours)[is_number], np.signbit(exact)[is_number])
    # NumPy's exp is another one, and so is its choice between 0.0 and -0.0.
    if "exp" not in {name for name, *_ in instructions(settings)} and all(np.all(each) for each in start):
        for ours, exact in zip(fused, numpys(start, settings), strict=True):
            np.testing.assert_array_equal(ours, exact)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_runs_have_the_tile_machines_bits(case: Case, dtype: str):
    def train() -> np.ndarray:
        settings = {"optimizer": cr.Adam(0.01), "epochs": 3, "batch_size": 16, "dtype": dtype, "engine": "compiled"}
        return cr.train(case.network, *case.data(40), loss=case.loss, **settings).model.theta

    def by_tiles(*args: Any) -> Any:
        kind, arrays, settings = registers.instruct(*args)
        return kind, arrays, without_kernel(settings)

    fused = train()
    with mock.patch.object(lowering, "instruct", by_tiles), mock.patch.dict(likeness.known_rows, clear=True):
        np.testing.assert_array_equal(train(), fused)
