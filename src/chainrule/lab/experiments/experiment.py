"""An experiment: one run described as a whole, with many starts. It compares, hashes, prints, and is a TOML file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainrule.core.activations import activation as activation_named
from chainrule.core.arrays import Shape, count
from chainrule.core.description import (
    COUNT,
    COUNT_OR_ZERO,
    POSITIVE,
    Description,
    check_kind,
    check_real,
    check_whole,
    flag,
    part,
    setting,
    whole,
)
from chainrule.core.errors import SettingError
from chainrule.core.initializers import Initializer
from chainrule.core.layers.base import Layer
from chainrule.core.losses import HalfSquaredError, Loss, SquaredError
from chainrule.core.network import Network, mlp
from chainrule.core.optimizers import SGD, Optimizer
from chainrule.core.penalties import L2
from chainrule.core.population import check_dtype
from chainrule.lab.experiments import toml
from chainrule.lab.experiments.network_text import NetworkText
from chainrule.lab.experiments.populations import Runs, in_chunks, join, train_members
from chainrule.lab.experiments.samples import DataFile, DataSet, described


def _check_units(name: str, value: Any) -> tuple[int, ...]:
    units = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    return tuple(check_whole(name, COUNT, each) for each in units)


def _check_activation(name: str, value: Any) -> str | Layer:
    if isinstance(value, str):
        activation_named(value)
    checked: str | Layer = check_kind(name, (str, Layer), "an activation's name or a layer such as Tanh()", value)
    return checked


@dataclass(frozen=True, repr=False)
class Perceptron(Description):
    """A multi-layer perceptron by its hidden layers; its inputs and outputs follow from the data and the loss.

    layers: the units of each hidden layer; () has none.  activation, output, bias, initializer: as `mlp` takes them.
    output: None: identity for a cross-entropy, which wants logits, and for `SquaredError`; else the activation.

    >>> Perceptron((8, 8), activation="tanh").build((2,), 1, HalfSquaredError())
    Network((2,), (Dense(8), Tanh(), Dense(8), Tanh(), Dense(1), Tanh()))
    """

    layers: tuple[int, ...] = setting(_check_units, (4, 4))
    activation: str | Layer = setting(_check_activation, "sigmoid")
    output: str | Layer | None = setting(lambda name, value: value and _check_activation(name, value), None)
    bias: bool = flag(True)
    initializer: Initializer | None = part(Initializer, "an initializer such as Normal()")

    def build(self, input_shape: Shape, n_outputs: int, loss: Loss) -> Network:
        """The network for samples of this shape, seen as vectors, and targets that ask for so many outputs."""
        output = self.output
        if output is None and (loss.link != "identity" or isinstance(loss, SquaredError)):
            output = "identity"
        return mlp(
            *(count(input_shape), *self.layers, n_outputs),
            activation=self.activation,
            output=output,
            bias=self.bias,
            initializer=self.initializer,
        )


def _check_network(name: str, value: Any) -> Perceptron | NetworkText | Network:
    if isinstance(value, str):
        return NetworkText(value)
    kinds = (Perceptron, NetworkText, Network)
    checked: Perceptron | NetworkText | Network = check_kind(
        name, kinds, "a Perceptron((4, 4)), a text or a Network", value
    )
    return checked


def _check_test(name: str, value: Any) -> str | float | None:
    if value in (None, "fresh", "training"):
        return None if value is None else str(value)
    if isinstance(value, float) and 0 < value < 1:
        return value
    raise SettingError(f'{name} must be "fresh", "training", or the fraction to hold out, as 0.25; got {value!r}.')


def _check_penalty(name: str, value: Any) -> L2 | None:
    if value is None or isinstance(value, L2):
        return value
    return L2(value)


def _must(kind: type, example: str) -> Callable[[str, Any], Any]:
    return lambda name, value: check_kind(name, kind, example, value)


@dataclass(frozen=True, repr=False)
class Experiment(Description):
    """A run described as a whole: what is learnt, by what, how long, and from how many starts.

    data: a data set's name or `DataSet`, or a file's name or `DataFile`.
    network: a `Perceptron`, a text as `NetworkText` takes it, or a whole `Network`.
    loss, optimizer, epochs, batch_size, clip, dtype: as in `train`.
    penalty: an `L2`, or its strength.  seed, starts: start k has seed + k, in its weights, shuffling and dropout; all
    learn from the same samples.
    test: "fresh" (another draw of 100 points), "training" (the samples learnt from), or the fraction of the samples
    to hold out; None: fresh where the data can be drawn anew, the part of digits and mnist1d that is for the test, else
    training.

    Raises SettingError, with the name of the setting, for what can't be meant.

    >>> experiment = Experiment("xor", optimizer=SGD(0.5), epochs=100, starts=3)
    >>> experiment
    Experiment(DataSet('xor'), optimizer=SGD(0.5), epochs=100, starts=3)
    >>> experiment.run().final.shape
    (3,)
    """

    data: DataSet | DataFile = setting(lambda name, value: described(value))
    network: Perceptron | NetworkText | Network = setting(_check_network, Perceptron())
    loss: Loss = setting(_must(Loss, "a loss such as SquaredError()"), HalfSquaredError())
    optimizer: Optimizer = setting(_must(Optimizer, "an optimizer such as SGD(0.5)"), SGD(0.25))
    epochs: int = whole(COUNT, 20_000)
    batch_size: int | None = setting(
        lambda name, value: None if value is None else check_whole(name, COUNT, value), None
    )
    penalty: L2 | None = setting(_check_penalty, None)
    clip: float | None = setting(
        lambda name, value: None if value is None else check_real(name, POSITIVE, value), None, per_member=True
    )
    dtype: str = setting(lambda name, value: check_dtype(value).name, "float64")
    seed: int = whole(COUNT_OR_ZERO, 0)
    starts: int = whole(COUNT, 16)
    test: str | float | None = setting(_check_test, None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.members():
            name, count = self.members()[0]
            raise SettingError(
                f"an Experiment has one value of each setting, got {count} of {name}; "
                "compare(experiment, learning_rate=[...]) takes several."
            )

    def to_toml(self) -> str:
        """The experiment as TOML; what is as by default is left out, but for the main settings.

        >>> print(Experiment("xor", optimizer=SGD(0.5)).to_toml())
        data = "xor"
        loss = "HalfSquaredError"
        epochs = 20000
        seed = 0
        starts = 16
        <BLANKLINE>
        [network]
        layers = [
            4,
            4,
        ]
        activation = "sigmoid"
        <BLANKLINE>
        [optimizer]
        type = "SGD"
        learning_rate = 0.5
        <BLANKLINE>
        """
        return toml.write(self)

    @staticmethod
    def from_toml(source: str | Path) -> "Experiment":
        r"""The experiment of a TOML text, or of a file.

        A string is a text if it holds "=", else the name of a file. Raises FileError for what isn't TOML or can't be
        read, SettingError that names the key for a setting that is unknown or out of range.

        >>> Experiment.from_toml('data = "xor"\noptimizer = { type = "SGD", learning_rate = 0.5 }')
        Experiment(DataSet('xor'), optimizer=SGD(0.5))
        """
        return toml.read(source, Experiment, Perceptron)

    def run(self, report: Callable[[int, int], object] = lambda done, total: None) -> Runs:
        """Train all starts, as one population, in this process; `report(done, total)` counts epochs of members.

        Raises what is wrong with the settings or the data. A start that diverges is marked, and the others go on.
        """
        seeds = range(self.seed, self.seed + self.starts)
        total, finished, parts = self.epochs * self.starts, 0, []
        for chunk in in_chunks(self, list(seeds)):

            def count(done: int, of: int, before: int = finished) -> None:
                report(before + done, total)

            parts.append(train_members([self] * len(chunk), chunk, count))
            finished += self.epochs * len(chunk)
        return join(parts)
