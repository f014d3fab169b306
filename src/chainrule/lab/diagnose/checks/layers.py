"""Layers that do nothing."""

from itertools import pairwise

import numpy as np

from chainrule.core.activations import Activation, Tanh
from chainrule.core.arrays import count
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.pooling import MaxPool
from chainrule.core.network import Network
from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.finding import Finding, said
from chainrule.lab.diagnose.measurements import Signs
from chainrule.lab.diagnose.remedies import with_biases
from chainrule.lab.diagnose.trials.non_linearity import is_straight, try_bent
from chainrule.lab.diagnose.trials.rates import BETTER, LONGER, UNLEARNT
from chainrule.lab.diagnose.trials.trial import Point

CONSTANT = 1e-6
"""A layer's output is the same for every sample where it varies by less than this part of itself."""

FAR_FROM_0 = 1.0
"""A mean is far from 0 where it is more than so many deviations from it."""


def linear_in_a_row(case: Case) -> Finding | None:
    """Two layers of weights with nothing bent between them: together they are one.

    A product of matrices is a matrix: W2 (W1 a) = (W2 W1) a. Where the first has fewer units than what comes in and
    what goes out, the product is of lower rank than one layer's: a bottleneck, which is left alone.
    """
    if case.learnt:
        return straight_throughout(case)
    first: Signs | None = None
    for each in case.after:
        if isinstance(each.place.layer, Activation | MaxPool):
            first = None
        elif isinstance(each.place.layer, Dense | Convolution):
            if first is not None and not _narrows(first, each):
                return Finding(
                    "a layer that does nothing",
                    f"Between {first} and {each} nothing bends: together they can learn no more than one of them, and "
                    f"{case.what_is_left}.",
                    "Put an activation between them, such as Tanh() or ReLU().",
                    {"first": first.number, "second": each.number, "unexplained": case.left},
                    layer=each.number,
                    changes={"network": bent(case.network), "theta": None, "state": None},
                )
            first = each
    return None


def straight_throughout(case: Case) -> Finding | None:
    """Layers of weights and nothing bent in the whole network, where it seems to have learnt: tried with a bend.

    In many features nearest neighbours are far, and tell nothing (Beyer et al., "When is nearest neighbor meaningful?",
    1999): what differs between them is no noise, and a part is learnt by a straight map.
    """
    network = bent(case.network)
    if case.left < UNLEARNT or case.under_way or network == case.network or not is_straight(case.network):
        return None
    tried = None if is_linear_bottleneck(case.network) else try_bent(case, network)
    if tried is None or not tried.helps:
        return None
    return Finding(
        "a layer that does nothing",
        f"Nothing bends in the whole network: its layers together learn a straight map. Within "
        f"{tried.steps} steps from the start the loss of samples held out comes down to {said(tried.straight)}, and to "
        f"{said(tried.bent)} with a Tanh() between the layers; the run left it at {said(tried.end)}.",
        "Put an activation between the layers, such as Tanh() or ReLU().",
        {
            "loss": tried.straight,
            "loss bent": tried.bent,
            "loss of the run": tried.end,
            "steps": tried.steps,
            "unexplained": case.left,
        },
        changes={"network": network, "theta": None, "state": None},
    )


def is_linear_bottleneck(network: Network) -> bool:
    """Whether a network of several layers bends nowhere, and has a layer narrower than what comes in and goes out.

    >>> from chainrule.core.network import mlp
    >>> is_linear_bottleneck(mlp(8, 2, 8, activation="identity")), is_linear_bottleneck(mlp(8, 8, 8))
    (True, False)
    """
    leaves = [each for each in network.leaves if not each.layer.view]
    widths = [each.layer.units for each in leaves if isinstance(each.layer, Dense)]
    if len(widths) < 2 or len(widths) < len(leaves):
        return False
    return min(widths[:-1]) < min(count(network.input_shape), widths[-1])


def _narrows(first: Signs, second: Signs) -> bool:
    """Whether there is a bottleneck between two layers of weights."""
    if first.weights is None or second.weights is None:
        return False
    middle, inputs = first.weights.shape
    return bool(middle < min(inputs, len(second.weights)))


def bent(network: Network) -> Network:
    """The network with a tanh between layers of weights that follow each other."""
    layers: list[Layer] = []
    waiting = False
    for layer in network.layers:
        if isinstance(layer, Dense | Convolution):
            layers += [Tanh()] if waiting else []
            waiting = True
        elif isinstance(layer, Activation | MaxPool):
            waiting = False
        layers.append(layer)
    return Network(network.input_shape, layers, network.initializer)


def without_bias(case: Case) -> Finding | None:
    """A layer at the end without a bias, and targets whose mean is far from 0: tried with biases.

    Without any bias, tanhs answer 0 at x = 0, and so do ReLUs: the plane of answers goes through the origin.
    """
    last = case.network.last_layer
    if case.learnt or case.bench is None or case.loss.link != "identity" or not isinstance(last, Dense) or last.bias:
        return None
    means, spreads = case.targets.mean(axis=0), case.targets.std(axis=0)
    k = int((np.abs(means) / np.maximum(spreads, np.finfo(float).tiny)).argmax())
    mean, spread = float(means[k]), float(spreads[k])
    if abs(mean) < FAR_FROM_0 * spread or case.setup is None or case.start is None or case.end is None:
        return None
    network, dtype = with_biases(case.network), case.start.theta.dtype
    begun = Point(network.initialize(case.setup.seeds[0], dtype=dtype), network.initialize_state(dtype=dtype))
    steps = LONGER * case.bench.means(1).steps
    (own,), _ = case.bench.train_on(case.start, 1, steps)
    (loss,), steps = case.bench.train_on(begun, 1, steps, network=network)
    ended = float(case.bench.value(case.end.theta))
    if not loss < BETTER * min(own, ended):
        return None
    return Finding(
        "a missing bias",
        f"The last layer has no bias, and the targets lie around {said(mean)} with a deviation of {said(spread)}; "
        f"{case.what_is_left}. The run ended at a loss of {said(ended)}; with biases {steps} steps from a start lead "
        f"to {said(loss)}.",
        "Leave out bias=False, or standardise the targets.",
        {"mean": mean, "deviation": spread, "loss": ended, "loss with biases": loss, "unexplained": case.left},
        layer=max(each.number for each in case.after),
        changes={"network": network, "theta": None, "state": None},
    )


def constant_output(case: Case) -> Finding | None:
    """A layer that answers the same to {case.every_sample}: what lies behind it sees nothing of the data."""
    if case.learnt:
        return None
    for here, there in pairwise(case.after):
        if here.varies > CONSTANT >= there.varies:
            return Finding(
                "a layer that does nothing",
                f"L{str(there)[1:]}, answers the same to {case.every_sample}: what lies behind it sees nothing of the "
                "data.",
                "Start anew with other weights, or leave the layer out.",
                {"varies": there.varies},
                layer=there.number,
            )
    return None
