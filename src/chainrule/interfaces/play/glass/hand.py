"""A weight in one's hand: the numbers around it, the sample that is followed, and the loss along the weight."""

import math
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.core.errors import DataError
from chainrule.core.layers.dense import Dense
from chainrule.interfaces.play.amended import MOST_FIELDS, fields_of
from chainrule.interfaces.play.glass.lines import whole
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import Chain, Glass
from chainrule.lab.explain.curve import POINTS, LossCurve, loss_curve
from chainrule.lab.explain.step.addresses import find_parameter

MOST_NUMBERS, FEWEST_POINTS = 2_000_000, 21
"""About how many numbers all points of a curve compute together, and the fewest points that make a curve."""

MARGIN, GROWTH = 0.03, 0.5
"""How near to an end of its axis a weight may come, and by how much the axis then grows, as parts of its length."""

LONGEST = 8.0
"""An axis that has grown to so many times the length of a fresh one is begun anew."""

Source = int | str


def hand(step: NextStep, asked: Glass) -> dict[str, Any] | None:
    """The weight as a part of the page, of a unit without one its bias. None where none is asked for."""
    if (wanted := asked.hand) is None:
        return None
    block = _dense(step, wanted.at)
    source: Source = wanted.at.source or ("bias" if _has_bias(block) else 1)
    place = place_of(step, wanted.at.layer, wanted.at.unit, source)
    of = {"layer": wanted.at.layer, "unit": wanted.at.unit, "source": source}
    before = step.before.get("hand", {})
    before = before if before.get("of") == of else {}
    explanation, unit = step.explanation, wanted.at.unit - 1
    followed = step.followed(before.get("sample") if asked.sample is None else asked.sample)
    at = _largest(step, block, unit, source) if followed is None else explanation.samples.index(followed)
    sample, layer = explanation.samples[at], explanation.layers[block.number - 1]
    per_point = len(explanation.samples) * step.stage.network.n_numbers
    points = max(FEWEST_POINTS, min(POINTS, MOST_NUMBERS // per_point))
    low, high = axis(float(explanation.theta[place]), before.get("curve"))
    curve = loss_curve(explanation, place, low, high, wanted.h, points)
    return {
        "of": of,
        "weights": _weights(step, wanted.at, block, source),
        "sample": sample,
        "fields": fields_of(step.stage, sample),
        "z": whole(layer.z[at, unit]),
        "a": whole(layer.a[at, unit]),
        "delta": whole(layer.delta[at, unit]),
        "sample_loss": whole(explanation.numbers.loss(at).value),
        "loss": whole(explanation.loss),
        "gradient": whole(curve.gradient),
        "difference": whole(curve.difference),
        "apart": whole(abs(curve.difference - curve.gradient)),
        "sign": int(np.sign(curve.gradient)),
        "has_slots": bool(explanation.before),
        "curve": _told(curve, low, high),
    }


def place_of(step: NextStep, layer: int, unit: int, source: Source) -> int:
    """Where theta holds a weight or a bias of a drawn layer. Raises DataError or SettingError where there is none."""
    block = _dense(step, Chain(layer=layer, unit=unit))
    numbers = step.explanation.numbers
    return numbers.position(*find_parameter(numbers.blocks, block.number, unit, source))


def _dense(step: NextStep, at: Chain) -> Block:
    """The layer, whose weights are edited."""
    block = step.drawn(at.layer)
    if not isinstance(block.head.layer, Dense) or len(block.shape) != 1:
        raise DataError(f"weights of dense layers are edited by hand, and this is {block.name}; click one of those.")
    if at.unit > block.shape[0]:
        raise DataError(f"layer {at.layer} has {block.shape[0]} units, and no unit {at.unit}; click a line or a unit.")
    return block


def _has_bias(block: Block) -> bool:
    return any(each.bias for each in block.head.signature.parameters)


def _largest(step: NextStep, block: Block, unit: int, source: Source) -> int:
    """The sample with the largest share of the weight's gradient."""
    held = step.explanation.numbers.of(block.head)
    shares = held.d_output[unit] * (1.0 if isinstance(source, str) else held.input[source - 1])
    return int(np.abs(shares).argmax())


def _weights(step: NextStep, at: Chain, block: Block, source: Source) -> list[dict[str, Any]]:
    """What leads into the unit: the first weights, the chosen one and the bias."""
    n_inputs, numbers = block.head.input_shape[0], step.explanation.numbers
    sources: list[Source] = [*range(1, min(n_inputs, MOST_FIELDS) + 1)]
    if isinstance(source, int) and source > MOST_FIELDS:
        sources[-1] = source
    sources += ["bias"] if _has_bias(block) else []
    found = [(each, find_parameter(numbers.blocks, block.number, at.unit, each)) for each in sources]
    return [{"source": each, "value": numbers.parameter(*place).value} for each, place in found]


def axis(at: float, before: dict[str, Any] | None) -> tuple[float, float]:
    """From where to where a curve goes: as before, grown where the weight comes near to an end.

    >>> axis(0.3, None), axis(3.0, {"low": -2.0, "high": 3.0}), axis(0.0, {"low": -2.0, "high": 3.0})
    ((-2.0, 3.0), (-2.0, 5.5), (-2.0, 3.0))
    """
    unit = 10.0 ** max(0, math.floor(math.log10(max(abs(at), 1.0))))
    fresh = unit * (math.floor(at / unit) - 2), unit * (math.ceil(at / unit) + 2)
    if before is None:
        return fresh
    low, high = before["low"], before["high"]
    length = high - low
    low -= GROWTH * length * (at < low + MARGIN * length)
    high += GROWTH * length * (at > high - MARGIN * length)
    is_within = low < at < high and high - low <= LONGEST * (fresh[1] - fresh[0])
    return (low, high) if is_within else fresh


def _told(curve: LossCurve, low: float, high: float) -> dict[str, Any]:
    """The curve, its tangent and its secant as plain numbers. stride: what an arrow key moves the weight by."""
    finite = curve.losses[np.isfinite(curve.losses)]
    bottom, top = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    margin = 0.08 * (top - bottom) or 0.5
    return {
        "at": curve.at,
        "low": low,
        "high": high,
        "bottom": bottom - margin,
        "top": top + margin,
        "stride": 10.0 ** math.floor(math.log10((high - low) / 40.0)),
        "points": _finite(np.stack([curve.values, curve.losses], axis=1)),
        "kinks": curve.kinks.tolist(),
        "here": _finite(np.array([[curve.at, curve.loss]])),
        "tangent": _finite(np.array([[each, curve.tangent(each)] for each in (low, high)])),
        "secant": _finite(np.array([[each, curve.secant(each)] for each in (low, high)])),
        "ends": _finite(np.array([[curve.at - curve.step, curve.below], [curve.at + curve.step, curve.above]])),
    }


def _finite(points: Array) -> list[list[float]]:
    """The points (n, 2) that are numbers."""
    rows: list[list[float]] = points[np.isfinite(points).all(axis=1)].tolist()
    return rows
