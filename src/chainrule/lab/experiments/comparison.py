"""A comparison: its results, and their figure."""

from dataclasses import dataclass

from chainrule.lab.experiments.compared_runs import ComparedRuns
from chainrule.lab.experiments.comparison_figure import draw, write_figure
from chainrule.training.files.storage import FilePath


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(ComparedRuns):
    """The result of `compare`: setting i has `values[i]`, `experiments[i]` and `runs[i]`, all from the same starts.

    names: of the settings compared.  level: a start succeeds when its loss ends at or below this,
    if there is a level.

    >>> from chainrule.lab.experiments.compare import compare
    >>> from chainrule.lab.experiments.experiment import Experiment
    >>> comparison = compare(Experiment("xor", epochs=20, starts=2), learning_rate=[0.1, 1.0])
    >>> list(comparison.to_dict())
    ['learning_rate', 'start', 'seed', 'final_loss', 'accuracy', 'reached', 'ending', 'epoch']
    >>> [each.label for each in comparison.summary()]
    ['0.1', '1']
    """

    def figure(self) -> str:
        """Median and band over the starts for each setting, and the final loss against the setting, as an SVG.

        At most eight settings have a curve each; of more, eight evenly spaced ones. Raises MissingExtraError without
        Matplotlib, of the extra `report`.
        """
        return draw(self)

    def save_figure(self, path: FilePath) -> None:
        """Write the figure to a file, as SVG, PNG or PDF, as its name ends in .svg, .png or .pdf.

        Raises FileError for another name, MissingExtraError without Matplotlib, of the extra `report`.
        """
        write_figure(self, path)
