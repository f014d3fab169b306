"""Learning rates, from stuck through converging to diverging, and where the edges lie."""

from typing import ClassVar

from chainrule.core.optimizers import SGD
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.comparison_figure import curves, finals
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.figures.svg import Drawing
from chainrule.lab.report.bands import Results
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.chapters.comparing import Comparing, on_points
from chainrule.lab.report.chapters.ranking import works


class LearningRates(Comparing):
    """Plain gradient descent on both tasks, at eight rates."""

    name = "learning-rates"
    title = "What if the learning rate is too large or too small?"
    asks = "learning rate"
    settings: ClassVar = {"learning_rate": [0.001, 0.01, 0.1, 1.0, 10.0, 30.0, 100.0, 300.0]}

    def tasks(self, scale: Scale) -> dict[str, Experiment]:
        """Plain gradient descent on both tasks."""
        return {task: on_points(scale, task, optimizer=SGD(1.0)) for task in ("linear", "xor")}

    def panels(self, comparison: Comparison) -> list[Drawing]:
        """Where the runs end along the scale of the setting comes first."""
        return [finals(comparison), curves(comparison)]

    def facts(self, found: Results) -> Results:
        """The rates with which half of the starts succeed, and the rates beside the edges.

        working: from the smallest that works to the largest; gaps: those between that don't.  too_small, too_large:
        the rates below and above.  lowest: the rate with the lowest median loss.
        """
        rows = found["rows"]
        good = [i for i, row in enumerate(rows) if works(row)]
        first, last = (good[0], good[-1]) if good else (0, -1)
        return {
            "working": [rows[i] for i in good],
            "gaps": [rows[i] for i in range(first, last) if i not in good],
            "too_small": rows[:first],
            "too_large": rows[last + 1 :],
            "lowest": min(rows, key=lambda row: float("inf") if row["median"] is None else row["median"]),
        }
