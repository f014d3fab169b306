"""A rule of the doctor: how a problem is found, what is said of it, and what to try."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chainrule.lab.diagnose.finding import Finding
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.measurements import MeasuredLayer
from chainrule.lab.diagnose.remedies import Remedy
from chainrule.lab.diagnose.sentences import fill, in_words
from chainrule.lab.diagnose.trials.tried import TriedRun


@dataclass(frozen=True)
class ProblemRule:
    """One row of the rules.

    illness, sentence: templates, filled with what `check` has seen, and the `run`.
    remedies: by advice, a template, too, which may name what is changed: the first that changes the run is advised.
        None: the changes that the check has tried. A problem without remedy isn't said.
    unless: problems that explain this one: it isn't said after them, for the advice would be against another cause.
    even_if_learnt: looked for even if the run has learnt what there is to learn.
    certain: said even while the loss of a run under way falls, for it won't pass; others may be overcome.
    may_pass: whether it may pass if the run goes on.
    """

    illness: str
    check: Callable[[TriedRun], Seen | None]
    sentence: str
    remedies: Mapping[str, Remedy | None]
    unless: tuple[str, ...] = ()
    even_if_learnt: bool = False
    certain: bool = False
    may_pass: bool = False

    def apply(self, run: TriedRun) -> Finding | None:
        """The problem, if the run has it."""
        seen = self.check(run) if self.even_if_learnt or not run.learnt else None
        if seen is None:
            return None
        layer, words = seen.get("layer"), seen | {"run": run}
        for advice, remedy in self.remedies.items():
            changes = seen.get("changes", {}) if remedy is None else remedy(run)
            if changes is not None:
                tried = {
                    name: each if isinstance(each, int | str) else in_words(each) for name, each in changes.items()
                }
                return Finding(
                    self.illness.format_map(words),
                    fill(self.sentence, words),
                    fill(advice, words | tried),
                    {name: each for name, each in seen.items() if isinstance(each, int | float) and name != "layer"},
                    layer=layer.number if isinstance(layer, MeasuredLayer) else layer,
                    changes=changes,
                    may_pass=self.may_pass,
                )
        return None
