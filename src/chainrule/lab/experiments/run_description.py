"""One description of a run: data, network, loss, optimizer, and how long, how and by what it is trained and tested."""

from dataclasses import dataclass
from typing import Any

from chainrule.core.description import (
    COUNT,
    NON_NEGATIVE,
    PART,
    POSITIVE,
    SEED,
    Description,
    check_kind,
    flag,
    optional,
    real,
    setting,
    whole,
)
from chainrule.core.engine.choice import check_engine
from chainrule.core.errors import SettingError, known_name
from chainrule.core.foreign import said
from chainrule.core.losses import HalfSquaredError, Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import SGD, Optimizer
from chainrule.core.penalties import L2
from chainrule.core.population import check_dtype
from chainrule.lab.experiments.data import DataFile, DataSet, described
from chainrule.lab.experiments.held_out import Part, check_part, share_of
from chainrule.lab.experiments.network_text import NetworkText
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.training.stopping import EarlyStopping

BALANCED = "balanced"
"""The weights of classes by which all count alike."""


def _kind(kind: type, example: str) -> Any:
    return lambda name, value: check_kind(name, kind, example, value)


def _check_network(name: str, value: Any) -> Perceptron | NetworkText | Network:
    if isinstance(value, str):
        return NetworkText(value)
    kinds = (Perceptron, NetworkText, Network)
    checked: Perceptron | NetworkText | Network = check_kind(
        name, kinds, "a Perceptron((4, 4)), a text or a Network", value
    )
    return checked


def _check_class_weight(name: str, value: Any) -> str:
    if known_name(value, (BALANCED,)):
        return BALANCED
    raise SettingError(f'{name} must be "{BALANCED}", which makes all classes count alike; got {said(value)}.')


def _check_test(name: str, value: Any) -> Part:
    try:
        return value if value in ("fresh", "training") else check_part(name, value)
    except (SettingError, ValueError):  # an array has no truth value
        raise SettingError(
            f'{name} must be "fresh", "training", the fraction to hold out, as 0.25, or "last:0.25" for the last rows; '
            f"got {said(value)}."
        ) from None


@dataclass(frozen=True, repr=False)
class RunDescription(Description):
    """The fields of an `Experiment`, which adds what can be done with them.

    data: the name of a data set or a file, a `DataSet` or a `DataFile`.
    network: a `Perceptron`, a text as `NetworkText` takes it, or a whole `Network`.
    loss, optimizer, epochs, batch_size, clip, dtype: as in `train`.
    penalty: an `L2`, or its strength.
    seed, starts: start k has seed + k for its weights, shuffling and dropout; all starts learn from the same samples.
    test: "fresh" (another draw of 100 points), "training" (the samples learnt from), or the fraction of the samples
        to hold out, 0.25 at random, of each class alike, or "last:0.25" of rows in order; None: fresh where the data
        can be drawn anew, the test part of digits and mnist1d, else training.
    validation: the fraction of the samples to hold out for the validation loss, likewise.
    early_stopping: an `EarlyStopping`, or its patience.
    standardize: whether features get mean 0 and deviation 1; None: those of files, not those of named data sets. The
        quantities of a file are then standardised too, where the network's outputs are unbounded.
    class_weight: "balanced" weighs the samples to learn so that all classes count alike in the loss.
    start: the name of a TOML file with weights and biases to start from, see `lab/experiments/start.py`; None: drawn
        by the seed.
    engine: as in `train`.
    """

    data: DataSet | DataFile = setting(lambda name, value: described(value))
    network: Perceptron | NetworkText | Network = setting(_check_network, Perceptron())
    loss: Loss = setting(_kind(Loss, "a loss such as SquaredError()"), HalfSquaredError())
    optimizer: Optimizer = setting(_kind(Optimizer, "an optimizer such as SGD(0.5)"), SGD(0.25))
    epochs: int = whole(COUNT, 20_000)
    batch_size: int | None = optional(whole(COUNT))
    penalty: L2 | None = optional(
        setting(lambda name, value: value if isinstance(value, L2) else L2(value), kind=float, rule=NON_NEGATIVE)
    )
    clip: float | None = optional(real(POSITIVE))
    dtype: str = setting(lambda name, value: check_dtype(value).name, "float64")
    seed: int = whole(SEED, 0)
    starts: int = whole(COUNT, 16)
    test: Part | None = optional(setting(_check_test, kind=float, rule=PART))
    validation: Part | None = optional(setting(check_part, kind=float, rule=PART))
    early_stopping: EarlyStopping | None = optional(
        setting(
            lambda name, value: value if isinstance(value, EarlyStopping) else EarlyStopping(value),
            kind=int,
            rule=COUNT,
        )
    )
    standardize: bool | None = optional(flag(True))
    class_weight: str | None = optional(setting(_check_class_weight))
    start: str | None = optional(setting(_kind(str, 'the name of a file such as "start.toml"')))
    engine: str | None = optional(setting(check_engine))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.members():
            name, count = self.members()[0]
            raise SettingError(
                f"an Experiment has one value of each setting, got {count} of {name}; "
                "compare(experiment, learning_rate=[...]) takes several."
            )
        if share_of(self.test) + share_of(self.validation) >= 1:
            raise SettingError(f"test {self.test} and validation {self.validation} leave nothing to learn; lower them.")

    @property
    def is_standardized(self) -> bool:
        """Whether features are standardised, the default for these data included."""
        return isinstance(self.data, DataFile) if self.standardize is None else self.standardize
