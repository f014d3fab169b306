"""Illnesses of the data: answers that the output can't give, and numbers of another size than weights are made for."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from chainrule.core.activations import ELU, GELU, ReLU, Sigmoid, Softplus, Tanh
from chainrule.core.blocks import numbers_of
from chainrule.core.layers.base import Layer
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.losses import SoftmaxCrossEntropy
from chainrule.core.network import Network
from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.finding import Finding, in_words, said
from chainrule.lab.diagnose.trials.rates import UNLEARNT, steadier
from chainrule.lab.diagnose.trials.trial import with_rate
from chainrule.training.data.standardizer import Standardizer


class Range(NamedTuple):
    """The answers that an activation can give."""

    low: float
    high: float


RANGES: dict[type[Layer], Range] = {
    Sigmoid: Range(0.0, 1.0),
    Tanh: Range(-1.0, 1.0),
    ReLU: Range(0.0, np.inf),
    Softplus: Range(0.0, np.inf),
    ELU: Range(-1.0, np.inf),
    GELU: Range(-0.17, np.inf),
}
"""Of an output layer. The others can give any."""

OUT_OF_REACH = 0.02
"""A target that lies this part of the targets' spread beyond the range is out of reach: rounding and noise are less."""

LARGE, SMALL = 10.0, 0.02
"""A feature is unscaled if its root mean square is above the one, all features together if theirs is below the other.

Starts keep the variance of inputs of about 1 (LeCun et al., "Efficient BackProp", 1998, 4.3; Glorot and Bengio, 2010).
In trials on points and digits inputs of up to 6 learnt as well as standardised ones, at 10 and more SGD began to fail.
"""

WELL = 0.02
"""Where less is left to explain, unscaled inputs did no harm."""

APART = 100.0
"""Features of a vector are unscaled if the largest number of one is so many times that of another."""

UNSURE = 0.1
"""Classes learnt as a quantity are answered worse than by the nearest neighbour by more than this."""

MOST_CLASSES = 20
"""Whole numbers 0, 1, ... up to so many look like the numbers of classes."""


def last_number(network: Network) -> int:
    """That of the last layer."""
    return max(numbers_of(network).values())


def without_output(network: Network) -> Network:
    """The network without its last activation."""
    return Network(network.input_shape, network.layers[:-1], network.initializer)


def not_finite(case: Case) -> Finding | None:
    """Parameters that are NaN or infinite, or give such answers: nothing can be measured with them."""
    if case.diverged is not None or (case.end is not None and (case.start is not None or np.isfinite(case.left))):
        return None
    found = "hold NaN or infinity" if case.end is None else "are so large that the answers overflow"
    return Finding(
        "diverged",
        f"The parameters {found}: the run that they are from diverged.",
        "Train anew at a smaller learning rate; diagnose(run, x, y) says which.",
        {},
    )


def targets_out_of_reach(case: Case) -> Finding | None:
    """Targets outside the range of the last activation: no parameters can answer them."""
    last = case.network.last_layer
    reach = None if last is None else RANGES.get(type(last))
    if reach is None or case.loss.link != "identity":
        return None
    low, high = float(case.targets.min()), float(case.targets.max())
    room = OUT_OF_REACH * (high - low)
    beyond = (case.targets < reach.low - room) | (case.targets > reach.high + room)
    if not beyond.any():
        return None
    part = float(beyond.mean())
    bounds = f"from {reach.low:g} to {reach.high:g}" if np.isfinite(reach.high) else f"of {reach.low:g} and more"
    return Finding(
        "loss and output that don't fit",
        f"{last} answers numbers {bounds}, but {part:.0%} of the targets lie outside: they go from {low:g} to "
        f"{high:g}.",
        f"Leave {last} out of the last layer, or bring the targets into its range.",
        {"lowest target": low, "highest target": high, "outside": part},
        layer=last_number(case.network),
        changes={"network": without_output(case.network), "theta": None},
    )


def logits_held_back(case: Case) -> Finding | None:
    """A cross-entropy from logits behind an activation that lets only some logits through.

    tanh's logits from -1 to 1 are probabilities from 0.27 to 0.73; a ReLU's are never below a half, and where it is 0
    nothing is learnt.
    """
    last = case.network.last_layer
    reach = None if last is None else RANGES.get(type(last))
    if reach is None or case.loss.link == "identity":
        return None
    if isinstance(last, ELU | Softplus | GELU) and isinstance(case.loss, SoftmaxCrossEntropy):
        return None  # softmax takes differences, and these reach far enough
    logits = f"from {reach.low:g} to {reach.high:g}" if np.isfinite(reach.high) else f"of {reach.low:g} and more"
    return Finding(
        "loss and output that don't fit",
        f"{case.loss} takes any number as a logit, but {last} lets only numbers {logits} through.",
        f'Leave {last} out of the last layer: output="identity".',
        {"lowest logit": reach.low, "highest logit": reach.high},
        layer=last_number(case.network),
        changes={"network": without_output(case.network), "theta": None},
    )


