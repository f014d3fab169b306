"""A trial: a run trained on from one of its points, with some settings changed. One function makes all trials."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.core.network import Network
from chainrule.core.streams import stream
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Inspection
from chainrule.lab.diagnose.measurements import Point
from chainrule.lab.experiments.zipped import zipped
from chainrule.training.loop import train
from chainrule.training.stopping import EarlyStopping

Changes = dict[str, Any]
"""Settings of `train` by name."""

Samples = tuple[Array, Array]
"""x (n, *shape), and y in the form of `Loss.rows`."""


class Trial(NamedTuple):
    """losses (K,): one for each change on trial, after `steps` steps; infinite where the run diverged."""

    losses: Array
    steps: int


class Pace(NamedTuple):
    """The samples per step, and the steps, that a trial can afford."""

    batch: int
    steps: int


def trial(
    run: Inspection,
    point: Point | None,
    steps: float,
    changes: Sequence[Changes] = ({},),
    *,
    learnt: Samples | None = None,
    held_out: Samples | None = None,
    keeps_best: bool = True,
    batch: int | None = None,
) -> Trial:
    """Train on from a point with each of some changes, as one population, for about `steps` steps: whole epochs.

    changes: K times settings of `train` other than the run's, which differ in real-valued ones.
    learnt, batch: the samples to learn from, (n, ...) or for each member its own, (K, n, ...), and how many per step;
        by default what trials of the run can afford.
    held_out: the losses are of these, the lowest on the way, or without `keeps_best` those in the end; else of the
        learnt samples in the end.
    Where it can't be made (of a point or settings unknown, or if all targets are equal), the losses are NaN, so that no
    comparison with them holds.
    """
    setup = run.setup
    if setup is None or point is None or run.variance == 0:
        return Trial(np.full(len(changes), np.nan), 0)
    x, y = learnt or samples_of(run)
    batch = batch or pace(run).batch
    n = x.shape[x.ndim - 1 - len(run.network.input_shape)]
    batches = -(-n // batch)
    epochs = max(1, round(steps / batches))
    own = {"network": run.network, "optimizer": setup.optimizer, "penalty": setup.penalty, "clip": setup.clip}
    changed = {name: zipped([each[name] for each in changes], per_member=name == "clip") for name in changes[0]}
    settings: Changes = own | changed
    if held_out is not None:
        settings |= {"validation": held_out}
        settings |= {"early_stopping": EarlyStopping(epochs)} if keeps_best else {}  # never stops, keeps the best
    done = train(
        **settings,
        x=x,
        y=y,
        loss=run.loss,
        epochs=epochs,
        batch_size=None if batch == n and setup.batch_size is None else batch,
        population=len(changes),  # of one, too: a member that diverges doesn't raise
        seed=setup.seeds * len(changes),
        theta=np.tile(point.theta, (len(changes), 1)),
        state=np.tile(point.state, (len(changes), 1)),
        dtype=point.theta.dtype,
        record_every=epochs,
    )
    if held_out is not None:
        return Trial(_or_infinite(run.loss_factor * done.final_validation_loss), epochs * batches)
    return Trial(loss_at(run, done.model.theta, network=settings["network"]), epochs * batches)


def start_of(run: Inspection, network: Network) -> Point:
    """Where a network starts by the run's seed."""
    dtype = np.float64 if run.start is None else run.start.theta.dtype
    return Point(network.initialize(run.seed, dtype=dtype), network.initialize_state(dtype=dtype))


def loss_at(run: Inspection, theta: Array, samples: Samples | None = None, network: Network | None = None) -> Any:
    """The loss at theta, (P,) or (K, P), of the samples that trials learn unless others are given.

    Without the penalty, with nothing drawn at random; infinite where not finite.
    """
    with np.errstate(all="ignore"):
        loss, _ = (network or run.network).loss_and_gradient(theta, *(samples or samples_of(run)), run.loss)
    return _or_infinite(run.loss_factor * loss)


def _or_infinite(losses: Any) -> Array:
    return np.where(np.isfinite(losses), losses, np.inf)


def samples_of(run: Inspection) -> Samples:
    """The samples that trials learn from: those inspected; for a large network fewer."""
    if not is_large(run) or len(run.x) <= thresholds.LARGE_SAMPLES:
        return run.x, run.y
    rows = stream(0, "diagnosis", 1).permutation(len(run.x))[: thresholds.LARGE_SAMPLES]
    x, y = run.x[rows], run.y[rows]
    return (run.x, run.y) if (y == y[:1]).all() else (x, y)  # there must be something to learn


def pace(run: Inspection, members: int = 1) -> Pace:
    """The pace that a trial of some members can afford."""
    batch = _batch(run)
    if not is_large(run):
        steps = thresholds.BUDGET / (members * batch * cost(run.network))
        return Pace(batch, int(np.clip(steps, thresholds.FEWEST_STEPS, thresholds.MOST_STEPS)))
    batch = max(min(batch, thresholds.LARGE_BATCH), run.network.least_samples)
    steps = thresholds.LARGE_BUDGET / (members * batch * cost(run.network))
    return Pace(batch, int(np.clip(steps, thresholds.FEWEST_STEPS // 3, thresholds.FEWEST_STEPS)))


def is_large(run: Inspection) -> bool:
    """Whether the fewest steps of ten members cost more than a trial can afford."""
    return 10 * thresholds.FEWEST_STEPS * _batch(run) * cost(run.network) > thresholds.LARGE_BUDGET / 2


def steps_per_epoch(run: Inspection) -> int:
    """Steps per epoch of the samples inspected, in batches of the run's size."""
    return -(-len(run.x) // _batch(run))


def _batch(run: Inspection) -> int:
    return min(len(run.x), run.batch_size)


def cost(network: Network) -> int:
    """About how many multiplications a sample takes, forward.

    >>> from chainrule.core.network import mlp
    >>> cost(mlp(2, 4, 1, output="identity"))  # 12 weights, and 13 activations with their ones
    142
    """
    products = sum(
        count(leaf.signature.output) * sum(each.fan_in for each in leaf.signature.parameters if each.start is None)
        for leaf in network.leaves
    )
    return products + thresholds.AN_ACTIVATION * network.n_numbers
