"""A chapter of the report with runs of its own: what it trains, and its numbers, facts and figures."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.workers import Job
from chainrule.lab.figures.files import Figure
from chainrule.lab.report.bands import Results

Work = Mapping[str, tuple[Job, int] | Comparison]
"""Work by name: jobs, each with the total that its progress counts to, and comparisons that still lack their runs."""

Answers = Mapping[str, Any]
"""The outcome of a chapter's work, by the same names: the jobs' answers, and the comparisons with their runs."""


EPOCHS = 20_000
"""Epochs of the comparisons in a whole report."""


@dataclass(frozen=True)
class Scale:
    """The size of the chapters: the epochs of a comparison's runs, the starts per setting, and the first seed."""

    epochs: int = EPOCHS
    starts: int = 8
    seed: int = 0


class Chapter(ABC):
    """A chapter with runs of its own. Its sentences are in templates/chapters/, its lines of Python in examples/.

    name: the name of its template, of its section in links, and after --only.  title: the heading.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def work(self, scale: Scale) -> Work:
        """The jobs and comparisons that it needs."""

    @abstractmethod
    def results(self, scale: Scale, answers: Answers) -> Results:
        """Its numbers, ready for JSON."""

    @abstractmethod
    def constants(self, scale: Scale) -> Mapping[str, Any]:
        """The constants of its example, as this report has them."""

    def shown(self, found: Results) -> Results:
        """The variables of its template: its numbers, and the facts that its sentences turn on."""
        return found

    def figures(self, found: Results, answers: Answers) -> Mapping[str, Figure | str]:
        """Figures by name, from its numbers or from its answers; drawings of an explanation are SVGs already."""
        return {}
