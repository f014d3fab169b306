"""A call that interrupts another, as a signal handler does: both give the right numbers, wherever the first stood."""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from pseudo_terminal import posix

SOURCE = str(Path(cr.__file__).parent)
NETWORK = cr.Network((2,), [cr.Dense(8), cr.Sigmoid(), cr.BatchNorm(), cr.Dropout(0.5), cr.Dense(1)])
RNG = np.random.default_rng(0)
THETA, STATE = NETWORK.initialize(0), NETWORK.initialize_state()
X, OTHERS, Y = RNG.normal(size=(6, 2)), RNG.normal(size=(6, 2)), RNG.normal(size=6)


def predict(x: np.ndarray) -> Any:
    return NETWORK.predict(THETA, x, STATE)


def gradient(x: np.ndarray) -> Any:
    return NETWORK.loss_and_gradient(THETA, x, Y, cr.SquaredError())[1]


def dropped(x: np.ndarray) -> Any:
    return NETWORK.loss_and_gradient(THETA, x, Y, cr.SquaredError(), seed=3)[1]


def checked(x: np.ndarray) -> Any:
    return [each.error for each in cr.check_gradient(cr.mlp(2, 2, 1), x, Y, cr.SquaredError())]


def trained(x: np.ndarray) -> Any:
    settings = {"loss": cr.SquaredError(), "optimizer": cr.Adam(0.01), "validation": (x, Y)}
    return cr.train(NETWORK, x, Y, epochs=2, batch_size=3, **settings).model.theta


CALLS = [predict, gradient, dropped, checked, trained]


def interrupted_at_each_line(call: Callable[[], Any], interrupt: Callable[[], Any], every: int) -> tuple[Any, int]:
    """The answer of a call that is interrupted at its lines, every so many; and the number of interruptions."""
    lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        if not frame.f_code.co_filename.startswith(SOURCE):
            return None
        lines += 1
        if lines % every == 0:
            interrupt()  # Python traces nothing meanwhile
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        answer = call()
    finally:
        sys.settrace(before)
    return answer, lines // every


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("other", [predict, gradient])
def test_a_call_that_is_interrupted_and_one_that_interrupts_are_right(call: Any, other: Any):
    right, right_other = call(X), other(OTHERS)
    wrong = []

    def interrupt() -> None:
        if not np.array_equal(other(OTHERS), right_other):
            wrong.append(other)

    answer, interruptions = interrupted_at_each_line(lambda: call(X), interrupt, 1 if call is predict else 7)
    assert interruptions > 20
    assert not wrong
    np.testing.assert_array_equal(answer, right)


@posix
def test_a_handler_of_a_real_signal_may_predict():
    network = cr.mlp(2, 32, 32, 1)
    model, x, others = cr.Model(network, network.initialize(0)), RNG.random((64, 2)), RNG.random((64, 2))
    right, handled = model.predict(x), 0

    def handle(*_: object) -> None:
        nonlocal handled
        handled += 1
        model.predict(others)

    before = signal.signal(signal.SIGALRM, handle)
    end = time.monotonic() + 0.5
    try:
        while time.monotonic() < end:
            signal.setitimer(signal.ITIMER_REAL, RNG.uniform(1e-5, 3e-4))  # once: a handler isn't interrupted itself
            np.testing.assert_array_equal(model.predict(x), right)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert handled > 20
