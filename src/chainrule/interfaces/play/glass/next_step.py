"""The step that a run makes next, taken apart. The run isn't touched."""

import copy
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from chainrule.core.arrays import Shape
from chainrule.core.blocks import Block
from chainrule.core.errors import DataError
from chainrule.core.optimizers import SGD
from chainrule.interfaces.play.messages import Chain
from chainrule.interfaces.play.stage import Stage
from chainrule.lab.explain.explanation import Explanation, explain
from chainrule.lab.explain.verdicts import Verdicts
from chainrule.training.training import Training


class NextStep:
    """The next step of a run on a stage. number: counted from 1.  before: what the frame before said, by part.

    >>> from chainrule.interfaces.play.playing import Playing
    >>> playing = Playing()
    >>> step = NextStep(playing.stage, playing.training)
    >>> step.number, step.explanation.step
    (1, 0)
    """

    def __init__(self, stage: Stage, training: Training, before: Mapping[str, Any] = MappingProxyType({})) -> None:
        self.stage, self.training, self.before = stage, training, before
        self.number = training.state.step + 1

    @cached_property
    def samples(self) -> list[int]:
        """The rows of the learnt samples that are in the step's batch."""
        state, size = self.training.state, self.training.task.batch_size
        order = np.arange(len(self.stage.learnt))
        if size is None:
            return order.tolist()
        if state.batch > 0:
            order = state.order[0]
        else:  # the order of the epoch that begins isn't drawn yet: a copy of the generator draws it
            copy.deepcopy(state.shuffle_generators[0]).shuffle(order)
        rows: list[int] = np.sort(order[state.batch * size : (state.batch + 1) * size]).tolist()
        return rows

    def followed(self, sample: int | None) -> int | None:
        """The sample, where it is in the step's batch; else None, for the one that the step itself suggests."""
        return sample if sample in self.samples else None

    @property
    def moment(self) -> tuple[object, ...]:
        """What tells this step from any other one, also of the same number: of another run, or edited by hand."""
        return self.stage, self.training, self.number, self.training.state.parameters.theta.tobytes()

    @cached_property
    def drawn_gradient(self) -> Explanation:
        """The gradient that the page draws: of the loss of all samples learnt, without penalty; nothing is dropped."""
        stage, theta = self.stage, self.training.state.parameters.theta
        return explain(stage.network, theta, stage.learnt.x, stage.learnt.y, stage.loss, SGD(1.0))

    @cached_property
    def verdicts(self) -> Verdicts:
        """The verdicts on the gradients that are in sight."""
        return Verdicts(self.explanation)

    @cached_property
    def explanation(self) -> Explanation:
        """All its numbers."""
        stage, task = self.stage, self.training.task
        return explain(
            stage.network,
            self.training.state,
            stage.learnt.x,
            stage.learnt.y,
            stage.loss,
            task.optimizer,
            samples=None if task.batch_size is None else self.samples,
            penalty=task.objective.penalty,
            clip=stage.scene.clip,
        )

    def drawn(self, layer: int) -> Block:
        """A layer as the page counts them, from 1: those with weights, which it draws. `explain` counts others, too."""
        layers = self._drawn
        if layer > len(layers):
            raise DataError(f"the network has {len(layers)} layers now, and no layer {layer}; click a line or a unit.")
        return layers[layer - 1]

    def unit(self, of: Chain) -> tuple[int, int | list[int]]:
        """A layer and its unit as `explain` takes them. The page counts units through feature maps, from 1."""
        block = self.drawn(of.layer)
        is_there = len(block.shape) > 1 and of.unit <= math.prod(block.shape)
        return block.number, _index(of.unit, block.shape) if is_there else of.unit

    def weight(self, of: Chain, source: int | str) -> tuple[int, int, int | str | list[int]]:
        """A layer, a unit and a source as `explain` takes them: of a feature map's unit the map, which has the kernel.

        The page counts what comes into a unit through its kernels, from 1.
        """
        block = self.drawn(of.layer)
        (shape,) = (each.shape for each in block.head.signature.parameters if each.name == "weights")
        is_there = len(shape) > 2 and isinstance(source, int) and source <= math.prod(shape[1:])
        channel = (of.unit - 1) // map_size(block) + 1
        return block.number, channel, _index(int(source), shape[1:]) if is_there else source

    def drawn_units(self, units: Mapping[int, Sequence[int]]) -> list[list[int]]:
        """Units by the number of their layer in `explain`, as those of each layer that the page draws, from 0.

        Of a feature map all units are drawn as one.
        """
        return [sorted({unit // map_size(each) for unit in units.get(each.number, ())}) for each in self._drawn]

    @cached_property
    def _drawn(self) -> tuple[Block, ...]:
        return tuple(each for each in self.explanation.numbers.blocks if _has_weights(each))


def _index(number: int, shape: Shape) -> list[int]:
    """A number from 1, counted through an array, as its place there, from 1."""
    return [int(each) + 1 for each in np.unravel_index(number - 1, shape)]


def map_size(block: Block) -> int:
    """How many units of a layer are drawn as one: those of a feature map."""
    return math.prod(block.shape[1:])


def _has_weights(block: Block) -> bool:
    return not block.head.branch and any(each.name == "weights" for each in block.head.signature.parameters)
