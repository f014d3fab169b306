"""Losses: the value and the gradient of the same function, at the same scale.

A loss is bound like a layer: `forward` writes the value, `backward` the gradient with respect to the network's output.
Each sample counts with its share of the mean: 1 / n, or its weight divided by the sum of the weights.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from chainrule.core.activations import Sigmoid
from chainrule.core.arrays import Array, Shape, chunks
from chainrule.core.calls import Calls, Pass, call, total
from chainrule.core.description import Description
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.core.layers.base import Layer
from chainrule.core.products import bind_inner_product, bind_sum


@dataclass
class LossBuffers:
    """The memory of a loss: output a, targets y and gradient da, all (..., O, n).

    value: () or (K,).  share: a sample's share of the mean times the loss's factor, () or (..., 1, n).
    """

    output: Array
    targets: Array
    d_output: Array
    value: Array
    share: Array
    scratch: Callable[[], Array] = field(repr=False)

    def number(self, value: float) -> Array:
        """A constant as an operand: an array () of the run's dtype."""
        return np.array(value, self.output.dtype)


class Loss(Description):
    """The base of the losses. A new one defines `factor` and `bind`, and names its link."""

    link: ClassVar[str] = "identity"
    """The function that turns outputs into predictions or probabilities: identity, sigmoid or softmax."""

    labelled: ClassVar[bool] = False
    """Whether targets may be class numbers (n,), which are bound one-hot."""

    def factor(self, n_outputs: int) -> float:
        """The factor by which a sample's share is multiplied."""
        return 1.0

    def bind(self, at: LossBuffers) -> Pass:
        """Bind to memory: return `forward` and `backward`."""
        raise NotImplementedError(f"{type(self).__name__} must define bind()")

    def check_network(self, output: Shape, last: Layer | None) -> None:
        """Raise ShapeError or SettingError unless a network with this output and last layer suits this loss."""
        if len(output) != 1:
            raise ShapeError(
                f"{self} expects one vector per sample from the network, got {output}. End the network in Flatten()."
            )

    def check_targets(self, y: Array, n_outputs: int) -> None:
        """Raise ShapeError or DataError unless the finite numbers y, (n,) or (n, O), fit the outputs."""
        if y.shape[1:] != (n_outputs,) and not (n_outputs == 1 and y.ndim == 1):
            raise ShapeError(
                f"{self} expects targets of shape ({len(y)}, {n_outputs}){' or (n,)' if n_outputs == 1 else ''} "
                f"for a network with {n_outputs} output{'s' * (n_outputs > 1)}, got {y.shape}. "
                "Change the targets, or the network's last layer."
            )
        for which in chunks(len(y), n_outputs):
            self.check_values(y[which])

    def rows(self, y: Array, n_outputs: int) -> Array:
        """Checked targets in the form that a plan takes: values (n, O), or class numbers (n,). A view."""
        return y.reshape(len(y), n_outputs)

    def check_values(self, y: Array) -> None:
        """Raise DataError unless each target, a finite number, is one that this loss allows."""


@dataclass(frozen=True, repr=False)
class SquaredError(Loss):
    """Mean over samples and outputs of (a - y)²; gradient 2 (a - y) / (n O).

    >>> SquaredError()
    SquaredError()
    """

    def factor(self, n_outputs: int) -> float:
        return 2.0 / n_outputs

    def bind(self, at: LossBuffers) -> Pass:
        return bind_squares(at)


@dataclass(frozen=True, repr=False)
class HalfSquaredError(Loss):
    """1/(2n) · sum over samples and outputs of (a - y)²; gradient (a - y) / n: the reference's equation (2).

    >>> HalfSquaredError()
    HalfSquaredError()
    """

    def bind(self, at: LossBuffers) -> Pass:
        return bind_squares(at)


def bind_squares(at: LossBuffers) -> Pass:
    """½ Σ share (a - y)², with gradient share (a - y)."""
    a, y, da, e, share, value = at.output, at.targets, at.d_output, at.scratch(), at.share, at.value
    twice, half = np.empty_like(value), at.number(0.5)  # NumPy is slow in place on single values

    forward = Calls(
        call(np.subtract, a, y, out=e),
        call(np.multiply, e, share, out=da),
        bind_inner_product(e, da, twice),  # Σ share (a - y)²
        call(np.multiply, twice, half, out=value),
    )

    backward = Calls()  # da is share (a - y) already

    return forward, backward


