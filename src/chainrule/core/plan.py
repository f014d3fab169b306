"""The plan: a network and a number of samples, bound to memory. The one seat of execution.

A plan holds its closures in the order of their calls:

    infer      forward through the layers
    appraise   the same, then the loss's value
    measure    the same, then backward: the gradient with respect to theta

Several plans may share theta and its gradient, one for each length of batch. A plan belongs to one thread.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.arrays import Array, Call, Shape, total
from chainrule.core.errors import SettingError
from chainrule.core.layers.base import Buffers
from chainrule.core.layout import Leaf, Storage, allocate, body, lay_out
from chainrule.core.losses import Loss, LossBuffers
from chainrule.core.optimizers import Memory
from chainrule.core.penalties import L2
from chainrule.core.streams import stream

if TYPE_CHECKING:
    from chainrule.core.network import Network

Generators = Mapping[int, tuple[np.random.Generator, ...]]
"""By the number of a layer that draws: a generator for each member."""


def run(calls: Sequence[Call]) -> None:
    """Call each closure once, in order."""
    with quiet():
        for call in calls:
            call()


def quiet() -> np.errstate:
    """No word where a number overflows or vanishes: 1 / (1 + inf) is right, and a diverging loss is looked at."""
    return np.errstate(over="ignore", under="ignore", invalid="ignore")


def generators(network: Network, seeds: Sequence[int]) -> Generators:
    """The streams of the layers that draw, one for each member's seed."""
    return {
        i: tuple(stream(seed, "dropout", i) for seed in seeds)
        for i, leaf in enumerate(network.leaves)
        if leaf.layer.without_chance() is not leaf.layer
    }


