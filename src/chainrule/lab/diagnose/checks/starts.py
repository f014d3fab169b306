"""Starts that cost: weights so small that the signal shrinks from layer to layer, and units dead from the start."""

from collections.abc import Iterable

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.diagnose import networks, remedies, thresholds
from chainrule.lab.diagnose.checks import signals
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.measurements import MeasuredLayer, measure_layers, rms
from chainrule.lab.diagnose.trials.compared import compare
from chainrule.lab.diagnose.trials.trial import start_of
from chainrule.lab.diagnose.trials.tried import TriedRun
from chainrule.lab.figures.numbers import short


def small_weights(run: TriedRun) -> Seen | None:
    """Weights far smaller than those of the start that suits the activations, in any layer but the last.

    A layer with weights of deviation s passes on s √I times its input, and as little of the gradient on the way back.
    A last layer of small weights does no harm: it grows at once. Tried: the start that suits.
    Source: Glorot and Bengio (2010), (5) and (6).
    """
    if run.start is None:
        return None
    suiting = networks.with_default_start(run.network)
    theta = start_of(run, suiting).theta
    layers = [each for each in run.at_start.layers if each.weights is not None]
    parts = _sizes(run.at_start.layers) / _sizes(measure_layers(suiting, run.loss, theta, run.x, run.y))
    if len(parts) < 2 or not parts[:-1].min() < 1 / thresholds.EXPLODED:
        return None
    compared = compare(run, networks.restarted(suiting))
    if not compared.changed < thresholds.CLEARLY_LOWER * compared.own:
        return None
    k = int(parts[:-1].argmin())
    seen = {"part": float(parts[k]), "inputs": rms(run.x), "outputs": layers[-1].scale, "loss": compared.own}
    return seen | {"layer": layers[k], "loss with the default": compared.changed, **compared.words}


def _sizes(layers: Iterable[MeasuredLayer]) -> Array:
    """The root mean square of the weights of each layer that has some."""
    return np.array([rms(each.weights) for each in layers if each.weights is not None])


def dead_start(run: TriedRun) -> Seen | None:
    """Rectified units that are off for every sample from the start; where the run learns all the same, if they cost.

    Tried: the default start, with leaky units.
    """
    seen = signals.dead(run.at_untrained_start)
    if seen is None or not run.learnt:
        return None if seen is None else seen | {"cost": ""}  # of the run, all that it hasn't learnt
    changes = remedies.leaky_start(run)
    if changes is None:
        return None
    compared = compare(run, changes, holds_out=False)  # not noise, but units are what is missing
    if not compared.changed < thresholds.CLEARLY_LOWER * compared.own:
        return None
    cost = f" From here, {compared.steps:,} steps bring the training loss to {short(compared.own)}, from a usual start "
    cost += f"to {short(compared.changed)}."
    return seen | {"loss": compared.own, "loss without": compared.changed, "cost": cost}