@dataclass(frozen=True, repr=False)
class BinaryCrossEntropy(Loss):
    """From logits z: mean over samples and outputs of log(1 + e^z) - y z; gradient (σ(z) - y) / (n O).

    It equals -y log p - (1 - y) log(1 - p) with p = σ(z), without the logarithm of a rounded p. Targets: 0, 1 or
    probabilities, (n,) or (n, O). Several outputs are several yes-or-no questions.

    >>> BinaryCrossEntropy()
    BinaryCrossEntropy()
    """

    link = "sigmoid"

    def factor(self, n_outputs: int) -> float:
        return 1.0 / n_outputs

    def check_network(self, output: Shape, last: Layer | None) -> None:
        super().check_network(output, last)
        refuse_probabilities(self, last)

    def check_values(self, y: Array) -> None:
        if y.min() < 0 or y.max() > 1:
            raise DataError(
                f"{self} expects targets from 0 to 1, got {y.min():g} to {y.max():g}. "
                "Number two classes 0 and 1; for more classes take SoftmaxCrossEntropy()."
            )

    def bind(self, at: LossBuffers) -> Pass:
        z, y, dz, share = at.output, at.targets, at.d_output, at.share
        losses, yz = at.scratch(), at.scratch()
        zero, one = at.number(0.0), at.number(1.0)

        forward = Calls(
            call(np.logaddexp, zero, z, out=losses),  # log(e^0 + e^z), without overflow
            call(np.multiply, y, z, out=yz),
            call(np.subtract, losses, yz, out=losses),
            call(np.multiply, losses, share, out=losses),
            call(total, losses, axis=(-2, -1), out=at.value),
        )

        backward = Calls(
            call(np.negative, z, out=dz),
            call(np.exp, dz, out=dz),
            call(np.add, dz, one, out=dz),
            call(np.divide, one, dz, out=dz),  # p = σ(z)
            call(np.subtract, dz, y, out=dz),
            call(np.multiply, dz, share, out=dz),
        )

        return forward, backward


@dataclass(frozen=True, repr=False)
class SoftmaxCrossEntropy(Loss):
    """From logits z: mean over samples of -Σ y log p, p = e^z / Σ e^z over the outputs; gradient (p - y) / n.

    Targets: class numbers 0 ... O - 1 as (n,), or probabilities (n, O) that sum to 1.

    >>> SoftmaxCrossEntropy()
    SoftmaxCrossEntropy()
    """

    link = "softmax"
    labelled = True

    def check_network(self, output: Shape, last: Layer | None) -> None:
        super().check_network(output, last)
        refuse_probabilities(self, last)
        if output == (1,):
            raise ShapeError(
                f"{self} needs two outputs or more, one per class, got a network with 1. "
                "Give the last layer more units, or take BinaryCrossEntropy()."
            )

    def check_targets(self, y: Array, n_outputs: int) -> None:
        if y.shape[1:] == (n_outputs,):
            super().check_targets(y, n_outputs)
            return
        if y.ndim != 1 and y.shape[1:] != (1,):
            raise ShapeError(
                f"{self} expects class numbers ({len(y)},) or probabilities ({len(y)}, {n_outputs}), got {y.shape}. "
                "Change the targets, or the network's last layer."
            )
        for which in chunks(len(y), 1):
            check_labels(y[which], n_outputs)

    def rows(self, y: Array, n_outputs: int) -> Array:
        return y if y.shape[1:] == (n_outputs,) else y.reshape(len(y))

    def check_values(self, y: Array) -> None:
        sums = y.sum(axis=-1)
        if y.min() < 0 or abs(sums - 1).max() > 1e-3:
            raise DataError(
                f"{self} expects each row of probabilities to be 0 or more and to sum to 1, "
                f"got sums from {sums.min():g} to {sums.max():g}. Divide each row by its sum."
            )

    def bind(self, at: LossBuffers) -> Pass:
        z, y, dz, share = at.output, at.targets, at.d_output, at.share
        p, e = at.scratch(), at.scratch()
        largest, sums, of_samples = (np.empty_like(z[..., :1, :]) for _ in range(3))
        shares = share if share.ndim else np.full_like(largest, share)

        forward = Calls(
            # Subtracting the maximum leaves softmax unchanged and keeps exp() below overflow.
            call(np.maximum.reduce, z, axis=-2, keepdims=True, out=largest),  # (..., O, n) -> (..., 1, n)
            call(np.subtract, z, largest, out=e),
            call(np.exp, e, out=p),
            bind_sum(p, sums),
            # -Σ y log p = log Σ e^z - Σ y z, since the y of a sample sum to 1
            call(np.multiply, y, e, out=e),
            bind_sum(e, of_samples),
            call(np.log, sums, out=largest),
            call(np.subtract, largest, of_samples, out=of_samples),
            bind_inner_product(of_samples, shares, at.value),
        )

        backward = Calls(
            call(np.divide, p, sums, out=dz),
            call(np.subtract, dz, y, out=dz),
            call(np.multiply, dz, share, out=dz),
        )

        return forward, backward


def refuse_probabilities(loss: Loss, last: Layer | None) -> None:
    """Raise SettingError for a network that ends in a sigmoid: a loss from logits would apply it a second time."""
    if isinstance(last, Sigmoid):
        raise SettingError(
            f'{loss} takes logits, but the network ends in {last}. Leave that layer out: mlp(..., output="identity").'
        )


def check_labels(y: Array, n_classes: int) -> None:
    """Raise DataError unless every label is a whole number from 0 to n_classes - 1."""
    if (y != np.floor(y)).any() or y.min() < 0 or y.max() >= n_classes:
        wrong = y[(y != np.floor(y)) | (y < 0) | (y >= n_classes)].flat[0]
        raise DataError(
            f"the targets should be class numbers from 0 to {n_classes - 1}, got {wrong:g}. "
            "Number the classes from 0, and give the network an output for each."
        )


LOSSES: dict[str, type[Loss]] = {
    "binary_cross_entropy": BinaryCrossEntropy,
    "half_squared_error": HalfSquaredError,
    "softmax_cross_entropy": SoftmaxCrossEntropy,
    "squared_error": SquaredError,
}
