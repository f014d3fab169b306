"""The equations of a layer, forward and backward: the base, whose derivatives are all read off the layer's backward."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, Terms
from chainrule.lab.explain.algebra.notes import Note
from chainrule.lab.explain.algebra.symbols import Symbol, derivative
from chainrule.lab.explain.step.numbers import Numbers

Share = tuple[Expression | None, int, int]
"""A derivative (None: 1), and the output and the sample that it is of."""


def one(row: int, sample: int) -> None:
    """The derivative 1, which isn't shown."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Every output that depends on a number: which ones (m,), of which samples (m,), and their derivatives (m,).

    factor: the j-th derivative with its name, made when it is asked for.
    """

    outputs: Array
    samples: Array
    factors: Array
    factor: Callable[[int], Expression | None]

    @classmethod
    def listed(cls, shares: Sequence[Share]) -> "Shares":
        """A few outputs, their derivatives made already."""
        outputs, samples = (np.array([each[i] for each in shares], np.intp) for i in (1, 2))
        factors = np.array([1.0 if factor is None else factor.evaluate() for factor, _, _ in shares], float)
        return cls(outputs, samples, factors, lambda j: shares[j][0])

    def __len__(self) -> int:
        return len(self.outputs)

    def __getitem__(self, j: int) -> Share:
        return self.factor(j), int(self.outputs[j]), int(self.samples[j])

    def __iter__(self) -> Iterator[Share]:
        return map(self.__getitem__, range(len(self)))


@dataclass(frozen=True, eq=False)
class PassedBack:
    """The gradient that a layer passes back to one of the numbers that it reads: terms of ∂L/∂a.

    units: the outputs of the same sample whose δ they hold.  first: equations that come before.  note: beside them.
    """

    terms: Terms
    units: tuple[int, ...]
    first: tuple[Equation, ...] = ()
    note: Note = ()


class LayerEquations:
    """The base: a layer of any kind, whose derivatives are all read off its backward."""

    def __init__(self, numbers: Numbers, block: Block) -> None:
        self.numbers, self.block, self.place = numbers, block, block.head
        self.layer: Any = block.head.layer
        self.recording = numbers.of(block.head)

    def forward(self, k: int, sample: int) -> list[Equation]:
        """The equations of output k of a sample; its own is the last."""
        return [Equation.of(self.numbers.z(self.block, k, sample), self.made_of(k, sample))]

    def made_of(self, k: int, sample: int) -> Expression | None:
        """The expression of output k of a sample."""
        return None

    def remark(self) -> Note:
        """A sentence that the layer's equations need, if any."""
        return ()

    def passed_back(self, slot: int, i: int, sample: int) -> PassedBack:
        """The gradient that input i of a sample receives: each dependent output's derivative, times its δ."""
        shares = self.shares(slot, i, sample)
        units = shares.outputs[shares.samples == sample].tolist()
        return PassedBack(self.products(shares, lambda delta, factor: factor * delta), tuple(units))

    def products(self, shares: Shares, product: Callable[[Number, Expression], Expression] = mul) -> Terms:
        """Each output's δ and its derivative, multiplied."""
        deltas = self.recording.d_output[shares.outputs, shares.samples]

        def made(j: int) -> Expression:
            factor, k, sample = shares[j]
            delta = self.numbers.delta(self.block, k, sample)
            return delta if factor is None else product(delta, factor)

        return Terms(deltas * shares.factors, made)

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        """Every output that depends on input i of a sample, with its derivative with respect to it."""
        found: list[Share] = []
        for k, other in self.recording.dependents(i, sample).tolist():
            d_input, _ = self.recording.derivatives(k, other)
            found.append((self.factor(float(d_input[i, sample]), k, other, self.a(i, sample)), k, other))
        return Shares.listed(found)

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression | None:
        """A derivative of output k of a sample with respect to an input, as it is shown; None: 1."""
        return self._derivative_by(value, k, sample, of_input.name)

    def uses(self, name: str, index: tuple[int, ...]) -> Shares:
        """Every output that depends on a parameter, with its derivative with respect to it."""
        by = self.numbers.parameter(self.block, name, index).name
        found: list[Share] = []
        for k, sample in np.ndindex(self.recording.output.shape):
            _, gradient = self.recording.derivatives(k, sample)
            value = float(self.place.named(gradient)[name][index])
            if value:
                found.append((self._derivative_by(value, k, sample, by), k, sample))
        return Shares.listed(found)

    def in_every_sample(
        self,
        outputs: Sequence[int],
        factors: Array | float = 1.0,
        factor: Callable[[int, int], Number | None] = one,
    ) -> Shares:
        """These outputs in all samples, with their derivatives (outputs, n); `factor` names one, by row and sample."""
        m, n = len(outputs), len(self.numbers.samples)
        which, samples = np.tile(np.array(outputs, np.intp), n), np.repeat(np.arange(n), m)
        return Shares(which, samples, np.broadcast_to(factors, (m, n)).T.ravel(), lambda j: factor(j % m, j // m))

    def _derivative_by(self, value: float, k: int, sample: int, by: Symbol) -> Number:
        """∂z/∂ of the number with this name."""
        return Number(value, derivative(self.numbers.z(self.block, k, sample).name, by))

    def a(self, i: int, sample: int, slot: int = 0) -> Number:
        """A number that the layer reads."""
        return self.numbers.a(self.block.sources[slot], i, sample)


class UnknownEquations(LayerEquations):
    """A layer of a kind that isn't known here."""

    def remark(self) -> Note:
        return (f"{self.block.name} has no equations here; its derivatives come from its backward pass.",)


class ElementwiseEquations(LayerEquations):
    """The base of the layers whose outputs each depend on one input."""

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        slope = float(self.recording.slopes[i, sample])
        return Shares.listed([(self.factor(slope, i, sample, self.a(i, sample)), i, sample)])
