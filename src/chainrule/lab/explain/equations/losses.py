"""The losses as equations: what a sample adds to the loss, and the loss's derivative in an output."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chainrule.core.losses import BinaryCrossEntropy, HalfSquaredError, Loss, SoftmaxCrossEntropy, SquaredError
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import (
    ONE,
    Expression,
    Negative,
    Number,
    Power,
    Quotient,
    constant,
    function,
    minus,
    plus,
    times,
)
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
        mean = expression if over == 1 else Quotient(expression, constant(over))
        return mean if self.share is None else times(self.share, mean)

    def named(self, letter: str, expression: Expression, *index: int) -> tuple[Number, Equation]:
        """A number in between, with a name of its own."""
        symbol, value = Symbol(letter, index=index, sample=self.sample), expression.evaluate()
        return Number(value, symbol), Equation(symbol, value, expression)


Made = tuple[list[Equation], Expression]
"""What is reckoned first, and the expression that takes it up."""


def _squares(answer: Answer) -> Expression:
    return plus(*(Power(minus(a, y), 2) for a, y in zip(answer.outputs, answer.targets, strict=True)))


def _squared_error(answer: Answer) -> Made:
    return [], answer.of_mean(_squares(answer), len(answer.outputs))


def _d_squared_error(answer: Answer, k: int) -> Made:
    error = times(constant(2), minus(answer.outputs[k], answer.targets[k]))
    return [], answer.of_mean(error, len(answer.outputs))


def _half_squared_error(answer: Answer) -> Made:
    return [], answer.of_mean(_squares(answer), 2)


def _d_half_squared_error(answer: Answer, k: int) -> Made:
    return [], answer.of_mean(minus(answer.outputs[k], answer.targets[k]))


def _binary_cross_entropy(answer: Answer) -> Made:
    terms: list[Expression] = []
    for z, y in zip(answer.outputs, answer.targets, strict=True):
        # log(1 + e^z) = max(0, z) + log(1 + e^-|z|): no power of a large number
        terms += [z] if z.value > 0 else []
        terms.append(function("log", plus(ONE, function("exp", Negative(z) if z.value > 0 else z))))
        terms.append(Negative(times(y, z)))
    return [], answer.of_mean(plus(*terms), len(answer.outputs))


def _d_binary_cross_entropy(answer: Answer, k: int) -> Made:
    p, equation = answer.named("p", Quotient(ONE, plus(ONE, function("exp", Negative(answer.outputs[k])))), k + 1)
    return [equation], answer.of_mean(minus(p, answer.targets[k]), len(answer.outputs))


def _powers(answer: Answer) -> tuple[Number, Number, Equation]:
    """The largest output, which is taken from each and changes no share; and the sum of e to what is left."""
    largest = max(answer.outputs, key=lambda each: each.value)
    sums, equation = answer.named("S", plus(*(function("exp", minus(z, largest)) for z in answer.outputs)))
    return largest, sums, equation


def _softmax_cross_entropy(answer: Answer) -> Made:
    largest, sums, equation = _powers(answer)
    said = (Negative(times(y, z)) for y, z in zip(answer.targets, answer.outputs, strict=True) if y.value)
    return [equation], answer.of_mean(plus(largest, function("log", sums), *said))


def _d_softmax_cross_entropy(answer: Answer, k: int) -> Made:
    largest, sums, equation = _powers(answer)
    p, share = answer.named("p", Quotient(function("exp", minus(answer.outputs[k], largest)), sums), k + 1)
    return [equation, share], answer.of_mean(minus(p, answer.targets[k]))


EQUATIONS: dict[type[Loss], tuple[Callable[[Answer], Made], Callable[[Answer, int], Made]]] = {
    BinaryCrossEntropy: (_binary_cross_entropy, _d_binary_cross_entropy),
    HalfSquaredError: (_half_squared_error, _d_half_squared_error),
    SoftmaxCrossEntropy: (_softmax_cross_entropy, _d_softmax_cross_entropy),
    SquaredError: (_squared_error, _d_squared_error),
}
"""Each loss's share of a sample in the mean, and its derivative in output k of the sample."""
