"""Networks that are tried in place of one that doesn't learn: the same layers, but for one change."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from chainrule.core.activations import Activation, LeakyReLU, ReLU, Sigmoid, Tanh
from chainrule.core.arrays import count
from chainrule.core.description import Description
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.pooling import MaxPool
from chainrule.core.layers.regularize import ChannelDropout, Dropout
from chainrule.core.layers.residual import Residual
from chainrule.core.network import Network
from chainrule.lab.figures.numbers import significant

LEAK = 0.1
"""The slope below zero of the units that replace dead ones."""


def restarted(network: Network) -> dict[str, Any]:
    """Settings of `train` for a network from its own start, whatever a run began with."""
    return {"network": network, "theta": None, "state": None}


def with_layers(network: Network, layers: Sequence[Layer]) -> Network:
    """The network with other layers."""
    return Network(network.input_shape, layers, network.initializer)


def mapped(layers: Sequence[Layer], change: Callable[[Layer], Layer]) -> tuple[Layer, ...]:
    """Every layer changed, those inside a `Residual` too."""
    return tuple(
        Residual(mapped(each.layers, change)) if isinstance(each, Residual) else change(each) for each in layers
    )


def with_default_start(network: Network) -> Network:
    """The network with the start that suits its activations: Glorot's, and He's in front of the ReLU family.

    >>> from chainrule.core.initializers import Normal
    >>> with_default_start(Network((2,), [Dense(4), Tanh()], Normal(50.0)))
    Network((2,), (Dense(4), Tanh()))
    """

    def change(layer: Layer) -> Layer:
        return replace(layer, initializer=None) if isinstance(layer, Dense | Convolution) else layer  # type: ignore[type-var]  # a dataclass

    return Network(network.input_shape, mapped(network.layers, change))


def _with_hidden(network: Network, old: type[Layer], new: Layer) -> Network:
    """The network with every activation of a kind, but for the last layer, replaced."""
    *hidden, last = network.layers
    return with_layers(network, (*mapped(hidden, lambda layer: new if isinstance(layer, old) else layer), last))


def leaky(network: Network) -> Network:
    """The network with leaky units for those that can die."""
    return _with_hidden(network, ReLU, LeakyReLU(LEAK))


def passing_more(network: Network) -> Network:
    """The network with more of the gradient sent back: tanh for the sigmoid, and the default start."""
    return with_default_start(_with_hidden(network, Sigmoid, Tanh()))


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
    return with_layers(network, (*layers, network.layers[-1]))


def with_hidden_layer(network: Network) -> Network:
    """The network with a hidden layer in front of its only one.

    >>> with_hidden_layer(Network((2,), [Dense(1)]))
    Network((2,), (Dense(16), Tanh(), Dense(1)))
    """
    place = next(i for i, layer in enumerate(network.layers) if isinstance(layer, Dense))
    return with_layers(network, (*network.layers[:place], Dense(16), Tanh(), *network.layers[place:]))


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
    return with_layers(network, layers)


def with_biases(network: Network) -> Network:
    """The network with a bias in every layer of weights.

    >>> from chainrule.core.network import mlp
    >>> with_biases(mlp(2, 1, output="identity", bias=False))
    Network((2,), (Dense(1),))
    """

    def change(layer: Layer) -> Layer:
        return replace(layer, bias=True) if isinstance(layer, Dense | Convolution) else layer  # type: ignore[type-var]

    return with_layers(network, mapped(network.layers, change))


def without_output(network: Network) -> Network:
    """The network without its last activation."""
    return with_layers(network, network.layers[:-1])


def with_outputs(network: Network, n_outputs: int) -> Network:
    """The network with that many outputs, of any value."""
    last = max((i for i, each in enumerate(network.layers) if isinstance(each, Dense)), default=len(network.layers))
    return with_layers(network, (*network.layers[:last], Dense(n_outputs)))


def non_linear(network: Network) -> Network:
    """The network with a tanh between layers of weights that follow each other.

    >>> non_linear(Network((2,), [Dense(4), Dense(1)]))
    Network((2,), (Dense(4), Tanh(), Dense(1)))
    """
    layers: list[Layer] = []
    is_linear = False
    for layer in network.layers:
        if isinstance(layer, Dense | Convolution):
            layers += [Tanh()] if is_linear else []
            is_linear = True
        elif may_be_non_linear(layer):
            is_linear = False
        layers.append(layer)
    return with_layers(network, layers)


def single(value: Any) -> float:
    """A member's setting, which a population may have as a tuple of one."""
    return value if isinstance(value, float) else value[0]


def largest_dropout(network: Network) -> float:
    """The largest rate of the network's dropouts; 0 where there are none."""
    layers = [each.layer for each in network.leaves]
    return max((single(each.rate) for each in layers if isinstance(each, Dropout | ChannelDropout)), default=0.0)


def dropping(network: Network, fraction: float) -> Network:
    """The network with its dropouts at a fraction of their rates."""

    def change(layer: Layer) -> Layer:
        if not isinstance(layer, Dropout | ChannelDropout):
            return layer
        return type(layer)(significant(fraction * single(layer.rate), 2))

    return with_layers(network, mapped(network.layers, change))


def without_dropout(network: Network) -> Network:
    """The network without its dropouts; those inside a `Residual` are left at a rate of 0."""
    layers = dropping(network, 0.0).layers
    return with_layers(network, [each for each in layers if not isinstance(each, Dropout | ChannelDropout)])


def is_own(part: Description) -> bool:
    """Whether a layer or a loss is one of a user's own: its class is from outside this library."""
    return type(part).__module__.partition(".")[0] != "chainrule"


def may_be_non_linear(layer: Layer) -> bool:
    """Whether a layer is known to be non-linear, or is one of a user's own."""
    return isinstance(layer, Activation | MaxPool) or is_own(layer)


def is_linear(network: Network) -> bool:
    """Whether the whole network is one affine map of the samples.

    >>> from chainrule.core.network import mlp
    >>> is_linear(mlp(2, 4, 1, activation="identity")), is_linear(mlp(2, 4, 1))
    (True, False)
    """
    return not any(may_be_non_linear(each.layer) for each in network.leaves)


def is_linear_bottleneck(network: Network) -> bool:
    """Whether all layers are linear, and one of them narrower than what comes in and what goes out.

    >>> from chainrule.core.network import mlp
    >>> is_linear_bottleneck(mlp(8, 2, 8, activation="identity")), is_linear_bottleneck(mlp(8, 8, 8))
    (True, False)
    """
    leaves = [each for each in network.leaves if not each.layer.view]
    widths = [each.layer.units for each in leaves if isinstance(each.layer, Dense)]
    if len(widths) < 2 or len(widths) < len(leaves):
        return False
    return min(widths[:-1]) < min(count(network.input_shape), widths[-1])
