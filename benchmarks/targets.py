"""The targets: how much of a peer's time chainrule may take, as medians, and whether each is met."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.contenders import NUMPY, OURS
from benchmarks.growth import split
from benchmarks.long_runs import LONG
from benchmarks.lowering import AGAIN, LOWERING, Lowering
from benchmarks.playground import (
    CHAIN,
    CLICK,
    FIRST,
    FRAME,
    IDLE,
    LARGE_FRAME,
    LARGE_LOOK,
    LOOK,
    PROOF,
    STEP,
    Playground,
)
from benchmarks.rounds import Measured
from benchmarks.spread import Spread, ratios
from benchmarks.startup import Startup
from benchmarks.tables import MEGABYTES, SECONDS, Tables
from benchmarks.tasks import EVERYWHERE


@dataclass(frozen=True)
class Target:
    """A limit on chainrule's time divided by a contender's, for the same task unless `than` names another.

    against: the contender, or several, with semicolons between: then the fastest of them.
    """

    task: str
    against: str
    at_most: float
    than: str = ""

    def rival(self, measured: Mapping[str, Measured]) -> str | None:
        """The contender to compare with, the fastest of those that were measured; None if there is none."""
        theirs = measured.get(self.than or self.task)
        known = [] if theirs is None else [name for name in self.against.split("; ") if theirs.times.get(name)]
        return min(known, key=lambda name: Spread.of(theirs.times[name]).median) if theirs and known else None

    def ratio(self, measured: Mapping[str, Measured]) -> Spread | None:
        """The measured ratio, or None if one of its times is missing."""
        ours, rival = measured.get(self.task), self.rival(measured)
        if ours is None or rival is None or not ours.times.get(OURS):
            return None
        theirs = measured[self.than or self.task]
        common = min(len(ours.times[OURS]), len(theirs.times[rival]))  # one task may have had more rounds
        return Spread.of(ratios(ours.times[OURS][:common], theirs.times[rival][:common]))


@dataclass(frozen=True)
class StartupTarget:
    """A limit on the milliseconds that a program takes beyond NumPy's own import."""

    program: str
    at_most: float

    def difference(self, startup: Startup) -> Spread:
        """The measured difference."""
        return startup.beyond(self.program)

    def is_unclear(self, startup: Startup) -> bool:
        """Whether the limit lies in the median's interval, and the interval is wider than the whole limit."""
        low, high = self.difference(startup).interval
        return low <= self.at_most <= high and high - low > self.at_most


PYTORCH = "PyTorch eager; PyTorch eager, fused"
SMALL = "MLX; nn-engine-core; libfann"

LEVEL = 1.05
"""No slower, as far as that can be measured."""

TARGETS = (
    Target("T1", "JAX", 0.30),
    Target("T1", "C", 0.95),
    Target("T1", SMALL, 0.60),
    Target("T2, K = 32", "JAX", 0.45),
    Target("T2, K = 256", "JAX", 0.45),
    Target("T2, K = 256, two cores", "JAX", 0.35),
    Target("T2, K = 256", "chainrule", 1.1, than="T2, K = 32"),
    Target("T3", "JAX", 0.55),
    Target("T3", "PyTorch eager", 0.03),
    Target("T3", SMALL, 0.60),
    Target("T4, batch 32", PYTORCH, 0.20),
    Target("T4, batch 128", PYTORCH, 0.25),
    Target("T4, batch 512", PYTORCH, 0.25),
    *(Target(f"T4, batch {size}", "MLX", 0.60) for size in (32, 128, 512)),
    Target(f"T1, {LONG}", "JAX", 0.30),
    Target(f"T1, {LONG}", "C", 0.95),
    Target(f"T2, K = 256, {LONG}", "JAX", 0.45),
    Target(f"T2, K = 256, two cores, {LONG}", "JAX", 0.35),
    Target(f"T3, {LONG}", "JAX", 0.55),
    Target(f"T3, {LONG}", "PyTorch eager", 0.03),
    Target(f"T3, {LONG}", SMALL, 0.60),
    Target(f"T4, batch 32, {LONG}", PYTORCH, 0.20),
    Target(f"T4, batch 128, {LONG}", PYTORCH, 0.25),
    Target(f"T4, batch 512, {LONG}", PYTORCH, 0.25),
    Target("T5", "PyTorch eager", 0.03),
    Target("T7, one sample, T1's network", "scikit-learn", 0.05),
    Target("T7, one sample, T3's network", "scikit-learn", 0.05),
    Target("T7, 100,000 samples, T1's network", EVERYWHERE, 1.0),
    Target("T7, 100,000 samples, T3's network", EVERYWHERE, 1.0),
    Target("100 epochs of xor", NUMPY, LEVEL),
    Target("report", NUMPY, 1 / 3),
)

STARTUP_TARGETS = (
    StartupTarget("import chainrule", 30.0),
    StartupTarget("a program's names", 30.0),
    StartupTarget("100 epochs of xor", 100.0),
)


LOWERING_TARGETS = {"T1": 1.0, "LeNet": 2.0}
"""The most milliseconds to lower a network's step."""

