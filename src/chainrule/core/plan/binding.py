"""Binding: give each layer, and each layer inside it, its views of the plan's memory."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from chainrule.core.architecture import Architecture, Place, without_randomness
from chainrule.core.arrays import Array, Shape, count
from chainrule.core.calls import Call, Calls, Pass, bind_copy, one_by_one
from chainrule.core.layers.base import Buffers, Chain
from chainrule.core.memory import memory_for
from chainrule.core.parameters import Parameters
from chainrule.core.plan.layout import Allocate, Storage, allocate, body, lay_out
from chainrule.core.streams import stream

Generators = Mapping[int, tuple["np.random.Generator", ...]]
"""By the number of a random layer: a generator for each member."""

Observer = Callable[[Place, Buffers, Pass], Pass]
"""Sees each layer as it is bound, and returns the passes that run in place of the layer's own."""

TURNED_AT_ONCE = 2**13
"""Numbers that are copied from samples first to samples last at once: of more, each line of memory has left the nearest
cache before its next number comes. Predictions for 100,000 digits take 0.9 of the time."""

Pools = dict[tuple[Shape, Shape], list[Array]]
"""Scratch arrays by the shape of their memory and their own."""


def generators(network: Architecture, seeds: Sequence[int], thread: int = 0) -> Generators:
    """The generators of the random layers, one for each member's seed; plans that run at once have a thread each."""
    index = (thread,) if thread else ()
    return {
        leaf.number: tuple(stream(seed, "dropout", leaf.number, *index) for seed in seeds)
        for leaf in network.leaves
        if leaf.layer.without_randomness() is not leaf.layer
    }


@dataclass(eq=False)
class Binder:
    """Shared by all layers of a plan: the number of samples, the parameters, and the source of memory.

    generators: those of random layers; without them nothing is random.
    training: else layers are bound as they work in prediction, and nothing goes backward.
    in_place: whether a layer may write over its input where that is safe.
    observer: sees each layer as it is bound, with its buffers.
    memory: allocates samples and activations: `allocate`, or an `Arena` in which plans take turns.
    """

    n: int
    parameters: Parameters
    generators: Generators = field(default_factory=dict)
    training: bool = True
    in_place: bool = True
    observer: Observer | None = None
    memory: Allocate = allocate
    _pools: Pools = field(default_factory=dict)

    def bind(
        self,
        places: Sequence[Place],
        storages: Sequence[Storage],
        memory: Array,
        d_output: Array,
        *,
        may_overwrite: bool,
        wants_d_input: bool,
    ) -> Chain:
        """Bind layers in a row, laid out as `storages`, whose input lies in `memory`.

        may_overwrite: whether d_output may be written over.
        wants_d_input: whether the gradient with respect to the input is needed; else backward ends at the first layer
            with parameters.
        """
        theta, gradient, state = self.parameters.theta, self.parameters.gradient, self.parameters.state
        activations = self._activations(storages, memory)
        if self.training:
            gradients = self._gradients(places, storages, d_output, may_overwrite)
            first = -1 if wants_d_input else next((i for i, each in enumerate(places) if each.learns), len(places))
        else:  # nothing goes backward: gradients are never read or written; these have their shapes
            gradients, first = activations, len(places)
        forwards: list[Call] = []
        backwards: list[Call] = []
        for i, each in enumerate(places):
            if each.layer.view:
                continue
            output, wanted, there = each.signature.output, i > first, activations[i]
            if each.signature.ones and there.shape[-2] == count(each.input_shape):  # no row of ones: it gets a copy
                there = self.memory(each.input_shape, True, self.lead, self.n, self.dtype)
                forwards.append(partial(np.copyto, body(there, each.input_shape), activations[i]))
            at = Buffers(
                input=body(there, each.input_shape),
                output=body(activations[i + 1], output),
                d_input=body(gradients[i], each.input_shape) if wanted else None,
                d_output=body(gradients[i + 1], output),
                input_and_ones=there if each.signature.ones else None,
                d_input_and_ones=gradients[i] if wanted and each.signature.ones and not self.lead else None,
                parameters=each.matrices(theta),
                gradients=each.matrices(gradient),
                state={} if state is None else each.statistics(state),
                generators=self.generators.get(each.number, ()),
                population=bool(self.lead),
                scratch=self.scratch(storages[i + 1], output, self._pools),
                kept=partial(self._like, storages[i + 1], output),
                branch=partial(self._bind_branch, each, storages[i], activations[i], gradients[i + 1], wanted),
            )
            forward, backward = each.layer.bind(at) if self.training else (each.layer.bind_prediction(at), Calls())
            if self.observer is not None:
                forward, backward = self.observer(each, at, (forward, backward))
            forwards += one_by_one(forward)
            if i >= first:
                backwards[:0] = one_by_one(backward)
        far_end = body(activations[-1], places[-1].signature.output)
        d_input = body(gradients[0], places[0].input_shape)
        return Chain(far_end, d_input, tuple(forwards), tuple(backwards))

    def _bind_branch(self, outer: Place, first: Storage, memory: Array, d_output: Array, wants_d_input: bool) -> Chain:
        """Bind the layers inside a layer, whose input and d_output are read after them."""
        storages = lay_out(first, outer.branch, self.in_place)
        return self.bind(outer.branch, storages, memory, d_output, may_overwrite=False, wants_d_input=wants_d_input)

    @property
    def dtype(self) -> "np.dtype[np.generic]":
        """The run's dtype, which is theta's."""
        return self.parameters.theta.dtype

    @property
    def lead(self) -> Shape:
        """The population's axis, where there is one."""
        return self.parameters.theta.shape[:-1]

    def allocate(self, storage: Storage, ones: bool = False) -> Array:
        """Memory for an activation or its gradient."""
        return self.memory(storage.shape, ones, self.lead, self.n, self.dtype)

    def _activations(self, storages: Sequence[Storage], memory: Array) -> list[Array]:
        """Each storage's memory, the first of them given. A population's images have no row of ones below them."""
        memories = {id(storages[0]): memory}
        for each in storages:
            if id(each) not in memories:
                memories[id(each)] = self.allocate(each, each.ones and not (self.lead and len(each.shape) > 1))
        return [memories[id(each)] for each in storages]

    def _gradients(
        self, places: Sequence[Place], storages: Sequence[Storage], d_output: Array, may_overwrite: bool
    ) -> list[Array]:
        """The memory of the gradient of the loss in each activation, from the output's back to the input's."""
        gradients = [d_output]
        for each, storage in zip(reversed(places), reversed(storages[:-1]), strict=True):
            if each.layer.view or (each.layer.elementwise and self.in_place and may_overwrite):
                gradients.append(gradients[-1])
            else:
                gradients.append(self.allocate(storage, ones=storage.ones and not self.lead))
                may_overwrite = True
        return gradients[::-1]

    def _like(self, storage: Storage, shape: Shape) -> Array:
        """An array that lies in memory as an activation does."""
        return body(self.allocate(storage), shape)

    def scratch(self, like: Storage, shape: Shape, pools: Pools) -> Callable[[], Array]:
        """A function that gives a layer the arrays that all layers of a shape share, from the first of them on."""
        pool = pools.setdefault((like.shape, shape), [])
        used = itertools.count()

        def scratch() -> Array:
            number = next(used)
            if number == len(pool):
                pool.append(self._like(like, shape))
            return pool[number]

        return scratch


