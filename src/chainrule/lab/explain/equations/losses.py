"""The losses as equations: what a sample adds to the loss, and the loss's derivative in an output."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chainrule.core.losses import BinaryCrossEntropy, HalfSquaredError, Loss, SoftmaxCrossEntropy, SquaredError
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, added, exp, log
from chainrule.lab.explain.algebra.notes import Note, formula
from chainrule.lab.explain.algebra.symbols import Symbol


@dataclass(frozen=True)
class Sample:
    """A sample's outputs a and targets y, the count n of samples that the loss is the mean of, and the sample's number.

    share: the sample's share of the mean, where samples have weights; else it is 1 / n.
    """

    outputs: Sequence[Number]
    targets: Sequence[Number]
    n: int
    number: int | None = None
    share: Number | None = None

    def of_mean(self, expression: Expression, over: int = 1) -> Expression:
        """The sample's share of the mean of an expression over a number."""
        if self.share is None:
            over *= self.n
        mean = expression if over == 1 else expression / over
        return mean if self.share is None else self.share * mean

    def between(self, letter: str, expression: Expression, *index: int) -> Equation:
        """A number in between, with a name of its own."""
        return Equation.between(Symbol(letter, index=index, sample=self.number), expression)


Made = tuple[list[Equation], Expression]
"""Equations that come first, and the expression that uses them."""


def _squares(sample: Sample) -> Expression:
    return added([(a - y) ** 2 for a, y in zip(sample.outputs, sample.targets, strict=True)])


def _squared_error(sample: Sample) -> Made:
    return [], sample.of_mean(_squares(sample), len(sample.outputs))


def _d_squared_error(sample: Sample, k: int) -> Made:
    return [], sample.of_mean(2 * (sample.outputs[k] - sample.targets[k]), len(sample.outputs))


def _half_squared_error(sample: Sample) -> Made:
    return [], sample.of_mean(_squares(sample), 2)


def _d_half_squared_error(sample: Sample, k: int) -> Made:
    return [], sample.of_mean(sample.outputs[k] - sample.targets[k])


def _binary_cross_entropy(sample: Sample) -> Made:
    terms: list[Expression] = []
    for z, y in zip(sample.outputs, sample.targets, strict=True):
        # log(1 + e^z) = max(0, z) + log(1 + e^-|z|): no power of a large number
        terms += [z] if z.value > 0 else []
        terms += [log(1 + exp(-z if z.value > 0 else z)), -(y * z)]
    return [], sample.of_mean(added(terms), len(sample.outputs))


def _d_binary_cross_entropy(sample: Sample, k: int) -> Made:
    p = sample.between("p", 1 / (1 + exp(-sample.outputs[k])), k + 1)
    return [p], sample.of_mean(p.number - sample.targets[k], len(sample.outputs))


def _powers(sample: Sample) -> tuple[Number, Equation]:
    """The largest output, which is taken from each and changes no share; and the sum of e to the differences."""
    top = max(sample.outputs, key=lambda each: each.value)
    return top, sample.between("S", added([exp(z - top) for z in sample.outputs]))


def _softmax_cross_entropy(sample: Sample) -> Made:
    top, sums = _powers(sample)
    said = (-(y * z) for y, z in zip(sample.targets, sample.outputs, strict=True) if y.value)
    return [sums], sample.of_mean(added([top, log(sums.number), *said]))


def _d_softmax_cross_entropy(sample: Sample, k: int) -> Made:
    top, sums = _powers(sample)
    p = sample.between("p", exp(sample.outputs[k] - top) / sums.number, k + 1)
    return [sums, p], sample.of_mean(p.number - sample.targets[k])


def note_of(loss: Loss, sample: Sample) -> Note:
    """What a loss's equations need to be followed: which output is which class, and why a number is subtracted."""
    if isinstance(loss, SoftmaxCrossEntropy):
        k = max(range(len(sample.targets)), key=lambda k: sample.targets[k].value)
        top = max(sample.outputs, key=lambda each: each.value)
        target = formula(sample.targets[k].name, "=", "1")
        return (
            f"Outputs are counted from 1, classes from 0: output 1 is class 0. The sample is of class {k}, so ",
            target,
            ", and each other y is 0. ",
            formula(top.name),
            ", the largest output, is subtracted from each output: this changes no quotient, and no power overflows.",
        )
    if isinstance(loss, BinaryCrossEntropy):
        return ("p is the computed probability that y is 1.",)
    return ()


EQUATIONS: dict[type[Loss], tuple[Callable[[Sample], Made], Callable[[Sample, int], Made]]] = {
    BinaryCrossEntropy: (_binary_cross_entropy, _d_binary_cross_entropy),
    HalfSquaredError: (_half_squared_error, _d_half_squared_error),
    SoftmaxCrossEntropy: (_softmax_cross_entropy, _d_softmax_cross_entropy),
    SquaredError: (_squared_error, _d_squared_error),
}
"""Each loss's share of a sample in the mean, and its derivative in output k of the sample."""
