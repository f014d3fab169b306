"""What is tried against an illness: the same network in other words."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainrule.core.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.residual import Residual
from chainrule.core.network import Network
from chainrule.core.optimizers import Optimizer
from chainrule.lab.diagnose.trial import Trial, with_rate
from chainrule.training.run import Setup

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


def started_anew(network: Network) -> dict[str, Any]:
    """Settings that begin from the network's own start, whatever began before."""
    return {"network": network, "theta": None, "state": None}


def gentler(setup: Setup | None, trial: Trial | None) -> Optimizer | None:
    """The optimizer with the best of the smaller learning rates that were tried, or as it is."""
    if setup is None or trial is None:
        return None if setup is None else setup.optimizer
    return with_rate(setup.optimizer, round_rate(trial.lower[0]))


def round_rate(rate: float) -> float:
    """A rate as a person writes it: one digit.

    >>> round_rate(0.0499), round_rate(1.2e-3)
    (0.05, 0.001)
    """
    return float(f"{rate:.0e}") if np.isfinite(rate) else rate
