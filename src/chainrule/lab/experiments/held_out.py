"""What is held out: a fraction of the samples at random, of each class alike, or the last ones in their order."""

from typing import Any, NamedTuple

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import PART
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.core.foreign import said
from chainrule.lab.experiments.samples import Samples
from chainrule.training.data.split import split

LAST = "last:"
"""In front of a fraction: the last samples, in their order, rather than some at random."""

MOST_NAMED = 5
"""The most classes that a sentence names."""

Part = float | str
"""What is held out, as it is written: 0.2, or "last:0.2"."""


def check_part(name: str, value: Any) -> Part:
    """The part, if it is one.

    >>> check_part("test", 0.25), check_part("test", "last:0.2")
    (0.25, 'last:0.2')
    """
    if (isinstance(value, float) and PART.holds(value)) or (isinstance(value, str) and PART.holds(_share(value))):
        return value
    raise SettingError(f'{name} must be {PART.words}, or "last:0.2" for the last rows; got {said(value)}.')


def share_of(part: Part | None) -> float:
    """The fraction of the samples that a part is; 0 for None, and for a test in words.

    >>> share_of(0.25), share_of("last:0.2"), share_of("fresh")
    (0.25, 0.2, 0.0)
    """
    return part if isinstance(part, float) else _share(part or "")


def _share(text: str) -> float:
    try:
        return float(text.removeprefix(LAST)) if text.startswith(LAST) else 0.0
    except ValueError:
        return 0.0


class Parts(NamedTuple):
    """The samples to learn, those for validation and those for the test; and what the test is, in words."""

    learnt: Samples
    validation: Samples | None
    test: Samples
    tested_on: str


def hold_out(samples: Samples, test: Part | None, validation: Part | None, seed: int) -> Parts:
    """The samples in parts. test: also "fresh", "training" or None, as in an `Experiment`."""
    if test == "fresh" and samples.fresh is None:
        raise ShapeError(f'{samples.name} can\'t be drawn anew; test on "training" or hold out a fraction.')
    rows, of_test, of_validation = np.arange(len(samples)), None, None
    if share_of(test):
        rows, of_test = _without(samples, rows, test, share_of(test), seed)
    elif test is None and samples.test_rows is not None:
        rows, of_test = np.setdiff1d(rows, samples.test_rows), samples.test_rows
    if validation is not None:
        rows, of_validation = _without(samples, rows, validation, share_of(validation) / (1 - share_of(test)), seed)
    is_whole = len(rows) == len(samples)
    learnt = samples if is_whole else samples.pick(rows)
    validated = None if of_validation is None else samples.pick(of_validation)
    if of_test is not None:
        where = "the last {:,} samples" if isinstance(test, str) else "{:,} samples held out"
        return Parts(learnt, validated, samples.pick(of_test), where.format(len(of_test)))
    if test != "training" and samples.fresh is not None:
        return Parts(learnt, validated, samples.fresh, f"a fresh draw of {len(samples.fresh)} points")
    learnt_from = f"the {len(learnt):,} sample{'s' * (len(learnt) != 1)} it was trained on"
    return Parts(learnt, validated, learnt, learnt_from)


def _without(samples: Samples, rows: Array, part: Part | None, share: float, seed: int) -> tuple[Array, Array]:
    """Rows without a part that is this share of them, and that part."""
    if not isinstance(part, str):
        kept, _, out, _ = split(rows, samples.targets[rows], share, seed, stratify=samples.n_classes > 0)
        return kept, out
    in_order, n_out = np.sort(rows), round(share * len(rows))
    if not 0 < n_out < len(rows):
        raise DataError(
            f"{part} of {len(rows)} samples would be {n_out} to hold out and {len(rows) - n_out} to learn; "
            "give more samples, or a fraction that leaves at least one on each side."
        )
    return in_order[:-n_out], in_order[-n_out:]


def unlike(learnt: Samples, test: Samples) -> list[str]:
    """A sentence for classes that are learnt and not tested, and one for those tested and not learnt."""
    if not learnt.n_classes:
        return []
    most = max(learnt.n_classes, test.n_classes)
    n_learnt, n_tested = (np.bincount(each.class_numbers, minlength=most) for each in (learnt, test))
    sentences = []
    for some, none, how in (
        (n_learnt, n_tested, "No sample of {} is in the test; all of them are learnt."),
        (n_tested, n_learnt, "No sample of {} is learnt, but the test has some, which can't be answered correctly."),
    ):
        numbers = np.flatnonzero((some > 0) & (none == 0))
        names = [learnt.classes[k] if learnt.classes else str(k) for k in numbers[:MOST_NAMED]]
        more = [f"{len(numbers) - MOST_NAMED:,} more"] * (len(numbers) > MOST_NAMED)
        if names:
            sentences.append(how.format(f"class{'es' * (len(numbers) > 1)} {', '.join(names + more)}"))
    return sentences
