"""What part of the data is learnt, what part is watched for early stopping, and what part is the test."""

from dataclasses import dataclass

from chainrule.core.errors import SettingError
from chainrule.interfaces.cli.data import Data
from chainrule.training.data.split import split
from chainrule.training.data.standardizer import Standardizer


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts, and in words what the test is; `standardizer` was fitted on the part that is learnt."""

    learnt: Data
    validation: Data | None
    test: Data
    tested_on: str
    standardizer: Standardizer | None = None


def share_out(
    data: Data, test: float | None = None, validation: float | None = None, standardize: bool = False, seed: int = 0
) -> Parts:
    """Hold out fractions, of each class alike. Without a test part, the test is the data's own, or what was learnt."""
    for option, fraction in (("--test", test), ("--validation", validation)):
        if fraction is not None and not 0 < fraction < 1:
            raise SettingError(f"{option} must be a fraction above 0 and below 1; got {fraction}.")
    if (test or 0) + (validation or 0) >= 1:
        raise SettingError(f"--test {test} and --validation {validation} leave nothing to learn; lower them.")

    learnt, held_out, watched = data, data.fresh, None
    tested_on = f"a fresh draw of {len(data.fresh)} points" if data.fresh is not None else ""
    if test is not None:
        learnt, held_out = _hold_out(learnt, test, seed)
        tested_on = f"{len(held_out):,} samples held out"
    elif data.test_rows is not None:
        learnt, held_out = data.apart(data.test_rows)
        tested_on = f"{len(held_out):,} samples held out"
    if validation is not None:
        learnt, watched = _hold_out(learnt, validation / (1 - (test or 0)), seed)
    if held_out is None:
        held_out = learnt
        tested_on = f"the {len(learnt):,} sample{'s' * (len(learnt) != 1)} it was trained on"
    standardizer = Standardizer.fit(learnt.x) if standardize else None
    return Parts(learnt, watched, held_out, tested_on, standardizer)


def _hold_out(data: Data, fraction: float, seed: int) -> tuple[Data, Data]:
    x, y, x_out, y_out = split(data.x, data.targets, fraction, seed, stratify=data.n_classes > 0)
    return data.pick(x, y), data.pick(x_out, y_out)
