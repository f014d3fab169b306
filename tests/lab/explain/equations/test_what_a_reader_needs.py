"""What a reader with a calculator needs besides the numbers: classes, norms, clips, rates, and lost digits."""

import re

import numpy as np
import pytest

import chainrule as cr
from cases import LOSSES
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.equations.schedules import rate_of
from derivations import calculate, equations, of_case, xor

SCHEDULES = [
    cr.Constant(0.1),
    cr.StepDecay(1.0, every=10, factor=0.5),
    cr.Exponential(1.0, every=10, factor=0.25),
    cr.Cosine(1.0, steps=100, end=0.1),
    cr.WarmUp(0.4, steps=4),
    cr.WarmUp(cr.Cosine(0.4, steps=20), steps=4),
    cr.WarmUp(cr.StepDecay(0.4, 3), steps=4),
]


def said_by(derivation):
    return " ".join(derivation.text().split())


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
@pytest.mark.parametrize("step", [0, 1, 3, 4, 15, 200])
def test_the_rate_of_a_schedule_is_worked_out(schedule, step):
    *first, last = rate_of(schedule, step, Symbol("α"))
    assert last.value == pytest.approx(schedule(step), rel=1e-15)
    for each in (*first, last):
        assert each.expression is not None
        assert each.error < 1e-15


def test_a_rate_stands_in_front_of_the_update():
    said = said_by(xor(steps=30, optimizer=cr.SGD(cr.Cosine(0.2, 90, end=0.1))).weight(2, 1))
    assert "α = end + (start - end) · (1 + cos(π · done / steps)) / 2" in said
    assert "= 0.1 + (0.2 - 0.1) · (1 + cos(3.141593 · 30 / 90)) / 2 = 0.175" in said
    assert "done is the number of steps before this one. The angle is in radians." in said
    said = said_by(xor(steps=3, optimizer=cr.SGD(cr.WarmUp(0.2, 8))).weight(2, 1))
    assert "α = top · (done + 1) / rise = 0.2 · (3 + 1) / 8 = 0.1" in said


def test_a_schedule_of_a_users_own_says_its_rate():
    class Odd(cr.Schedule):
        def bind(self, convert):
            return lambda step: 0.5

        def __repr__(self):
            return "Odd()"

    (only,) = rate_of(Odd(), 3, Symbol("α"))
    assert (only.value, only.note) == (0.5, ("The rate of Odd() after 3 steps.",))


def test_a_classifier_says_which_output_is_which_class_and_why_the_largest_is_subtracted():
    step = of_case("SoftmaxCrossEntropy")
    _, y = LOSSES["SoftmaxCrossEntropy"].data()
    for sample in (0, 1, 2):
        said = said_by(step.unit(1, 2, sample))
        assert "Outputs are counted from 1, classes from 0: output 1 is class 0." in said
        k = "₁₂₃"[int(y[sample])]
        assert f"The sample is of class {y[sample]}, so y{k}[{sample}] = 1, and each other y is 0." in said
        largest = "₁₂₃"[int(np.argmax(step.layers[-1].z[sample]))]
        assert f"z⁽²⁾{largest}[{sample}], the largest output, is subtracted from each output" in said
        assert said.count("log is the natural logarithm: ln on a calculator.") == 1
    assert "natural logarithm" not in said_by(xor().unit(1, 2))


def test_a_yes_or_no_says_what_p_is():
    assert "p is the computed probability that y is 1." in said_by(of_case("BinaryCrossEntropy").unit(1, 2))


@pytest.mark.parametrize(
    ("clip", "says"),
    [(1e-4, "is above the limit, 0.0001, so"), (5.0, "isn’t above the limit of the clip, 5: nothing is clipped.")],
)
def test_a_clip_is_mentioned_and_its_norm_worked_out(clip, says):
    step = xor(clip=clip)
    chain = step.weight(2, 1, 3)
    norm = next(each for each in chain.equations if each.symbol.letter == "‖g‖")
    squares = next(each for each in chain.equations if each.symbol.letter == "Σg²")
    assert norm.value == pytest.approx(np.linalg.norm(step.gradient), rel=1e-14)
    assert squares.expression.evaluate() == pytest.approx(np.square(step.gradient).sum(), rel=1e-14)
    assert len(squares.expression.parts) == len(step.gradient)
    assert says in said_by(chain)
    assert ("clipped g = " in chain.text()) == (clip < 1)


def test_the_squares_of_a_penalty_are_those_of_the_weights():
    step = xor(penalty=cr.L2(0.1))
    squares = next(each for each in step.weight(2, 1).equations if each.symbol.letter == "Σw²")
    assert squares.value == pytest.approx(np.square(step.theta[step.network.is_weight() > 0]).sum(), rel=1e-14)
    assert {each.parts[0].symbol.letter for each in squares.expression.parts} == {"w"}


def test_the_words_on_a_penalty_are_about_weights_alone():
    """Σw² is written one way, and a sum of weights that is cut has no bias to show."""
    network = cr.mlp(2, 5, 4, 1)
    x, y = cr.datasets.xor()
    arguments = (network, network.initialize(1), x, y, cr.HalfSquaredError(), cr.SGD(0.1))
    loss = cr.explain(*arguments, penalty=cr.L2(0.1), samples=3).weight(2, 1).sections[1]
    assert loss.title == "Loss"
    words = "".join(each for each in loss.remark if isinstance(each, str))
    assert "A sum of more than 24 terms shows its 12 largest." in words
    assert words.count("bias") == 1
    assert " is over all weights, not over biases" in words
    text = cr.explain(*arguments, penalty=cr.L2(0.1)).weight(2, 1).text()
    assert "Σ w²" not in text
    assert "Σw² is over all weights" in " ".join(text.split())


def test_what_is_given_is_said():
    assert "Numbers without an equation here, such as other samples’ and other units’, are given" in said_by(
        xor().unit(1, 2)
    )


def test_a_sum_shown_as_0_says_what_its_digits_come_to():
    """A bias in front of a batch normalisation has no effect: its gradient is 0, and the digits shown aren't."""
    chain = of_case("BatchNorm").weight(1, 1)
    numbers = next(sides[-2] for sides in equations(chain) if sides[0] == "∂L/∂b⁽¹⁾₁")
    assert chain.shown_value.value == 0.0
    left = re.search(r"The digits shown come to (\S+); with all digits it is 0 but for rounding\.", said_by(chain))
    assert float(left[1]) == pytest.approx(calculate(numbers), rel=0.5)
    assert 1e-9 < abs(float(left[1])) < 1e-6