AGAIN_TARGET = 0.1
"""The most of that time to lower a structure that was seen before."""


TABLES_TARGETS = (
    ("36 MB of images", SECONDS, 2.0),
    ("36 MB of images", MEGABYTES, 400.0),
    ("20,000 columns", SECONDS, 10.0),
)
"""What reading a file may take."""

PLAYGROUND_TARGETS = {FIRST: 1.5, CLICK: 100.0, FRAME: 1e3 / 30, STEP: 2.0, LARGE_FRAME: 1e3 / 15, IDLE: 1.0} | {
    CHAIN: 4.0,
    PROOF: 4.0,
    LOOK: 100.0,
    LARGE_LOOK: 100.0,
}
"""What the playground may take: 30 frames a second, or 15 of a large scene, and half of the library's speed; beside the
glass box a quarter of its own, and ten looks inside a second."""

GROWTH_TARGET = 1.10
"""In growth no ratio's interval may lie wholly above this."""


@dataclass(frozen=True)
class Judged:
    """A target and what was measured, as text.  verdict: "met", "missed" or "too noisy", which is neither."""

    task: str
    against: str
    measured: str
    limit: str
    verdict: str


def judged(
    tasks: Iterable[Measured], startup: Startup | None = None, lowering: Lowering | None = None
) -> Iterator[Judged]:
    """The targets of what was measured."""
    measured = {each.name: each for each in tasks}
    for target in TARGETS:
        ratio, than = target.ratio(measured), target.than or target.task
        if ratio is not None:
            disturbed = measured[target.task].disturbed or measured[than].disturbed
            rival = f"{target.rival(measured)}, {than}" if target.than else str(target.rival(measured))
            verdict = "too noisy" if disturbed else ratio.verdict(target.at_most)
            yield Judged(target.task, rival, ratio.trusted, f"{target.at_most:.3g}", verdict)
    for each in STARTUP_TARGETS if startup is not None else ():
        beyond = each.difference(startup)
        verdict = "too noisy" if each.is_unclear(startup) else "met" if beyond.median <= each.at_most else "missed"
        yield Judged(f"T6, {each.program}", "NumPy's own import", f"{beyond} ms more", f"+{each.at_most:g} ms", verdict)
    for network, limit in LOWERING_TARGETS.items() if lowering is not None else ():
        found, again = Spread.of(lowering.times[network][LOWERING]), lowering.ratio(network, AGAIN, LOWERING)
        yield Judged(f"lowering {network}, ms", "", found.trusted, f"{limit:g}", found.verdict(limit))
        of_again = (again.trusted, f"{AGAIN_TARGET:g}", again.verdict(AGAIN_TARGET))
        yield Judged(f"lowering {network} again", "the first time", *of_again)


def of_tables(tables: Tables | None) -> Iterator[Judged]:
    """Whether large tables are read within their limits."""
    for file, unit, limit in TABLES_TARGETS if tables is not None else ():
        found = tables.spread(file, unit)
        yield Judged(f"{file}, {unit}", "", found.trusted, f"{limit:g}", found.verdict(limit))


def of_playground(playground: Playground | None) -> Iterator[Judged]:
    """Whether the playground is as quick as it should be."""
    for what, limit in PLAYGROUND_TARGETS.items() if playground is not None else ():
        found = playground.spread(what)
        yield Judged(f"playground, {what}", "", found.trusted, f"{limit:.3g}", found.verdict(limit))


def of_growth(axis: str, measured: Sequence[Measured]) -> Iterator[Judged]:
    """Whether chainrule keeps up with each peer at every point of an axis; the worst is shown."""
    points, _ = split(measured)
    for peer in dict.fromkeys(name for each in points for name in each.times if name not in (OURS, NUMPY)):
        ratios = {each.point: each.ratio(peer) for each in points if each.times.get(peer)}
        worst = max(ratios, key=lambda point: ratios[point].interval[0])
        quiet = {each.point for each in points if not each.disturbed}
        clear = quiet & {point for point, ratio in ratios.items() if not ratio.is_too_wide}
        beyond = any(ratios[point].interval[0] > GROWTH_TARGET for point in clear)
        verdict = "missed" if beyond else "met" if len(clear) == len(ratios) else "too noisy"
        shown = f"{ratios[worst].trusted} at {worst:,.0f}"
        yield Judged(f"growth, {axis}", peer, shown, f"{GROWTH_TARGET:.2f}, everywhere", verdict)


def summary(found: Iterable[Judged]) -> str:
    """How many targets are met, missed, or undecided; "" without any.

    >>> summary([Judged("T1", "JAX", "0.2", "0.3", "met"), Judged("T3", "JAX", "0.2 to 1", "0.3", "too noisy")])
    'Targets: 1 met, 0 missed, 1 too noisy.'
    """
    verdicts = [each.verdict for each in found]
    counts = (f"{verdicts.count(each)} {each}" for each in ("met", "missed", "too noisy"))
    return f"Targets: {', '.join(counts)}." if verdicts else ""
