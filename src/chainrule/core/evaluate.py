"""The public door's arrays, through bound plans and out again as fresh arrays.

Each thread keeps the plans that it bound last, so that a second call with the same shapes is only the arithmetic.
theta and state are copied into a plan's own memory: the plan serves any, and nobody's array is held on to.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, chunks, count
from chainrule.core.checks import (
    check_batches,
    check_members,
    check_samples,
    check_state,
    check_targets,
    check_theta,
    check_weights,
)
from chainrule.core.description import check_kind
from chainrule.core.losses import Loss
from chainrule.core.penalties import L2
from chainrule.core.plan.plan import Plan, generators, run
from chainrule.core.streams import Seed, member_seeds

if TYPE_CHECKING:
    from chainrule.core.network import Network

KEPT_PLANS = 8
"""How many bound plans a thread keeps."""

KEPT_NUMBERS = 1_000_000
"""A plan of more numbers than this, activations and parameters, is bound for one call."""


class _Kept(threading.local):
    def __init__(self) -> None:
        self.plans: OrderedDict[Hashable, Plan] = OrderedDict()


_kept = _Kept()


def bound(network: Network, n: int, theta: Array, state: Array | None, **settings: Any) -> Plan:
    """The thread's plan for these shapes and settings, holding a copy of theta and of the state."""
    key = (network, n, theta.shape, theta.dtype, state is None, *settings.values())
    plan = _kept.plans.get(key)
    if plan is None:
        plan = Plan(network, n, np.empty_like(theta), state=None if state is None else state.copy(), **settings)
        if network.n_rows * n * count(theta.shape[:-1]) + 2 * theta.size <= KEPT_NUMBERS:
            _kept.plans[key] = plan
            if len(_kept.plans) > KEPT_PLANS:
                _kept.plans.popitem(last=False)
    else:
        _kept.plans.move_to_end(key)
    plan.theta[...] = theta
    if plan.state is not None and plan.state.size:
        plan.state[...] = state
    return plan


def predict(network: Network, theta: Array, state: Array, x: Array) -> Array:
    """The outputs (n, *shape), or (K, n, *shape), walked in pieces. All that comes in is checked already."""
    pieces = []
    for which in chunks(len(x), network.n_rows * count(theta.shape[:-1]), at_least=4 * theta.size):
        plan = bound(network, which.stop - which.start, theta, state, training=False)
        plan.set_input(x[which])
        run(plan.infer)
        pieces.append(plan.answers.copy())
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=theta.ndim - 1)


def loss_and_gradient(
    network: Network,
    theta: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    loss: Loss,
    state: Array | None = None,
    seed: Seed | None = None,
    sample_weight: ArrayLike | None = None,
    penalty: L2 | None = None,
) -> tuple[Any, Array]:
    """The loss and its gradient with respect to theta, in training mode; a state is moved in place."""
    check_kind("penalty", (L2, type(None)), "an L2(0.001) or None", penalty)
    check_kind("state", (np.ndarray, type(None)), "an array such as initialize_state() gives, or None", state)
    theta = check_theta(network, theta)
    statistics = None if state is None else check_state(network, state, theta.shape[:-1], theta.dtype).copy()
    x = check_samples(network.input_shape, x, dtype=theta.dtype)
    y = check_targets(network, loss, y, len(x), dtype=theta.dtype)
    weights = check_weights(sample_weight, len(x))
    check_batches(network, len(x))
    members = check_members(theta, seed, network, penalty)
    settings: dict[str, Any] = {"loss": loss, "penalty": penalty, "weighted": weights is not None}
    draws = {} if seed is None else generators(network, member_seeds(seed, members))
    if draws:
        plan = Plan(network, len(x), theta.copy(), state=statistics, draws=draws, **settings)
    else:
        plan = bound(network, len(x), theta, statistics, **settings)
    plan.set_input(x)
    plan.set_targets(loss.rows(y, network.output_shape[0]))
    if weights is not None:
        plan.set_weights(weights)
    run(plan.measure)
    if state is not None:
        state[...] = plan.state
    value = plan.value.copy() if members else plan.value.item()
    return value, plan.gradient.copy()
