"""A layer's whole step in matrices, and beside each of them the chain's equations of one entry."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from chainrule.core.blocks import Block
from chainrule.core.errors import SettingError
from chainrule.core.optimizers import SGD
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.notes import Note
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol
from chainrule.lab.explain.chains import ASKED, FIRST, followed
from chainrule.lab.explain.content import Section, with_zeros
from chainrule.lab.explain.equations.updates import rate_at
from chainrule.lab.explain.matrices import forms
from chainrule.lab.explain.matrices.layer import LayerMatrices
from chainrule.lab.explain.matrices.matrix import Matrix, MatrixEquation, MatrixSection, Part, Parts
from chainrule.lab.explain.matrices.matrix_form import MatrixForm
from chainrule.lab.explain.sections import Sections
from chainrule.lab.explain.step.addresses import find_layer, find_parameter, find_sample, find_unit
from chainrule.lab.explain.step.training_step import TrainingStep

From = int | str | Sequence[int] | None
"""Where a weight comes from; None: a unit is meant."""


def matrix_form(of: TrainingStep, layer: int, to: int | Sequence[int], from_: From, sample: int | None) -> MatrixForm:
    """The matrices of a layer; the chosen weight and sample, or unit, are followed."""
    return _Form(of, layer, to, from_, sample).made()


class _Form:
    """A layer's equations, as they are made."""

    def __init__(self, of: TrainingStep, number: int, to: int | Sequence[int], from_: From, sample: int | None) -> None:
        self.of, self.sections = of, Sections(of)
        blocks = of.numbers.blocks
        self.block = block = find_layer(blocks, number)
        if not forms.has_matrices(block):
            raise SettingError(_no_matrices(block, blocks))
        self.name = ""
        self.index: tuple[int, ...] = ()
        self.why = FIRST if sample is None else ASKED
        if from_ is None:
            self.unit, self.at = find_unit(block, to), find_sample(of.samples, sample)
        else:
            first = to if isinstance(to, int) else to[0]
            block, self.name, self.index = find_parameter(blocks, number, first, from_)
            at = None if sample is None else find_sample(of.samples, sample)
            self.unit, self.at, self.why = followed(*self.sections.paths.gradient(block, self.name, self.index), at)
        source = 0
        if self.name == "weights":
            source = int(np.ravel_multi_index(self.index[1:], self._kernel))
        self.layer = LayerMatrices(of, block, self.unit, self.at, source)

    @property
    def _kernel(self) -> tuple[int, ...]:
        """The shape of a unit's weights."""
        shape: tuple[int, ...] = self.block.head.signature.parameters[0].shape[1:]
        return shape

    def made(self) -> MatrixForm:
        """Build the form: forward, backward, gradient and update."""
        found = [
            MatrixSection("Forward", tuple(self._forward())),
            MatrixSection("Backward", tuple(self._backward())),
        ]
        if self.layer.names:
            found += [
                MatrixSection("Gradient", tuple(self._gradients())),
                MatrixSection("Update", tuple(self._updates())),
            ]
        return MatrixForm(
            title=f"Layer {self.block.number} in matrices: {self.block.name}",
            lead=self.sections.lead(self.at, self.why, [self.block]),
            sections=_settled(found),
        )

    def _forward(self) -> Iterable[MatrixEquation]:
        layer, paths = self.layer, self.sections.paths
        *first, (z, parts, note) = forms.forward(layer)
        for each in first:
            yield self._equation(*each)
        own = paths.layer(self.block).forward(self.unit, self.at)
        yield self._equation(z, parts, note, own)
        if self.block.activation is not None:
            of_a = paths.forward(self.block, self.unit, self.at)[len(own) :]
            what = (f"f is {self.block.activation.layer!r}, entry by entry.",)
            yield self._equation(layer.a, ("f", "(", Part(layer.z), ")"), what, of_a)

    def _backward(self) -> Iterable[MatrixEquation]:
        layer = self.layer
        parts, note = forms.received(layer)
        equations = self.sections.paths.backward(self.block, self.unit, self.at)
        if self.block.activation is None:
            yield self._equation(layer.delta, parts, note, equations)
            return
        *of_d_a, of_slope, of_delta = equations
        yield self._equation(layer.d_a, parts, note, of_d_a)
        yield self._equation(layer.slope, ("f′", "(", Part(layer.z), ")"), (), [of_slope])
        yield self._equation(layer.delta, (Part(layer.d_a), "∘", Part(layer.slope)), (), [of_delta])

    def _gradients(self) -> Iterable[MatrixEquation]:
        numbers, block = self.of.numbers, self.block
        for name, (result, parts, note) in zip(self.layer.names, forms.gradient(self.layer), strict=True):
            index = self._index(name)
            terms, _ = self.sections.paths.gradient(block, name, index)
            weight, position = numbers.parameter(block, name, index), numbers.position(block, name, index)
            yield self._equation(result, parts, note, self.sections.gradient(weight, position, terms).equations)

    def _updates(self) -> Iterable[MatrixEquation]:
        of, layer, numbers = self.of, self.layer, self.of.numbers
        for name in layer.names:
            index = self._index(name)
            weight, position = numbers.parameter(self.block, name, index), numbers.position(self.block, name, index)
            lines = self.sections.update(weight, position).equations
            before, after = layer.parameter(name, of.theta), layer.parameter(name, of.new_theta, prefix="new")
            g = layer.parameter(name, of.gradient, of=LOSS)
            parts: Parts
            if type(of.optimizer) is SGD and of.clip is None:
                parts, note = (Part(before), "-", rate_at(of.optimizer, of.step), Part(g)), ""
            else:
                step = Matrix(
                    Symbol("step", self.block.number), before.values - after.values, before.rows, before.columns
                )
                parts, note = (Part(before), "-", Part(step)), f"{of.optimizer} makes each entry of the step by itself."
            yield self._equation(after, parts, (note,) if note else (), lines)

    def _index(self, name: str) -> tuple[int, ...]:
        """The number of a parameter that is followed."""
        if name == self.name:
            return self.index
        kernel = np.unravel_index(self.layer.source, self._kernel) if name == "weights" else ()
        return (self.layer.row, *map(int, kernel))

    def _equation(
        self, result: Matrix, parts: Parts, note: Note = (), entry: Iterable[Equation] = ()
    ) -> MatrixEquation:
        layer = self.layer
        columns = {layer.samples: layer.column, layer.inputs: layer.source}
        return MatrixEquation(result, parts, (layer.row, columns.get(result.columns, 0)), note, tuple(entry))


def _settled(sections: Sequence[MatrixSection]) -> tuple[MatrixSection, ...]:
    """The sections, whose entries know which numbers are 0 but for rounding."""
    equations = [each for section in sections for each in section.equations]
    entries = iter(with_zeros(*(Section("", each.entry) for each in equations)))
    return tuple(
        replace(section, equations=tuple(replace(each, entry=next(entries).equations) for each in section.equations))
        for section in sections
    )


def _no_matrices(block: Block, blocks: Sequence[Block]) -> str:
    known = "; ".join(f"{each.number} {each.name}" for each in blocks if forms.has_matrices(each))
    return f"layer {block.number}, {block.name}, isn't said in matrices: its chain shows each number. Take {known}."
