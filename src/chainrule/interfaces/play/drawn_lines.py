"""What the lines of the drawing show: each one weight; between the maps of images one line for all weights there."""

from collections.abc import Callable

import numpy as np

from chainrule.core.arrays import Array
from chainrule.interfaces.play.planes import Images
from chainrule.interfaces.play.stage import Stage


def drawn_lines(stage: Stage, numbers: Array, one: Callable[..., Array] = np.mean) -> Array:
    """The numbers of lines, of numbers (P,) of parameters: these themselves; of images, means and the biases.

    one: what makes one number of many, along an axis, in place of their mean.

    >>> from chainrule.interfaces.play.scene import Scene
    >>> from chainrule.interfaces.play.stage import set_up
    >>> drawn_lines(set_up(Scene()), np.arange(41.0)).shape
    (41,)
    """
    if not isinstance(stage.ground, Images):
        return numbers
    sources, found = 1, []
    for place in stage.network.leaves:
        if "weights" not in {each.name for each in place.signature.parameters}:
            continue
        named = place.named(numbers)
        weights = named["weights"]
        biases = named.get("bias", np.empty(0, numbers.dtype)).reshape(len(weights), -1)
        found.append(np.concatenate([one(weights.reshape(len(weights), sources, -1), axis=2), biases], axis=1).ravel())
        sources = len(weights)
    return np.concatenate(found)
