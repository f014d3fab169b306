"""What is tried against an illness: the same network in other words."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from chainrule.core.activations import Activation, LeakyReLU, ReLU, Sigmoid, Tanh
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.residual import Residual
from chainrule.core.network import Network

LEAK = 0.1
"""The slope below zero of the units that stand in for dead ones."""


def mapped(layers: Sequence[Layer], change: Callable[[Layer], Layer]) -> tuple[Layer, ...]:
    """Every layer as `change` has it, those inside a `Residual` too."""
    return tuple(
        Residual(mapped(each.layers, change)) if isinstance(each, Residual) else change(each) for each in layers
    )


def suited(network: Network) -> Network:
    """The network with the start that suits its activations: Glorot's, and He's in front of the ReLU family.

    >>> from chainrule.core.initializers import Normal
    >>> suited(Network((2,), [Dense(4), Tanh()], Normal(50.0)))
    Network((2,), (Dense(4), Tanh()))
    """

    def change(layer: Layer) -> Layer:
        return _without_initializer(layer) if isinstance(layer, Dense | Convolution) else layer

    return Network(network.input_shape, mapped(network.layers, change))


def _without_initializer(layer: Layer) -> Layer:
    settings = {field.name: value for field, value in layer.settings()} | {"initializer": None}
    return type(layer)(**settings)


def hidden_as(network: Network, old: type[Layer], new: Layer) -> Network:
    """Every activation of a kind but the last layer as another."""
    *hidden, last = network.layers
    changed = mapped(hidden, lambda layer: new if isinstance(layer, old) else layer)
    return Network(network.input_shape, (*changed, last), network.initializer)


def leaky(network: Network) -> Network:
    """Leaky units for those that can die."""
    return hidden_as(network, ReLU, LeakyReLU(LEAK))


def passing_more(network: Network) -> Network:
    """What sends more of the gradient back: tanh for the sigmoid, and the start that suits it."""
    return suited(hidden_as(network, Sigmoid, Tanh()))


def normalized(network: Network) -> Network:
    """The network with a BatchNorm in front of each hidden activation, where none is anywhere.

    Source: Ioffe and Szegedy, "Batch normalization" (2015), 3.2.

    >>> normalized(Network((2,), [Dense(4), Tanh(), Dense(1), Tanh()]))
    Network((2,), (Dense(4), BatchNorm(), Tanh(), Dense(1), Tanh()))
    """
    if any(isinstance(each.layer, BatchNorm) for each in network.leaves):
        return network
    layers: list[Layer] = []
    for layer in network.layers[:-1]:
        layers += [BatchNorm(), layer] if isinstance(layer, Activation) else [layer]
    return Network(network.input_shape, (*layers, network.layers[-1]), network.initializer)


def with_hidden_layer(network: Network) -> Network:
    """The network with a hidden layer in front of its only one.

    >>> with_hidden_layer(Network((2,), [Dense(1)]))
    Network((2,), (Dense(16), Tanh(), Dense(1)))
    """
    place = next(i for i, layer in enumerate(network.layers) if isinstance(layer, Dense))
    layers = (*network.layers[:place], Dense(16), Tanh(), *network.layers[place:])
    return Network(network.input_shape, layers, network.initializer)


def widened(network: Network) -> Network:
    """The network with twice the units, or channels, in each layer of weights but the last; those of a `Residual` stay.

    >>> from chainrule.core.network import mlp
    >>> widened(mlp(2, 4, 1))
    Network((2,), (Dense(8), Sigmoid(), Dense(1), Sigmoid()))
    """
    if any(isinstance(each, Residual) for each in network.layers):
        return network
    weights = [i for i, each in enumerate(network.layers) if isinstance(each, Dense | Convolution)]
    layers = list(network.layers)
    for i in weights[:-1]:
        width = "units" if isinstance(layers[i], Dense) else "channels"
        layers[i] = replace(layers[i], **{width: 2 * getattr(layers[i], width)})  # type: ignore[type-var]  # a dataclass
    return Network(network.input_shape, layers, network.initializer)


def with_biases(network: Network) -> Network:
    """The network with a bias in every layer of weights.

    >>> from chainrule.core.network import mlp
    >>> with_biases(mlp(2, 1, output="identity", bias=False))
    Network((2,), (Dense(1),))
    """

    def change(layer: Layer) -> Layer:
        return replace(layer, bias=True) if isinstance(layer, Dense | Convolution) else layer  # type: ignore[type-var]

    return Network(network.input_shape, mapped(network.layers, change), network.initializer)


def started_anew(network: Network) -> dict[str, Any]:
    """Settings that begin from the network's own start, whatever began before."""
    return {"network": network, "theta": None, "state": None}
