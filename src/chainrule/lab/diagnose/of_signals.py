"""Illnesses of what flows through the layers: too little or too much of it, or the same through every unit."""

from itertools import pairwise

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.activations import LeakyReLU
from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.cures import LEAK, leaky, passing_more, started_anew, suited
from chainrule.lab.diagnose.finding import Finding
from chainrule.lab.diagnose.signs import Signs, rms

SAME = 1e-6
"""Units are the same where their weights differ by less than this part of the weights."""

VANISHED = 3e-3
"""Gradients vanish where a layer's is below this part of the largest behind it.

A sigmoid passes a quarter at most: five layers in a row pass 0.001 (Glorot and Bengio, 2010, 2.3 and figure 7).
"""

EXPLODED = 100.0
"""Gradients explode where a layer's output, or the gradient at a weight in front, is so many times the size of 1."""

MOSTLY = 0.5
"""Half of a layer's units, or of their answers."""


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
                f"All {units} units of {here} start with the same weights, "
                f"{'all of them zero, ' if here.weight == 0 else ''}so that they get the same gradient and stay one "
                "unit.",
                "Draw the weights at random, as a network does unless it is told otherwise.",
                {"units": units, "different units": 1},
                layer=here.place.number,
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
        f"At the start {worst.saturated:.0%} of the answers of {worst} lie where it is flat, so that little of the "
        "gradient comes through.",
        "Start with smaller weights: Glorot(), the default.",
        {"saturated": worst.saturated},
        layer=worst.place.number,
        changes=started_anew(suited(case.network)),
    )


def saturated_in_the_end(case: Case) -> Finding | None:
    """The same after training: the weights have grown, and their gradient is lost."""
    worst = max(case.after, key=lambda each: each.saturated, default=None)
    if case.start is None or case.learnt or worst is None or worst.saturated < 0.9:
        return None
    return Finding(
        f"saturated {type(worst.place.layer).__name__.lower()}s",
        f"In the end {worst.saturated:.0%} of the answers of {worst} lie where it is flat, so that little of the "
        "gradient comes through.",
        "Take a smaller learning rate, or hold the weights down by a penalty, L2(0.001).",
        {"saturated": worst.saturated},
        layer=worst.place.number,
    )


def dead_units(case: Case) -> Finding | None:
    """Rectified units that are off for every sample: no gradient comes through, so they stay off.

    Source: Maas et al., "Rectifier nonlinearities improve neural network acoustic models" (2013), 2; Lu et al., "Dying
    ReLU and initialization" (2020).
    """
    for layers, when in ((case.before, "From the start"), (case.after, "In the end")):
        having = [each for each in layers if len(each.dead)]
        worst = max(having, key=lambda each: float(each.dead.mean()), default=None)
        if case.learnt or worst is None or worst.dead.mean() < MOSTLY:
            continue
        dead, units = int(worst.dead.sum()), len(worst.dead)
        all_dead = sum(int(each.dead.sum()) for each in having)
        others = f" ({all_dead} of {sum(len(each.dead) for each in having)} in the network)" if len(having) > 1 else ""
        begins = when == "From the start"
        return Finding(
            "dead ReLUs",
            f"{when} {dead} of {units} units of {worst}{others} are 0 for every sample, and what is 0 learns nothing.",
            "Start with smaller weights and biases of 0, and try LeakyReLU(0.1)."
            if begins
            else "Take a smaller learning rate, or LeakyReLU(0.1).",
            {"dead": dead, "units": units, "dead in the network": all_dead},
            layer=worst.place.number,
            changes=started_anew(leaky(suited(case.network))),
        )
    return None


def vanishing_start(case: Case) -> Finding | None:
    """The gradient shrinks from layer to layer on its way back.

    Measured: the root mean square of each weight's gradient, at the start.
    Source: Hochreiter (1991); Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks" (2010).
    """
    return None if case.learnt else _vanishing(case, case.before, "At the start")


def vanishing_in_the_end(case: Case) -> Finding | None:
    """The same where the run ended."""
    return None if case.learnt or case.start is None else _vanishing(case, case.after, "In the end")


def _vanishing(case: Case, layers: tuple[Signs, ...], when: str) -> Finding | None:
    learning = [each for each in layers if each.weights is not None]
    if len(learning) < 2:
        return None
    front = min(learning, key=lambda each: each.gradient)
    behind = [each for each in learning if each.place.number > front.place.number]
    strongest = max(behind, key=lambda each: each.gradient, default=None)
    if strongest is None or not front.gradient < VANISHED * strongest.gradient:
        return None
    part = front.gradient / strongest.gradient
    return Finding(
        "vanishing gradients",
        f"{when} the gradient of {front} is {part:.1g} of that of {strongest}: what is learnt behind doesn't reach the "
        "front.",
        "Take Tanh() or ReLU() with the start that suits it, fewer layers, or BatchNorm() or Residual(...).",
        {"gradient": front.gradient, "largest gradient": strongest.gradient, "part": part},
        layer=front.place.number,
        changes=started_anew(passing_more(case.network)),
    )


def exploding_start(case: Case) -> Finding | None:
    """What flows forward or back grows from layer to layer.

    Measured at the start: each layer's output beside the input's size.
    Source: Pascanu et al., "On the difficulty of training recurrent neural networks" (2013); He et al., "Delving deep
    into rectifiers" (2015), 2.2.
    """
    if case.learnt:
        return None
    size = max(1.0, rms(case.x))
    learning = [each for each in case.before if each.weights is not None]
    largest = max(learning, key=lambda each: each.scale, default=None)
    if largest is None or not largest.scale > EXPLODED * size:
        return None
    gradient = max(each.gradient for each in learning)
    return Finding(
        "exploding gradients",
        f"At the start the numbers grow to {largest.scale / size:.2g} times the inputs' at {largest}, and the gradient "
        f"of a weight to {gradient:.2g}.",
        "Start with smaller weights: He() for the ReLU family, Glorot() for others, the defaults.",
        {"growth": largest.scale / size, "gradient": gradient},
        layer=largest.place.number,
        changes=started_anew(suited(case.network)),
    )
