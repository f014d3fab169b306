"""Growth: an epoch's time against samples, width, depth and population, beside PyTorch and JAX."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import chainrule as cr
from benchmarks.contenders import NUMPY, OURS
from benchmarks.rounds import Measured
from benchmarks.spread import Spread
from benchmarks.tasks import Entry, Group, Scale, Task, every, reference
from benchmarks.work import Data, Products, Training

SECONDS = 0.1
"""Seconds that a run of chainrule should take, roughly, unless its fewest epochs take longer."""

A_SECOND = 1e10
"""Operations in a second, roughly: small products and activations, on one core."""

FEWEST, MOST = 5, 500
"""The fewest and the most epochs of a run."""

LARGE = 2e7
"""Operations per epoch above which a second core pays; below, threads cost more than they save."""

ALONE = "products alone"
"""What is measured beside a large point: the products of an epoch, by each library's own product."""

MUCH = 0.7
"""Where the products are more than this fraction of chainrule's time, their own ratio tells what is left to gain."""

QUICK_EPOCHS = 40
"""A quick run leaves out points with fewer epochs per run than this, since each of their epochs takes long."""


@dataclass(frozen=True)
class Sweep:
    """One axis of growth.  axis: its name.  works: the work at each value on the axis."""

    axis: str
    works: dict[int, Training]

    def groups(self, scale: Scale) -> list[Group]:
        """The groups to measure: small works with one core each, large ones with two."""
        tasks: dict[int, list[Task]] = {1: [], 2: []}
        for value, work in self.works.items():
            if scale.quick and work.epochs < QUICK_EPOCHS:
                continue
            work = replace(work, epochs=scale.shorter(work.epochs))
            pytorch = "PyTorch vmap" if work.population else "PyTorch eager"
            entries = {name: Entry((work,), 1e3 / work.epochs) for name in (OURS, NUMPY, pytorch, "JAX")}
            cores = 2 if operations(work) > LARGE else 1
            name, unit = f"{self.axis} {value:,}", "ms an epoch"
            tasks[cores].append(Task(name, "", unit, entries, point=value))
            if cores == 2:
                alone = every(f"{OURS}; {pytorch}; JAX", Products(work, 1), 1e3)
                tasks[cores].append(Task(f"{name}, {ALONE}", ALONE, unit, alone, point=value))
        return [Group(self.axis, cores, tuple(some), seconds=0.02) for cores, some in tasks.items() if some]


def training(widths: Sequence[int] = (2, 4, 4, 1), n: int = 100, population: int | None = None) -> Training:
    """The reference task with one size changed, and a number of epochs that bounds the time of a run."""
    work = replace(reference(MOST, population), network=cr.mlp(*widths), data=Data("linear", n), checked=(3,))
    epochs = int(SECONDS / (5e-5 + operations(work) / A_SECOND))
    return replace(work, epochs=max(FEWEST, min(epochs, MOST)))


def operations(work: Training) -> int:
    """Operations per epoch, roughly: a product and a sum per parameter, once forward and twice backward."""
    return 6 * work.data.n * work.network.n_parameters * (work.population or 1)


SWEEPS = {
    sweep.axis: sweep
    for sweep in (
        Sweep("samples", {10**k: training(n=10**k) for k in range(1, 7)}),
        Sweep("width", {w: training((2, w, w, 1)) for w in (2, 8, 32, 128, 512, 2048)}),
        Sweep("depth", {d: training((2, *[4] * d, 1)) for d in (1, 2, 4, 8, 16, 32)}),
        Sweep("population", {4**k: training(population=4**k) for k in range(7)}),
    )
}


def verdict(point: Measured, peer: str) -> str:
    """Whether chainrule is faster at this point, slower, or level (the interval of the ratio holds 1)."""
    low, high = point.ratio(peer).interval
    return "faster" if high < 1 else "slower" if low > 1 else "level"


def split(points: Sequence[Measured]) -> tuple[list[Measured], dict[float | None, Measured]]:
    """The points that were measured, and the products alone by their point."""
    measured = [each for each in points if each.what != ALONE and each.times.get(OURS)]
    return measured, {each.point: each for each in points if each.what == ALONE and each.times.get(OURS)}


def share(point: Measured, products: Measured) -> float:
    """The time of the products alone, by NumPy, as a fraction of chainrule's, whose engine may have faster ones."""
    return Spread.of(products.times[OURS]).median / Spread.of(point.times[OURS]).median


def crossings(xs: Sequence[float], ratios: Sequence[float]) -> list[float]:
    """The points at which the ratio passes 1, interpolated linearly in double logarithmic axes.

    >>> [round(x) for x in crossings([1, 100], [0.1, 10.0])]
    [10]
    """
    found = []
    for (x0, r0), (x1, r1) in itertools.pairwise(zip(xs, map(math.log, ratios), strict=True)):
        if (r0 < 0) != (r1 < 0):
            found.append(x0 * (x1 / x0) ** (r0 / (r0 - r1)))
    return found


def sentence(axis: str, points: Sequence[Measured], peer: str) -> str:
    """The ranges in which chainrule is faster or slower than a peer, and where they cross."""
    points = [each for each in points if {OURS, peer} <= each.times.keys()]
    said = []
    for kind, some in itertools.groupby(points, lambda each: verdict(each, peer)):
        of_kind = list(some)
        xs, medians = [each.point for each in of_kind], [each.ratio(peer).median for each in of_kind]
        where = f"{xs[0]:,.0f}" if len(xs) == 1 else f"{xs[0]:,.0f} to {xs[-1]:,.0f}"
        low, high = f"{min(medians):.2f}", f"{max(medians):.2f}"
        said.append(f"{kind} at {where} ({low if low == high else f'{low} to {high}'} of its time)")
    at = crossings([each.point for each in points], [each.ratio(peer).median for each in points])
    crossing = f" The medians cross at about {' and '.join(map(about, at))}." if at else ""
    return f"{axis.capitalize()}, beside {peer}: chainrule is {', '.join(said)}.{crossing}"


def about(value: float) -> str:
    """A number with two significant figures.

    >>> about(316.2), about(12_345.0)
    ('320', '12,000')
    """
    return f"{float(f'{value:.2g}'):,.10g}"
