"""Optimizers: the reference's forms and the standard ones, at an equal learning rate and each at its own best."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from chainrule.core.optimizers import SGD, Adam, Momentum, RMSprop
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.comparison_figure import curves, finals
from chainrule.lab.figures.svg import Drawing
from chainrule.lab.report.bands import Results
from chainrule.lab.report.chapters.comparing import Comparing, rows
from chainrule.lab.report.chapters.ranking import Row, best_and_worst, by_success

EQUAL_RATE = 0.1
"""The rate of the grid at which the optimizers are compared side by side too."""

CORRECTED, UNCORRECTED = "Adam", "reference’s Adam"


class Optimizers(Comparing):
    """Five optimizers, each at four learning rates."""

    name = "optimizers"
    title = "Optimizers"
    asks = "optimizer, rate"
    labels = (
        (SGD(EQUAL_RATE), "SGD"),
        (Momentum(EQUAL_RATE), "Momentum"),
        (RMSprop(EQUAL_RATE), "RMSprop"),
        (Adam(EQUAL_RATE, bias_correction=False), UNCORRECTED),
        (Adam(EQUAL_RATE), CORRECTED),
    )
    settings: ClassVar = {"optimizer": [optimizer for optimizer, _ in labels], "learning_rate": [0.01, 0.1, 1.0, 10.0]}

    def more(self, comparison: Comparison) -> Results:
        """The rows at an optimizer's best rate, which the table marks."""
        return {"marked": [row["label"] for row in at_their_best(rows(comparison))]}

    def facts(self, found: Results) -> Results:
        """The best and the worst optimizers, all at the equal rate and each at its own best; and Adam's correction.

        rates: the best rate of each.  factor: between the largest and the smallest of them.  corrected: the rows with
        the correction of Adam's means and those without, in pairs of one rate each.
        """
        best = at_their_best(found["rows"])
        rates = [row["values"][1] for row in best]
        both = ([row for row in found["rows"] if row["values"][0] == name] for name in (CORRECTED, UNCORRECTED))
        return {
            "equal_rate": EQUAL_RATE,
            "equal": best_and_worst([row for row in found["rows"] if row["values"][1] == EQUAL_RATE]),
            "own": best_and_worst(best),
            "rates": rates,
            "factor": max(rates) / min(rates),
            "corrected": list(zip(*both, strict=True)),
        }

    def panels(self, comparison: Comparison) -> list[Drawing]:
        """Curves of each optimizer at its best rate, curves at the equal rate, and where every setting ends."""
        found = rows(comparison)
        equal = [i for i, (_, rate) in enumerate(comparison.values) if rate == EQUAL_RATE]
        best = [found.index(each) for each in at_their_best(found)]
        return [
            curves(_some(comparison, best, "{}, {:g}"), title="each at its own best rate"),
            curves(_some(comparison, equal, "{}"), title=f"all at the rate {EQUAL_RATE:g}"),
            finals(comparison),
        ]


def at_their_best(found: list[Row]) -> list[Row]:
    """The row of each optimizer at its best rate of the grid, the smallest of equal ones, in the optimizers' order."""
    names = dict.fromkeys(row["values"][0] for row in found)
    return [min((row for row in found if row["values"][0] == name), key=by_success) for name in names]


def _some(comparison: Comparison, chosen: Sequence[int], name: str) -> Comparison:
    """Some settings of a comparison, as one of optimizers alone."""
    return replace(
        comparison,
        names=("optimizer",),
        values=tuple((name.format(*comparison.values[i]),) for i in chosen),
        experiments=tuple(comparison.experiments[i] for i in chosen),
        runs=tuple(comparison.runs[i] for i in chosen),
    )
