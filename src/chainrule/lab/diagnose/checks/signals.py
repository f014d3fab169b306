"""Problems of the signals through the layers: too little or too much comes through, or the same through every unit."""

from itertools import pairwise

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Inspection, Moment, Seen
from chainrule.lab.diagnose.measurements import STEEPEST, rms
from chainrule.lab.figures.numbers import short


def symmetric_start(run: Inspection) -> Seen | None:
    """All units of a hidden layer start with the same weights in and out: their gradients are the same for ever.

    Source: Goodfellow et al., "Deep learning" (2016), 8.4.
    """
    layers = [each for each in run.at_start.layers if each.weights is not None]
    for here, behind in pairwise(layers):
        units = len(here.weights)  # type: ignore[arg-type]
        if units > 1 and _all_same(here.weights) and _all_same(_by_input(behind.weights, units)):
            start = "have" if run.start is None else "start with"
            zero = "" if np.any(here.weights) else "all of them zero, "
            return {"units": units, "different units": 1, "layer": here, "start": start, "zero": zero}
    return None


def _all_same(rows: Array | None) -> bool:
    return rows is not None and bool(np.abs(rows - rows[:1]).max() <= thresholds.SAME * rms(rows))


def _by_input(weights: Array | None, units: int) -> Array | None:
    """The weights of a layer, one row for each unit or channel in front of it."""
    if weights is None or weights.shape[1] % units:
        return None
    return weights.reshape(len(weights), units, -1).swapaxes(0, 1).reshape(units, -1)


def saturated(moment: Moment, at_least: float) -> Seen | None:
    """Sigmoids or tanhs that are flat for most samples: large weights or inputs, from the start or grown."""
    worst = max(moment.layers, key=lambda each: each.saturated, default=None)
    if worst is None or worst.saturated < at_least:
        return None
    kind = type(worst.place.layer).__name__.lower()
    return {"saturated": worst.saturated, "layer": worst, "when": moment.when, "kind": kind}


def dead(moment: Moment) -> Seen | None:
    """Rectified units that are off for every sample: no gradient comes through, so they stay off.

    Source: Lu et al., "Dying ReLU and initialization" (2020); after a long step Maas et al., "Rectifier nonlinearities
    improve neural network acoustic models" (2013), 2.
    """
    rectified = [each for each in moment.layers if len(each.dead)]
    worst = max(rectified, key=lambda each: float(each.dead.mean()), default=None)
    if worst is None or worst.dead.mean() < thresholds.MOST:
        return None
    in_network = sum(int(each.dead.sum()) for each in rectified)
    units = sum(len(each.dead) for each in rectified)
    others = f" ({in_network} of {units} in the network)" if len(rectified) > 1 else ""
    seen = {"dead": int(worst.dead.sum()), "units": len(worst.dead), "dead in the network": in_network}
    return seen | {"layer": worst, "when": moment.when, "others": others}


def vanishing(moment: Moment) -> Seen | None:
    """The gradient shrinks from layer to layer on its way back.

    Measured: the root mean square of δ, the gradient of the loss in each layer's z.
    Source: Hochreiter (1991); Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks" (2010).
    """
    learning = [each for each in moment.layers if each.weights is not None]
    front = min(learning, key=lambda each: each.error, default=None)
    if front is None:
        return None
    later = [each for each in learning if each.place.number > front.place.number]
    behind = max(later, key=lambda each: each.error, default=None)
    if behind is None or not front.error < thresholds.VANISHED * behind.error:
        return None
    part = front.error / behind.error
    seen = {"error in front": front.error, "error behind": behind.error, "part": part}
    how_much = f"only {short(part, 1)}" if part else "nothing"
    return seen | {"layer": front, "behind": behind, "when": moment.when, "how_much": how_much}


def exploding_start(run: Inspection) -> Seen | None:
    """Numbers grow from layer to layer, and their gradient with them.

    Measured at the start: each layer's output beside the input's size, where no sigmoid or tanh in front bounds it.
    Source: He et al., "Delving deep into rectifiers" (2015), 2.2; Pascanu et al. (2013).
    """
    layers = run.at_untrained_start.layers
    bounded = next((each.place.number for each in layers if type(each.place.layer) in STEEPEST), np.inf)
    free = [each for each in layers if each.weights is not None and each.place.number < bounded]
    largest = max(free, key=lambda each: each.scale, default=None)
    size = max(1.0, rms(run.x))
    if len(free) < 2 or largest is None or not largest.scale > thresholds.EXPLODED * size:
        return None
    growth = largest.scale / size
    much = f"to {short(growth, 2)} times the inputs' size" if np.isfinite(growth) else "beyond what a number can hold"
    return {"growth": growth, "largest error": max(each.error for each in free), "layer": largest, "much": much}
