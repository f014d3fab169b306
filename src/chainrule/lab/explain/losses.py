"""The losses as expressions: what a sample adds to the loss, and the loss's derivative in an output."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chainrule.core.losses import BinaryCrossEntropy, HalfSquaredError, Loss, SoftmaxCrossEntropy, SquaredError
from chainrule.lab.explain.expression import (
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


@dataclass(frozen=True)
class Answer:
    """A sample's outputs a and targets y, and how many samples the loss is the mean of."""

    outputs: Sequence[Number]
    targets: Sequence[Number]
    n: int


def _squares(answer: Answer) -> Expression:
    return plus(*(Power(minus(a, y), 2) for a, y in zip(answer.outputs, answer.targets, strict=True)))


def _over(expression: Expression, count: int) -> Expression:
    return expression if count == 1 else Quotient(expression, constant(count))


def _squared_error(answer: Answer) -> Expression:
    return _over(_squares(answer), answer.n * len(answer.outputs))


def _d_squared_error(answer: Answer, k: int) -> Expression:
    error = minus(answer.outputs[k], answer.targets[k])
    return _over(times(constant(2), error), answer.n * len(answer.outputs))


def _half_squared_error(answer: Answer) -> Expression:
    return Quotient(_squares(answer), constant(2 * answer.n))


def _d_half_squared_error(answer: Answer, k: int) -> Expression:
    return _over(minus(answer.outputs[k], answer.targets[k]), answer.n)


def _binary_cross_entropy(answer: Answer) -> Expression:
    terms = []
    for z, y in zip(answer.outputs, answer.targets, strict=True):
        # log(1 + e^z) = max(0, z) + log(1 + e^-|z|): no power of a large number
        far = Negative(z) if z.value > 0 else z
        bend = function("log", plus(ONE, function("exp", far)))
        terms += [z, bend] if z.value > 0 else [bend]
        terms.append(Negative(times(y, z)))
    return _over(plus(*terms), answer.n * len(answer.outputs))


def _d_binary_cross_entropy(answer: Answer, k: int) -> Expression:
    probability = Quotient(ONE, plus(ONE, function("exp", Negative(answer.outputs[k]))))
    return _over(minus(probability, answer.targets[k]), answer.n * len(answer.outputs))


def _powers(answer: Answer) -> tuple[list[Expression], Expression]:
    """e to each output less the largest, which changes no share, and the largest."""
    largest = max(answer.outputs, key=lambda each: each.value)
    return [function("exp", minus(each, largest)) for each in answer.outputs], largest


def _softmax_cross_entropy(answer: Answer) -> Expression:
    powers, largest = _powers(answer)
    said = (Negative(times(y, z)) for y, z in zip(answer.targets, answer.outputs, strict=True) if y.value)
    return _over(plus(largest, function("log", plus(*powers)), *said), answer.n)


def _d_softmax_cross_entropy(answer: Answer, k: int) -> Expression:
    powers, _ = _powers(answer)
    return _over(minus(Quotient(powers[k], plus(*powers)), answer.targets[k]), answer.n)


EQUATIONS: dict[type[Loss], tuple[Callable[[Answer], Expression], Callable[[Answer, int], Expression]]] = {
    BinaryCrossEntropy: (_binary_cross_entropy, _d_binary_cross_entropy),
    HalfSquaredError: (_half_squared_error, _d_half_squared_error),
    SoftmaxCrossEntropy: (_softmax_cross_entropy, _d_softmax_cross_entropy),
    SquaredError: (_squared_error, _d_squared_error),
}
"""Each loss's share of a sample in the mean, and its derivative in output k of the sample."""
