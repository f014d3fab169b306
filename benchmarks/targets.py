"""The targets: how much of a peer's time chainrule may take, as medians. The table shows for each whether it is met."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.contenders import OURS
from benchmarks.rounds import Measured
from benchmarks.spread import Spread, ratios
from benchmarks.startup import Startup


@dataclass(frozen=True)
class Target:
    """A limit on chainrule's time divided by a contender's, for the same task unless `than` names another."""

    task: str
    against: str
    at_most: float
    than: str = ""

    @property
    def text(self) -> str:
        """The contender, and its task if it is another."""
        return f"{self.against}, {self.than}" if self.than else self.against

    def ratio(self, measured: Mapping[str, Measured]) -> Spread | None:
        """The measured ratio, or None if one of its times is missing."""
        ours, theirs = measured.get(self.task), measured.get(self.than or self.task)
        if ours is None or theirs is None or OURS not in ours.times or self.against not in theirs.times:
            return None
        common = min(len(ours.times[OURS]), len(theirs.times[self.against]))  # one task may have had more rounds
        return Spread.of(ratios(ours.times[OURS][:common], theirs.times[self.against][:common]))


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


TARGETS = (
    Target("T1", "PyTorch eager", 0.09),
    Target("T1", "scikit-learn", 0.20),
    Target("T1", "textbook NumPy", 0.35),
    Target("T2, K = 32", "JAX", 1.1),
    Target("T2, K = 32", "PyTorch eager", 0.035, than="T1"),
    Target("T2, K = 256", "chainrule", 1.1, than="T2, K = 32"),
    Target("T3", "PyTorch eager", 0.15),
    Target("T3", "PyTorch eager, fused", 0.26),
    Target("T3", "JAX", 1.2),
    Target("T4, batch 32", "PyTorch eager", 1.0),
    Target("T4, batch 32", "PyTorch eager, fused", 1.0),
    Target("T4, batch 128", "PyTorch eager", 1.3),
    Target("T4, batch 128", "PyTorch eager, fused", 1.3),
    Target("T4, batch 512", "PyTorch eager", 1.5),
    Target("T4, batch 512", "PyTorch eager, fused", 1.5),
    Target("T5", "PyTorch eager", 0.03),
    Target("T7, one sample, T1's network", "scikit-learn", 0.1),
    Target("T7, one sample, T3's network", "scikit-learn", 0.1),
)

STARTUP_TARGETS = (
    StartupTarget("import chainrule", 30.0),
    StartupTarget("a program's names", 30.0),
    StartupTarget("100 epochs of xor", 100.0),
)
