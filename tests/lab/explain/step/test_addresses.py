"""A layer, unit or weight that isn't there gets a sentence that says which there are."""

import pytest

import chainrule as cr
from cases import CASES
from derivations import explained, xor

BAD = {
    "layer": (lambda step: step.weight(4, 1, 1), "there is no layer 4: layers are counted from 1.*3 Dense"),
    "layer 0": (lambda step: step.unit(0, 1), "there is no layer 0"),
    "to": (lambda step: step.weight(2, 5, 1), "no weights to 5 from 1: .* go to 1 to 4, from 1 to 4, or from bias"),
    "from": (lambda step: step.weight(2, 1, 9), "no weights to 1 from 9"),
    "kernel": (lambda step: step.weight(2, 1, (1, 2)), "no weights to 1 from 1,2"),
    "name": (lambda step: step.weight(2, 1, "scale"), "has no scale; it has bias, weights"),
    "bias": (lambda step: step.weight(3, 2, "bias"), "no bias to 2: .* they go to 1"),
    "unit": (lambda step: step.unit(1, 5), r"layer 1 has no unit 5: Dense\(4\), Sigmoid\(\) has units 1 to 4"),
    "sample": (lambda step: step.unit(1, 1, sample=4), "sample 4 isn't in the step that is explained; it has 3"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_there_gets_a_sentence_that_says_what_is(name):
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 4, 1)
    step = cr.explain(network, network.initialize(0), x, y, cr.HalfSquaredError(), cr.SGD(0.2), samples=3)
    ask, sentence = BAD[name]
    with pytest.raises(cr.SettingError, match=sentence):
        ask(step)


def test_layers_without_weights_name_those_that_have_some():
    step = explained(CASES["MaxPool"])
    with pytest.raises(cr.SettingError, match=r"layer 2, MaxPool\(2\), has no weights; these have: 1 Conv2D.*3 Dense"):
        step.weight(2, 1, 1)


def test_a_parameter_is_named_in_any_case():
    step = xor()
    assert step.weight(2, 1, "Bias").text() == step.weight(2, 1, "bias").text()
