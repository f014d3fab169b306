"""Hidden units, 1 to 64 in each of the two hidden layers."""

from typing import ClassVar

from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.comparison_figure import curves, finals
from chainrule.lab.figures.svg import Drawing
from chainrule.lab.report.bands import Results
from chainrule.lab.report.chapters.comparing import Comparing
from chainrule.lab.report.chapters.ranking import works


class HiddenUnits(Comparing):
    """Networks of five widths."""

    name = "hidden-units"
    title = "Hidden units"
    asks = "units per layer"
    settings: ClassVar = {"units": [1, 2, 4, 16, 64]}

    def panels(self, comparison: Comparison) -> list[Drawing]:
        """Where the runs end along the scale of the setting comes first."""
        return [finals(comparison), curves(comparison)]

    def facts(self, found: Results) -> Results:
        """The fewest units with which half of the starts succeed; None where no number of them is enough."""
        return {"fewest": next((row for row in found["rows"] if works(row)), None)}
