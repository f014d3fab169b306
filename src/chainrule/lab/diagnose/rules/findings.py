"""The problems of a run: the rules applied stage by stage, causes first."""

from collections.abc import Iterable

import numpy as np

from chainrule.lab.diagnose.finding import Finding
from chainrule.lab.diagnose.rule import ProblemRule
from chainrule.lab.diagnose.rules.course import COURSE, SETTINGS
from chainrule.lab.diagnose.rules.rest import BESIDES, LAST_RESORT
from chainrule.lab.diagnose.rules.start import FIRST, START
from chainrule.lab.diagnose.trials.tried import TriedRun


def findings(run: TriedRun) -> tuple[Finding, ...]:
    """All problems of a run, each once, the most probable first cause first."""
    with np.errstate(all="ignore"):  # a run that explodes is inspected, too
        if run.under_way and run.falls:
            found = _found(run, [rule for rule in (*FIRST, *START) if rule.certain])
        else:
            stages = (FIRST, START, SETTINGS, COURSE, LAST_RESORT)
            found = next((found for stage in stages if (found := _found(run, stage))), {})
            found |= _found(run, BESIDES, found)
    return tuple(found.values())


def _found(run: TriedRun, rules: Iterable[ProblemRule], others: Iterable[str] = ()) -> dict[str, Finding]:
    """The findings by name: of the rules of one problem the first that applies, and none that another explains."""
    found: dict[str, Finding] = {}
    for rule in rules:
        if not any(name in found or name in others for name in (rule.illness, *rule.unless)):
            finding = rule.apply(run)
            if finding is not None:
                found[finding.illness] = finding
    return found
