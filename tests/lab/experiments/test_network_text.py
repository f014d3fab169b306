"""Networks as text: each layer there and back, random nested texts, and where the mark of an error stands."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.description import Description
from chainrule.lab.experiments import grammar, network_text
from chainrule.lab.experiments.network_text import LAYERS, NetworkText
from drawn import examples

IMAGE, SERIES, VECTOR = (2, 16, 16), (2, 40), (5,)

ONE_LAYER = {
    "averagepool(2)": (IMAGE, cr.AveragePool(2)),
    "AveragePool(3, 2, same)": (SERIES, cr.AveragePool(3, stride=2, padding="same")),
    "batch_norm(0.01)": (IMAGE, cr.BatchNorm(0.01)),
    "channeldropout(0.25)": (IMAGE, cr.ChannelDropout(0.25)),
    "conv(8, 3)": (IMAGE, cr.Conv2D(8, 3)),
    "conv(8,3,2)": (SERIES, cr.Conv1D(8, 3, stride=2)),
    "conv(8, (3, 5), stride=2, padding=same)": (IMAGE, cr.Conv2D(8, (3, 5), stride=2, padding="same")),
    "conv1d(4, 3, padding=1, bias=false)": (SERIES, cr.Conv1D(4, 3, padding=1, bias=False)),
    "CONV2D(KERNEL=3, CHANNELS=4)": (IMAGE, cr.Conv2D(4, 3)),
    "dense(10)": (VECTOR, cr.Dense(10)),
    "dense(10, initializer=normal(0.5))": (VECTOR, cr.Dense(10, initializer=cr.Normal(0.5))),
    "dense(1e2, True, he)": (VECTOR, cr.Dense(100, initializer=cr.He())),
    "dropout(.2)": (VECTOR, cr.Dropout(0.2)),
    "elu(0.5)": (VECTOR, cr.ELU(0.5)),
    "flatten": (IMAGE, cr.Flatten()),
    "gelu": (VECTOR, cr.GELU()),
    "global_average_pool()": (IMAGE, cr.GlobalAveragePool()),
    "identity": (VECTOR, cr.Identity()),
    "leaky_relu(slope = 1e-1)": (VECTOR, cr.LeakyReLU(0.1)),
    "LeakyReLU": (VECTOR, cr.LeakyReLU()),
    "max_pool((2, 3), stride=none)": (IMAGE, cr.MaxPool((2, 3))),
    "pool(2)": (SERIES, cr.MaxPool(2)),
    "relu": (VECTOR, cr.ReLU()),
    "residual(residual(relu) dense(5))": (VECTOR, cr.Residual([cr.Residual([cr.ReLU()]), cr.Dense(5)])),
    "sigmoid": (VECTOR, cr.Sigmoid()),
    "Softplus": (VECTOR, cr.Softplus()),
    "  tanh\n": (VECTOR, cr.Tanh()),
}


@pytest.mark.parametrize("text", ONE_LAYER)
def test_a_layer_as_text_is_the_layer(text: str):
    shape, layer = ONE_LAYER[text]
    assert NetworkText(text).layers(shape) == (layer,)


def test_every_public_layer_can_be_written():
    public = (getattr(cr, name) for name in cr.__all__)
    layers = {each for each in public if isinstance(each, type) and issubclass(each, cr.Layer)} - {cr.Layer}
    assert layers == set(LAYERS.values())
    assert layers == {type(layer) for _, layer in ONE_LAYER.values()}


sizes = st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3)))
fractions = st.floats(0, 0.99)
starts = st.one_of(st.none(), st.just(cr.He()), st.builds(cr.Normal, fractions))
paddings = st.one_of(st.sampled_from(["valid", "same"]), st.integers(0, 2))
simple_layers = st.one_of(
    st.builds(cr.Conv2D, st.integers(1, 99), sizes, sizes, paddings, st.booleans(), starts),
    st.builds(cr.Dense, st.integers(1, 99), st.booleans(), starts),
    st.builds(cr.MaxPool, sizes, st.one_of(st.none(), sizes), paddings),
    st.builds(cr.ELU, st.floats(1e-9, 1e9)),
    *(st.builds(kind, fractions) for kind in (cr.Dropout, cr.ChannelDropout, cr.LeakyReLU)),
    st.sampled_from([cr.Flatten(), cr.GlobalAveragePool(), cr.BatchNorm(), cr.ReLU(), cr.Tanh()]),
)
some_layers = st.recursive(
    st.lists(simple_layers, min_size=1, max_size=4).map(tuple),
    lambda inner: st.lists(st.one_of(simple_layers, inner.map(cr.Residual)), min_size=1, max_size=4).map(tuple),
    max_leaves=8,
)


def written(value: object, draw: st.DrawFn) -> str:
    """A setting or some layers as text, in one of the ways that mean the same."""
    space = draw(st.sampled_from(["", " ", "\n\t"]))
    if isinstance(value, Description):
        name = draw(st.sampled_from([str.lower, str.upper, str]))(type(value).__name__)
        settings = [(field.name, written(inner, draw)) for field, inner in value.settings()]
        n_by_place = draw(st.integers(0, len(settings)))
        by_name = draw(st.permutations(settings[n_by_place:]))
        inside = [text for _, text in settings[:n_by_place]] + [
            f"{name}{space}={space}{text}" for name, text in by_name
        ]
        return f"{name}{space}({f'{space},'.join(inside)})" if inside else name
    if isinstance(value, tuple) and isinstance(value[0], cr.Layer):
        return " ".join(written(each, draw) for each in value) + space
    return str(value).replace("'", "")


@given(some_layers, st.data())
@examples(200)
def test_any_layers_survive_their_text(layers: tuple[cr.Layer, ...], data: st.DataObject):
    text = written(layers, data.draw)
    assert network_text._Reader(text).layers(grammar.parse(text)) == layers


@given(st.text("conv(8,3) relu=;.-\n", max_size=30))
@examples(300)
def test_any_text_is_layers_or_a_sentence(text: str):
    try:
        assert NetworkText(text).layers(VECTOR)
    except cr.SettingError as error:
        sentence, shown, marks = str(error).rsplit("\n", 2)
        column = int(re.match(r"(?:line \d+, )?column (\d+): ", sentence)[1])
        assert shown.removeprefix("    ") in text.split("\n")
        assert marks.index("^") == 4 + column - 1
        assert len(marks) <= max(len(shown), 4 + column)


def test_what_is_nested_sees_the_shape_in_front_of_it():
    network = NetworkText("conv(4, 3) residual(conv(4, 3, padding=same) relu)")
    assert network.layers(SERIES)[1] == cr.Residual([cr.Conv1D(4, 3, padding="same"), cr.ReLU()])
    assert network.layers(IMAGE)[1] == cr.Residual([cr.Conv2D(4, 3, padding="same"), cr.ReLU()])


# Text, with the place of the error between « and », and what is said of it.
BAD = {
    "«»": "expected a name, got the end. Write layers such as conv(8, 3, stride=2)",
    "«8»": "expected a name, got '8'",
    "conv(8 «3»)": "expected ')' or ',', got '3'. Close the parenthesis, or put a comma between settings.",
    "conv(8, 3 «relu» pool(2)": "expected ')' or ',', got 'relu'. Close the parenthesis",
    "relu dense(10«»": "expected ')' or ',', got the end. Close the parenthesis",
    "pool(2)«)»": "expected a name or the end, got ')'",
    "conv(8,«)»": "expected '(', a name or a number, got ')'",
    "pool((2«)»)": "expected ',', got ')'",
    "relu «;» tanh": "';' has no place in a network",
    "dense(4)\n  «rellu»\ndense(1)": "unknown layer 'rellu', did you mean relu? Choose from averagepool",
    "«__import__»(os)": "unknown layer '__import__'; choose from averagepool",
    "conv(8, 3, «strid=2»)": "conv has no setting 'strid', did you mean stride? Choose from bias, channels",
    "relu(«3»)": "relu expects no settings, got 1. Delete",
    "dense(4, true, he, «5»)": "dense expects at most 3 settings, got 4. Delete what is too much",
    "dense(4, «units=3»)": "dense's units is given twice. Delete one.",
    "tanh «conv(8)»": "conv needs kernel; write conv(channels, kernel).",
    "«dense»": "dense needs units; write dense(units).",
    "dense(4) dense(«0»)": "Dense's units must be a whole number of 1 or more; got 0.",
    "dense(«1e999»)": "Dense's units must be a whole number of 1 or more; got inf.",
    "dropout(«rate=1.5»)": "Dropout's rate must be a number from 0 up to but not including 1; got 1.5.",
    "dropout(«(0.1, 0.2)»)": "Dropout's rate must be one number in a text, got 2.",
    "pool(2, padding=3, «stride=relu»)": "MaxPool's stride must be a whole number of 1 or more, or a pair of them; got",
    "dense(4, initializer=normal(«-1»))": "Normal's deviation must be a number of 0 or more; got -1.",
    "residual(«rellu»)": "unknown layer 'rellu', did you mean relu?",
    "relu «residual(3)»": "each of Residual's layers must be a layer",
    "relu «residual»": "residual needs layers; write residual(layers).",
    "relu(" * 20 + "relu«(»": "expected at most 20 open parentheses",
}  # fmt: skip


@pytest.mark.parametrize("marked", BAD)
def test_an_error_points_at_its_place(marked: str):
    text, start, stop = marked.replace("«", "").replace("»", ""), marked.index("«"), marked.index("»") - 1
    with pytest.raises(cr.SettingError) as caught:
        NetworkText(text)
    sentence, shown, marks = str(caught.value).split("\n")
    line, column = text[:start].count("\n"), start - (text.rfind("\n", 0, start) + 1)
    place = f"line {line + 1}, column {column + 1}: " if line else f"column {column + 1}: "
    assert sentence.startswith(place + BAD[marked])
    assert shown == "    " + text.split("\n")[line]
    assert marks == " " * (4 + column) + "^" * max(1, stop - start)


MISFITS = {
    "conv(8, 3) relu «dense(10)»": r"Dense\(10\) expects one vector per sample, got \(8, 14, 14\)\. Put Flatten\(\)",
    "flatten dense(9) «pool(2)»": r"MaxPool\(2\) expects a series .* or an image .* per sample, got \(9,\)",
    "conv(4, 3) «conv1d(4, 3)» flatten dense(10)": r"Conv1D\(4, 3\) expects a series",
    "«pool(2, padding=2)» flatten dense(10)": "has windows of padding alone",
    "conv(4, 3)   residual(relu «dense(3)»)": r"Dense\(3\) expects one vector per sample, got \(4, 14, 14\)",
    "«residual(conv(4, 3))»": r"Residual expects a branch that keeps the shape",
    "flatten dense(9) «relu»": r"the network's output is \(9,\), and SoftmaxCrossEntropy\(\) expects \(10,\), one for",
    "«conv(10, 3)»": r"output is \(10, 14, 14\), and .* Let flatten dense\(10\) be the last layer with units",
}


@pytest.mark.parametrize("marked", MISFITS)
def test_a_layer_that_does_not_fit_is_pointed_at(marked: str):
    network = NetworkText(marked.replace("«", "").replace("»", ""))
    with pytest.raises(cr.SettingError, match=MISFITS[marked]) as caught:
        network.build(IMAGE, 10, cr.SoftmaxCrossEntropy())
    marks = str(caught.value).split("\n")[2]
    assert (marks.index("^") - 4, marks.count("^")) == (marked.index("«"), marked.index("»") - marked.index("«") - 1)


def test_an_experiment_takes_text_and_trains_the_same_network():
    text = "dense(4) tanh dense(1) sigmoid"
    experiment = cr.Experiment("xor", text, epochs=20, starts=2)
    assert experiment == cr.Experiment("xor", NetworkText(text), epochs=20, starts=2)
    network = cr.Network((2,), [cr.Dense(4), cr.Tanh(), cr.Dense(1), cr.Sigmoid()])
    same = cr.Experiment("xor", network, epochs=20, starts=2)
    np.testing.assert_array_equal(experiment.run().theta, same.run().theta)


def test_texts_are_compared_by_their_words():
    texts = ["dense(3) relu dense(1)", "dense(2) tanh dense(1)"]
    found = cr.compare(cr.Experiment("xor", epochs=5, starts=2), network=texts, processes=1)
    assert [each.label for each in found.summary()] == texts


@pytest.mark.parametrize("opening", ["residual(", "dense(", "(", "residual(relu, "])
def test_no_nesting_is_too_deep_for_the_parser(opening: str):
    with pytest.raises(cr.SettingError, match=r"expected at most 20 open parentheses|expected a name, got '\('"):
        NetworkText(opening * 600)


@pytest.mark.parametrize("initializer", [None, cr.He()])
def test_toml_there_and_back(initializer: cr.Initializer | None):
    pytest.importorskip("tomli_w")
    experiment = cr.Experiment("digits", NetworkText("conv(8, 3) relu flatten dense(10)", initializer))
    assert cr.Experiment.from_toml(experiment.to_toml()) == experiment
    assert ('network = "conv' in experiment.to_toml()) is (initializer is None)


def test_toml_names_the_key_and_the_place():
    with pytest.raises(cr.SettingError, match=r"^network: column 1: unknown layer 'rellu'.*\n    rellu\n    \^{5}$"):
        cr.Experiment.from_toml('data = "xor"\nnetwork = "rellu"')


def test_a_text_that_is_too_long_is_not_shown():
    with pytest.raises(cr.SettingError, match=r"at most 10,000 characters, got 50,000\. Build a Network in Python\.$"):
        cr.NetworkText("relu " * 10_000)
