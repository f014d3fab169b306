"""Problems of the layers: some that do nothing, and one that lacks its bias."""

from itertools import pairwise
from typing import Any

import numpy as np

from chainrule.core.activations import Activation
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.pooling import MaxPool
from chainrule.core.streams import stream
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.measurements import MeasuredLayer, Point
from chainrule.lab.diagnose.networks import is_linear, is_linear_bottleneck, non_linear, with_biases
from chainrule.lab.diagnose.trials.trial import cost, loss_at, pace, trial
from chainrule.lab.diagnose.trials.tried import TriedRun


def linear_layers(run: TriedRun) -> Seen | None:
    """Two layers of weights with no activation between them: together they are one.

    A product of matrices is a matrix: W2 (W1 a) = (W2 W1) a. Where the first has fewer units than what comes in and
    what goes out, the product is of lower rank than one layer's: a bottleneck, which is left alone.
    """
    first: MeasuredLayer | None = None
    for each in run.at_end.layers:
        if isinstance(each.place.layer, Activation | MaxPool):
            first = None
        elif isinstance(each.place.layer, Dense | Convolution):
            if first is not None and not _narrows(first, each):
                seen = {"first": first.number, "second": each.number, "unexplained": run.unexplained}
                return seen | {"layer": each, "before": first}
            first = each
    return None


def _narrows(first: MeasuredLayer, second: MeasuredLayer) -> bool:
    """Whether there is a bottleneck between two layers of weights."""
    if first.weights is None or second.weights is None:
        return False
    middle, inputs = first.weights.shape
    return bool(middle < min(inputs, len(second.weights)))


def linear_network(run: TriedRun) -> Seen | None:
    """No activation in the whole network, where it seems to have learnt: tried with some, on samples held out.

    In many features nearest neighbours are far, and tell nothing (Beyer et al., "When is nearest neighbor meaningful?",
    1999): what differs between them is no noise, and a linear map learns some of it. Of the samples that it learns a
    network with activations always explains more, noise or not: so the losses compared are of samples held out.
    """
    changed = non_linear(run.network)
    if not run.learnt or not is_linear(run.network) or changed == run.network or is_linear_bottleneck(run.network):
        return None
    if run.unexplained < thresholds.UNLEARNT or run.under_way or run.end is None:
        return None
    x, y = run.draw(thresholds.MOST_LEARNT)
    mixed = stream(0, "diagnosis", 2).permutation(len(x))  # data may lie class by class
    learnt, held_out = np.split(mixed, [round((1.0 - thresholds.HELD_OUT) * len(x))])
    batch = min(len(learnt), run.batch_size)
    if 10 * thresholds.FEWEST_STEPS * batch * cost(changed) > thresholds.LARGE_BUDGET:
        batch = max(min(batch, thresholds.LARGE_BATCH), changed.least_samples)
    steps = np.clip(
        2 * thresholds.LARGE_BUDGET / (batch * cost(changed)),
        thresholds.FEWEST_STEPS,
        thresholds.LONGER * thresholds.MOST_STEPS,
    )
    how: dict[str, Any] = {"batch": batch, "learnt": (x[learnt], y[learnt]), "held_out": (x[held_out], y[held_out])}
    linear = trial(run, run.start, steps, **how)
    tried = trial(run, run.start, steps, [{"network": changed}], **how)
    left = float(loss_at(run, run.end.theta, (x[held_out], y[held_out])))
    losses = {"loss": float(linear.losses[0]), "loss with activations": float(tried.losses[0]), "loss of the run": left}
    if not losses["loss with activations"] < thresholds.LOWER * min(losses["loss"], left):
        return None
    return losses | {"steps": tried.steps, "unexplained": run.unexplained}


def without_bias(run: TriedRun) -> Seen | None:
    """A layer at the end without a bias, and targets whose mean is far from 0: tried with biases.

    Without any bias, tanhs answer 0 at x = 0, and so do ReLUs: the plane of answers goes through the origin.
    """
    last = run.network.last_layer
    if run.loss.link != "identity" or not isinstance(last, Dense) or last.bias or run.start is None or run.end is None:
        return None
    means, spreads = run.targets.mean(axis=0), run.targets.std(axis=0)
    k = int((np.abs(means) / np.maximum(spreads, np.finfo(float).tiny)).argmax())
    mean, spread = float(means[k]), float(spreads[k])
    if abs(mean) < spread:
        return None
    network, seed, dtype = with_biases(run.network), run.seed, run.start.theta.dtype
    begun = Point(network.initialize(seed, dtype=dtype), network.initialize_state(dtype=dtype))
    steps = thresholds.LONGER * pace(run).steps
    own = trial(run, run.start, steps)
    tried = trial(run, begun, steps, [{"network": network}])
    loss = float(tried.losses[0])
    if not loss < thresholds.CLEARLY_LOWER * min(own.losses[0], run.end_loss):
        return None
    seen = {"mean": mean, "deviation": spread, "loss": run.end_loss, "loss with biases": loss}
    return seen | {"unexplained": run.unexplained, "layer": run.at_end.layers[-1], "steps": f"{tried.steps}"}


def constant_output(run: TriedRun) -> Seen | None:
    """A layer with the same output for every sample: the layers behind it see nothing of the data."""
    for here, there in pairwise(run.at_end.layers):
        if here.varies > thresholds.SAME >= there.varies:
            return {"varies": there.varies, "layer": there}
    return None
