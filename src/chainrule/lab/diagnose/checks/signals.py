"""Illnesses of what flows through the layers: too little or too much of it, or the same through every unit."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.penalties import L2
from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.finding import Finding, in_words, said
from chainrule.lab.diagnose.measurements import STEEPEST, Signs, rms
from chainrule.lab.diagnose.remedies import leaky, normalized, passing_more, started_anew, suited
from chainrule.lab.diagnose.trials.trial import with_rate

SAME = 1e-6
"""Units are the same where their weights differ by less than this part of the weights."""

VANISHED = 3e-3
"""Gradients vanish where a layer's is below this part of the largest behind it.

A sigmoid passes a quarter at most: five layers in a row pass 0.001 (Glorot and Bengio, 2010, 2.3 and figure 7).
"""

EXPLODED = 30.0
"""Gradients explode where a layer's output is so many times the inputs' size, with nothing in front that bounds it."""

MOSTLY, ALMOST_ALL = 0.5, 0.9
"""Of a layer's units, or of their answers. Trained units may well be flat for most samples, started ones not."""


def symmetric_start(case: Case) -> Finding | None:
    """All units of a hidden layer start with the same weights in and out: their gradients are the same for ever.

    Source: Goodfellow et al., "Deep learning" (2016), 8.4.
    """
    layers = [each for each in case.before if each.weights is not None]
    for here, behind in pairwise(layers):
        units = len(here.weights)  # type: ignore[arg-type]
        if units > 1 and _all_same(here.weights) and _all_same(_by_input(behind.weights, units)):
            return Finding(
                "symmetric start",
                f"All {units} units of {here} {'have' if case.start is None else 'start with'} the same weights, "
                f"{'all of them zero, ' if here.weight == 0 else ''}so that they get the same gradient and stay one "
                "unit.",
                "Draw the weights at random, as a network does unless it is told otherwise.",
                {"units": units, "different units": 1},
                layer=here.number,
                changes=started_anew(suited(case.network)),
            )
    return None


def _all_same(rows: Array | None) -> bool:
    """Whether all rows are the same."""
    return rows is not None and bool(np.abs(rows - rows[:1]).max() <= SAME * rms(rows))


def _by_input(weights: Array | None, units: int) -> Array | None:
    """The weights of a layer, a row for each unit or channel in front of it."""
    if weights is None or weights.shape[1] % units:
        return None
    return weights.reshape(len(weights), units, -1).swapaxes(0, 1).reshape(units, -1)


def saturated_start(case: Case) -> Finding | None:
    """Sigmoids or tanhs that are flat for most samples from the start: large weights or inputs."""
    worst = max(case.before, key=lambda each: each.saturated, default=None)
    if case.learnt or worst is None or worst.saturated < MOSTLY:
        return None
    return Finding(
        f"saturated {type(worst.place.layer).__name__.lower()}s",
        f"{case.when} {worst.saturated:.0%} of the answers of {worst} lie where it is flat, so that little of the "
        "gradient comes through.",
        "Start with smaller weights: Glorot(), the default.",
        {"saturated": worst.saturated},
        layer=worst.number,
        changes=started_anew(suited(case.network)),
    )


def saturated_in_the_end(case: Case) -> Finding | None:
    """The same after training: the weights have grown, and their gradient is lost."""
    worst = max(case.after, key=lambda each: each.saturated, default=None)
    if case.start is None or case.learnt or worst is None or worst.saturated < ALMOST_ALL:
        return None
    tame, changes = _gentler(case, "hold the weights down by a penalty, L2(0.001)", {"penalty": L2(0.001)})
    return Finding(
        f"saturated {type(worst.place.layer).__name__.lower()}s",
        f"{case.at_the_end} {worst.saturated:.0%} of the answers of {worst} lie where it is flat, so that little of "
        "the gradient comes through.",
        tame,
        {"saturated": worst.saturated},
        layer=worst.number,
        changes=changes,
    )


