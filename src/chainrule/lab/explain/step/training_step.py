"""One training step as it was recorded: what it started from, its numbers layer by layer, and where it led."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import Optimizer
from chainrule.core.penalties import L2
from chainrule.lab.explain.step.given import Given
from chainrule.lab.explain.step.numbers import Numbers


@dataclass(frozen=True, eq=False)
class LayerStep:
    """A layer in the step: arrays (n, *shape), samples first; they can't be written to.

    number: as a textbook counts, from 1.  name: the layers that it is made of.
    z: before the activation.  a: the output, equal to z without an activation.  slope: f′(z); None without one.
    delta: δ = ∂L/∂z.  parameters, gradients: dicts by name, as in `Network.parameters`.
    """

    number: int
    name: str
    z: Array = field(repr=False)
    a: Array = field(repr=False)
    slope: Array | None = field(repr=False)
    delta: Array = field(repr=False)
    parameters: dict[str, Array] = field(repr=False)
    gradients: dict[str, Array] = field(repr=False)

    @classmethod
    def of(cls, block: Block, numbers: Numbers) -> "LayerStep":
        """A layer's numbers as arrays."""

        def samples_first(array: Array) -> Array:
            return frozen(array.T.reshape(array.shape[-1], *block.shape))

        head, last = numbers.of(block.head), numbers.last(block)
        return cls(
            number=block.number,
            name=block.name,
            z=samples_first(head.output),
            a=samples_first(last.output),
            slope=None if block.activation is None else samples_first(last.slopes),
            delta=samples_first(head.d_output),
            parameters={} if block.head.branch else all_frozen(block.head.named(numbers.theta)),
            gradients={} if block.head.branch else all_frozen(block.head.named(numbers.recording.gradient)),
        )


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """One training step. Layers and units are counted from 1, samples from 0.

    layers: one `LayerStep` each.  loss: the loss before the update, penalty included.
    gradient (P,): of the loss with respect to theta, the plan's.
    step: how many were taken before; it is shown as one more, counted from 1.
    theta (P,), new_theta (P,): before and after the update.  before, after: the optimizer's slots, by their names.
    given: the inputs of its samples in their own units, and their names; None where nothing is known of them.
    given_targets: likewise the targets; None where they are learnt as they are.
    model: the name of the trained model whose parameters these are; None where they are what was given.
    """

    network: Network = field(repr=False)
    objective: Loss
    optimizer: Optimizer
    penalty: L2 | None
    clip: float | None
    step: int
    samples: tuple[int, ...]
    loss: float
    layers: tuple[LayerStep, ...]
    gradient: Array = field(repr=False)
    theta: Array = field(repr=False)
    new_theta: Array = field(repr=False)
    before: dict[str, Array] = field(repr=False)
    after: dict[str, Array] = field(repr=False)
    numbers: Numbers = field(repr=False)
    given: Given | None = field(default=None, repr=False)
    given_targets: Given | None = field(default=None, repr=False)
    model: str | None = None


def frozen(array: Array) -> Array:
    """A copy that can't be written to."""
    copy = np.array(array, order="C")
    copy.setflags(write=False)
    return copy


def all_frozen(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Copies that can't be written to."""
    return {name: frozen(each) for name, each in arrays.items()}