class Plan:
    """A network bound to memory for n samples.

    theta and gradient, (P,) or (K, P), are the caller's: read and written in place.
    draws: the generators of layers that draw; without them nothing is drawn.
    own_samples: each member of a population has samples of its own.
    weighted: samples have weights.
    in_place: a layer may write over its input where that is safe.
    """

    def __init__(
        self,
        network: Network,
        n: int,
        theta: Array,
        gradient: Array | None = None,
        *,
        loss: Loss | None = None,
        penalty: L2 | None = None,
        draws: Generators | None = None,
        own_samples: bool = False,
        weighted: bool = False,
        in_place: bool = True,
    ) -> None:
        self.n = n
        self.theta = theta
        self.gradient = np.empty_like(theta) if gradient is None else gradient
        self._lead: Shape = theta.shape[:-1]
        self._sample_lead: Shape = self._lead if own_samples else ()
        leaves = network.leaves
        if not draws:
            leaves = tuple(replace(leaf, layer=leaf.layer.without_chance()) for leaf in leaves)
        self._bind_layers(network, leaves, draws or {}, in_place)
        if loss is not None:
            self._bind_loss(loss, network.output_shape[0], weighted)
        if penalty is not None:
            memory = Memory(theta, self.gradient, {}, network.is_weight(theta.dtype))
            forward, backward = penalty.bind(memory, self.value)
            self.appraise += (forward,)
            self.measure += (forward, backward)

    def _bind_layers(self, network: Network, leaves: Sequence[Leaf], draws: Generators, in_place: bool) -> None:
        storages = lay_out(network.input_shape, leaves, in_place)
        data = allocate(network.input_shape, storages[0].ones, self._sample_lead, self.n, self.theta.dtype)
        memories = {id(each): self._allocate(each.shape, self._has_ones(each)) for each in storages[1:]}
        memories[id(storages[0])] = np.broadcast_to(data, (*self._lead, *data.shape[-2:]))
        activations = [memories[id(each)] for each in storages]
        gradients = self._lay_out_gradients(leaves, in_place)
        self.d_output = gradients[-1]
        pools: dict[Shape, list[Array]] = {}

        self.infer: tuple[Call, ...] = ()
        self._backward: tuple[Call, ...] = ()
        for i, leaf in enumerate(leaves):
            if leaf.layer.view:
                continue
            output, there = leaf.signature.output, activations[i]
            if leaf.signature.ones and storages[i] is not storages[0] and not self._has_ones(storages[i]):
                there = self._allocate(leaf.input_shape, ones=True)
                self.infer = (*self.infer, partial(np.copyto, body(there, leaf.input_shape), activations[i]))
            at = Buffers(
                input=body(there, leaf.input_shape),
                output=body(activations[i + 1], output),
                d_input=gradients[i] if i > network.first_to_learn else None,
                d_output=gradients[i + 1],
                input_and_ones=there if leaf.signature.ones else None,
                parameters=leaf.matrices(self.theta),
                gradients=leaf.matrices(self.gradient),
                random=draws.get(i, ()),
                population=bool(self._lead),
                scratch=self._scratch(output, pools),
            )
            forward, backward = leaf.layer.bind(at)
            self.infer = (*self.infer, forward)
            if i >= network.first_to_learn:
                self._backward = (backward, *self._backward)

        self.input = body(data, network.input_shape)
        self.output = body(activations[-1], network.output_shape)
        # From the caller's samples first to ours last: (n, C, H, W) -> (C, H, W, n), a population's axis staying first.
        lead = len(self._sample_lead)
        self._to_samples_last = (*range(lead), *range(lead + 1, self.input.ndim), lead)

    def _has_ones(self, storage: Storage) -> bool:
        """Whether a row of ones stands below an activation: a population's images are one block without."""
        return storage.ones and not (self._lead and len(storage.shape) > 1)

    def _allocate(self, shape: Shape, ones: bool = False) -> Array:
        return allocate(shape, ones, self._lead, self.n, self.theta.dtype)

    def _lay_out_gradients(self, leaves: Sequence[Leaf], in_place: bool) -> list[Array]:
        """The gradient of the loss in each activation, from the output's back to the input's.

        An image's gradient lies as an image does, behind Flatten too: a population's vectors lie otherwise.
        """
        lies_as = [leaves[0].input_shape]
        for leaf in leaves:
            stays = leaf.layer.view or (in_place and leaf.layer.elementwise)
            lies_as.append(lies_as[-1] if stays else leaf.signature.output)

        gradients = [body(self._allocate(lies_as[-1]), leaves[-1].signature.output)]
        for leaf, shape in zip(reversed(leaves), lies_as[-2::-1], strict=True):
            if leaf.layer.view:
                d_input = gradients[-1].reshape(*self._lead, *leaf.input_shape, self.n, copy=False)
            elif leaf.layer.elementwise and in_place:
                d_input = gradients[-1]
            else:
                d_input = body(self._allocate(shape), leaf.input_shape)
            gradients.append(d_input)
        return gradients[::-1]

    def _scratch(self, shape: Shape, pools: dict[Shape, list[Array]]) -> Callable[[], Array]:
        """A layer's way to the arrays that all layers of a shape share: its first call gives the first of them."""
        pool = pools.setdefault(shape, [])
        used = itertools.count()

        def scratch() -> Array:
            number = next(used)
            if number == len(pool):
                pool.append(body(self._allocate(shape), shape))
            return pool[number]

        return scratch

    def _bind_loss(self, loss: Loss, n_outputs: int, weighted: bool) -> None:
        self.targets = allocate((n_outputs,), False, self._sample_lead, self.n, self.theta.dtype)
        self.value = np.zeros(self._lead, self.theta.dtype)
        self._factor = loss.factor(n_outputs)
        self._share = allocate((1,), False, self._sample_lead, self.n, self.theta.dtype) if weighted else None
        if loss.labelled:
            self._labels = np.empty((*self._sample_lead, self.n), np.intp)
            self._one_hot = np.empty((*self._labels.shape, n_outputs), self.theta.dtype)
            self._units = np.eye(n_outputs, dtype=self.theta.dtype)
        at = LossBuffers(
            output=self.output,
            targets=self.targets,
            d_output=self.d_output,
            value=self.value,
            share=np.array(self._factor / self.n, self.theta.dtype) if self._share is None else self._share,
            scratch=self._scratch((n_outputs,), {}),
        )
        forward, backward = loss.bind(at)
        self.appraise = (*self.infer, forward)
        self.measure = (*self.appraise, backward, *self._backward)

    def set_input(self, x: Array) -> None:
        """Copy samples (n, *shape), or (K, n, *shape) where each member has its own, to where the network reads."""
        self.input[...] = x.transpose(self._to_samples_last)

    def set_targets(self, rows: Array) -> None:
        """Copy targets in the form of `Loss.rows`: values (..., n, O), or class numbers (..., n)."""
        if rows.ndim == self.targets.ndim:
            self.targets[...] = rows.mT
        else:
            self._labels[...] = rows
            np.take(self._units, self._labels, axis=0, out=self._one_hot, mode="clip")
            self.targets[...] = self._one_hot.mT

    def set_weights(self, weights: Array) -> None:
        """Set the share that each sample (..., n) has in the mean: its weight divided by the sum of weights."""
        if self._share is None:
            raise SettingError("this plan is bound for samples without weights; got weights. Bind with weighted=True.")
        share = self._share[..., 0, :]
        share[...] = weights
        sums = np.maximum(total(share, axis=-1, keepdims=True), np.finfo(share.dtype).tiny)
        np.divide(share, sums, out=share)
        np.multiply(share, self._factor, out=share)
