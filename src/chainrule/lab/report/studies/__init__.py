"""The report's chapters that are no comparisons: one study a file, with its work, its numbers and its sentences."""

from chainrule.lab.report.studies import digits, going_wrong, mnist1d, one_weight, search
from chainrule.lab.report.studies.study import Study

STUDIES: dict[str, Study] = {
    "one-weight": one_weight.STUDY,
    "search": search.STUDY,
    "digits": digits.STUDY,
    "mnist1d": mnist1d.STUDY,
    "going-wrong": going_wrong.STUDY,
}
"""The studies by name."""
