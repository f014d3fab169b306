"""The phases of a training step, in the order in which they run; each with what it writes and the source it runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chainrule.core.blocks import Block
from chainrule.core.penalties import bind_clip
from chainrule.lab.explain.phases.source import BACKWARD, BOTH, FORWARD, Source, source_of
from chainrule.lab.explain.step.training_step import TrainingStep

Kind = Literal["forward", "loss", "backward", "penalty", "clip", "update"]

Grain = Literal["layer", "pass"]
"""Whether each layer is a phase of its own, or all of a pass are one."""


@dataclass(frozen=True)
class Written:
    """An array that a phase writes: its name, and its layer where it is of one, from 1.

    z, a, "statistics" of a batch norm; loss; "d_a" (∂L/∂a), slope, delta, "gradient" with the parameter's name in
    `of`; "slot" with the slot's name in `of`; theta.
    """

    what: str
    layer: int | None = None
    of: str = ""


@dataclass(frozen=True)
class Phase:
    """A part of a step. layers: the numbers of those that it is about, in the order in which they run."""

    kind: Kind
    layers: tuple[int, ...]
    writes: tuple[Written, ...]
    sources: tuple[Source, ...]


def phases_of(of: TrainingStep, by: Grain = "layer") -> tuple[Phase, ...]:
    """All phases of a step.

    >>> import chainrule as cr
    >>> step = cr.explain(cr.mlp(1, 2, 1), [0.5] * 7, [[1.0]], [0.0], cr.SquaredError(), cr.SGD(0.1))
    >>> [(each.kind, *each.layers) for each in phases_of(step)]
    [('forward', 1), ('forward', 2), ('loss',), ('backward', 2), ('backward', 1), ('update',)]
    >>> [each.kind for each in phases_of(step, by="pass")]
    ['forward', 'loss', 'backward', 'update']
    """
    each = (*_phases(of),)
    return each if by == "layer" else (*_joined(each),)


def _phases(of: TrainingStep) -> Iterator[Phase]:
    blocks = of.numbers.blocks
    for block in blocks:
        yield Phase("forward", (block.number,), _made_forward(block), _sources(block, FORWARD))
    last = _received(blocks[-1])
    yield Phase("loss", (), (Written("loss"), *last), source_of(type(of.objective).bind, BOTH))
    first = min(block.number for block in blocks if block.head.learns)
    for block in reversed(blocks):
        if block.number >= first:
            yield _backward(block, blocks, to_input=first < min(block.number, *_inside(block)))
    gradients = tuple(each for block in blocks for each in _gradients(block))
    if of.penalty is not None:
        yield Phase("penalty", (), (Written("loss"), *gradients), source_of(type(of.penalty).bind, BOTH))
    if of.clip is not None:
        yield Phase("clip", (), gradients, source_of(bind_clip))
    slots = (Written("slot", of=name) for name in of.after)
    yield Phase("update", (), (*slots, Written("theta")), source_of(type(of.optimizer).bind))


def _joined(each: tuple[Phase, ...]) -> Iterator[Phase]:
    """The phases of one kind as one; the source of layers of a kind comes once."""
    for kind in dict.fromkeys(phase.kind for phase in each):
        same = [phase for phase in each if phase.kind == kind]
        layers, writes, sources = (
            tuple(dict.fromkeys(one for phase in same for one in getattr(phase, name)))
            for name in ("layers", "writes", "sources")
        )
        yield Phase(kind, layers, writes, sources)


def _backward(block: Block, blocks: tuple[Block, ...], to_input: bool) -> Phase:
    own = (Written("slope", block.number), Written("delta", block.number)) if block.activation else ()
    passed = [blocks[number - 1] for number in _below(block, blocks, to_input)]
    received = tuple(each for below in passed for each in _received(below))
    writes = (*own, *_gradients(block), *received)
    return Phase("backward", (block.number,), writes, _sources(block, BACKWARD, to_input))


def _below(block: Block, blocks: tuple[Block, ...], to_input: bool) -> Iterator[int]:
    """The layers whose ∂L/∂a is whole when this one has gone back: it is the last of their readers to do so.

    A Residual's sum goes back to its branch also where it doesn't go back to its input.
    """
    for number in block.sources if to_input else block.sources[1:]:
        if number and block.number == min(reader.number for reader, _ in blocks[number - 1].readers):
            yield number


def _inside(block: Block) -> tuple[int, ...]:
    """The number of the layer that reads its input: of a Residual's sum, the first one inside."""
    return tuple(number + 1 for number in block.sources[:1]) if block.head.branch else (block.number,)


def _made_forward(block: Block) -> tuple[Written, ...]:
    statistics = (Written("statistics", block.number, each.name) for each in block.head.signature.state)
    of_state = () if block.head.branch else tuple(statistics)
    return (*of_state, Written("z", block.number), Written("a", block.number))


def _received(block: Block) -> tuple[Written, ...]:
    """What arrives at a layer from above: ∂L/∂a, which is δ at once where no activation follows."""
    return (Written("delta" if block.activation is None else "d_a", block.number),)


def _gradients(block: Block) -> tuple[Written, ...]:
    if block.head.branch:
        return ()
    names = [each.name for each in block.head.signature.parameters]
    names += ["bias"] if any(each.bias for each in block.head.signature.parameters) else []
    return tuple(Written("gradient", block.number, name) for name in names)


def _sources(block: Block, rows: tuple[int, ...], to_input: bool = True) -> tuple[Source, ...]:
    """The lines of what a layer is made of, in the order in which they run."""
    of_head = source_of(type(block.head.layer).bind, rows, to_input)
    if block.activation is None:
        return of_head
    of_activation = source_of(type(block.activation.layer).bind, rows)
    return (*of_head, *of_activation) if rows == FORWARD else (*of_activation, *of_head)
