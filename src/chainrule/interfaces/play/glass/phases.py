"""A phase as the page shows it: equations and source beside each other, the numbers written, and what lights up."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.core.errors import DataError, SettingError
from chainrule.interfaces.play.drawn_lines import drawn_lines
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import Chain, Glass
from chainrule.interfaces.play.stage import Stage
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol, derivative, digits
from chainrule.lab.explain.content import Section
from chainrule.lab.explain.explanation import Explanation
from chainrule.lab.explain.notations import mathml
from chainrule.lab.explain.notations.notation import Notation
from chainrule.lab.explain.phases.equations import Chosen, PhaseEquations
from chainrule.lab.explain.phases.phases import Phase, Written
from chainrule.lab.explain.phases.source import Source
from chainrule.lab.explain.proof import UNKNOWN
from chainrule.lab.explain.step.addresses import find_layer, find_parameter, find_unit
from chainrule.lab.explain.step.numbers import LETTERS

MOST_UNITS = 24
"""The most units of a layer whose numbers are written out."""

MOST_EDGES = 20_000
"""The most parameters that a phase sends for the lines of the drawing."""

PLACES, IN_UNIT = 5, 3
"""Significant digits in the table, and in a unit of the drawing."""

PLAIN = Notation()


def described(step: NextStep, phases: Sequence[Phase], at: int, asked: Glass) -> dict[str, Any]:
    """A phase among all phases of a step."""
    of, phase = step.explanation, phases[at]
    sample = _sample(of, asked.sample)
    equations = PhaseEquations(of, sample, None if asked.phases is None else _chosen(step, asked.phases.at))
    names = {each.number: each.name for each in of.numbers.blocks}
    section = equations.section(phase)
    return {
        "phases": [{"kind": each.kind, "layers": list(each.layers)} for each in phases],
        "names": [names[number] for number in phase.layers],
        "sample": of.samples[sample],
        "html": _html(section),
        "marks": [_verdict(step, each.symbol) for each in section.equations],
        "sources": [_source(each) for each in phase.sources],
        "tables": _tables(step, phase, sample),
        "lights": _lights(of, phases, at, sample),
        "lines": _lines(phase),
        "edges": _edges(step.stage, of, phase),
    }


def _sample(of: Explanation, row: int | None) -> int:
    """The place of the sample that is followed: the one that adds most to the loss, unless another is asked for."""
    return of.samples.index(row) if row in of.samples else int(np.argmax(of.numbers.recording.losses))


def _chosen(step: NextStep, asked: Chain | None) -> Chosen | None:
    """The unit or parameter that is asked for; None where the network has no such one by now."""
    if asked is None:
        return None
    blocks = step.explanation.numbers.blocks
    try:
        if asked.source is None:
            number, unit = step.unit(asked)
            return Chosen(number, find_unit(find_layer(blocks, number), unit))
        block, name, index = find_parameter(blocks, *step.weight(asked, asked.source))
    except (DataError, SettingError):
        return None
    return Chosen(block.number, asked.unit - 1, name, index)


def _verdict(step: NextStep, symbol: Symbol) -> int:
    """The verdict on a gradient; none on a parameter's where a penalty adds its part only later."""
    is_part = symbol.of == LOSS and symbol.letter in LETTERS.values() and step.explanation.penalty is not None
    return UNKNOWN if is_part else step.verdicts.of(symbol)


def _html(section: Section) -> str:
    lines = [f'<p class="note">{mathml.MATHML.note(section.remark)}</p>'] if section.remark else []
    for each in section.equations:
        lines.append(mathml.equation(each))
        if each.remark:
            lines.append(f'<p class="note remark">{mathml.MATHML.note(each.remark)}</p>')
    return "\n".join(lines)


def _source(source: Source) -> dict[str, Any]:
    return {
        "title": source.title,
        "file": source.file,
        "law": source.law,
        "sentence": source.sentence,
        "lines": [[each.number, each.text, each.runs] for each in source.lines],
    }


def _tables(step: NextStep, phase: Phase, sample: int) -> list[dict[str, Any]]:
    """What the phase writes of a sample, unit by unit: z and a, or f′ and δ; of the loss outputs, targets and ∂L/∂a."""
    of, each_table = step.explanation, partial(_table, step, sample)
    blocks, last = of.numbers.blocks, of.numbers.blocks[-1]
    if phase.kind == "forward":
        return [each_table(each, _made(of, each, sample)) for each in (blocks[number - 1] for number in phase.layers)]
    if phase.kind == "backward":
        return [each_table(each, _passed(of, each, sample)) for each in (blocks[number - 1] for number in phase.layers)]
    if phase.kind != "loss":
        return []
    output, recording = of.numbers.last(last), of.numbers.recording
    shown = {
        Symbol("a", last.number): output.output[:, sample],
        Symbol("y"): recording.targets[:, sample],
        derivative(LOSS, Symbol("a", last.number)): output.d_output[:, sample],
    }
    return [each_table(last, shown)]


