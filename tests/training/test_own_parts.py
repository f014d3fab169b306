"""Layers, losses and optimizers of one's own, written as plain functions instead of rows of calls."""

from dataclasses import dataclass

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.calls import Pass
from chainrule.core.layers.base import Buffers, Signature
from chainrule.core.losses import LossBuffers
from chainrule.core.parameters import Parameters


@dataclass(frozen=True, repr=False)
class PlainSigmoid(cr.Layer):
    backward_reads = frozenset({"output"})
    elementwise = True

    def signature(self, input_shape: tuple[int, ...]) -> Signature:
        return Signature(input_shape)

    def bind(self, at: Buffers) -> Pass:
        def forward() -> None:
            at.output[...] = 1.0 / (1.0 + np.exp(-at.input))

        def backward() -> None:
            at.d_input[...] = at.d_output * at.output * (1.0 - at.output)

        return forward, backward


@dataclass(frozen=True, repr=False)
class PlainHalfSquaredError(cr.Loss):
    def bind(self, at: LossBuffers) -> Pass:
        def forward() -> None:
            at.value[...] = 0.5 * np.sum(at.share * (at.output - at.targets) ** 2, axis=(-2, -1))

        def backward() -> None:
            at.d_output[...] = at.share * (at.output - at.targets)

        return forward, backward


@dataclass(frozen=True, repr=False)
class PlainSGD(cr.Optimizer):
    learning_rate: float = 0.5

    def bind(self, at: Parameters):
        def update(step: int) -> None:
            at.W[...] -= self.learning_rate * at.g

        return update


@pytest.mark.parametrize("settings", [{}, {"population": 3}, {"batch_size": 8}], ids=str)
def test_plain_functions_train_as_rows_of_calls_do(settings):
    x, y = cr.datasets.xor()
    layers = [cr.Dense(4), PlainSigmoid(), cr.Residual([cr.Dense(4), PlainSigmoid()]), cr.Dense(1), PlainSigmoid()]
    plain = cr.Network((2,), layers, cr.Normal())
    rows = cr.Network(
        (2,),
        [cr.Dense(4), cr.Sigmoid(), cr.Residual([cr.Dense(4), cr.Sigmoid()]), cr.Dense(1), cr.Sigmoid()],
        cr.Normal(),
    )
    settings = {"epochs": 50, "seed": 1} | settings
    ours = cr.train(rows, x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(0.5), **settings)
    theirs = cr.train(plain, x, y, loss=PlainHalfSquaredError(), optimizer=PlainSGD(), **settings)
    np.testing.assert_allclose(theirs.model.theta, ours.model.theta, rtol=1e-10)
    np.testing.assert_allclose(theirs.history["loss"], ours.history["loss"], rtol=1e-10)
    assert max(check.error for check in cr.check_gradient(plain, x, y, PlainHalfSquaredError())) < 1e-7
