"""Descriptions compare, hash, print, serialise and pickle; none holds an array."""

import copy
import dataclasses
import json
import pickle

import numpy as np
import pytest

import chainrule as cr

REFERENCE = cr.mlp(2, 4, 4, 1, activation="sigmoid", initializer=cr.Normal())

# Each is written as it prints.
WRITTEN = [
    *("Dense(4)", "Dense(4, bias=False)", "Dense(4, initializer=Normal())", "Dense(4, bias=False, initializer=He())"),
    *("Conv1D(25, 5)", "Conv1D(25, 5, stride=2, padding=1)", "Conv1D(2, 3, bias=False, initializer=He())"),
    *("Conv2D(6, 5)", "Conv2D(6, (3, 5), stride=(1, 2), padding='same')", "MaxPool(2)", "MaxPool((1, 2), stride=1)"),
    *("AveragePool(3, stride=2, padding=1)", "GlobalAveragePool()", "ChannelDropout(0.5)"),
    *("Sigmoid()", "Tanh()", "ReLU()", "GELU()", "Softplus()", "Identity()", "Flatten()"),
    *("LeakyReLU()", "LeakyReLU(0.1)", "LeakyReLU((0.1, 0.2))", "ELU()", "ELU(0.5)"),
    *("Dropout(0.5)", "Dropout((0.0, 0.5))"),
    *("BatchNorm()", "BatchNorm(0.01)", "BatchNorm(epsilon=0.1)", "BatchNorm((0.1, 1.0))"),
    *("Residual((Dense(4),))", "Residual((Tanh(), Residual((BatchNorm(), Dense(4)))))"),
    *("Glorot()", "He()", "LeCun()", "Zeros()", "Normal()", "Normal(2.0)", "Uniform(0.5)", "Uniform((0.5, 1.0))"),
    *("SquaredError()", "HalfSquaredError()", "BinaryCrossEntropy()", "SoftmaxCrossEntropy()"),
    *("SGD(0.5)", "SGD((0.1, 0.2))", "SGD(Constant(0.5))"),
    *("Momentum(0.1)", "Momentum(0.1, momentum=0.8)", "Nesterov(0.1)"),
    *("RMSprop(0.01)", "RMSprop(0.01, decay=0.9, epsilon=1e-06)", "AdamW(0.01, weight_decay=0.1)"),
    *("Adam()", "Adam(0.01)", "Adam(bias_correction=False)", "Adam(0.01, beta1=(0.8, 0.9), bias_correction=False)"),
    *("L2(0.001)", "L2((0.0, 0.1))", "EarlyStopping()", "EarlyStopping(20)", "EarlyStopping(min_delta=0.1)"),
    *("Constant(0.1)", "StepDecay(0.1, 10)", "StepDecay(0.1, 10, factor=0.5)", "Exponential(0.1, 10)"),
    *("Cosine(0.1, 100)", "Cosine(0.1, 100, end=0.01)", "WarmUp(0.1, 10)", "WarmUp(Cosine((0.1, 0.2), 100), 10)"),
    *("Standardizer((0.0, 5.0), (1.0, 2.0))", "Network((2,), (Dense(4), Tanh(), Dense(1)))"),
    "Network((3, 8, 8), (Flatten(), Dense(4), LeakyReLU((0.1, 0.2)), Dropout(0.5)), initializer=He())",
    *("Shift()", "Shift(2)", "Flip()", "Flip(0.25)", "Noise()", "Noise(0.5)"),
    *(
        "DataSet('moons', noise=0.3)",
        "DataFile('pets.csv')",
        "Perceptron((8, 8))",
        "NetworkText('relu dense(1)')",
        "Experiment(DataSet('xor'))",
    ),
]
NAMES = {name: getattr(cr, name) for name in cr.__all__}


def read(written: str) -> cr.Description:
    return eval(written, NAMES)


each = pytest.mark.parametrize("written", WRITTEN)