def _made(of: Explanation, block: Block, sample: int) -> dict[Symbol, Array]:
    z, a = of.numbers.of(block.head).output[:, sample], of.numbers.last(block).output[:, sample]
    if block.activation is None:
        return {of.numbers.z(block, 0, 0).name: z}
    return {Symbol("z", block.number): z, Symbol("a", block.number): a}


def _passed(of: Explanation, block: Block, sample: int) -> dict[Symbol, Array]:
    delta = {Symbol("δ", block.number): of.numbers.of(block.head).d_output[:, sample]}
    if block.activation is None:
        return delta
    last = of.numbers.last(block)
    above = {derivative(LOSS, Symbol("a", block.number)): last.d_output[:, sample]}
    return {**above, Symbol("f′", block.number): last.slopes[:, sample], **delta}


def _table(step: NextStep, sample: int, block: Block, columns: dict[Symbol, Array]) -> dict[str, Any]:
    """Numbers of a layer's units, each gradient with its verdict."""

    def marks(of: Symbol) -> list[int]:
        units = range(min(block.units, MOST_UNITS))
        return [step.verdicts.of(step.explanation.numbers.symbol(of.letter, block, k, sample, of.of)) for k in units]

    return {
        "layer": block.number,
        "units": block.units,
        "columns": [
            {
                "name": PLAIN.symbol(Symbol(each.letter, each.layer, of=each.of)),
                "numbers": [digits(float(value), PLACES) for value in numbers[:MOST_UNITS]],
                "marks": marks(each),
            }
            for each, numbers in columns.items()
        ],
    }


def _lights(of: Explanation, phases: Sequence[Phase], at: int, sample: int) -> list[dict[str, Any]]:
    """For each layer that is drawn, those with weights: whether its units and edges are lit, done or yet to come."""
    phase, blocks = phases[at], of.numbers.blocks
    before = {each for one in phases[:at] for each in one.writes}
    groups: list[list[Block]] = []
    for block in blocks:
        if "weights" in {each.name for each in block.head.signature.parameters} and not block.head.branch:
            groups.append([])
        if groups:
            groups[-1].append(block)
    return [_light(of, phase, before, group, sample) for group in groups]


def _light(of: Explanation, phase: Phase, before: set[Written], group: list[Block], sample: int) -> dict[str, Any]:
    numbers, is_now = {each.number for each in group}, any(each.number in phase.layers for each in group)
    is_last = group[-1].number == len(of.layers)

    def state(*what: str) -> str:
        known = {each.layer for each in before if each.what in what}
        return "lit" if is_now else "done" if numbers & known else "dim"

    if phase.kind == "forward":
        units = state("a")
        edges = "dim" if units == "dim" else "done"
    elif phase.kind == "loss":
        units, edges = "lit" if is_last else "done", "done"
    elif phase.kind == "backward":
        units, edges = state("delta"), state("gradient")
    else:
        units, edges = "done", "lit"
    values: list[str] = []
    if units != "dim" and phase.kind in ("forward", "loss", "backward"):
        known = [each for each in group if phase.kind == "loss" or _is_known(each, phase, before)] or group[:1]
        shown = known[0] if phase.kind == "backward" else known[-1]
        array = of.numbers.of(shown.head).d_output if phase.kind == "backward" else of.numbers.last(shown).output
        if shown.shape == group[0].shape == (shown.units,) and shown.units <= MOST_UNITS:
            values = [digits(float(value), IN_UNIT) for value in array[:, sample]]
    return {"units": units, "edges": edges, "values": values}


def _is_known(block: Block, phase: Phase, before: set[Written]) -> bool:
    what = "delta" if phase.kind == "backward" else "a"
    return block.number in phase.layers or Written(what, block.number) in before


def _lines(phase: Phase) -> str:
    """What the lines of the drawing show: the gradient where it is written, then the update's change."""
    return {"forward": "weight", "loss": "weight", "update": "change"}.get(phase.kind, "gradient")


def _edges(stage: Stage, of: Explanation, phase: Phase) -> list[float] | None:
    """The numbers of the lines; None: those that the frame has."""
    if _lines(phase) == "weight" or len(of.theta) > MOST_EDGES:
        return None
    numbers = of.new_theta - of.theta if phase.kind == "update" else of.gradient
    return [float(f"{each:.6g}") for each in drawn_lines(stage, numbers).tolist()]
