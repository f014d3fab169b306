"""Problems of the data: targets that the output can't reach, and numbers much larger or smaller than 1."""

from typing import NamedTuple

import numpy as np

from chainrule.core.activations import ELU, GELU, ReLU, Sigmoid, Softplus, Tanh
from chainrule.core.arrays import Array
from chainrule.core.blocks import numbers_of
from chainrule.core.layers.base import Layer
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.losses import SoftmaxCrossEntropy
from chainrule.core.network import Network
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Inspection, Seen
from chainrule.lab.diagnose.networks import restarted, with_outputs
from chainrule.lab.figures.numbers import short


class Range(NamedTuple):
    """The numbers that an activation can give."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"from {self.low:g} to {self.high:g}" if np.isfinite(self.high) else f"of {self.low:g} and more"


RANGES: dict[type[Layer], Range] = {
    Sigmoid: Range(0.0, 1.0),
    Tanh: Range(-1.0, 1.0),
    ReLU: Range(0.0, np.inf),
    Softplus: Range(0.0, np.inf),
    ELU: Range(-1.0, np.inf),
    GELU: Range(-0.17, np.inf),
}
"""By activation; the others can give any number."""


def range_of(network: Network) -> Range | None:
    """The numbers that the last layer can give; None where it can give any."""
    return RANGES.get(type(network.last_layer))  # type: ignore[arg-type]  # None, too


def last_number(network: Network) -> int:
    """The number of the last layer."""
    return max(numbers_of(network).values())


def not_finite(run: Inspection) -> Seen | None:
    """Parameters that are NaN or infinite, or give such answers: nothing can be measured with them."""
    answers = run.end is not None and (run.start is not None or np.isfinite(run.unexplained))
    if run.diverged or answers:
        return None
    return {"found": "hold NaN or infinity" if run.end is None else "are so large that the answers overflow"}


def never_varies(run: Inspection) -> Seen | None:
    """A target that is the same in every row, but for rounding: R² divides by its variance, and is not defined.

    A single row, such as a textbook's worked step, is left alone.
    """
    if run.n_samples < 2 or _vary(run.y) or _vary(run.draw(run.n_samples)[1]):
        return None
    return {"target": float(np.ravel(run.y)[0]), "rows": f"{run.n_samples:,}"}


def inputs_never_vary(run: Inspection) -> Seen | None:
    """Samples that are all the same, while their targets differ: the best answer is the targets' mean."""
    if run.n_samples < 2 or _vary(run.x) or _vary(run.draw(run.n_samples)[0]):
        return None
    return {"rows": run.n_samples}


def _vary(values: Array) -> bool:
    """Whether rows differ by more than rounding."""
    rounding = 10 * np.finfo(np.float64).eps * np.abs(values).max()
    return bool((np.abs(values - values[:1]) > rounding).any())


def targets_out_of_reach(run: Inspection) -> Seen | None:
    """Targets outside the range of the last activation: no parameters can answer them."""
    reach = range_of(run.network)
    if reach is None or run.loss.link != "identity":
        return None
    low, high = float(run.targets.min()), float(run.targets.max())
    room = thresholds.NEGLIGIBLE * (high - low)
    outside = (run.targets < reach.low - room) | (run.targets > reach.high + room)
    if not outside.any():
        return None
    seen = {"lowest target": low, "highest target": high, "outside": float(outside.mean())}
    return seen | {"layer": last_number(run.network), "reach": reach}


def logits_held_back(run: Inspection) -> Seen | None:
    """A cross-entropy from logits behind an activation that lets only some logits through.

    tanh's logits from -1 to 1 are probabilities from 0.27 to 0.73; a ReLU's are never below a half, and where it is 0
    nothing is learnt.
    """
    reach = range_of(run.network)
    if reach is None or run.loss.link == "identity":
        return None
    if isinstance(run.network.last_layer, ELU | Softplus | GELU) and isinstance(run.loss, SoftmaxCrossEntropy):
        return None  # softmax takes differences, and these reach far enough
    seen = {"lowest logit": reach.low, "highest logit": reach.high}
    return seen | {"layer": last_number(run.network), "reach": reach}


