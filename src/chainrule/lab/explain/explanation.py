"""One training step with all its numbers: `explain`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.architecture import without_randomness
from chainrule.core.blocks import blocks_of
from chainrule.core.checks import check_batches, check_samples, check_targets, check_theta, check_weights
from chainrule.core.description import COUNT_OR_ZERO, POSITIVE, check_kind, check_real, check_whole
from chainrule.core.errors import DivergenceError, SettingError, ShapeError
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.optimizers import Optimizer, bind_update
from chainrule.core.parameters import Parameters
from chainrule.core.penalties import L2, bind_clip
from chainrule.core.plan.binding import generators
from chainrule.core.plan.running import run
from chainrule.core.population import agree
from chainrule.lab.experiments.workers import Progress, silent
from chainrule.lab.explain.chains import unit_chain, weight_chain
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.overview import overview
from chainrule.lab.explain.step.chosen import check_chosen, check_enough, chosen_weights
from chainrule.lab.explain.step.numbers import Numbers
from chainrule.lab.explain.step.recording import Recording, bound
from chainrule.lab.explain.step.training_step import LayerStep, TrainingStep, all_frozen, frozen
from chainrule.training.task import TrainingData

TASK, GLANCES = "Training", 200
"""The name of the progress, and how often it is told of the steps before."""


class Explanation(TrainingStep):
    """One training step, explained; made by `explain`. Layers and units are counted from 1, samples from 0.

    Its fields are those of `TrainingStep`: `loss`, `gradient`, `theta`, `new_theta`, and `layers` with each layer's
    arrays. `weight()`, `unit()` and `overview()` derive numbers of it line by line; a notebook shows the overview.
    """

    def weight(
        self, layer: int, to: int, from_: int | str | Sequence[int] = "bias", sample: int | None = None
    ) -> Derivation:
        """The whole chain of one weight: forward, loss, backward, its gradient, the update, and the numeric check.

        layer: counted from 1 as the textbook does; `str(explanation)` lists them.
        to: the unit that the weight goes to, or the channel, from 1.
        from_: the unit that it comes from; of a convolution (channel, row, column) in the kernel; or a name: "bias",
            or a batch normalisation's "scale" and "shift".
        sample: which one is followed through the layers; the one with the largest share of the gradient unless said.
        Raises SettingError where there is no such weight, with a sentence that says which there are.
        """
        return weight_chain(self, layer, to, from_, sample)

    def unit(self, layer: int, index: int | Sequence[int], sample: int | None = None) -> Derivation:
        """The whole chain of one unit's δ = ∂L/∂z: forward, loss, backward, and the numeric check.

        index: the unit, from 1; of feature maps (channel, row, column).  sample: which one; the first unless said.
        Raises SettingError where there is no such unit or sample.
        """
        return unit_chain(self, layer, index, sample)

    def overview(self, sample: int | None = None) -> Derivation:
        """The whole step: each layer's z, a, slopes and δ of one sample, the loss, the gradients, and some updates."""
        return overview(self, sample)

    def __str__(self) -> str:
        words = "one sample" if len(self.samples) == 1 else f"{len(self.samples)} samples"
        lines = [f"Step {self.step + 1:,} on {words}: loss {self.loss:.6g}, {self.objective}, {self.optimizer}"]
        for each in self.layers:
            held = ", ".join(f"{name} {array.shape}" for name, array in each.parameters.items())
            units = "1 unit" if each.z[0].size == 1 else f"{each.z[0].size} units"
            lines.append(f"  layer {each.number}: {each.name}, {units}{f'; {held}' if held else ''}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.overview().html()


def explain(
    network: Network,
    theta: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    loss: Loss,
    optimizer: Optimizer,
    *,
    steps: int = 0,
    samples: int | Sequence[int] | None = None,
    seed: int | None = None,
    penalty: L2 | None = None,
    clip: float | None = None,
    sample_weight: ArrayLike | None = None,
    progress: Progress = silent,
) -> Explanation:
    """One training step with all its numbers, in float64, each from the buffers of the plan that computes it.

    theta (P,), x (n, *input_shape) and y as in `train`. `steps` full-batch steps are trained first, and the one after
    them is explained: on all samples, or on those numbered `samples`, from 0. `seed` draws the dropouts; without one
    nothing is dropped.  penalty, clip: as in `train`.  sample_weight (n,): divided by their sum, in the steps before by
    that of all, in the step itself by that of its samples.  progress: called as `progress(task, done, total)` now and
    then, counting the steps before.
    Raises ShapeError, DataError and SettingError for what doesn't fit, DivergenceError where the steps before diverge.

    >>> import chainrule as cr
    >>> x, y = cr.datasets.xor()
    >>> network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
    >>> step = explain(network, network.initialize(seed=0), x, y, cr.HalfSquaredError(), cr.SGD(0.2), samples=3)
    >>> print(step)
    Step 1 on one sample: loss 0.379337, HalfSquaredError(), SGD(0.2)
      layer 1: Dense(4), Sigmoid(), 4 units; weights (4, 2), bias (4,)
      layer 2: Dense(4), Sigmoid(), 4 units; weights (4, 4), bias (4,)
      layer 3: Dense(1), Sigmoid(), 1 unit; weights (1, 4), bias (1,)
    >>> chain = step.weight(layer=2, to=1, from_=3)
    >>> round(chain.value, 6), chain.error < 1e-8
    (0.003085, True)
    """
    check_kind("network", Network, "a Network such as mlp(2, 4, 1)", network)
    check_kind("optimizer", Optimizer, "an optimizer such as SGD(0.5)", optimizer)
    check_kind("penalty", (L2, type(None)), "an L2(0.001) or None", penalty)
    start = check_theta(network, theta).astype(np.float64)
    if start.ndim != 1 or agree(None, seed, network, optimizer, penalty) is not None:
        raise ShapeError(
            f"explain() takes one network, theta ({network.n_parameters},), settings and a seed of one value each; "
            f"got theta {start.shape}. Choose a member: theta[k], and description.member(k)."
        )
    if network.n_parameters == 0:
        raise SettingError(f"a step to explain needs parameters; got {network!r}. Add a layer such as Dense(4).")
    x = check_samples(network.input_shape, x).astype(np.float64)
    rows = loss.rows(check_targets(network, loss, y, len(x)), network.output_shape[0])
    data = TrainingData(x, rows, check_weights(sample_weight, len(x)))
    steps = check_whole("steps", COUNT_OR_ZERO, steps)
    chosen = check_chosen(samples, len(x))
    of_step = TrainingData(x[list(chosen)], rows[list(chosen)], chosen_weights(sample_weight, chosen))
    check_batches(network, len(x))
    check_enough(network, chosen)
    limit = None if clip is None else float(np.asarray(check_real("clip", POSITIVE, clip)))

    draws = {} if seed is None else generators(network, (seed,))
    parameters = Parameters.of(network, start, slots=optimizer.slots)
    gradient, slots = parameters.gradient, parameters.slots
    update, clipped = bind_update(optimizer, parameters), () if limit is None else bind_clip(limit, parameters)
    objective = Objective(network, loss, penalty)
    plan = bound(objective, data, parameters, generators=draws)
    glance = math.ceil(steps / GLANCES)
    for step in range(steps):
        run((*plan.value_and_gradient, *clipped))
        if not np.isfinite(plan.value):
            raise DivergenceError(f"the steps before diverged: the loss of step {step} is {plan.value}. Take fewer.")
        run(update)
        if (step + 1) % glance == 0 or step + 1 == steps:
            progress(TASK, step + 1, steps)

    before, theta_before = all_frozen(slots), start.copy()
    recording = Recording(objective, of_step, theta_before, draws)
    gradient[...] = recording.gradient
    run(clipped)
    run(update)
    places = network.places if draws else without_randomness(network.places)
    blocks = blocks_of(places)
    numbers = Numbers(recording, blocks, theta_before, network.input_shape, chosen)
    return Explanation(
        network=network,
        objective=loss,
        optimizer=optimizer,
        penalty=penalty,
        clip=limit,
        step=steps,
        samples=chosen,
        loss=recording.value,
        layers=tuple(LayerStep.of(each, numbers) for each in blocks),
        gradient=frozen(recording.gradient),
        theta=frozen(theta_before),
        new_theta=frozen(start),
        before=before,
        after=all_frozen(slots),
        numbers=numbers,
    )
