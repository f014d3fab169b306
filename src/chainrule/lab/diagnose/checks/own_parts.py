"""Problems of layers and losses of one's own: a backward that isn't the gradient of its forward."""

from collections.abc import Iterator

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import numbers_of
from chainrule.core.gradient_check import check_gradient
from chainrule.core.layers.base import Layer
from chainrule.core.layers.shape import Flatten
from chainrule.core.losses import Loss, SquaredError
from chainrule.core.network import Network
from chainrule.core.streams import stream
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Inspection, Seen
from chainrule.lab.diagnose.networks import is_own


def wrong_backward(run: Inspection) -> Seen | None:
    """The first layer of one's own up to which the gradient is wrong, else a loss of one's own with a wrong gradient.

    Measured: central differences of the network cut off behind each such layer, so that a wrong layer further on isn't
    blamed on it. At parameters a little away from the run's, since a right backward is right everywhere, and these may
    lie at a kink.
    """
    point = run.end or run.start
    if point is None:
        return None
    few = slice(thresholds.CHECKED_SAMPLES)
    x = run.x[few].astype(np.float64)
    for number, layer, front in _own_layers(run.network):
        width = front.output_shape[0]
        targets = stream(0, "diagnosis", 3).standard_normal((len(x), width))
        error = _error(front, point.theta, x, targets, SquaredError())
        if error > thresholds.WRONG_GRADIENT:
            return {"error": error, "layer": number, "what": f"layer {number}, {layer}", "part": layer}
    if not is_own(run.loss):
        return None
    error = _error(run.network, point.theta, x, run.y[few], run.loss)
    wrong = error > thresholds.WRONG_GRADIENT
    return {"error": error, "what": f"the loss, {run.loss}", "part": run.loss} if wrong else None


def _own_layers(network: Network) -> Iterator[tuple[int, Layer, Network]]:
    """Each layer of one's own, its number, and the network up to it, which answers with a row of numbers."""
    numbers = numbers_of(network)
    for i, place in enumerate(network.places):
        own = next((leaf for leaf in place.leaves if is_own(leaf.layer)), None)
        if own is not None:
            front = Network(network.input_shape, (*network.layers[: i + 1], Flatten()), network.initializer)
            yield numbers.get(own.number, i + 1), own.layer, front


def _error(network: Network, theta: Array, x: Array, y: Array, loss: Loss) -> float:
    """The largest error of the gradient, as a fraction of its largest number; the least at two points."""
    generator = stream(0, "diagnosis", 4)
    errors = []
    for _ in range(2):
        at = theta[: network.n_parameters] + thresholds.ASIDE * generator.standard_normal(network.n_parameters)
        with np.errstate(all="ignore"):
            checked = check_gradient(network, x, y, loss, theta=at)
        errors.append(max((each.error for each in checked), default=0.0))
    return float(np.nan_to_num(min(errors)))
