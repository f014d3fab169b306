"""A recipe: all that a script needs to repeat a run."""

from dataclasses import dataclass, field, replace
from typing import Any

from chainrule.core.arrays import Array
from chainrule.core.errors import SettingError
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.training.run import Setup


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples that are learnt: x (n, *input_shape), and targets y as `train` takes them.

    lines: source that makes x and y; () where a script is to hold their numbers.  note: what is said of these.
    """

    x: Array = field(repr=False)
    y: Array = field(repr=False)
    lines: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, eq=False)
class Recipe:
    """A run to be repeated.

    setup: the settings and the start.  steps: how many it made.
    """

    network: Network
    loss: Loss
    samples: Samples
    setup: Setup
    steps: int

    @property
    def n_batches(self) -> int:
        """Steps per epoch."""
        size = self.setup.batch_size
        return 1 if size is None else -(-len(self.samples.x) // size)

    @property
    def changes(self) -> list[tuple[int, dict[str, Any]]]:
        """The settings that changed, by the step before which they did."""
        now: dict[str, Any] = {name: getattr(self.setup, name) for name in ("optimizer", "penalty", "clip")}
        found = []
        for step, settings in self.setup.changes:
            made = {}
            for name, value in settings.items():
                if name in now:
                    same, now[name] = now[name] == value, value
                else:
                    same = name != "epochs" and getattr(now["optimizer"], name) == value
                    now["optimizer"] = _with(now["optimizer"], name, value)
                if not same and name != "epochs":
                    made[name] = value
            if made and step < self.steps:
                found.append((step, made))
        return found

    @property
    def edits(self) -> list[tuple[int, int, float]]:
        """The numbers of theta that were edited, before which step; after the last step, too."""
        return [each for each in self.setup.edits if each[0] <= self.steps]


def _with(optimizer: Any, name: str, value: Any) -> Any:
    return replace(optimizer, **{name: value}) if hasattr(optimizer, name) else optimizer


def check_repeats(setup: Setup | None) -> Setup:
    """The setup of a run that a script can repeat; else a SettingError."""
    if setup is None:
        raise SettingError("this run doesn't say how it began; expected one that train() or iterate() returned.")
    for is_so, what in ((setup.augmented, "augmented samples"), (setup.weighted, "sample weights")):
        if is_so:
            raise SettingError(f"a run keeps no {what}, so no script can repeat this one; train without them.")
    return setup
