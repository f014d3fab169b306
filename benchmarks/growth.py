"""Growth: an epoch's time against samples, width, depth and population, beside PyTorch and JAX."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import chainrule as cr
from benchmarks.contenders import OURS
from benchmarks.rounds import Measured
from benchmarks.tasks import Entry, Group, Scale, Task, reference
from benchmarks.work import Data, Training

SECONDS = 0.1
"""About how long a run of chainrule's takes, where a few epochs don't take longer."""

FEWEST, MOST = 5, 500
"""Epochs of a run."""

LARGE = 2e7
"""Operations an epoch from which a second core is worth it; below, threads that wait for each other cost time."""

QUICK_EPOCHS = 40
"""A quick look leaves out points whose runs have fewer epochs than this, since each of these takes long."""


@dataclass(frozen=True)
class Sweep:
    """One axis of growth.  axis: what it is called.  works: what is trained, by the value on the axis."""

    axis: str
    works: dict[int, Training]

    def groups(self, scale: Scale) -> list[Group]:
        """What is measured: the small works with a core each, the large ones with two."""
        tasks: dict[int, list[Task]] = {1: [], 2: []}
        for value, work in self.works.items():
            if scale.quick and work.epochs < QUICK_EPOCHS:
                continue
            work = replace(work, epochs=scale.shorter(work.epochs))
            pytorch = "PyTorch vmap" if work.population else "PyTorch eager"
            entries = {name: Entry((work,), 1e3 / work.epochs) for name in (OURS, pytorch, "JAX")}
            cores = 2 if operations(work) > LARGE else 1
            tasks[cores].append(Task(f"{self.axis} {value:,}", "", "ms an epoch", entries, point=value))
        return [Group(self.axis, cores, tuple(some), seconds=0.02) for cores, some in tasks.items() if some]


def training(widths: Sequence[int] = (2, 4, 4, 1), n: int = 100, population: int | None = None) -> Training:
    """The reference task with one thing larger, and so many epochs that a run takes a bounded time."""
    work = replace(reference(MOST, population), network=cr.mlp(*widths), data=Data("linear", n), checked=(3,))
    epochs = int(SECONDS / (5e-5 + operations(work) / 1e9))
    return replace(work, epochs=max(FEWEST, min(epochs, MOST)))


def operations(work: Training) -> int:
    """About how many an epoch takes: a product and a sum for each parameter, forward and twice backward."""
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
    """Whether chainrule is faster there, slower, or neither can be told."""
    low, high = point.ratio(peer).interval
    return "faster" if high < 1 else "slower" if low > 1 else "level"


def crossings(xs: Sequence[float], ratios: Sequence[float]) -> list[float]:
    """Where the ratio passes 1, along straight lines in double logarithmic axes.

    >>> [round(x) for x in crossings([1, 100], [0.1, 10.0])]
    [10]
    """
    found = []
    for (x0, r0), (x1, r1) in itertools.pairwise(zip(xs, map(math.log, ratios), strict=True)):
        if (r0 < 0) != (r1 < 0):
            found.append(x0 * (x1 / x0) ** (r0 / (r0 - r1)))
    return found


def sentence(axis: str, points: Sequence[Measured], peer: str) -> str:
    """Where chainrule is faster than a peer, where slower, and where they cross."""
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
    """Two figures of a number.

    >>> about(316.2), about(12_345.0)
    ('320', '12,000')
    """
    return f"{float(f'{value:.2g}'):,.10g}"
