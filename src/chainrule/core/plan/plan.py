"""The plan: an objective and a number of samples, bound to memory. All computation happens here.

The passes of a plan are rows of NumPy calls. Reading a row shows all that a step does; calling it does it.
Several plans may share parameters, one for each length of batch. A plan belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from chainrule.core.architecture import Architecture
from chainrule.core.arrays import Array, Shape
from chainrule.core.calls import Calls, bind_copy, call, check_finite, one_by_one, total
from chainrule.core.errors import SettingError
from chainrule.core.losses import Loss, LossBuffers
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import Binder, BoundLayers, Generators, Observer
from chainrule.core.plan.layout import Allocate, Storage, allocate


class ForwardPlan:
    """A network bound for prediction: nothing is random, and running statistics are read.

    memory: allocates samples and activations.
    forward: the outputs, which `outputs` shows samples first, (..., n, *shape).
    in_place, observer: as in a `Plan`.
    """

    def __init__(
        self,
        network: Architecture,
        n: int,
        parameters: Parameters,
        *,
        own_samples: bool = False,
        in_place: bool = True,
        memory: Allocate = allocate,
        observer: Observer | None = None,
    ) -> None:
        self.n, self.parameters = n, parameters
        self._binder = Binder(n, parameters, training=False, in_place=in_place, observer=observer, memory=memory)
        self._layers = BoundLayers(network, self._binder, own_samples=own_samples)
        self.forward, self.set_input = self._layers.forward, self._layers.set_input
        self.outputs = self._layers.samples_first

    def bind_checked(self, x: Array) -> Calls:
        """The calls that set samples to what x (n, *input_shape) holds then, and end a pass unless they are finite."""
        return Calls(*self._layers.bind_input(x), partial(check_finite, self._layers.input, np.array(False)))

    def bind_piece(self, samples: Array, outputs: Array) -> Calls:
        """The calls that predict what samples (*input_shape, n) hold to outputs (..., *shape, n)."""
        layers = self._layers
        return Calls(bind_copy(samples, out=layers.input), *self.forward, bind_copy(layers.output, out=outputs))


class BoundLoss:
    """The loss of outputs (..., O, n), and its gradient with respect to them.

    lead: (K,) where each member of a population has samples of its own, else ().
    weighted: whether samples have weights.
    of: how many samples the loss is the mean of, where these n are a part of them.
    share (..., 1, n): each sample's share of the mean, where samples have weights.
    """

    def __init__(
        self, loss: Loss, output: Array, d_output: Array, binder: Binder, lead: Shape, *, weighted: bool, of: int
    ) -> None:
        n, dtype, n_outputs = binder.n, output.dtype, output.shape[-2]
        self.targets = binder.memory((n_outputs,), False, lead, n, dtype)
        self.value = np.zeros(output.shape[:-2], dtype)
        self._factor = loss.factor(n_outputs)
        self.share = binder.memory((1,), False, lead, n, dtype) if weighted else None
        if loss.labelled:
            self._labels = np.empty((*lead, n), dtype)
            self._classes = np.arange(n_outputs, dtype=dtype)[:, np.newaxis]  # (O, 1)
            self._is_class = np.empty(self.targets.shape, bool)
        at = LossBuffers(
            output=output,
            targets=self.targets,
            d_output=d_output,
            value=self.value,
            share=np.array(self._factor / of, dtype) if self.share is None else self.share,
            scratch=binder.scratch(Storage((n_outputs,)), (n_outputs,), {}),  # its own: kept from forward to backward
        )
        self.forward, self.backward = (Calls(*one_by_one(each)) for each in loss.bind(at))

    def set_targets(self, rows: Array) -> None:
        """Copy targets in the form of `Loss.rows`: values (..., n, O), or class numbers (..., n)."""
        self.bind_targets(rows)()

    def bind_targets(self, rows: Array) -> Calls:
        """The calls that set targets to what rows hold when they are made."""
        if rows.ndim == self.targets.ndim:
            return Calls(bind_copy(rows.mT, out=self.targets))
        is_real = rows.dtype == self._labels.dtype
        labels = rows if is_real else self._labels
        return Calls(
            *(() if is_real else (bind_copy(rows, out=labels),)),
            call(np.equal, labels[..., np.newaxis, :], self._classes, out=self._is_class),
            bind_copy(self._is_class, out=self.targets),  # (..., O, n): 1 at the class
        )

    def set_weights(self, weights: Array, of: Array | None = None) -> None:
        """Set each sample's share (..., n) of the mean: its weight divided by the sum of weights.

        of: the weights of all samples that the loss is the mean of, where these are a part of them.
        """
        self.bind_weights(weights, of)()

    def bind_weights(self, weights: Array, of: Array | None = None) -> Calls:
        """The calls that set shares to what weights hold when they are made; see `set_weights`."""
        if self.share is None:
            raise SettingError("this plan is bound for samples without weights; got weights. Bind with weighted=True.")
        share, summed = self.share[..., 0, :], weights if of is None else of
        dtype = share.dtype
        sums = np.empty((*summed.shape[:-1], 1), summed.dtype)
        as_share = sums if sums.dtype == dtype else np.empty(sums.shape, dtype)
        return Calls(
            bind_copy(weights, out=share),
            call(total, summed, out=sums, axis=-1, keepdims=True),
            *(() if as_share is sums else (bind_copy(sums, out=as_share),)),
            call(np.maximum, as_share, np.array(np.finfo(dtype).tiny), out=as_share),
            call(np.divide, share, as_share, out=share),
            call(np.multiply, share, np.array(self._factor, dtype), out=share),
        )


class EvaluationPlan(ForwardPlan):
    """An objective bound for prediction: `evaluate` computes the outputs and the value."""

    def __init__(
        self,
        objective: Objective,
        n: int,
        parameters: Parameters,
        *,
        own_samples: bool = False,
        weighted: bool = False,
        memory: Allocate = allocate,
    ) -> None:
        super().__init__(objective.network, n, parameters, own_samples=own_samples, memory=memory)
        layers = self._layers
        lead = layers.sample_lead
        loss = BoundLoss(objective.loss, layers.output, layers.d_output, self._binder, lead, weighted=weighted, of=n)
        self.value, self.set_targets, self.set_weights = loss.value, loss.set_targets, loss.set_weights
        self.bind_input, self.bind_targets, self.bind_weights = layers.bind_input, loss.bind_targets, loss.bind_weights
        penalty, _ = bind_penalty(objective, parameters, self.value)
        self.evaluate = Calls(*self.forward, *loss.forward, *penalty)


class Plan:
    """An objective bound for training.

    forward: the outputs.  evaluate: and the value, () or (K,).  value_and_gradient: and its gradient with respect to
        theta.  loaded: the arrays that samples, targets and weights are copied to.

    parameters: read, and their gradient and state written, in place.
    generators: those of random layers; without them nothing is random.
    own_samples: whether each member of a population has samples of its own.
    weighted: whether samples have weights.
    of: how many samples the loss is the mean of, where these are a part of them.
    in_place: whether a layer may write over its input where that is safe.
    memory: allocates samples and activations: `allocate`, or an `Arena` in which plans take turns.
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
        lead, of = layers.sample_lead, of or n
        loss = BoundLoss(objective.loss, layers.output, layers.d_output, binder, lead, weighted=weighted, of=of)
        self.input, self.output, self.d_output = layers.input, layers.output, layers.d_output
        self.targets, self.value = loss.targets, loss.value
        self.set_input, self.set_targets, self.set_weights = layers.set_input, loss.set_targets, loss.set_weights
        self.bind_input, self.bind_targets, self.bind_weights = layers.bind_input, loss.bind_targets, loss.bind_weights
        self.loaded: Sequence[Array] = [layers.input, loss.targets, *(() if loss.share is None else (loss.share,))]
        add_penalty, add_its_gradient = bind_penalty(objective, parameters, self.value)
        self.forward = layers.forward
        self.evaluate = Calls(*self.forward, *loss.forward, *add_penalty)
        self.value_and_gradient = Calls(
            *self.forward, *loss.forward, *loss.backward, *layers.backward, *add_penalty, *add_its_gradient
        )

    def close(self) -> None:
        """Nothing to end: a plan starts no threads."""


def bind_penalty(objective: Objective, parameters: Parameters, value: Array) -> tuple[Calls, Calls]:
    """The calls that add the penalty to the value, and its gradient to the gradient: none without a penalty."""
    if objective.penalty is None:
        return Calls(), Calls()
    forward, backward = objective.penalty.bind(parameters, value)
    return Calls(*one_by_one(forward)), Calls(*one_by_one(backward))
