"""The results of the suite: written as JSON; the table and the plots are made from them alone."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.lowering import Lowering
from benchmarks.playground import Playground
from benchmarks.rounds import Measured
from benchmarks.startup import Startup
from benchmarks.tables import Tables
from benchmarks.targets import Judged, judged, of_growth, of_playground, of_tables


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
    lowering: Lowering | None = None
    tables: Tables | None = None
    playground: Playground | None = None

    @property
    def judged(self) -> list[Judged]:
        """The targets of what was measured."""
        grown = [each for axis, points in self.growth.items() for each in of_growth(axis, points)]
        return [
            *judged(self.tasks, self.startup, self.lowering),
            *of_tables(self.tables),
            *of_playground(self.playground),
            *grown,
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
        found["lowering"] = found.get("lowering") and Lowering(**found["lowering"])
        found["tables"] = found.get("tables") and Tables(**found["tables"])
        found["playground"] = found.get("playground") and Playground(**found["playground"])
        return cls(**found)