@each
def test_a_description_prints_as_it_is_written(written: str) -> None:
    assert repr(read(written)) == written


@each
def test_a_description_is_equal_to_its_copies(written: str) -> None:
    described, again = read(written), read(written)
    for other in (again, copy.copy(again), copy.deepcopy(again), pickle.loads(pickle.dumps(again))):
        assert other == described
        assert hash(other) == hash(described)
        assert repr(other) == written
    assert {described: 1}[again] == 1


@each
def test_a_description_goes_through_json(written: str) -> None:
    described = read(written)
    text = json.dumps(described.to_dict(), allow_nan=False)
    read_back = cr.from_dict(json.loads(text))
    assert read_back == described
    assert hash(read_back) == hash(described)
    assert repr(read_back) == written


@each
def test_a_description_is_frozen(written: str) -> None:
    described = read(written)
    for name in [field.name for field in dataclasses.fields(described)] or ["anything"]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(described, name, 1)
    assert repr(described) == written


def test_what_is_written_differently_differs() -> None:
    described = [read(written) for written in WRITTEN]
    defaults = {"LeakyReLU()", "Adam()", "EarlyStopping()"}  # each equals one that says its default
    assert len(set(described)) == len(WRITTEN)
    assert {repr(type(each)()) for each in map(read, defaults)} == defaults
    assert cr.Sigmoid() != cr.Tanh()
    assert cr.SGD(0.5) != 0.5


def test_every_description_is_written_above() -> None:
    described = (value for value in NAMES.values() if isinstance(value, type) and issubclass(value, cr.Description))
    concrete = {each for each in described if dataclasses.is_dataclass(each)}
    assert concrete == {type(read(written)) for written in WRITTEN}


NUMBERS = {
    "a whole number": (1, 1.0),
    "NumPy's": (np.float32(0.5), 0.5),
    "a list": ([1, 0.5], (1.0, 0.5)),
    "a range": (range(1, 3), (1.0, 2.0)),
    "an array": (np.array([0.25, 0.5]), (0.25, 0.5)),
    "float32": (np.array([0.25, 0.5], np.float32), (0.25, 0.5)),
    "a schedule": (cr.Constant([1, 2]), cr.Constant((1.0, 2.0))),
}


