"""Hidden units, 1 to 64 in each of the two hidden layers."""

from typing import ClassVar

from chainrule.lab.report.bands import Results
from chainrule.lab.report.chapters.comparing import Comparing
from chainrule.lab.report.chapters.ranking import works


class HiddenUnits(Comparing):
    """Networks of five widths."""

    name = "hidden-units"
    title = "Hidden units"
    asks = "units a layer"
    settings: ClassVar = {"units": [1, 2, 4, 16, 64]}

    def facts(self, found: Results) -> Results:
        """The fewest units with which half of the starts succeed; None where no number of them is enough."""
        return {"fewest": next((row for row in found["rows"] if works(row)), None)}
