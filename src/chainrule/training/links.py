"""Links: from the outputs of a network to probabilities, as the loss that it was trained by takes them."""

from collections.abc import Callable

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import total


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), for any z."""
    a: Array = np.exp(-np.logaddexp(0.0, -z))
    return a


def softmax(z: Array) -> Array:
    """e^z divided by its sum over the outputs, which are last."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    shares: Array = powers / total(powers, axis=-1, keepdims=True)
    return shares


LINKS: dict[str, Callable[[Array], Array]] = {"identity": lambda z: z, "sigmoid": sigmoid, "softmax": softmax}
"""Functions from the network's outputs to probabilities, by the name of the loss's link."""
