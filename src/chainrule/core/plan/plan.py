"""The plan: an objective and a number of samples, bound to memory. The one seat of execution.

The passes of a plan are rows of NumPy calls. Reading a row shows all that a step does; calling it does it.
Several plans may share parameters, one for each length of batch. A plan belongs to one thread.
"""

from __future__ import annotations

from chainrule.core.architecture import Architecture
from chainrule.core.arrays import Array
from chainrule.core.calls import Calls, one_by_one
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import Binder, BoundLayers, Generators, Observer
from chainrule.core.plan.layout import Allocate, allocate
from chainrule.core.plan.loss import BoundLoss


class ForwardPlan:
    """A network bound for prediction: nothing is random, and running statistics are read.

    forward: the outputs, which `outputs` shows samples first, (..., n, *shape).
    """

    def __init__(self, network: Architecture, n: int, parameters: Parameters, *, own_samples: bool = False) -> None:
        self.n, self.parameters = n, parameters
        self._binder = Binder(n, parameters, training=False)
        self._layers = BoundLayers(network, self._binder, own_samples=own_samples)
        self.forward, self.set_input = self._layers.forward, self._layers.set_input
        self.outputs = self._layers.samples_first


class EvaluationPlan(ForwardPlan):
    """An objective bound for prediction: `evaluate` computes the outputs and the value."""

    def __init__(
        self, objective: Objective, n: int, parameters: Parameters, *, own_samples: bool = False, weighted: bool = False
    ) -> None:
        super().__init__(objective.network, n, parameters, own_samples=own_samples)
        layers = self._layers
        lead = layers.sample_lead
        loss = BoundLoss(objective.loss, layers.output, layers.d_output, self._binder, lead, weighted=weighted, of=n)
        self.value, self.set_targets, self.set_weights = loss.value, loss.set_targets, loss.set_weights
        penalty, _ = bind_penalty(objective, parameters, self.value)
        self.evaluate = Calls(*self.forward, *loss.forward, *penalty)


class Plan:
    """An objective bound for training: `BoundBatch` says what its passes do.

    parameters: read, and their gradient and state written, in place.
    generators: those of random layers; without them nothing is random.
    own_samples: whether each member of a population has samples of its own.
    weighted: whether samples have weights.
    of: how many samples the loss is the mean of, where these are a part of them.
    in_place: whether a layer may write over its input where that is safe.
    memory: where the memory of samples and activations comes from; an `Arena` where plans take turns in it.
    observer: sees each layer as it is bound, with its buffers, and may wrap its passes. With an observer, backward
        goes through every layer, to the gradient in the data.
    """

    def __init__(
        self,
        objective: Objective,
        n: int,
        parameters: Parameters,
        *,
        generators: Generators | None = None,
        own_samples: bool = False,
        weighted: bool = False,
        of: int | None = None,
        in_place: bool = True,
        memory: Allocate = allocate,
        observer: Observer | None = None,
    ) -> None:
        self.n, self.parameters = n, parameters
        binder = Binder(n, parameters, generators or {}, in_place=in_place, observer=observer, memory=memory)
        layers = BoundLayers(objective.network, binder, own_samples=own_samples)
        lead, total = layers.sample_lead, of or n
        loss = BoundLoss(objective.loss, layers.output, layers.d_output, binder, lead, weighted=weighted, of=total)
        self.input, self.output, self.d_output = layers.input, layers.output, layers.d_output
        self.targets, self.value = loss.targets, loss.value
        self.set_input, self.set_targets, self.set_weights = layers.set_input, loss.set_targets, loss.set_weights
        add_penalty, add_its_gradient = bind_penalty(objective, parameters, self.value)
        self.forward = layers.forward
        self.evaluate = Calls(*self.forward, *loss.forward, *add_penalty)
        self.value_and_gradient = Calls(
            *self.forward, *loss.forward, *loss.backward, *layers.backward, *add_penalty, *add_its_gradient
        )


def bind_penalty(objective: Objective, parameters: Parameters, value: Array) -> tuple[Calls, Calls]:
    """The calls that add the penalty to the value, and its gradient to the gradient: none without a penalty."""
    if objective.penalty is None:
        return Calls(), Calls()
    forward, backward = objective.penalty.bind(parameters, value)
    return Calls(*one_by_one(forward)), Calls(*one_by_one(backward))
