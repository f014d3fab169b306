"""What outputs stand for: shares of classes, and the class that is answered."""

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import arithmetic
from chainrule.interfaces.play.stage import Stage
from chainrule.training.links import LINKS


def shares(stage: Stage, outputs: Array) -> Array:
    """The outputs (n, O) as probabilities."""
    with arithmetic():
        return LINKS[stage.loss.link](outputs)


def chosen(stage: Stage, outputs: Array) -> Array:
    """The classes that outputs (n, O) stand for."""
    classes: Array = outputs.argmax(axis=1)
    if outputs.shape[1] == 1:
        classes = (outputs[:, 0] >= (0.5 if stage.loss.link == "identity" else 0.0)).astype(np.intp)
    return classes