@pytest.mark.parametrize(("given", "kept"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_kept_as_floats_and_tuples(given: object, kept: object) -> None:
    learning_rate = cr.SGD(given).learning_rate
    assert learning_rate == kept
    numbers = learning_rate if isinstance(learning_rate, tuple) else (learning_rate,)
    assert {type(number) for number in numbers} <= {float, cr.Constant}
    assert cr.SGD(given) == cr.SGD(kept)


def test_whole_numbers_are_kept_as_ints() -> None:
    assert type(cr.Dense(np.int64(4)).units) is int
    assert cr.Network(np.int64(2), [cr.Dense(1)]) == cr.Network((2,), (cr.Dense(1),))
    assert cr.Network([3, 8, 8], [cr.Flatten()]).input_shape == (3, 8, 8)


MEMBERS = {
    "SGD((0.1, 0.2))": "SGD(0.2)",
    "SGD(0.1)": "SGD(0.1)",
    "Adam(0.01, beta1=(0.8, 0.9), epsilon=(1e-06, 1e-07))": "Adam(0.01, epsilon=1e-07)",
    "Momentum(WarmUp(Cosine((0.1, 0.2), 9, end=(0.0, 0.01)), 5))": "Momentum(WarmUp(Cosine(0.2, 9, end=0.01), 5))",
    "L2((0.0, 0.1))": "L2(0.1)",
    "Network((2,), (Dense(3, initializer=Normal((1.0, 2.0))), LeakyReLU((0.1, 0.2)), Dropout(0.5)))":
        "Network((2,), (Dense(3, initializer=Normal(2.0)), LeakyReLU(0.2), Dropout(0.5)))",
    "Network((2,), (Dense(3),), initializer=Normal((1.0, 3.0)))": "Network((2,), (Dense(3),), initializer=Normal(3.0))",
    "Standardizer((0.0, 5.0), (1.0, 2.0))": "Standardizer((0.0, 5.0), (1.0, 2.0))",
}  # fmt: skip


@pytest.mark.parametrize(("population", "member"), MEMBERS.items())
def test_a_member_has_its_own_of_every_setting(population: str, member: str) -> None:
    assert repr(read(population).member(1)) == member


def test_the_reference_network_as_a_table() -> None:
    assert str(REFERENCE).splitlines() == [
        "layer      output  parameters  bytes a sample",
        "input      2                               24",  # two numbers and the one that the biases are multiplied by
        "Dense(4)   4               12              40",
        "Sigmoid()  4                0               0",  # written over its input
        "Dense(4)   4               20              40",
        "Sigmoid()  4                0               0",
        "Dense(1)   1                5               8",
        "Sigmoid()  1                0               0",
        "total                      37             112",
    ]


def test_images_and_thousands_as_a_table() -> None:
    network = cr.Network((3, 8, 8), [cr.Flatten(), cr.Dense(100), cr.Tanh(), cr.Sigmoid()])
    assert str(network).splitlines() == [
        "layer       output     parameters  bytes a sample",
        "input       3 x 8 x 8                       1,544",
        "Flatten()   192                 0               0",
        "Dense(100)  100            19,300             800",
        "Tanh()      100                 0               0",
        "Sigmoid()   100                 0             800",  # not over the output that Tanh's slope is taken from
        "total                      19,300           3,144",
    ]


def test_a_convolutional_network_as_a_table() -> None:
    network = cr.Network((1, 28, 28), [cr.Conv2D(6, 5), cr.ReLU(), cr.MaxPool(2), cr.Flatten(), cr.Dense(10)])
    assert str(network).splitlines() == [
        "layer         output       parameters  bytes a sample",
        "input         1 x 28 x 28                       6,272",
        "Conv2D(6, 5)  6 x 24 x 24         156          27,648",
        "ReLU()        6 x 24 x 24           0               0",
        "MaxPool(2)    6 x 12 x 12           0           6,920",
        "Flatten()     864                   0               0",
        "Dense(10)     10                8,650              80",
        "total                           8,806          40,920",
    ]


def test_the_parameters_of_the_reference_network() -> None:
    theta = np.arange(37.0)
    W1, nothing, W2, _, W3, _ = REFERENCE.parameters(theta)
    assert nothing == {}
    assert [each["weights"].shape for each in (W1, W2, W3)] == [(4, 2), (4, 4), (1, 4)]
    assert [each["bias"].shape for each in (W1, W2, W3)] == [(4,), (4,), (1,)]
    assert W1["weights"][1].tolist() == [3, 4]  # a row of (O, I + 1) holds a unit's weights, then its bias
    assert W1["bias"].tolist() == [2, 5, 8, 11]
    assert np.shares_memory(W1["weights"], theta)
    of_two = REFERENCE.parameters(np.stack([theta, theta]))
    assert of_two[4]["weights"].shape == (2, 1, 4)


def test_a_networks_hash_is_kept_but_never_pickled() -> None:
    network = read(next(written for written in WRITTEN if written.startswith("Network")))
    before = pickle.dumps(network)
    hash(network), network.leaves, network.n_parameters
    assert pickle.dumps(network) == before


def test_descriptions_hold_no_arrays() -> None:
    def leaves(value: object) -> list[object]:
        if isinstance(value, dict):
            return [leaf for each in value.values() for leaf in leaves(each)]
        return [leaf for each in value for leaf in leaves(each)] if isinstance(value, list) else [value]

    for written in WRITTEN:
        assert {type(leaf) for leaf in leaves(read(written).to_dict())} <= {str, int, float, bool, type(None)}