class BoundLayers:
    """All layers of a network, bound to the memory of n samples.

    own_samples: whether each member of a population has samples of its own, x (K, n, ...).
    """

    def __init__(self, network: Architecture, binder: Binder, *, own_samples: bool = False) -> None:
        lead = binder.lead
        self.n, self.parameters = binder.n, binder.parameters
        self.sample_lead = lead if own_samples else ()
        places = network.places if binder.generators else without_randomness(network.places)
        numbers = network.n_numbers * self.n * count(lead)
        what = f"this network with a batch of {self.n:,}"
        smaller = "smaller batches, smaller layers" if self.n > 1 else "smaller layers"
        with memory_for(what, numbers, binder.dtype, f"Take {smaller}, or fewer members."):
            storages = lay_out(Storage(network.input_shape, kept=True), places, binder.in_place)  # the data are kept
            # Samples that members share are stored once; but ufuncs that spread them take memory at every call.
            is_spread = next((each.layer.elementwise for each in places if not each.layer.view), False)
            data_lead = lead if is_spread else self.sample_lead
            data = binder.memory(network.input_shape, storages[0].ones, data_lead, self.n, binder.dtype)
            samples = np.broadcast_to(data, (*lead, *data.shape[-2:])) if lead else data
            gradient = binder.allocate(storages[-1])
            self.d_output = body(gradient, network.output_shape)
            is_observed = binder.observer is not None  # then backward goes through every layer
            chain = binder.bind(places, storages, samples, gradient, may_overwrite=True, wants_d_input=is_observed)
        self.forward, self.backward, self.output = Calls(*chain.forward), Calls(*chain.backward), chain.output
        self.input = body(data, network.input_shape)
        # From the caller's samples first to ours last: (n, C, H, W) -> (C, H, W, n), a population's axis staying first.
        first = len(self.sample_lead)
        self._to_samples_last = (*range(first), *range(first + 1, first + 1 + len(network.input_shape)), first)

    @property
    def samples_first(self) -> Array:
        """The outputs as callers want them, (..., n, *shape): a view."""
        return np.moveaxis(self.output, -1, len(self.parameters.theta.shape) - 1)

    def set_input(self, x: Array) -> None:
        """Copy samples (n, *shape), or (K, n, *shape) where each member has its own, to where the network reads."""
        samples_last = x.transpose(self._to_samples_last)
        at_once = max(128, TURNED_AT_ONCE // count(x.shape[len(self.sample_lead) + 1 :]))
        for start in range(0, self.n, at_once):
            part = (..., slice(start, start + at_once))
            self.input[part] = samples_last[part]

    def bind_input(self, x: Array) -> Calls:
        """The calls that set samples to what x holds when they are made."""
        return Calls(bind_copy(x.transpose(self._to_samples_last), out=self.input))
