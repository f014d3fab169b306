"""Problems of the layers: some that do nothing, and one that lacks its bias."""

from itertools import pairwise

import numpy as np

from chainrule.core.activations import ReLU, Sigmoid
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.measurements import MeasuredLayer
from chainrule.lab.diagnose.networks import (
    is_linear,
    is_linear_bottleneck,
    may_be_non_linear,
    non_linear,
    restarted,
    with_biases,
    with_layers,
    without_output,
)
from chainrule.lab.diagnose.trials.compared import compare
from chainrule.lab.diagnose.trials.trial import pace, start_of, trial
from chainrule.lab.diagnose.trials.tried import TriedRun


def linear_layers(run: TriedRun) -> Seen | None:
    """Two layers of weights with no activation between them: together they are one.

    A product of matrices is a matrix: W2 (W1 a) = (W2 W1) a. Where the first has fewer units than what comes in and
    what goes out, the product is of lower rank than one layer's: a bottleneck, which is left alone.
    """
    first: MeasuredLayer | None = None
    for each in run.at_end.layers:
        if may_be_non_linear(each.place.layer):
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
    compared = compare(run, restarted(changed))
    if not compared.changed < thresholds.LOWER * compared.own:
        return None
    seen = {"loss": compared.own, "loss with activations": compared.changed, "steps": f"{compared.steps:,}"}
    return seen | {"unexplained": run.unexplained}


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
    network = with_biases(run.network)
    steps = thresholds.LONGER * pace(run).steps
    own = trial(run, run.start, steps)
    tried = trial(run, start_of(run, network), steps, [{"network": network}])
    loss = float(tried.losses[0])
    if not loss < thresholds.CLEARLY_LOWER * min(own.losses[0], run.end_loss):
        return None
    seen = {"mean": mean, "deviation": spread, "loss": run.end_loss, "loss with biases": loss}
    return seen | {"unexplained": run.unexplained, "layer": run.at_end.layers[-1], "steps": f"{tried.steps}"}


def dead_output(run: TriedRun) -> Seen | None:
    """A ReLU as output that is 0 for samples whose targets aren't: no gradient comes through, so they stay unlearnt.

    Tried is the network without it, and with a sigmoid in its place for targets from 0 to 1. The sigmoid is advised if
    it leaves next to nothing, else whichever gets lower.
    """
    last = next(iter((run.at_end.layers or run.at_start.layers)[-1:]), None)
    if last is None or last.slopes is None or not isinstance(last.place.layer, ReLU) or run.start is None:
        return None
    stuck = float(((last.slopes == 0) & (run.targets.T > 0)).any(axis=0).mean())
    if stuck < thresholds.NEGLIGIBLE:
        return None
    networks = [without_output(run.network)]
    if run.targets.min() >= 0 and run.targets.max() <= 1:
        networks.append(with_layers(run.network, (*run.network.layers[:-1], Sigmoid())))
    steps = max(thresholds.LONGER * pace(run).steps, min(run.planned_steps, thresholds.MOST_PROLONGED))
    losses = [float(trial(run, start_of(run, each), steps, [{"network": each}]).losses[0]) for each in networks]
    best = len(losses) - 1 if losses[-1] < thresholds.NEGLIGIBLE * run.end_loss else int(np.argmin(losses))
    if not losses[best] < thresholds.MUCH_LOWER * run.end_loss:
        return None
    advice = 'output="sigmoid"' if best else 'output="identity", or Dense() as the last layer'
    seen = {"stuck": stuck, "loss": run.end_loss, "loss without": losses[best], "steps": f"{steps:,}"}
    return seen | {"layer": last, "advice": advice, "changes": restarted(networks[best])}


def constant_output(run: TriedRun) -> Seen | None:
    """A layer with the same output for every sample: the layers behind it see nothing of the data."""
    for here, there in pairwise(run.at_end.layers):
        if here.varies > thresholds.SAME >= there.varies:
            return {"varies": there.varies, "layer": there}
    return None
