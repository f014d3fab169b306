"""Inputs in their own units: what the data hold, the name of its column, and how it was standardised."""

import numpy as np
import pandas as pd
import pytest

import chainrule as cr
from chainrule.training.data.columns.columns import Columns
from chainrule.training.data.columns.kinds import Category, Number

X = np.array([[4.0, 25.0, 1.0], [20.0, 50.0, 0.0], [6.0, 30.0, 1.0]])
RAW = [[4.0, 0.0], [np.nan, 1.0], [20.0, 0.0]]
Y = [0, 1, 0]
NAMES = ("weight", "height", "kind = cat")
STANDARDIZER = cr.Standardizer((6.1, 35.0, 0.0), (2.0, 10.0, 1.0))
NETWORK = cr.mlp(3, 2, 1, activation="tanh", output="identity")


def explained(x=X, **settings) -> cr.Explanation:
    theta = NETWORK.initialize(0)
    return cr.explain(NETWORK, theta, x, Y, cr.BinaryCrossEntropy(), cr.SGD(0.1), **settings)


def inputs(derivation: cr.Derivation) -> list[str]:
    """The lines of the section of inputs."""
    after = derivation.text().split("\nInputs\n")[1:]
    return [line.strip() for line in after[0].split("\n\n")[0].splitlines()] if after else []


def test_the_number_in_the_data_comes_first():
    step = explained(samples=0, standardizer=STANDARDIZER, features=NAMES)
    assert inputs(step.weight(1, 1, 1)) == [
        "Standardised: (x - mean) / standard deviation, both of the samples learnt.",
        "x₁ (weight) = (4 - 6.1) / 2 = -1.05",
        "x₂ (height) = (25 - 35) / 10 = -1",
        "x₃ (kind = cat) = 1",
    ]
    assert inputs(step.unit(1, 1)) == inputs(step.overview()) == inputs(step.weight(1, 1, 1))


def test_the_step_is_that_of_standardised_inputs():
    one = explained(standardizer=STANDARDIZER, features=NAMES, steps=3)
    other = explained(STANDARDIZER.apply(X), steps=3)
    assert (one.gradient == other.gradient).all()
    of_one, of_other = (each.overview().text().partition("\nForward\n")[2] for each in (one, other))
    assert of_one == of_other


def test_each_line_is_the_plans_number():
    derivation = explained(standardizer=STANDARDIZER, features=NAMES).weight(1, 1, 2, sample=1)
    for equation in derivation.sections[0].equations:
        assert equation.error <= 1e-12
    assert inputs(derivation)[1].startswith("x₁[1] (weight) = (20 - 6.1) / 2 = 6.95")


def test_names_alone_and_scales_alone():
    assert inputs(explained(samples=1, features=NAMES).overview())[:1] == ["x₁ (weight) = 20"]
    assert inputs(explained(samples=1, standardizer=STANDARDIZER).overview())[1] == "x₁ = (20 - 6.1) / 2 = 6.95"
    assert inputs(explained(samples=1).overview()) == []
    assert inputs(explained(samples=1, features=("x1", "x2", "x3")).overview()) == []


def test_every_notation_shows_the_name():
    derivation = explained(samples=0, standardizer=STANDARDIZER, features=("a_b & <c>", "h", "k")).overview()
    assert r"x_{1} \text{ (a\_b \& <c>)} &= \frac{4 - 6.1}{2}" in derivation.latex()
    assert "<mtext>&nbsp;(a_b &amp; &lt;c&gt;)</mtext>" in derivation.html()
    first = derivation.to_dict()["sections"][0]["equations"][0]
    assert (first["name"], first["label"], first["text"]) == ("x₁", "a_b & <c>", "(4 - 6.1) / 2")


def test_of_many_inputs_the_largest_are_shown():
    network = cr.mlp(30, 1, output="identity")
    x = np.arange(30.0)[np.newaxis]
    step = cr.explain(network, network.initialize(0), x, [1], cr.SquaredError(), cr.SGD(0.1),
                      features=[f"column {k}" for k in range(30)])  # fmt: skip
    lines = inputs(step.overview())
    assert lines[:2] == ["The largest 20 of 30.", "x₁₁ (column 10) = 10"]
    assert len(lines) == 21


def test_what_does_not_fit_is_said():
    with pytest.raises(cr.SettingError, match="features must be 3 names, one for each input of the network; got 2"):
        explained(features=("a", "b"))
    with pytest.raises(cr.SettingError, match="standardizer must be a Standardizer or None; got 3"):
        explained(standardizer=3)
    with pytest.raises(cr.ShapeError, match="Standardizer expects 1 features"):
        explained(standardizer=cr.Standardizer((1.0,), (1.0,)))


def test_a_standardised_target_comes_from_the_number_in_the_data():
    theta = NETWORK.initialize(0)
    scale = cr.Standardizer((20.0,), (8.0,))
    y = [12.0, 20.0, 28.0]
    settings = {"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1), "samples": 0}
    step = cr.explain(NETWORK, theta, X, y, target_standardizer=scale, targets=["price"], **settings)
    text = step.weight(1, 1, 1).text()
    assert "y₁ (price) = (12 - 20) / 8 = -1\n" in text
    assert text.index("\nTarget\n") < text.index("\nForward\n")
    assert step.loss == cr.explain(NETWORK, theta, X, [[-1.0], [0.0], [1.0]], **settings).loss
    assert all(each.error <= 1e-12 for section in step.overview().sections for each in section.equations)
    with pytest.raises(cr.SettingError, match="targets must be 1 names, one for each; got 2"):
        cr.explain(NETWORK, theta, X, y, target_standardizer=scale, targets=["a", "b"], **settings)
    with pytest.raises(cr.SettingError, match="target_standardizer must be a Standardizer or None; got 3"):
        cr.explain(NETWORK, theta, X, y, target_standardizer=3, **settings)


def test_a_frame_goes_by_the_names():
    frame = pd.DataFrame(X[:, ::-1], columns=NAMES[::-1]).assign(id=7)
    assert (explained(frame, features=NAMES).gradient == explained(X, features=NAMES).gradient).all()
    with pytest.raises(cr.DataError, match="expected a column named weight"):
        explained(frame.drop(columns="weight"), features=NAMES)


def test_a_filled_gap_is_said():
    columns = Columns.fit([Number("weight"), Category("kind", ("cat", "dog"))], RAW)
    network, settings = cr.mlp(4, 2, 1, output="identity"), {"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1)}
    step = cr.explain(network, network.initialize(0), columns.apply(RAW), [1.0, 2.0, 3.0], samples=1,
                      features=columns.inputs, filled=columns.filled(RAW), **settings)  # fmt: skip
    assert inputs(step.overview())[:2] == ["x₁ (weight, missing: the median) = 12", "x₂ (weight is missing) = 1"]
    with pytest.raises(cr.ShapeError, match=r"filled should have the shape of x, \(3, 3\), got \(1, 3\)"):
        explained(filled=[[True, False, False]])
