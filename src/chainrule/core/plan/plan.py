"""The plan: a network and a number of samples, bound to memory. The one seat of execution.

A plan holds its calls in their order:

    infer      forward through the layers
    appraise   the same, then the loss's value
    measure    the same, then backward: the gradient with respect to theta (training only)

Several plans may share theta and its gradient, one for each length of batch. A plan belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Context
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.calls import Call, one_by_one, take, total
from chainrule.core.errors import SettingError
from chainrule.core.losses import Loss, LossBuffers
from chainrule.core.optimizers import Memory
from chainrule.core.penalties import L2
from chainrule.core.plan.binding import Binder, Generators, Watch
from chainrule.core.plan.layout import Allocate, Storage, allocate, body, lay_out, without_randomness
from chainrule.core.streams import stream

if TYPE_CHECKING:
    from chainrule.core.network import Network


LEAST_BUFFER = 16
"""The fewest numbers that NumPy lets a ufunc's buffer hold."""


class arithmetic:  # noqa: N801  # used as a function is, like np.errstate
    """How NumPy reckons while a plan runs: without a word where a number overflows, and without buffers of its own.

    1 / (1 + inf) is right, and a diverging loss is looked at. No operand of a call needs a cast, so a ufunc has
    nothing to buffer; but over views it would take full buffers from the allocator, and copy through them.

    >>> with arithmetic():
    ...     print(np.exp(1000.0), np.getbufsize())
    inf 16
    """

    def __enter__(self) -> None:
        self._outside = np.errstate(over="ignore", under="ignore", invalid="ignore")
        self._outside.__enter__()
        np.setbufsize(LEAST_BUFFER)

    def __exit__(self, *exception: object) -> None:
        self._outside.__exit__(None, None, None)  # sets the buffers back, too


_prepared = Context()
_prepared.run(arithmetic().__enter__)


def run(calls: Sequence[Call]) -> None:
    """Make each call once, in order, under `arithmetic`: prepared once, since to enter it takes as long as six sums.

    >>> run([lambda: print(np.getbufsize())])
    16
    """
    _prepared.copy().run(_call_each, calls)


def _call_each(calls: Sequence[Call]) -> None:
    for call in calls:
        call()


def generators(network: Network, seeds: Sequence[int], lane: int = 0) -> Generators:
    """The streams of the layers that draw, one for each member's seed; plans that run at once have a lane each."""
    index = (lane,) if lane else ()
    return {
        leaf.number: tuple(stream(seed, "dropout", leaf.number, *index) for seed in seeds)
        for leaf in network.leaves
        if leaf.layer.without_randomness() is not leaf.layer
    }


