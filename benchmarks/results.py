"""The results of the suite: written as JSON; the table and the plots are made from them alone."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.rounds import Measured
from benchmarks.startup import Startup
from benchmarks.targets import STARTUP_TARGETS, TARGETS


@dataclass
class Results:
    """machine: as `machine.describe()` says.  quick: whether this is only a look.  missing: contenders that aren't
    installed, and how they are had.  growth: the points of each axis.
    """

    machine: dict[str, str]
    quick: bool = False
    missing: dict[str, str] = field(default_factory=dict)
    tasks: list[Measured] = field(default_factory=list)
    growth: dict[str, list[Measured]] = field(default_factory=dict)
    startup: Startup | None = None

    @property
    def too_wide(self) -> list[str]:
        """The ratios whose interval is too wide, one sentence each."""
        measured = {task.name: task for task in self.tasks}
        found = {(task.name, name): task.ratio(name) for task in self.tasks for name in task.times}
        found |= {(each.task, each.text): each.ratio(measured) for each in TARGETS}
        unclear = [
            f"T6, {each.program}: {each.difference(self.startup)} ms beyond NumPy's own import, of {each.at_most:g}"
            for each in STARTUP_TARGETS
            if self.startup is not None and each.is_unclear(self.startup)
        ]
        return unclear + [
            f"{task}, chainrule to {name}: the median {ratio.median:.3g} lies between {ratio.interval[0]:.3g} and "
            f"{ratio.interval[1]:.3g}"
            for (task, name), ratio in found.items()
            if ratio is not None and ratio.is_too_wide
        ]

    def write(self, path: Path) -> None:
        """Write the results as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Read results that `write` wrote."""
        found = json.loads(path.read_text(encoding="utf-8"))
        found["tasks"] = [Measured(**each) for each in found["tasks"]]
        found["growth"] = {axis: [Measured(**each) for each in points] for axis, points in found["growth"].items()}
        found["startup"] = found["startup"] and Startup(**found["startup"])
        return cls(**found)
