"""A multi-layer perceptron by its hidden layers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.core.activations import ACTIVATIONS
from chainrule.core.activations import activation as activation_named
from chainrule.core.arrays import Shape, count
from chainrule.core.description import COUNT, Description, check_kind, check_whole, flag, optional, part, setting
from chainrule.core.errors import known_name
from chainrule.core.initializers import Initializer
from chainrule.core.layers.base import Layer
from chainrule.core.losses import Loss, SquaredError
from chainrule.core.network import Network, mlp


def _check_units(name: str, value: Any) -> tuple[int, ...]:
    units = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    return tuple(check_whole(name, COUNT, each) for each in units)


def _check_activation(name: str, value: Any) -> str | Layer:
    if isinstance(value, str):
        activation_named(value)  # raises for an unknown name
        return known_name(value, ACTIVATIONS) or value
    checked: str | Layer = check_kind(name, (str, Layer), "an activation's name or a layer such as Tanh()", value)
    return checked


@dataclass(frozen=True, repr=False)
class Perceptron(Description):
    """A multi-layer perceptron by its hidden layers; its inputs and outputs follow from the data and the loss.

    layers: the units of each hidden layer; () has none.  activation, output, bias, initializer: as `mlp` takes them.
    output: None: identity for a cross-entropy, which expects logits, and for `SquaredError`; else the activation.

    >>> from chainrule.core.losses import HalfSquaredError
    >>> Perceptron((8, 8), activation="tanh").build((2,), 1, HalfSquaredError())
    Network((2,), (Dense(8), Tanh(), Dense(8), Tanh(), Dense(1), Tanh()))
    """

    layers: tuple[int, ...] = setting(_check_units, (4, 4))
    activation: str | Layer = setting(_check_activation, "sigmoid")
    output: str | Layer | None = optional(setting(_check_activation))
    bias: bool = flag(True)
    initializer: Initializer | None = part(Initializer, "an initializer such as Normal()")

    def build(self, input_shape: Shape, n_outputs: int, loss: Loss) -> Network:
        """The network for samples of this shape, taken as vectors, with this number of outputs."""
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