class Plan:
    """A network bound to memory for n samples.

    theta and gradient, (P,) or (K, P), are the caller's: read and written in place.
    state, (S,) or (K, S), is the caller's too: moved by training, where there is one, and read by prediction.
    training: else layers work as in prediction, and nothing goes backward.
    draws: the generators of layers that draw; without them nothing is drawn.
    own_samples: each member of a population has samples of its own.
    weighted: samples have weights.
    of: how many samples the loss is the mean of, where these are a part of them.
    in_place: a layer may write over its input where that is safe.
    memory: where the memory of samples and activations comes from; an `Arena` where plans take turns in it.
    watch: sees each layer as it is bound, with its buffers, and may wrap its passes. Somebody who watches also gets
        the gradient in the data, so that backward goes through every layer.
    """

    def __init__(
        self,
        network: Network,
        n: int,
        theta: Array,
        gradient: Array | None = None,
        *,
        state: Array | None = None,
        training: bool = True,
        loss: Loss | None = None,
        penalty: L2 | None = None,
        draws: Generators | None = None,
        own_samples: bool = False,
        weighted: bool = False,
        of: int | None = None,
        in_place: bool = True,
        memory: Allocate = allocate,
        watch: Watch | None = None,
    ) -> None:
        self.n = n
        self.theta = theta
        self.state = state
        self.gradient = np.empty_like(theta) if gradient is None else gradient
        self._lead: Shape = theta.shape[:-1]
        self._sample_lead: Shape = self._lead if own_samples else ()
        binder = Binder(n, theta, self.gradient, state, draws or {}, training, in_place, watch, memory)
        self._bind_layers(network, binder)
        if loss is not None:
            self._bind_loss(loss, network.output_shape[0], weighted, of or n, binder)
        if penalty is not None:
            of_theta = Memory(theta, self.gradient, {}, network.is_weight(theta.dtype))
            forward, backward = penalty.bind(of_theta, self.value)
            self.appraise += one_by_one(forward)
            self.measure += one_by_one(forward) + one_by_one(backward)

    def _bind_layers(self, network: Network, binder: Binder) -> None:
        places = network.places if binder.draws else without_randomness(network.places)
        storages = lay_out(Storage(network.input_shape, kept=True), places, binder.in_place)  # the data are kept
        # Samples that members share are stored once; but ufuncs that spread them take memory at every call.
        is_spread = next((each.layer.elementwise for each in places if not each.layer.view), False)
        data_lead = self._lead if is_spread else self._sample_lead
        data = binder.memory(network.input_shape, storages[0].ones, data_lead, self.n, self.theta.dtype)
        samples = np.broadcast_to(data, (*self._lead, *data.shape[-2:])) if self._lead else data
        gradient = binder.allocate(storages[-1])
        self.d_output = body(gradient, network.output_shape)
        wants_d_input = binder.watch is not None
        chain = binder.bind(places, storages, samples, gradient, may_overwrite=True, wants_d_input=wants_d_input)
        self.infer, self._backward, self.output = chain.forward, chain.backward, chain.output
        self.answers = np.moveaxis(self.output, -1, len(self._lead))  # as the caller wants them: (..., n, *shape)
        self.input = body(data, network.input_shape)
        # From the caller's samples first to ours last: (n, C, H, W) -> (C, H, W, n), a population's axis staying first.
        lead = len(self._sample_lead)
        self._to_samples_last = (*range(lead), *range(lead + 1, lead + 1 + len(network.input_shape)), lead)

    def _bind_loss(self, loss: Loss, n_outputs: int, weighted: bool, of: int, binder: Binder) -> None:
        self.targets = binder.memory((n_outputs,), False, self._sample_lead, self.n, self.theta.dtype)
        self.value = np.zeros(self._lead, self.theta.dtype)
        self._factor = loss.factor(n_outputs)
        self._share = binder.memory((1,), False, self._sample_lead, self.n, self.theta.dtype) if weighted else None
        if loss.labelled:
            self._labels = np.empty((*self._sample_lead, self.n), np.intp)
            self._units = np.eye(n_outputs, dtype=self.theta.dtype)
            self._by_output = np.moveaxis(self.targets, -2, 0)  # (O, ..., n): as it lies in memory
        at = LossBuffers(
            output=self.output,
            targets=self.targets,
            d_output=self.d_output,
            value=self.value,
            share=np.array(self._factor / of, self.theta.dtype) if self._share is None else self._share,
            scratch=binder.scratch(Storage((n_outputs,)), (n_outputs,), {}),  # its own: kept from forward to backward
        )
        forward, backward = loss.bind(at)
        self.appraise = (*self.infer, *one_by_one(forward))
        self.measure = (*self.appraise, *one_by_one(backward), *self._backward)

    def set_input(self, x: Array) -> None:
        """Copy samples (n, *shape), or (K, n, *shape) where each member has its own, to where the network reads."""
        self.input[...] = x.transpose(self._to_samples_last)

    def set_targets(self, rows: Array) -> None:
        """Copy targets in the form of `Loss.rows`: values (..., n, O), or class numbers (..., n)."""
        if rows.ndim == self.targets.ndim:
            self.targets[...] = rows.mT
        else:
            self._labels[...] = rows
            take(self._units, self._labels, axis=1, out=self._by_output, mode="clip")

    def set_weights(self, weights: Array, of: Array | None = None) -> None:
        """Set the share that each sample (..., n) has in the mean: its weight divided by the sum of weights.

        of: the weights of all that the loss is the mean of, where these samples are a part of it.
        """
        if self._share is None:
            raise SettingError("this plan is bound for samples without weights; got weights. Bind with weighted=True.")
        share = self._share[..., 0, :]
        share[...] = weights
        sums = total(weights if of is None else of, axis=-1, keepdims=True).astype(share.dtype)
        np.divide(share, np.maximum(sums, np.finfo(share.dtype).tiny), out=share)
        np.multiply(share, self._factor, out=share)
