"""One training step with all its numbers: `explain`."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.architecture import without_randomness
from chainrule.core.arrays import Array
from chainrule.core.blocks import blocks_of
from chainrule.core.calls import Calls, run
from chainrule.core.checks import check_batches, check_samples, check_targets, check_theta, check_weights
from chainrule.core.description import (
    COUNT_OR_ZERO,
    POSITIVE,
    check_callable,
    check_kind,
    check_one_real,
    check_whole,
)
from chainrule.core.errors import DataError, DivergenceError, SettingError, ShapeError, listing
from chainrule.core.foreign import said
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.optimizers import Optimizer, bind_update
from chainrule.core.parameters import Parameters
from chainrule.core.penalties import L2, bind_clip
from chainrule.core.plan.binding import generators as generators_of
from chainrule.core.plan.plan import Plan
from chainrule.core.population import agree
from chainrule.core.schedules import check_rates
from chainrule.lab.experiments.workers import Progress, silent
from chainrule.lab.explain.chains import unit_chain, weight_chain
from chainrule.lab.explain.copies import CopiedAsItself
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.matrices.form import matrix_form
from chainrule.lab.explain.matrices.matrix_form import MatrixForm
from chainrule.lab.explain.overview import overview
from chainrule.lab.explain.proof import Proof, proof_in_parts
from chainrule.lab.explain.step.chosen import check_chosen, check_enough, chosen_weights
from chainrule.lab.explain.step.given import Given
from chainrule.lab.explain.step.numbers import Numbers
from chainrule.lab.explain.step.recording import Recording, bound
from chainrule.lab.explain.step.training_step import LayerStep, TrainingStep, all_frozen, frozen
from chainrule.training.data.columns.frames import table_of
from chainrule.training.data.samples import TrainingData
from chainrule.training.data.standardizer import Standardizer
from chainrule.training.state import TrainingState

TASK, GLANCES = "Training", 200
"""The name of the progress, and how often it is told of the steps before."""


LARGEST = 1e150
"""The largest number whose square is a float."""


class Explanation(CopiedAsItself, TrainingStep):
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
        sample: the sample to follow; default: the one with the largest share of the gradient.
        Raises SettingError where there is no such weight, with a sentence that says which there are.
        """
        return weight_chain(self, layer, to, from_, sample)

    def unit(self, layer: int, index: int | Sequence[int], sample: int | None = None) -> Derivation:
        """The whole chain of one unit's δ = ∂L/∂z: forward, loss, backward, and the numeric check.

        index: the unit, from 1; of feature maps (channel, row, column).
        sample: the sample to follow; default: the first.
        Raises SettingError where there is no such unit or sample.
        """
        return unit_chain(self, layer, index, sample)

    def overview(self, sample: int | None = None) -> Derivation:
        """The whole step: each layer's z, a, slopes and δ of one sample, the loss, the gradients, and some updates."""
        return overview(self, sample)

    def matrices(
        self,
        layer: int,
        to: int | Sequence[int] = 1,
        from_: int | str | Sequence[int] | None = None,
        sample: int | None = None,
    ) -> MatrixForm:
        """A layer's whole step between matrices: forward, backward, its gradients, the update; samples in columns.

        to, from_, sample: as in `weight`, or without from_ as in `unit`: the entry that is followed, with its sums.
        Raises SettingError where there is no such entry, and for layers that aren't said in matrices, such as pools.

        >>> import chainrule as cr
        >>> x, y = cr.datasets.xor()
        >>> network = cr.mlp(2, 4, 1)
        >>> step = explain(network, network.initialize(seed=0), x, y, cr.HalfSquaredError(), cr.SGD(0.5))
        >>> lines = step.matrices(layer=1, to=4, from_=2).text().splitlines()
        >>> for line in lines[lines.index("Gradient") :][2:4]:
        ...     print(line)
          ∂L/∂W⁽¹⁾ = Δ⁽¹⁾ Xᵀ
          4 units × 2 inputs = [4 units × 21 samples] [21 samples × 2 inputs]
        """
        return matrix_form(self, layer, to, from_, sample)

    def proof(self) -> Proof:
        """The whole gradient beside central differences: each layer's check, and a verdict on each parameter.

        What `check_gradient` says of the step's own gradient, with its samples, weights, penalty and dropouts.

        >>> import chainrule as cr
        >>> x, y = cr.datasets.xor()
        >>> network = cr.mlp(2, 4, 1)
        >>> proof = explain(network, network.initialize(), x, y, cr.HalfSquaredError(), cr.SGD(0.5)).proof()
        >>> proof.is_right, proof.error < 1e-7, proof.verdicts.size
        (True, True, 17)
        """
        *_, whole = proof_in_parts(self)
        if not isinstance(whole, Proof):
            raise TypeError(f"the last part should be a Proof, got {whole!r}.")
        return whole

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
    theta: ArrayLike | TrainingState,
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
    standardizer: Standardizer | None = None,
    target_standardizer: Standardizer | None = None,
    features: Sequence[str] = (),
    targets: Sequence[str] = (),
    filled: ArrayLike | None = None,
    progress: Progress = silent,
) -> Explanation:
    """One training step with all its numbers, in float64, each from the buffers of the plan that computes it.

    theta (P,), x (n, *input_shape) and y as in `train`. `steps` full-batch steps are trained first, and the one after
    them is explained: on all samples, or on those numbered `samples`, from 0. `seed` draws the dropouts; without one
    nothing is dropped.  penalty, clip: as in `train`.  sample_weight (n,): divided by their sum, in the steps before by
    that of all, in the step itself by that of its samples.  standardizer: applied to x first, and shown: x is then in
    its own units.  features: the names of the inputs, shown beside them; a frame x goes by them.  target_standardizer,
    targets: likewise of y.  filled: which numbers of x stand in for a gap, as `Columns.filled` says; they are marked.
    progress: called as `progress(task, done, total)` now and then, counting the steps before.
    theta may also be the state of a running training, `training.state`: the step then starts from its parameters, the
    optimizer's slots and the step count, with the dropouts of its next full batch. The run isn't touched.
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
    >>> adam = cr.Adam(0.01)
    >>> training = cr.iterate(network, x, y, loss=cr.HalfSquaredError(), optimizer=adam, epochs=10)
    >>> training.advance()
    True
    >>> explain(network, training.state, x, y, cr.HalfSquaredError(), adam).step
    1
    """
    check_kind("network", Network, "a Network such as mlp(2, 4, 1)", network)
    check_callable("progress", "one of (task, done, total)", progress)
    check_kind("loss", Loss, "a loss such as SquaredError()", loss)
    check_kind("optimizer", Optimizer, "an optimizer such as SGD(0.5)", optimizer)
    check_kind("penalty", (L2, type(None)), "an L2(0.001) or None", penalty)
    state = None
    if isinstance(theta, TrainingState):
        state, theta = theta, theta.parameters.theta
    start = check_theta(network, theta).astype(np.float64)
    if start.ndim != 1 or agree(None, seed, network, optimizer, penalty) is not None:
        raise ShapeError(
            f"explain() takes one network, theta ({network.n_parameters},), settings and a seed of one value each; "
            f"got theta {start.shape}. Choose a member: theta[k], and description.member(k)."
        )
    if network.n_parameters == 0:
        raise SettingError(f"a step to explain needs parameters; got {said(network)}. Add a layer such as Dense(4).")
    parameters = Parameters.of(network, start, slots=optimizer.slots)
    generators = {} if seed is None else generators_of(network, (seed,))
    if state is not None:
        _continue(parameters, state, optimizer)
        generators = generators or copy.deepcopy(state.generators[0])
    x, y = table_of(features, x), table_of(targets, y)
    given = Given.of(network, check_samples(network.input_shape, x).astype(np.float64), standardizer, features, filled)
    x = check_samples(network.input_shape, given.standardised()).astype(np.float64)
    given_targets = Given.of_targets(y, target_standardizer, targets)
    y = y if given_targets is None else given_targets.standardised()
    rows = loss.rows(check_targets(network, loss, y, len(x)), network.output_shape[0])
    data = TrainingData(x, rows, check_weights(sample_weight, len(x)))
    steps = check_whole("steps", COUNT_OR_ZERO, steps)
    chosen = check_chosen(samples, len(x))
    of_step = TrainingData(x[list(chosen)], rows[list(chosen)], chosen_weights(sample_weight, chosen))
    check_batches(network, len(x))
    check_enough(network, chosen)
    limit = None if clip is None else check_one_real("clip", POSITIVE, clip)

    clipped = Calls() if limit is None else bind_clip(limit, parameters)
    update = Calls(*clipped, *bind_update(optimizer, parameters))
    objective = Objective(network, loss, penalty)
    first = 0 if state is None else state.optimizer_steps
    check_rates(optimizer, first + steps + 1)
    if steps:
        _train(first, steps, bound(objective, data, parameters, generators=generators), update, progress)

    before, theta_before = all_frozen(parameters.slots), frozen(start)
    recording = Recording(objective, of_step, theta_before, generators)
    parameters.gradient[...] = recording.gradient
    run(update)
    blocks = blocks_of(network.places if generators else without_randomness(network.places))
    numbers = Numbers(recording, blocks, theta_before, network.input_shape, chosen)
    layers = tuple(LayerStep.of(each, numbers) for each in blocks)
    _check_size(x=of_step.x, theta=theta_before, gradient=recording.gradient)
    _check_size(**{f"layer {each.number}'s z": each.z for each in layers})
    return Explanation(
        network=network,
        objective=loss,
        optimizer=optimizer,
        penalty=penalty,
        clip=limit,
        step=first + steps,
        samples=chosen,
        loss=recording.value,
        layers=layers,
        gradient=frozen(recording.gradient),
        theta=theta_before,
        new_theta=frozen(start),
        before=before,
        after=all_frozen(parameters.slots),
        numbers=numbers,
        given=given.pick(chosen),
        given_targets=None if given_targets is None else given_targets.pick(chosen),
    )


