"""The losses as equations: what a sample adds to the loss, and the loss's derivative in an output."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chainrule.core.losses import BinaryCrossEntropy, HalfSquaredError, Loss, SoftmaxCrossEntropy, SquaredError
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, added, exp, log
from chainrule.lab.explain.algebra.symbols import Symbol


@dataclass(frozen=True)
class Answer:
    """A sample's outputs a and targets y, how many samples the loss is the mean of, and the sample's number.

    share: the sample's share of the mean, where samples have weights; else it is 1 / n.
    """

    outputs: Sequence[Number]
    targets: Sequence[Number]
    n: int
    sample: int | None = None
    share: Number | None = None

    def of_mean(self, expression: Expression, over: int = 1) -> Expression:
        """The sample's share of the mean of an expression over a number."""
        if self.share is None:
            over *= self.n
        mean = expression if over == 1 else expression / over
        return mean if self.share is None else self.share * mean

    def between(self, letter: str, expression: Expression, *index: int) -> Equation:
        """A number in between, with a name of its own."""
        return Equation.between(Symbol(letter, index=index, sample=self.sample), expression)


Made = tuple[list[Equation], Expression]
"""Equations that come first, and the expression that uses them."""


def _squares(answer: Answer) -> Expression:
    return added([(a - y) ** 2 for a, y in zip(answer.outputs, answer.targets, strict=True)])


def _squared_error(answer: Answer) -> Made:
    return [], answer.of_mean(_squares(answer), len(answer.outputs))


def _d_squared_error(answer: Answer, k: int) -> Made:
    return [], answer.of_mean(2 * (answer.outputs[k] - answer.targets[k]), len(answer.outputs))


def _half_squared_error(answer: Answer) -> Made:
    return [], answer.of_mean(_squares(answer), 2)


def _d_half_squared_error(answer: Answer, k: int) -> Made:
    return [], answer.of_mean(answer.outputs[k] - answer.targets[k])


def _binary_cross_entropy(answer: Answer) -> Made:
    terms: list[Expression] = []
    for z, y in zip(answer.outputs, answer.targets, strict=True):
        # log(1 + e^z) = max(0, z) + log(1 + e^-|z|): no power of a large number
        terms += [z] if z.value > 0 else []
        terms += [log(1 + exp(-z if z.value > 0 else z)), -(y * z)]
    return [], answer.of_mean(added(terms), len(answer.outputs))


def _d_binary_cross_entropy(answer: Answer, k: int) -> Made:
    p = answer.between("p", 1 / (1 + exp(-answer.outputs[k])), k + 1)
    return [p], answer.of_mean(p.number - answer.targets[k], len(answer.outputs))


def _powers(answer: Answer) -> tuple[Number, Equation]:
    """The largest output, which is taken from each and changes no share; and the sum of e to the differences."""
    top = max(answer.outputs, key=lambda each: each.value)
    return top, answer.between("S", added([exp(z - top) for z in answer.outputs]))


def _softmax_cross_entropy(answer: Answer) -> Made:
    top, sums = _powers(answer)
    said = (-(y * z) for y, z in zip(answer.targets, answer.outputs, strict=True) if y.value)
    return [sums], answer.of_mean(added([top, log(sums.number), *said]))


def _d_softmax_cross_entropy(answer: Answer, k: int) -> Made:
    top, sums = _powers(answer)
    p = answer.between("p", exp(answer.outputs[k] - top) / sums.number, k + 1)
    return [sums, p], answer.of_mean(p.number - answer.targets[k])


EQUATIONS: dict[type[Loss], tuple[Callable[[Answer], Made], Callable[[Answer, int], Made]]] = {
    BinaryCrossEntropy: (_binary_cross_entropy, _d_binary_cross_entropy),
    HalfSquaredError: (_half_squared_error, _d_half_squared_error),
    SoftmaxCrossEntropy: (_softmax_cross_entropy, _d_softmax_cross_entropy),
    SquaredError: (_squared_error, _d_squared_error),
}
"""Each loss's share of a sample in the mean, and its derivative in output k of the sample."""