def classes_as_quantities(run: Inspection) -> Seen | None:
    """Class numbers 0, 1, 2, ... learnt as a quantity: class 1 would have to lie between 0 and 2."""
    if run.loss.link != "identity" or run.targets.shape[1] != 1 or run.end is None:
        return None
    numbers = np.unique(run.targets)
    if not (3 <= len(numbers) <= thresholds.MOST_CLASSES and np.array_equal(numbers, np.arange(len(numbers)))):
        return None
    right = float((np.round(run.answers(run.end)) == run.targets).mean())
    nearest = float((run.targets[run.nearest] == run.targets).mean())
    if right > thresholds.LOWER * nearest:
        return None
    seen = {"classes": len(numbers), "right": right, "nearest neighbour right": nearest}
    changes = restarted(with_outputs(run.network, len(numbers))) | {"loss": SoftmaxCrossEntropy()}
    return seen | {"layer": last_number(run.network), "highest": f"{len(numbers) - 1}", "changes": changes}


def unscaled_targets(run: Inspection) -> Seen | None:
    """Quantities of another size than what a network answers at its start, or far from it, or hardly different.

    A start answers numbers of about 1 around 0. Adam(0.01) takes 100,000 steps to bring one bias to 1,000; the gradient
    of squares of such errors saturates units, and one of 0.001 moves nothing.
    Source: LeCun et al., "Efficient BackProp" (1998), 4.5; the thresholds are those of inputs.
    """
    if run.loss.link != "identity" or range_of(run.network) is not None or len(run.targets) == 1:
        return None  # a single row, a textbook's worked step, has no deviation to be brought to 1
    means, spreads = run.targets.mean(axis=0), run.targets.std(axis=0)
    k = int(np.maximum(np.abs(means), spreads).argmax())
    mean, spread = float(means[k]), float(spreads[k])
    if max(abs(mean), spread) <= thresholds.LARGE and spreads.max() >= thresholds.NEGLIGIBLE:
        return None
    around = mean if abs(mean) > 1e-9 * spread else 0.0  # more than rounding
    which = f" of output {k + 1}" if len(means) > 1 else ""
    return {"mean": around, "deviation": spread, "unexplained": run.unexplained, "which": which}


def unscaled_inputs(run: Inspection) -> Seen | None:
    """Features much larger or smaller than 1, in front of weights that are started for inputs of about 1."""
    first = next((leaf.layer for leaf in run.network.leaves if not leaf.layer.view), None)
    if run.unexplained < thresholds.NEGLIGIBLE or isinstance(first, BatchNorm):
        return None
    x = run.x.reshape(len(run.x), -1).astype(np.float64)
    sizes = np.sqrt(np.square(x).mean(axis=0))
    highest = np.abs(x).max(axis=0)
    varying = x.std(axis=0) > 0
    largest, overall = float(sizes.max()), float(np.sqrt(np.square(x).mean()))
    apart = float(highest[varying].max() / highest[varying].min()) if varying.any() and x.ndim == run.x.ndim else 1.0
    if largest <= thresholds.LARGE and overall >= thresholds.NEGLIGIBLE and apart <= thresholds.LARGE**2:
        return None
    if _is_standardised(run.draw(run.n_samples)[0]):
        return None  # a rare indicator has a large maximum all the same
    how = f"The inputs' root mean square is {short(overall)}"
    if largest > thresholds.LARGE and len(sizes) > 1:
        k = int(sizes.argmax())
        how += f", up to {short(largest)} in {run.feature_name(k)}"
    elif apart > thresholds.LARGE**2:
        how = f"Some features are {short(apart)} times as large as others"
    return {"root mean square": overall, "largest feature": largest, "largest beside smallest": apart, "how": how}


def _is_standardised(x: Array) -> bool:
    """Whether each feature of all samples has mean 0, and deviation 1 if it varies."""
    features = x.reshape(len(x), -1).astype(np.float64)
    means, deviations = features.mean(axis=0), features.std(axis=0)
    varying = deviations > thresholds.SAME
    return bool(varying.any() and np.allclose(deviations[varying], 1, rtol=1e-3) and np.allclose(means, 0, atol=1e-3))
