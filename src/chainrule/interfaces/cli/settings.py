"""Settings as a person writes them, in names and numbers, and the network, loss and optimizer that they mean."""

from dataclasses import dataclass, fields, replace
from typing import Any

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError, SettingError, choose, listing
from chainrule.core.initializers import Glorot, He, Initializer, LeCun, Normal, Zeros
from chainrule.core.losses import LOSSES, Loss
from chainrule.core.optimizers import OPTIMIZERS, Optimizer
from chainrule.interfaces.cli.data import Data
from chainrule.lab.experiments import samples
from chainrule.lab.experiments.experiment import Perceptron
from chainrule.lab.experiments.network_text import NetworkText
from chainrule.lab.report.reference import TASKS

INITIALIZERS: dict[str, type[Initializer]] = {
    "glorot": Glorot,
    "he": He,
    "lecun": LeCun,
    "normal": Normal,
    "zeros": Zeros,
}

LEARNING_RATES = {
    "sgd": 0.5,
    "momentum": 0.05,
    "nesterov": 0.05,
    "rmsprop": 0.01,
    "adam": 0.01,
    "adamw": 0.01,
}

REFERENCE = {
    "layers": "4,4",
    "activation": "sigmoid",
    "loss": "half_squared_error",
    "optimizer": "sgd",
    "initializer": "normal",
    "epochs": 100_000,
}
"""What the reference lab does, on the points in the plane."""

DIGITS = {"layers": "64", "activation": "relu", "optimizer": "adam", "batch_size": 32, "epochs": 30}
"""What suits the real data sets."""

FILES = {"layers": "16", "activation": "tanh", "optimizer": "adam", "epochs": 1000}
"""What suits most tables of numbers, standardised; the loss then follows from the target."""


@dataclass(frozen=True)
class Settings:
    """The settings of a run; None: what suits the data."""

    network: str | None = None
    layers: str | None = None
    activation: str | None = None
    output: str | None = None
    bias: bool = True
    initializer: str | None = None
    loss: str | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    momentum: float | None = None
    decay: float | None = None
    epsilon: float | None = None
    weight_decay: float | None = None
    bias_correction: bool | None = None
    epochs: int | None = None
    batch_size: int | None = None
    seed: int = 0
    dtype: str = "float64"
    penalty: float | None = None
    clip: float | None = None
    early_stopping: int | None = None

    def __post_init__(self) -> None:
        said = {"--layers": self.layers, "--activation": self.activation, "--output": self.output}
        said["--no-bias"] = None if self.bias else "no-bias"
        for option, value in said.items():
            if self.network is not None and value is not None:
                raise SettingError(f"--network says all layers, so {option} has no place beside it; leave one out.")

    def suited_to(self, data: Data) -> "Settings":
        """These settings, the gaps filled with what suits the data."""
        named = DIGITS if data.name in samples.REAL else REFERENCE
        defaults: dict[str, Any] = dict(named if data.named else FILES)
        if not data.named:
            defaults["loss"] = LOSS_FOR.get(data.n_classes, "softmax_cross_entropy")
        if data.named and data.n_classes > 2:
            defaults["loss"] = "softmax_cross_entropy"
        if self.learning_rate is None:
            optimizer = self.optimizer or defaults["optimizer"]
            of_lab = data.named and data.name in TASKS and optimizer == "sgd"
            defaults["learning_rate"] = TASKS[data.name].learning_rate if of_lab else LEARNING_RATES.get(optimizer)
        if self.network is not None:
            defaults = {name: value for name, value in defaults.items() if name not in PERCEPTRON}
        return replace(self, **{name: value for name, value in defaults.items() if getattr(self, name) is None})

    def build_loss(self) -> Loss:
        """The loss of this name."""
        return choose("loss", self.loss or "", LOSSES)()

    def build_optimizer(self) -> Optimizer:
        """The optimizer of this name, with the settings that were given; each must be one that it has."""
        name = self.optimizer or ""
        kind = choose("optimizer", name, OPTIMIZERS)
        known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # every optimizer is a dataclass
        given: dict[str, Any] = {}
        for setting in OPTIMIZER_SETTINGS:
            value = getattr(self, setting)
            if value is None:
                continue
            if setting not in known:
                options = listing(map(option_of, known))
                raise SettingError(f"{name} has no {option_of(setting)}; it has {options}.")
            given[setting] = value
        return kind(**given)

    def describe_network(self) -> Perceptron | NetworkText:
        """The network; its input and its output follow from the data."""
        start = self.initializer
        initializer = None if start is None else choose("initializer", start, INITIALIZERS)()
        if self.network is not None:
            return NetworkText(self.network, initializer)
        layers = tuple(units(self.layers or ""))
        return Perceptron(layers, self.activation or "sigmoid", self.output, self.bias, initializer)


OPTIMIZER_SETTINGS = ("learning_rate", "momentum", "decay", "epsilon", "weight_decay", "bias_correction")

PERCEPTRON = ("layers", "activation", "initializer")
"""The settings that have no default beside --network: a layer's start is then what suits its activation."""

LOSS_FOR = {0: "squared_error", 2: "binary_cross_entropy"}
"""By the number of classes; 0: the target is a quantity."""


def option_of(setting: str) -> str:
    """The option that says an optimizer's setting.

    >>> option_of("weight_decay"), option_of("bias_correction")
    ('--weight-decay', '--no-bias-correction')
    """
    return "--" + ("no-" if setting == "bias_correction" else "") + setting.replace("_", "-")


def units(layers: str) -> list[int]:
    """The units of each hidden layer, from "4,4"; none from "" or "none".

    >>> units("8, 4"), units("none")
    ([8, 4], [])
    """
    if layers.strip() in ("", "none"):
        return []
    try:
        return [int(each) for each in layers.split(",")]
    except ValueError:
        raise SettingError(
            f"--layers must be whole numbers with commas between, such as 4,4, or none; got {layers!r}."
        ) from None


def targets_for(loss: Loss, data: Data) -> tuple[Array, int]:
    """The targets as the loss takes them, and how many outputs they ask for.

    Class numbers stay as they are for a cross-entropy and for two classes; more classes become columns of zeros and a
    one for the squared errors.
    """
    if data.y is None:
        raise DataError(f"{data.name} holds no targets to learn; expected features and a target.")
    return samples.targets_for(loss, data)