def classes_as_quantities(case: Case) -> Finding | None:
    """Class numbers 0, 1, 2, ... learnt as a quantity: class 1 would have to lie between 0 and 2."""
    if case.loss.link != "identity" or case.targets.shape[1] != 1 or case.end is None:
        return None
    numbers = np.unique(case.targets)
    if not (3 <= len(numbers) <= MOST_CLASSES and np.array_equal(numbers, np.arange(len(numbers)))):
        return None
    right = float((np.round(case.answers(case.end)) == case.targets).mean())
    nearest = float((case.targets[case.nearest] == case.targets).mean())
    if right > nearest - UNSURE:
        return None
    return Finding(
        "loss and output that don't fit",
        f"The targets are the whole numbers 0 to {len(numbers) - 1}, which look like classes; {case.loss} learns them "
        f"as a quantity and, rounded, answers {right:.0%} rightly, where the nearest neighbour would {nearest:.0%}.",
        f"If they are classes, take SoftmaxCrossEntropy() and {len(numbers)} outputs.",
        {"classes": len(numbers), "right": right, "nearest neighbour right": nearest},
        layer=last_number(case.network),
        changes={"network": with_outputs(case.network, len(numbers)), "loss": SoftmaxCrossEntropy(), "theta": None},
    )


def with_outputs(network: Network, n_outputs: int) -> Network:
    """The network with so many outputs, free ones."""
    last = max((i for i, each in enumerate(network.layers) if isinstance(each, Dense)), default=len(network.layers))
    return Network(network.input_shape, (*network.layers[:last], Dense(n_outputs)), network.initializer)


def unscaled_targets(case: Case) -> Finding | None:
    """Quantities of another size than what a network answers at its start, or far from it, or hardly different.

    A start answers numbers of about 1 around 0. Adam(0.01) takes 100,000 steps to bring one bias to 1,000; the gradient
    of squares of such errors throws units out of the range where they bend, and one of 0.001 moves nothing.
    Source: LeCun et al., "Efficient BackProp" (1998), 4.5; the bounds are those of inputs.
    """
    if case.learnt or case.loss.link != "identity" or type(case.network.last_layer) in RANGES:
        return None
    means, spreads = case.targets.mean(axis=0), case.targets.std(axis=0)
    k = int(np.maximum(np.abs(means), spreads).argmax())
    mean, spread, widest = float(means[k]), float(spreads[k]), float(spreads.max())
    if max(abs(mean), spread) <= LARGE and widest >= SMALL:
        return None
    around = mean if abs(mean) > 1e-9 * spread else 0.0
    standardizer = Standardizer.fit(case.targets)
    rate, changes = _rate_for(case, standardizer)
    which = f" of output {k + 1}" if len(means) > 1 else ""
    return Finding(
        "unscaled targets",
        f"The targets{which} lie around {said(around)} with a deviation of {said(spread)}, but the answers of a start "
        f"around 0 with one of about 1; {case.what_is_left}.",
        "Standardise them: Standardizer.fit(y).apply(y), y as columns; a Model's target_standardizer undoes it in what "
        f"is predicted.{rate}",
        {"mean": around, "deviation": spread, "unexplained": case.left},
        changes={"target_standardizer": standardizer} | changes,
    )


def _rate_for(case: Case, standardizer: Standardizer) -> tuple[str, dict[str, Any]]:
    """Advice on the learning rate, and its setting: a rate for targets of another size may not do for these."""
    if case.bench is None or case.start is None or case.setup is None:
        return "", {}
    scaled = replace(case, y=standardizer.apply(case.targets))
    trial = scaled.from_start
    if trial is None or not (trial.leaps or (trial.lags() and trial.loss > UNLEARNT * trial.before)):
        return "", {}
    rate, _, _ = steadier(scaled, (trial.lower if trial.leaps else trial.higher)[0])
    optimizer = with_rate(case.setup.optimizer, rate)
    return f" The learning rate that goes with it: {in_words(optimizer)}.", {"optimizer": optimizer}


def unscaled_inputs(case: Case) -> Finding | None:
    """Features much larger or smaller than 1, in front of weights that are started for inputs of about 1."""
    first = next((leaf.layer for leaf in case.network.leaves if not leaf.layer.view), None)
    if case.left < WELL or isinstance(first, BatchNorm):
        return None
    x = case.x.reshape(len(case.x), -1).astype(np.float64)
    sizes = np.sqrt(np.square(x).mean(axis=0))
    reach = np.abs(x).max(axis=0)
    varying = x.std(axis=0) > 0
    largest, overall = float(sizes.max()), float(np.sqrt(np.square(x).mean()))
    apart = float(reach[varying].max() / reach[varying].min()) if varying.any() and x.ndim == case.x.ndim else 1.0
    if largest <= LARGE and overall >= SMALL and apart <= APART:
        return None
    how = f"The inputs' root mean square is {said(overall)}"
    if largest > LARGE and len(sizes) > 1:
        k = int(sizes.argmax())
        how += f", up to {said(largest)} in {case.features[k] if case.features else f'feature {k + 1}'}"
    elif apart > APART:
        how = f"Some features are {said(apart)} times as large as others"
    return Finding(
        "unscaled inputs",
        f"{how}, but the weights are started for inputs of about 1.",
        "Standardise them: Standardizer.fit(x).apply(x).",
        {"root mean square": overall, "largest feature": largest, "largest beside smallest": apart},
        changes={"standardizer": Standardizer.fit(case.x)},
    )
