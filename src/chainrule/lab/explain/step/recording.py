"""The recording of a step: what each layer's buffers held when a plan ran, and single layers run again.

A plan writes over its scratch, and some layers over what they keep. So each layer's arrays are copied as its closures
run. Afterwards a layer's own closures are asked for its derivatives: with d_output set to 1 at one number and to 0 at
all others, backward writes that number's derivatives into d_input and into the gradients of its parameters.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import numpy as np

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array
from chainrule.core.calls import Pass, run
from chainrule.core.differences import Landscape, beside
from chainrule.core.gradient_check import GradientCheck, n_directions
from chainrule.core.kinks import Pieces
from chainrule.core.layers.base import Buffers
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import Generators
from chainrule.core.plan.plan import Plan
from chainrule.lab.explain.step.around import Around, Evaluated
from chainrule.training.data.samples import TrainingData
from chainrule.training.watching import losses_of_samples

Index = int | Array
"""An output's or a sample's place, or several of them (m,)."""


@dataclass(eq=False)
class LayerRecording:
    """A layer in its plan, and copies of what its buffers held: arrays (features, n), samples last.

    gradient (P,): the plan's, of which the layer's backward writes its own part.
    """

    place: Place
    at: Buffers
    closures: Pass
    gradient: Array
    input: Array = field(init=False)
    output: Array = field(init=False)
    d_output: Array = field(init=False)

    def derivatives(self, k: int, sample: int) -> tuple[Array, Array]:
        """The derivatives of output k of a sample: with respect to all inputs (features, n), and to theta (P,).

        Of the derivatives with respect to theta, only those of the layer's own parameters are meaningful.
        """
        d_output = np.zeros_like(self.d_output)
        d_output[k, sample] = 1.0
        return self._passed_back(d_output), self.gradient.copy()

    @cached_property
    def slopes(self) -> Array:
        """An elementwise layer's derivatives: of each output with respect to its own input (features, n)."""
        return self._passed_back(np.ones_like(self.d_output))

    def output_with(self, **parameters: float) -> Array:
        """The layer's output for the recorded input where parameters have these values (features, n)."""
        own = self.at.parameters
        before = {name: own[name].copy() for name in parameters}
        for name, value in parameters.items():
            own[name][...] = value
        output = self._output(self.input)
        for name, values in before.items():
            own[name][...] = values
        return output.copy()

    def dependents(self, i: int, sample: int) -> Array:
        """The outputs that depend on input i of a sample (dependents, 2), each an output and a sample.

        Whatever depends on a NaN becomes NaN.
        """
        layer = self.place.layer
        if layer.elementwise and not layer.mixes_samples:
            return np.array([[i, sample]])
        changed = self.input.copy()
        changed[i, sample] = np.nan
        return np.argwhere(np.isnan(self._output(changed)))

    def _output(self, array: Array) -> Array:
        """The layer's buffer of outputs, after forward ran on this input."""
        flat(self.at.input)[...] = array
        run(self.closures[0])
        return flat(self.at.output)

    def _passed_back(self, d_output: Array) -> Array:
        """The input's gradient (features, n), for this gradient of the output."""
        if self.at.generators:  # what was drawn stays
            flat(self.at.input)[...] = self.input
        else:  # what a layer keeps for backward may have been written over
            self._output(self.input)
        flat(self.at.d_output)[...] = d_output
        run(self.closures[1])
        return flat(cast(Array, self.at.d_input)).copy()  # a plan with an observer has one in every layer


def flat(array: Array) -> Array:
    """(C, H, W, n) as (features, n): the same memory."""
    return array.reshape(-1, array.shape[-1], copy=False)


def bound(objective: Objective, data: TrainingData, parameters: Parameters, **settings: Any) -> Plan:
    """A plan for all of the data, which it holds."""
    plan = Plan(objective, data.n, parameters, weighted=data.weights is not None, **settings)
    data.load(plan)
    return plan