def _check_size(**arrays: Array) -> None:
    """Raise DataError for numbers whose products would leave the range of floats: no line could show how they meet."""
    for name, array in arrays.items():
        largest = float(abs(array).max(initial=0.0))
        if not largest <= LARGEST:
            raise DataError(
                f"explain() shows numbers up to {LARGEST:g}, got {largest:g} in {name}. Scale x, or take smaller "
                "parameters or fewer steps."
            )


def _train(first: int, steps: int, plan: Plan, update: Calls, progress: Progress) -> None:
    """Take the steps before the one that is explained."""
    glance = math.ceil(steps / GLANCES)
    for done in range(1, steps + 1):
        run(plan.value_and_gradient)
        if not np.isfinite(plan.value):
            step = first + done - 1
            raise DivergenceError(f"the steps before diverged: the loss of step {step} is {plan.value}. Take fewer.")
        run(update)
        if done % glance == 0 or done == steps:
            progress(TASK, done, steps)


def _continue(parameters: Parameters, run: TrainingState, optimizer: Optimizer) -> None:
    """Go on with the slots and the step count of a run under way."""
    slots = run.parameters.slots
    if parameters.slots.keys() != slots.keys():
        raise SettingError(
            f"the optimizer should be the run's own, which keeps {listing(slots) or 'nothing'}; got {optimizer}, "
            f"which keeps {listing(parameters.slots) or 'nothing'}. Take training.task.optimizer."
        )
    for name, slot in slots.items():
        parameters.slots[name][...] = slot
    parameters.step[...] = run.optimizer_steps
