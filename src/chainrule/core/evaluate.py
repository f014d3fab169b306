"""Predictions, losses and gradients: users' arrays go through bound plans, and come out as fresh arrays.

Each thread keeps the plans that it bound last, so that a second call with the same shapes is only the arithmetic.
A call takes its plan out and puts it back at its end: one that interrupts it, from a signal handler, binds another.
theta and state are copied into a plan's own memory: SciPy passes a new theta at every call, and a plan bound to the
caller's array would be bound anew each time. Prediction without a state is refused where the network keeps one: with
the statistics that it starts with, the outputs would look right.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.architecture import Architecture
from chainrule.core.arrays import MOST_NUMBERS, Array, chunks
from chainrule.core.calls import Call, Calls, Ended, run
from chainrule.core.checks import (
    check_batches,
    check_finite,
    check_members,
    check_samples,
    check_shape,
    check_state,
    check_targets,
    check_theta,
    check_weights,
)
from chainrule.core.description import check_kind
from chainrule.core.engine.choice import MANY_STEPS, Engine, asked
from chainrule.core.in_pieces import GradientPlan, Many, length_of_piece, pieces_of
from chainrule.core.losses import Loss
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.penalties import L2
from chainrule.core.plan.binding import generators
from chainrule.core.plan.plan import ForwardPlan, Plan, bind_penalty
from chainrule.core.streams import Seed, member_seeds

if TYPE_CHECKING:
    from chainrule.core.engine.pieces import Pieces

AnyPlan = TypeVar("AnyPlan", bound=ForwardPlan | Plan)

KEPT_PLANS = 8
"""The number of bound plans that a thread keeps."""

KEPT_NUMBERS = 3_000_000
"""A plan of more numbers than this, activations and parameters, is bound for one call. Chunks that are
rounded up have up to 16 activations per parameter: those of networks of 160,000 parameters are kept."""


FEW_NUMBERS = 2**13
"""Samples of so many numbers are copied to a plan as they are, and checked by its program. More are checked as they lie
with the user, and turned on their way: else they would go through memory once more."""


class _Kept(threading.local):
    def __init__(self) -> None:
        self.plans: dict[Hashable, Any] = {}


_kept = _Kept()


def take_plan(
    bind: Callable[..., AnyPlan],
    bound: Any,
    n: int,
    network: Architecture,
    theta: Array,
    state: Array | None,
    **settings: Any,
) -> tuple[AnyPlan, Call, Hashable]:
    """A plan of a network or an objective for n samples, holding a copy of theta and of the state; and its pass.

    It is the caller's alone until `keep_plan` puts it back, by the key that is returned too: None for a large plan.
    A plan that is kept is compiled, unless NumPy is asked for: so equal calls give equal bits.
    """
    engine, members = asked(), members_of(theta)
    key: Hashable = (bind, bound, n, theta.ndim, members, theta.dtype, state is None, engine, *settings.values())
    kept: tuple[AnyPlan, Call] | None = _kept.plans.pop(key, None)
    if kept is None:
        own = Parameters.of(network, np.empty_like(theta), None if state is None else state.copy())
        numbers = network.n_numbers * n * members
        if numbers + 2 * theta.size > KEPT_NUMBERS:
            key = None
        made_by = Engine.of(engine, 1 if key is None else MANY_STEPS, numbers)
        if bind is Plan:  # members are done in turn, for gradients; of a prediction it would take longer
            made_by = replace(made_by, members=members)
            settings = settings | {"memory": made_by.memory}
        kept = (plan := bind(bound, n, own, **settings)), bind_pass(plan, made_by)
    parameters = kept[0].parameters
    parameters.theta[...] = theta
    if parameters.state is not None and parameters.state.size:
        parameters.state[...] = state
    plan, compute = kept
    return plan, compute, key


def members_of(theta: Array) -> int:
    """K, or 1 of a single network."""
    return 1 if theta.ndim == 1 else len(theta)


def bind_pass(plan: ForwardPlan | Plan, engine: Engine) -> Call:
    """What a plan is bound for: the outputs, or the value and the gradient, by an engine."""
    if isinstance(plan, PiecePlan | GradientPlan):
        return plan.compile(engine)
    if isinstance(plan, ForwardPlan):
        return engine.row(plan.row if isinstance(plan, CheckedPlan) else plan.forward, [plan.outputs])
    parameters = plan.parameters
    state = [] if parameters.state is None else [parameters.state]
    return engine.row(plan.value_and_gradient, [plan.value, parameters.gradient, *state])


def keep_plan(plan: ForwardPlan | Plan, compute: Call, key: Hashable) -> None:
    """Keep a plan and its pass, no longer in use, for the thread's next call with this key; None: don't."""
    if key is None:
        return
    plans = _kept.plans
    plans[key] = plan, compute
    if len(plans) > KEPT_PLANS:
        used_longest_ago, *_ = plans
        plans.pop(used_longest_ago, None)


class CheckedPlan(ForwardPlan):
    """A network bound for n samples that are checked on their way: a pass ends where one isn't finite in theta's dtype.

    samples (n, *input_shape): to be set before a pass, of the dtype that users' samples have.
    """

    def __init__(self, network: Architecture, n: int, parameters: Parameters, dtype: np.dtype[Any]) -> None:
        super().__init__(network, n, parameters)
        self.samples = np.empty((n, *network.input_shape), dtype)
        self.row = Calls(*self.bind_checked(self.samples), *self.forward)


class PiecePlan(ForwardPlan):
    """A network bound for n of many samples, to be run for all of them on threads. pieces: None where that can't be."""

    pieces: Pieces | None = None

    def __init__(self, network: Architecture, n: int, parameters: Parameters) -> None:
        super().__init__(network, n, parameters)
        dtype, lead = parameters.theta.dtype, parameters.theta.shape[:-1]
        self.samples = np.moveaxis(np.empty((n, *network.input_shape), dtype), 0, -1)
        self.predicted = np.moveaxis(np.empty((*lead, n, *network.output_shape), dtype), len(lead), -1)

    def compile(self, engine: Engine) -> Call:
        """The program of a piece."""
        own = [self.samples, self.predicted]
        program = engine.row(self.bind_piece(*own), [self.predicted])
        self.pieces = pieces_of(program, own)
        return program

    def predict(self, pieces: Pieces, x: Array, outputs: Array) -> None:
        """The outputs (..., k * n, *shape) for k * n samples."""
        axis = self.parameters.theta.ndim - 1  # of the outputs' samples
        x = x.reshape(-1, self.n, *x.shape[1:], copy=False)
        outputs = outputs.reshape(*outputs.shape[:axis], -1, self.n, *outputs.shape[axis + 1 :], copy=False)
        pieces.run([np.moveaxis(x, 1, -1), np.moveaxis(outputs, (axis, axis + 1), (0, -1))])


