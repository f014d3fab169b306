"""How a layer makes its numbers, and what it passes back: the base, whose derivatives are all read off its backward."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.blocks import Block
from chainrule.lab.explain.expression import Equation, Expression, Number
from chainrule.lab.explain.numbers import Numbers
from chainrule.lab.explain.symbols import Symbol

Share = tuple[Number | None, int, int]
"""A derivative (None: 1), and the output and the sample that it is of."""


def one(row: int, sample: int) -> None:
    """The derivative 1, which isn't shown."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Every output that listens to a number: which ones (m,), of which samples (m,), and their derivatives (m,).

    factor: the j-th derivative with its name, made when it is asked for.
    """

    outputs: Array
    samples: Array
    factors: Array
    factor: Callable[[int], Number | None]

    @classmethod
    def listed(cls, shares: Sequence[Share]) -> "Shares":
        """Of a few outputs, their derivatives made already."""
        outputs, samples = (np.array([each[i] for each in shares], np.intp) for i in (1, 2))
        factors = np.array([1.0 if factor is None else factor.value for factor, _, _ in shares], float)
        return cls(outputs, samples, factors, lambda j: shares[j][0])

    def __len__(self) -> int:
        return len(self.outputs)

    def __getitem__(self, j: int) -> Share:
        return self.factor(j), int(self.outputs[j]), int(self.samples[j])

    def __iter__(self) -> Iterator[Share]:
        return map(self.__getitem__, range(len(self)))


class Head:
    """The base: a layer of any kind, whose derivatives are all read off its backward."""

    def __init__(self, numbers: Numbers, block: Block) -> None:
        self.numbers, self.block, self.place = numbers, block, block.head
        self.layer: Any = block.head.layer
        self.recording = numbers.of(block.head)

    def forward(self, k: int, sample: int) -> list[Equation]:
        """How output k of a sample comes about; its own equation is the last."""
        z = self.numbers.z(self.block, k, sample)
        return [Equation(self._symbol(z), z.value, self.made_of(k, sample))]

    def made_of(self, k: int, sample: int) -> Expression | None:
        """What output k of a sample is made of."""
        return None

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        """Every output that listens to input i of a sample, with its derivative with respect to it."""
        found: list[Share] = []
        for k, other in self.recording.listeners(i, sample).tolist():
            d_input, _ = self.recording.derivatives(k, other)
            found.append((Number(float(d_input[i, sample]), self.factor(k, i)), k, other))
        return Shares.listed(found)

    def factor(self, k: int, i: int) -> Symbol:
        """The name of the derivative of output k with respect to input i."""
        return Symbol("J", self.block.number, (k + 1, i + 1))

    def uses(self, name: str, index: tuple[int, ...]) -> Shares:
        """Every output that a parameter takes part in, with its derivative with respect to it."""
        found: list[Share] = []
        for k, sample in np.ndindex(self.recording.output.shape):
            derivative = self._derivative(name, index, k, sample)
            if derivative:
                found.append((Number(derivative, Symbol("J", self.block.number, (k + 1,))), k, sample))
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

    def _derivative(self, name: str, index: tuple[int, ...], k: int, sample: int) -> float:
        """Of output k of a sample, with respect to a parameter."""
        _, gradient = self.recording.derivatives(k, sample)
        return float(self.place.named(gradient)[name][index])

    def _symbol(self, number: Number) -> Symbol:
        return number.symbol or Symbol("z")

    def a(self, i: int, sample: int, slot: int = 0) -> Number:
        """The number that it reads."""
        return self.numbers.a(self.block.sources[slot], i, sample)


class ElementwiseHead(Head):
    """The base of the layers whose outputs each listen to one input."""

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        return Shares.listed([(Number(float(self.recording.slopes[i, sample]), self.factor(i, i)), i, sample)])