class Recording:
    """An objective and data, bound with nothing written over, run once forward and backward.

    layers: by place, those inside a Residual too.  gradient (P,), value: the plan's.
    """

    def __init__(self, objective: Objective, data: TrainingData, theta: Array, generators: Generators) -> None:
        self.layers: dict[Place, LayerRecording] = {}
        self._nudge: tuple[Place, Index, Index, Array | float] | None = None
        self._pieces, self._is_recorded = Pieces(), False
        self.data, self._objective, self._theta, self._generators = data, objective, theta.copy(), generators
        self._randomness = _state_of(generators)
        parameters = Parameters.of(objective.network, self._theta)
        self._gradient = parameters.gradient
        settings: dict[str, Any] = {"generators": generators, "in_place": False, "observer": self._observe}
        self._plan = plan = bound(objective, data, parameters, **settings)
        run(plan.value_and_gradient)
        self._is_recorded = True
        self.value = float(plan.value)
        self.targets, self.input = plan.targets.copy(), flat(plan.input).copy()
        self.output = flat(plan.output).copy()
        self.gradient = self._gradient.copy()

    def _observe(self, place: Place, at: Buffers, closures: Pass) -> Pass:
        recording = self.layers[place] = LayerRecording(place, at, closures, self._gradient)
        ahead, back = self._pieces(place, at, closures)

        def forward() -> None:
            ahead()
            if not self._is_recorded:
                recording.input, recording.output = flat(at.input).copy(), flat(at.output).copy()
            elif self._nudge is not None and self._nudge[0] == place:
                _, k, sample, by = self._nudge
                flat(at.output)[k, sample] += by

        def backward() -> None:
            recording.d_output = flat(at.d_output).copy()
            back()

        return forward, backward

    @cached_property
    def shares(self) -> Array:
        """Each sample's share of the mean (n,): 1 / n, or its weight divided by the sum of weights."""
        weights = self.data.weights
        return np.full(self.data.n, 1.0 / self.data.n) if weights is None else weights / weights.sum()

    @cached_property
    def losses(self) -> Array:
        """Each sample's contribution to the loss (n,), without the penalty."""
        return losses_of_samples(self._objective.loss, self.output.T, self.targets.T, self.shares)

    def around_output(
        self, place: Place, k: Index, sample: Index, step: float, direction: Array | float = 1.0
    ) -> Around:
        """The loss where a layer's output k of a sample is larger by a step, and smaller.

        Of several outputs (m,), of their samples (m,) or of one: a step along a direction (m,).
        """
        values = []
        for by in (0.0, step, -step):
            self._nudge = (place, k, sample, by * direction)
            values.append(self._evaluate())
        self._nudge = None
        return Around.of(values, step)

    def around(self, parameter: int, step: float) -> Around:
        """The loss where one number of theta is larger by a step, and smaller."""
        values, number = [], self._theta[parameter]
        for by in (0.0, step, -step):
            self._theta[parameter] = number + by
            values.append(self._evaluate())
        self._theta[parameter] = number
        return Around.of(values, step)

    def beside(self, side: float, k: int) -> "Recording":
        """The step at the k-th place on a side of theta, with the dropouts of this one."""
        return self._at(beside(self._theta, side, k))

    def _at(self, theta: Array) -> "Recording":
        """The step at another theta, with the dropouts of this one."""
        _set_state(self._generators, self._randomness)
        return Recording(self._objective, self.data, theta, self._generators)

    def check(self) -> GradientCheck:
        """The recorded gradient beside differences, direction by direction, with the dropouts of this step."""
        return GradientCheck(self.landscape(), self._theta.copy())

    def landscape(self) -> Landscape:
        """The loss as a function of theta, with the dropouts of this step."""
        data = self.data

        def computed(theta: Array) -> tuple[float, Array]:
            if np.array_equal(theta, self._theta):
                return self.value, self.gradient
            there = self._at(theta)
            return there.value, there.gradient

        def generators(members: int) -> Generators:
            _set_state(self._generators, self._randomness)
            return {
                number: tuple(copy.deepcopy(own) for _ in range(members)) for number, (own,) in self._generators.items()
            }

        network = self._objective.network
        n = sum(n_directions(leaf, network) for leaf in network.leaves)
        return Landscape(self._objective, data.x, data.y, data.weights, computed, generators, n)

    def _evaluate(self) -> Evaluated:
        """The loss and the pieces, with the dropouts of the recorded step."""
        self._plan.set_input(self.data.x)
        _set_state(self._generators, self._randomness)
        run(self._plan.evaluate)
        return float(self._plan.value), dict(self._pieces.on)


def _state_of(generators: Generators) -> dict[int, Mapping[str, Any]]:
    return {number: own.bit_generator.state for number, (own,) in generators.items()}


def _set_state(generators: Generators, states: Mapping[int, Mapping[str, Any]]) -> None:
    for number, (own,) in generators.items():
        own.bit_generator.state = states[number]
