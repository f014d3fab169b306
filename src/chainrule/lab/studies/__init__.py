"""The report's chapters that are no comparisons: one study a file, with its work, its numbers and its sentences."""

from chainrule.lab.studies import digits, going_wrong, mnist1d, search
from chainrule.lab.studies.study import Study

STUDIES: dict[str, Study] = {
    "search": search.STUDY,
    "digits": digits.STUDY,
    "mnist1d": mnist1d.STUDY,
    "going-wrong": going_wrong.STUDY,
}
"""The studies by name."""