def _gentler(case: Case, otherwise: str, changes: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Advice, and its settings: the run's one smaller learning rate where that is the matter, or something else."""
    rate = case.smaller_rate
    if rate is None or case.setup is None:
        return f"{otherwise[0].upper()}{otherwise[1:]}.", changes
    optimizer = with_rate(case.setup.optimizer, rate)
    return f"Take a smaller learning rate, {in_words(optimizer)}, or {otherwise}.", {"optimizer": optimizer}


def dead_at_start(case: Case) -> Finding | None:
    """Rectified units that are off for every sample: no gradient comes through, so they stay off.

    Source: Lu et al., "Dying ReLU and initialization" (2020).
    """
    advice = "Start with the weights and biases that suit the network, the defaults, and try LeakyReLU(0.1)."
    return _dead(case, case.before, case.when, advice, started_anew(leaky(suited(case.network))))


def dead_in_the_end(case: Case) -> Finding | None:
    """The same after training: a long step has thrown the units to where no sample wakes them.

    Source: Maas et al., "Rectifier nonlinearities improve neural network acoustic models" (2013), 2.
    """
    if case.start is None or case.learnt:
        return None
    advice, changes = _gentler(case, "take LeakyReLU(0.1) in their place", started_anew(leaky(case.network)))
    return _dead(case, case.after, case.at_the_end, advice, changes)


def _dead(case: Case, layers: tuple[Signs, ...], when: str, advice: str, changes: Mapping[str, Any]) -> Finding | None:
    having = [each for each in layers if len(each.dead)]
    worst = max(having, key=lambda each: float(each.dead.mean()), default=None)
    if case.learnt or worst is None or worst.dead.mean() < MOSTLY:
        return None
    dead, units = int(worst.dead.sum()), len(worst.dead)
    all_dead = sum(int(each.dead.sum()) for each in having)
    others = f" ({all_dead} of {sum(len(each.dead) for each in having)} in the network)" if len(having) > 1 else ""
    return Finding(
        "dead ReLUs",
        f"{when} {dead} of the {units} units of {worst}{others} are 0 for {case.every_sample}, and what "
        "is 0 learns nothing.",
        advice,
        {"dead": dead, "units": units, "dead in the network": all_dead},
        layer=worst.number,
        changes=changes,
    )


def vanishing_start(case: Case) -> Finding | None:
    """The gradient shrinks from layer to layer on its way back.

    Measured: the root mean square of δ, the gradient of the loss in each layer's z.
    Source: Hochreiter (1991); Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks" (2010).
    """
    return None if case.learnt else _vanishing(case, case.before, case.when)


def vanishing_in_the_end(case: Case) -> Finding | None:
    """The same where the run ended."""
    return None if case.learnt or case.start is None else _vanishing(case, case.after, case.at_the_end)


def _vanishing(case: Case, layers: tuple[Signs, ...], when: str) -> Finding | None:
    learning = [each for each in layers if each.weights is not None]
    if len(learning) < 2:
        return None
    front = min(learning, key=lambda each: each.error)
    behind = max((each for each in learning if each.place.number > front.place.number), key=error, default=None)
    if behind is None or not front.error < VANISHED * behind.error:
        return None
    part = front.error / behind.error
    how_much = f"only {said(part, 1)}" if part else "nothing"
    network = passing_more(case.network)
    advice = "Take Tanh() or ReLU() with the start that suits it, fewer layers, or BatchNorm() or Residual(...)."
    if case.is_as(network):
        network = normalized(case.network)
        advice = "Take BatchNorm() in front of the activations, Residual(...), or fewer layers."
    return Finding(
        "vanishing gradients",
        f"{when} {how_much} of the error at {behind} comes back to {front}, which learns next to nothing.",
        advice,
        {"error in front": front.error, "error behind": behind.error, "part": part},
        layer=front.number,
        changes=started_anew(network),
        may_pass=when == case.at_the_end,
    )


def error(signs: Signs) -> float:
    """The size of δ at a layer."""
    return signs.error


def exploding_start(case: Case) -> Finding | None:
    """Numbers grow from layer to layer, and their gradient with them.

    Measured at the start: each layer's output beside the input's size, where no sigmoid or tanh in front bounds it.
    Source: He et al., "Delving deep into rectifiers" (2015), 2.2; Pascanu et al. (2013).
    """
    if case.learnt:
        return None
    size = max(1.0, rms(case.x))
    bounded = next((each.place.number for each in case.before if type(each.place.layer) in STEEPEST), np.inf)
    free = [each for each in case.before if each.weights is not None and each.place.number < bounded]
    largest = max(free, key=lambda each: each.scale, default=None)
    if len(free) < 2 or largest is None or not largest.scale > EXPLODED * size:
        return None
    growth = largest.scale / size
    much = f"to {said(growth, 2)} times the inputs' size" if np.isfinite(growth) else "beyond what a number can hold"
    return Finding(
        "exploding gradients",
        f"{case.when} the numbers grow through the layers {much}, at {largest}, and the gradients with them.",
        "Start with smaller weights: He() for the ReLU family, Glorot() for others, the defaults.",
        {"growth": growth, "largest error": max(each.error for each in free)},
        layer=largest.number,
        changes=started_anew(suited(case.network)),
    )
