"""The tape: a plan bound for one step, what each layer's buffers held when it ran, and single layers run again.

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

from chainrule.core.arrays import Array
from chainrule.core.calls import Pass
from chainrule.core.layers.base import Buffers
from chainrule.core.losses import LossBuffers
from chainrule.core.objective import Objective
from chainrule.core.plan.binding import Generators
from chainrule.core.plan.layout import Place
from chainrule.core.plan.plan import Plan, run
from chainrule.training.batches import Samples


@dataclass(eq=False)
class Recording:
    """A layer in its plan, and copies of what its buffers held: arrays (features, n), samples last.

    gradient (P,): the plan's, which the layer's backward writes its own part of.
    """

    place: Place
    at: Buffers
    closures: Pass
    gradient: Array
    input: Array = field(init=False)
    output: Array = field(init=False)
    d_input: Array = field(init=False)
    d_output: Array = field(init=False)

    @property
    def _d_input(self) -> Array:
        return cast(Array, self.at.d_input)  # a plan that is watched has one in every layer

    def derivatives(self, k: int, sample: int) -> tuple[Array, Array]:
        """Those of output number k of a sample: with respect to all inputs (features, n), and to theta (P,).

        Of theta, only the layer's own part means something.
        """
        at, (forward, backward) = self.at, self.closures
        flat(at.input)[...] = self.input
        if not at.random:  # what was drawn stays; what else a layer keeps for backward may have been written over
            run((forward,))
        at.d_output.fill(0.0)
        flat(at.d_output)[k, sample] = 1.0
        run((backward,))
        return flat(self._d_input).copy(), self.gradient.copy()

    @cached_property
    def slopes(self) -> Array:
        """Of an elementwise layer: each output's derivative with respect to its own input (features, n)."""
        at, (forward, backward) = self.at, self.closures
        flat(at.input)[...] = self.input
        if not at.random:
            run((forward,))
        at.d_output.fill(1.0)
        run((backward,))
        return flat(self._d_input).copy()

    def output_with(self, **parameters: float) -> Array:
        """What forward makes of the same input where parameters have these values (features, n)."""
        at = self.at
        before = {name: at.parameters[name].copy() for name in parameters}
        flat(at.input)[...] = self.input
        for name, value in parameters.items():
            at.parameters[name][...] = value
        run((self.closures[0],))
        for name, values in before.items():
            at.parameters[name][...] = values
        return flat(at.output).copy()

    def listeners(self, i: int, sample: int) -> Array:
        """The outputs (listeners, 2), each a number and a sample, that depend on input number i of a sample.

        What depends on a number that is none is none itself.
        """
        layer = self.place.layer
        if layer.elementwise and not layer.mixes_samples:
            return np.array([[i, sample]])
        there = flat(self.at.input)
        there[...] = self.input
        there[i, sample] = np.nan
        run((self.closures[0],))
        return np.argwhere(np.isnan(flat(self.at.output)))


def flat(array: Array) -> Array:
    """(C, H, W, n) as (features, n): the same memory."""
    return array.reshape(-1, array.shape[-1], copy=False)


def bound(objective: Objective, data: Samples, theta: Array, gradient: Array | None = None, **settings: Any) -> Plan:
    """A plan for all of the data, which it holds."""
    plan = objective.plan(len(data), theta, None, gradient, data.weights is not None, **settings)
    data.load(plan)
    return plan


class Tape:
    """An objective and data, bound with nothing written over, run once forward and backward.

    recordings: by place, those inside a Residual too.  gradient (P,), value: what the plan came to.
    """

    def __init__(self, objective: Objective, data: Samples, theta: Array, draws: Generators) -> None:
        self.recordings: dict[Place, Recording] = {}
        self._nudge: tuple[Place, int, int, float] | None = None
        self._records = True
        self.data, self._objective, self._theta, self._draws = data, objective, theta, draws
        self._chance = _state_of(draws)
        self._gradient = np.empty_like(theta)
        settings: dict[str, Any] = {"draws": draws, "in_place": False, "watch": self._watch}
        self._plan = plan = bound(objective, data, theta.copy(), self._gradient, **settings)
        run(plan.measure)
        self.value = float(plan.value)
        self.targets, self.input = plan.targets.copy(), flat(plan.input).copy()
        self.output, self.d_output = flat(plan.output).copy(), flat(plan.d_output).copy()
        self.gradient = self._gradient.copy()
        self._records = False

    def _watch(self, place: Place, at: Buffers, closures: Pass) -> Pass:
        recording = self.recordings[place] = Recording(place, at, closures, self._gradient)
        ahead, back = closures

        def forward() -> None:
            ahead()
            if self._records:
                recording.input, recording.output = flat(at.input).copy(), flat(at.output).copy()
            if self._nudge is not None and self._nudge[0] == place:
                _, k, sample, by = self._nudge
                flat(at.output)[k, sample] += by

        def backward() -> None:
            recording.d_output = flat(at.d_output).copy()
            back()
            recording.d_input = flat(recording._d_input).copy()

        return forward, backward

    @cached_property
    def shares(self) -> Array:
        """Each sample's share of the mean (n,): 1 / n, or its weight divided by the sum of weights."""
        weights = self.data.weights
        return np.full(len(self.data), 1.0 / len(self.data)) if weights is None else weights / weights.sum()

    @cached_property
    def losses(self) -> Array:
        """What each sample adds to the loss (n,), the penalty left out: the loss bound to each of them alone."""
        output, targets = (each.T[..., np.newaxis] for each in (self.output, self.targets))  # (O, n) -> (n, O, 1)
        n, n_outputs, _ = output.shape
        loss = self._objective.loss
        at = LossBuffers(
            output=output,
            targets=targets,
            d_output=np.empty_like(output),
            value=np.empty(n),
            share=loss.factor(n_outputs) * self.shares.reshape(n, 1, 1),
            scratch=lambda: np.empty_like(output),
        )
        forward, _ = loss.bind(at)
        run((forward,))
        return at.value

    def around_output(self, place: Place, k: int, sample: int, step: float) -> tuple[float, float]:
        """The loss where a layer's output number k of a sample is larger by a step, and smaller."""
        values = []
        for by in (step, -step):
            self._nudge = (place, k, sample, by)
            self._plan.set_input(self.data.x)
            _set_state(self._draws, self._chance)
            run(self._plan.appraise)
            values.append(float(self._plan.value))
        self._nudge = None
        return values[0], values[1]

    def around(self, parameter: int, step: float) -> tuple[float, float]:
        """The loss where one number of theta is larger by a step, and smaller: a population of two."""
        there = np.stack([self._theta, self._theta])
        there[:, parameter] += step, -step
        _set_state(self._draws, self._chance)
        twice = {number: (own, copy.deepcopy(own)) for number, (own,) in self._draws.items()}
        plan = bound(self._objective, self.data, there, draws=twice)
        run(plan.appraise)
        return float(plan.value[0]), float(plan.value[1])


def _state_of(draws: Generators) -> dict[int, Mapping[str, Any]]:
    return {number: own.bit_generator.state for number, (own,) in draws.items()}


def _set_state(draws: Generators, states: Mapping[int, Mapping[str, Any]]) -> None:
    for number, (own,) in draws.items():
        own.bit_generator.state = states[number]