def predict(network: Architecture, theta: Array, state: Array, x: ArrayLike) -> Array:
    """The outputs (n, *shape), or (K, n, *shape). Theta and state are checked already.

    Raises ShapeError and DataError for samples that don't fit.
    """
    x = check_shape(network.input_shape, x)
    numbers = network.n_numbers * members_of(theta)
    if x.size <= FEW_NUMBERS and len(x) * numbers <= MOST_NUMBERS:
        return _predict_few(network, theta, state, x)
    check_finite(x, "x", theta.dtype)
    return _predict_many(network, theta, state, x, [*chunks(len(x), numbers, at_least=4 * theta.size)])


def _predict_few(network: Architecture, theta: Array, state: Array, x: Array) -> Array:
    """The outputs for samples which are checked on their way."""
    plan, compute, key = take_plan(CheckedPlan, network, len(x), network, theta, state, dtype=x.dtype)
    plan.samples[...] = x
    try:
        run(compute)
    except Ended:
        check_finite(plan.samples, "x", theta.dtype)
    outputs = plan.outputs.copy()
    keep_plan(plan, compute, key)
    return outputs


def _predict_many(network: Architecture, theta: Array, state: Array, x: Array, in_turn: list[slice]) -> Array:
    """The outputs, chunk by chunk: those of equal length on threads, where the engine can do all that they need."""
    lead, rows = theta.shape[:-1], in_turn[0].stop
    outputs = np.empty((*lead, len(x), *network.output_shape), theta.dtype)
    if (whole := len(x) // rows) > 1 and asked() != "numpy" and x.dtype == theta.dtype and x.flags.aligned:
        of_piece, compute, key = take_plan(PiecePlan, network, rows, network, theta, state)
        if of_piece.pieces is not None:
            which = slice(whole * rows)
            of_piece.predict(of_piece.pieces, x[which], outputs[(slice(None),) * len(lead) + (which,)])
            in_turn = in_turn[whole:]
        keep_plan(of_piece, compute, key)
    for which in in_turn:
        plan, compute, key = take_plan(ForwardPlan, network, which.stop - which.start, network, theta, state)
        plan.set_input(x[which])
        run(compute)
        outputs[(slice(None),) * len(lead) + (which,)] = plan.outputs
        keep_plan(plan, compute, key)
    return outputs


def loss_and_gradient(
    network: Architecture,
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
    objective, weighted = Objective(network, loss, penalty), weights is not None
    targets = loss.rows(y, network.output_shape[0])
    random = {} if seed is None else generators(network, member_seeds(seed, members))
    sums = None if random else in_pieces(objective, theta, x, targets, weights)
    if sums is not None:
        return (sums[0] if members else sums[0].item()), sums[1]
    key: Hashable = None
    if random:  # generators can't be shared by calls: this plan is the call's own
        own = Parameters.of(network, theta.copy(), statistics)
        plan = Plan(objective, len(x), own, generators=random, weighted=weighted)
        compute = bind_pass(plan, Engine.of(asked(), 1, network.n_numbers * len(x) * (members or 1)))
    else:
        plan, compute, key = take_plan(Plan, objective, len(x), network, theta, statistics, weighted=weighted)
    plan.set_input(x)
    plan.set_targets(targets)
    if weights is not None:
        plan.set_weights(weights)
    run(compute)
    if state is not None:
        state[...] = plan.parameters.state
    value = plan.value.copy() if members else plan.value.item()
    gradient = plan.parameters.gradient.copy()
    keep_plan(plan, compute, key)
    return value, gradient


def in_pieces(
    objective: Objective, theta: Array, x: Array, targets: Array, weights: Array | None
) -> tuple[Array, Array] | None:
    """The loss of many samples and its gradient, in pieces on threads; None where they can't be computed so.

    Nor those of a population, whose members are dealt out to threads instead.
    """
    network, without_penalty = objective.network, Objective(objective.network, objective.loss)
    n, depends = length_of_piece(network, theta, len(x)), any(leaf.layer.mixes_samples for leaf in network.leaves)
    if n is None or theta.ndim > 1 or depends or network.n_state or asked() == "numpy":
        return None
    settings, labels = {"of": len(x), "weighted": weights is not None}, targets.ndim == 1
    plan, compute, key = take_plan(GradientPlan, without_penalty, n, network, theta, None, labels=labels, **settings)
    piece = plan.piece
    if piece.pieces is None:
        keep_plan(plan, compute, key)
        return None
    many = Many.of(theta.dtype, x, targets, None if weights is None else weights / weights.sum())
    run_pieces, results = piece.bind(piece.pieces, many)
    run_pieces()
    value, gradient = (np.asarray(each.sum(axis=0)) for each in results)
    if rest := len(x) % n:
        of_rest, compute_rest, its_key = take_plan(Plan, without_penalty, rest, network, theta, None, **settings)
        many.last(rest).bind(of_rest, are_shares=True)()
        run(compute_rest)
        value += of_rest.value
        gradient += of_rest.parameters.gradient
        keep_plan(of_rest, compute_rest, its_key)
    for penalty in bind_penalty(objective, replace(plan.parameters, gradient=gradient), value):
        run(penalty)
    keep_plan(plan, compute, key)
    return value, gradient
