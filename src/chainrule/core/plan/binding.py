"""Binding: layers in a row meet their memory, and the layers inside them theirs."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from chainrule.core.arrays import Array, Shape, count
from chainrule.core.calls import Call, Pass, one_by_one
from chainrule.core.layers.base import Buffers, Chain
from chainrule.core.plan.layout import Allocate, Place, Storage, allocate, body, lay_out

Generators = Mapping[int, tuple["np.random.Generator", ...]]
"""By the number of a layer that draws: a generator for each member."""

Watch = Callable[[Place, Buffers, Pass], Pass]
"""Sees each layer as it is bound for training, and returns the passes that run in the stead of its own."""

Pools = dict[tuple[Shape, Shape], list[Array]]
"""Scratch arrays by the shape of their memory and their own."""


@dataclass(eq=False)
class Binder:
    """What all layers of a plan share; see `Plan`."""

    n: int
    theta: Array
    gradient: Array
    state: Array | None
    draws: Generators
    training: bool
    in_place: bool
    watch: Watch | None = None
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
        wants_d_input: whether somebody asks for the gradient in the input; else backward ends at the first layer that
            learns.
        """
        activations = self._activations(storages, memory)
        gradients = self._gradients(places, storages, d_output, may_overwrite)
        first = -1 if wants_d_input else next((i for i, each in enumerate(places) if each.learns), len(places))
        forwards: list[Call] = []
        backwards: list[Call] = []
        for i, each in enumerate(places):
            if each.layer.view:
                continue
            output, wanted, there = each.signature.output, i > first, activations[i]
            if each.signature.ones and there.shape[-2] == count(each.input_shape):  # no row of ones: it gets a copy
                there = self.memory(each.input_shape, True, self.lead, self.n, self.theta.dtype)
                forwards.append(partial(np.copyto, body(there, each.input_shape), activations[i]))
            at = Buffers(
                input=body(there, each.input_shape),
                output=body(activations[i + 1], output),
                d_input=body(gradients[i], each.input_shape) if wanted else None,
                d_output=body(gradients[i + 1], output),
                input_and_ones=there if each.signature.ones else None,
                d_input_and_ones=gradients[i] if wanted and each.signature.ones and not self.lead else None,
                parameters=each.matrices(self.theta),
                gradients=each.matrices(self.gradient),
                state={} if self.state is None else each.statistics(self.state),
                random=self.draws.get(each.number, ()),
                population=bool(self.lead),
                scratch=self.scratch(storages[i + 1], output, self._pools),
                kept=partial(self._like, storages[i + 1], output),
                branch=partial(self._bind_branch, each, storages[i], activations[i], gradients[i + 1], wanted),
            )
            if not self.training:
                forwards += one_by_one(each.layer.bind_prediction(at))
                continue
            forward, backward = each.layer.bind(at)
            if self.watch is not None:
                forward, backward = self.watch(each, at, (forward, backward))
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
    def lead(self) -> Shape:
        """The population's axis, where there is one."""
        return self.theta.shape[:-1]

    def allocate(self, storage: Storage, ones: bool = False) -> Array:
        """Memory for an activation or its gradient."""
        return self.memory(storage.shape, ones, self.lead, self.n, self.theta.dtype)

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
        """A layer's way to the arrays that all layers of a shape share: its first call gives the first of them."""
        pool = pools.setdefault((like.shape, shape), [])
        used = itertools.count()

        def scratch() -> Array:
            number = next(used)
            if number == len(pool):
                pool.append(self._like(like, shape))
            return pool[number]

        return scratch
