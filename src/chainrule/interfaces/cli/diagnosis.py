"""The doctor's diagnosis of a run, with the options of `train` that its advice stands for."""

from dataclasses import replace

from chainrule.interfaces.cli.advice import as_options
from chainrule.lab.diagnose.diagnosis import diagnose
from chainrule.lab.diagnose.finding import STANDARDIZED, Finding
from chainrule.lab.experiments.prepared import Prepared
from chainrule.lab.experiments.shown_loss import loss_factor
from chainrule.training.run import Run
from chainrule.training.stopping import Ending

INTERRUPTIONS = ("interrupted", "stopped by the caller")
"""The reasons of an ending after Ctrl-C: inside a step, or between two records."""


def diagnosis(run: Run, prepared: Prepared) -> list[str]:
    """One line for each problem found, with the options to try; losses are those of the log.

    After an interruption, without the problems that might have passed.
    """
    named = replace(run, model=replace(run.model, features=prepared.features, classes=prepared.classes))
    found: tuple[Finding, ...] = diagnose(
        named,
        *prepared.arrays(prepared.learnt),
        loss_factor=loss_factor(prepared.experiment.loss, prepared.network),
        held_out=None if prepared.test is prepared.learnt else prepared.arrays(prepared.test),
    )
    if isinstance(run.ending, Ending) and run.ending.reason in INTERRUPTIONS:
        found = tuple(each for each in found if not each.may_pass)
    new = tuple(each for each in found if not _is_followed(each, prepared))
    lines = []
    for each in new or (found if _is_diverged(run) else ()):
        options = as_options(each.changes, prepared)
        lines.append(f"{each} Options: {options}." if options else str(each))
    return lines


def _is_followed(finding: Finding, prepared: Prepared) -> bool:
    """Whether what is advised was done: of columns, the levels of categories stay 0 and 1 though it is asked for."""
    return any(name in finding.changes and getattr(prepared, name) is not None for name in STANDARDIZED.values())


def _is_diverged(run: Run) -> bool:
    return isinstance(run.ending, Ending) and run.ending.reason == "diverged"
