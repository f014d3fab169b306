"""A model predicts, keeps itself in a file, and refuses files that are not what they claim to be."""

import contextlib
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core import arrays
from chainrule.training.data.columns.columns import Columns
from chainrule.training.data.columns.fitted import NumberInputs
from chainrule.training.data.columns.frames import raw_of
from chainrule.training.data.columns.kinds import Category, Number
from chainrule.training.files.npz import checksum
from drawn import examples

X = np.random.default_rng(0).standard_normal((12, 3))


def model_of(
    *layers: cr.Layer, loss: cr.Loss | None = None, population: int | None = None, dtype: str = "float64", **rest
) -> cr.Model:
    """A model of these layers for three features."""
    network = cr.Network((3,), layers)
    return cr.Model(network, network.initialize(7, population, dtype), loss, **rest)


# Predicting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("population", [None, 4])
@pytest.mark.parametrize("loss", [None, cr.SquaredError(), cr.HalfSquaredError()], ids=repr)
def test_without_a_link_probabilities_are_the_outputs(loss: cr.Loss | None, population: int | None) -> None:
    model = model_of(cr.Dense(4), cr.Tanh(), cr.Dense(1), cr.Sigmoid(), loss=loss, population=population)
    lead = () if population is None else (population,)
    assert model.predict(X).shape == (*lead, 12, 1)
    assert (model.probabilities(X) == model.predict(X)).all()
    assert (model.classify(X) == (model.predict(X)[..., 0] >= 0.5)).all()


@pytest.mark.parametrize("population", [None, 4])
def test_a_binary_cross_entropy_is_linked_by_the_sigmoid(population: int | None) -> None:
    model = model_of(cr.Dense(1), loss=cr.BinaryCrossEntropy(), population=population)
    z = model.predict(X)
    np.testing.assert_allclose(model.probabilities(X), 1 / (1 + np.exp(-z)), rtol=1e-14)
    assert (model.classify(X) == (z[..., 0] >= 0)).all()


def test_several_questions_have_several_answers() -> None:
    model = model_of(cr.Dense(2), loss=cr.BinaryCrossEntropy())
    assert (model.classify(X) == (model.predict(X) >= 0)).all()


@pytest.mark.parametrize("population", [None, 4])
def test_a_softmax_cross_entropy_is_linked_by_the_softmax(population: int | None) -> None:
    model = model_of(cr.Dense(5), loss=cr.SoftmaxCrossEntropy(), population=population)
    powers = np.exp(model.predict(X))
    np.testing.assert_allclose(model.probabilities(X), powers / powers.sum(axis=-1, keepdims=True), rtol=1e-14)
    assert (model.classify(X) == powers.argmax(axis=-1)).all()


@pytest.mark.parametrize("loss", [cr.BinaryCrossEntropy(), cr.SoftmaxCrossEntropy()], ids=repr)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_probabilities_of_any_logits_are_finite(loss: cr.Loss, dtype: str) -> None:
    network = cr.Network((2,), [cr.Dense(2, bias=False)])
    model = cr.Model(network, np.eye(2, dtype=dtype).ravel(), loss)
    probabilities = model.probabilities([[1e4, -1e4], [0, 0], [-1e4, 1e4]])
    assert probabilities.dtype == dtype
    assert probabilities.tolist() == [[1, 0], [0.5, 0.5], [0, 1]]


def test_classes_have_names() -> None:
    names = ("cat", "dog", "eel")
    model = model_of(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), classes=names)
    answers = model.classify(X)
    assert answers.tolist() == [names[k] for k in model.predict(X).argmax(axis=-1)]
    assert model.score(X, answers) == 1.0


def test_a_score_takes_as_many_answers_as_there_are_questions() -> None:
    questions = model_of(cr.Dense(3), loss=cr.BinaryCrossEntropy())
    for wrong in (np.ones(len(X)), np.ones((len(X), 2)), np.ones(3 * len(X))):
        with pytest.raises(cr.ShapeError, match=r"accuracy expects y \(\d+, 3\), a 0 or 1 per output"):
            questions.score(X, wrong)
    classes = model_of(cr.Dense(3), loss=cr.SoftmaxCrossEntropy())
    for n in (2, 4):
        with pytest.raises(cr.ShapeError, match=r"accuracy expects one class per sample or 3 columns, got y \(12, "):
            classes.score(X, np.eye(n)[np.arange(len(X)) % n])
    with pytest.raises(cr.ShapeError, match=r"accuracy expects one class per sample, got y \(12, 2\)"):
        model_of(cr.Dense(1), loss=cr.BinaryCrossEntropy()).score(X, np.eye(2)[np.arange(len(X)) % 2])


@pytest.mark.parametrize("names", [(), ("cat", "dog", "eel")])
@pytest.mark.parametrize("loss", [cr.SoftmaxCrossEntropy(), cr.SquaredError()], ids=repr)
def test_a_score_takes_classes_in_columns(loss: cr.Loss, names: tuple[str, ...]) -> None:
    """As training by either loss does."""
    model = model_of(cr.Dense(3), loss=loss, classes=names, targets=("a", "b", "c"))
    numbers = np.arange(len(X)) % 3
    columns = np.eye(3)[numbers]
    score = model.score(X, numbers, "accuracy")
    assert 0 < score < 1
    swapped = pd.DataFrame(columns, columns=["a", "b", "c"])[["c", "a", "b"]]
    for same in (columns, columns.astype(bool), columns.tolist(), 0.8 * columns + 0.1, swapped):
        assert model.score(X, same, "accuracy") == score


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_score_takes_classes_by_number_or_by_name(n_classes: int) -> None:
    names = ("cat", "dog", "eel")[:n_classes]
    layer, loss = (cr.Dense(1), cr.BinaryCrossEntropy()) if n_classes == 2 else (cr.Dense(3), cr.SoftmaxCrossEntropy())
    model = model_of(layer, loss=loss, classes=names)
    numbers = np.arange(len(X)) % n_classes
    score = model.score(X, [names[k] for k in numbers])
    for same in (numbers, numbers.tolist(), numbers.astype(float), numbers[:, np.newaxis], numbers.astype(np.uint8)):
        assert model.score(X, same) == score
    for k in (-1, n_classes):
        with pytest.raises(
            cr.DataError, match=rf"class numbers from 0 to {n_classes - 1}, or names among cat, dog.*got {k}"
        ):
            model.score(X, np.full(len(X), k))
    with pytest.raises(cr.DataError, match=r"got 0\.5; make classes of probabilities first"):
        model.score(X, np.full(len(X), 0.5))


def test_the_score_is_what_the_loss_is_about() -> None:
    y = np.arange(12.0)[:, np.newaxis]
    model = model_of(cr.Dense(1), loss=cr.SquaredError())
    assert model.score(X, y) == cr.r2(y, model.predict(X))
    assert model.score(X, y, "mean_squared_error") == cr.mean_squared_error(y, model.predict(X))
    labels = np.arange(12) % 2
    for loss, units in ((cr.BinaryCrossEntropy(), 1), (cr.SoftmaxCrossEntropy(), 2)):
        model = model_of(cr.Dense(units), loss=loss, population=3)
        assert (model.score(X, labels) == [cr.accuracy(labels, each.classify(X)) for each in model]).all()
    with pytest.raises(cr.SettingError, match="unknown metric 'f2'; choose from accuracy, average_precision"):
        model.score(X, labels, "f2")


def test_a_score_by_any_metric_is_that_of_the_function() -> None:
    numbers, names = np.arange(len(X)) % 2, ("cat", "dog")
    for layer, loss in ((cr.Dense(1), cr.BinaryCrossEntropy()), (cr.Dense(2), cr.SoftmaxCrossEntropy())):
        model = model_of(layer, loss=loss, population=3, classes=names)
        p, chosen = model.probabilities(X), model.classify(X)
        named = np.array(names)[numbers]
        for y in (numbers, named, numbers[:, np.newaxis].astype(float)):
            for metric in (cr.confusion_matrix, cr.precision, cr.recall, cr.f1):
                np.testing.assert_array_equal(model.score(X, y, metric.__name__), metric(named, chosen, names))
            np.testing.assert_array_equal(model.score(X, y, "log_loss"), cr.log_loss(numbers, p))
            for metric in (cr.roc_auc, cr.average_precision):
                np.testing.assert_array_equal(model.score(X, y, metric.__name__), metric(numbers, p[..., -1]))
    with pytest.raises(cr.DataError, match=r"accuracy expects class numbers from 0 to 1, or names among .*; got eel"):
        model.score(X, ["eel"] * len(X))
    of_three = model_of(cr.Dense(3), loss=cr.SoftmaxCrossEntropy())
    assert of_three.score(X, numbers, "f1").shape == (3,)
    with pytest.raises(cr.SettingError, match="roc_auc is of two classes, and the model has 3; take f1"):
        of_three.score(X, numbers, "roc_auc")


def test_a_score_of_several_questions_is_by_question() -> None:
    model = model_of(cr.Dense(3), loss=cr.BinaryCrossEntropy(), population=2)
    y = np.random.default_rng(0).integers(0, 2, (len(X), 3))
    p = model.probabilities(X)
    for metric in (cr.log_loss, cr.roc_auc, cr.average_precision):
        assert model.score(X, y, metric.__name__).shape == (2, 3)
        np.testing.assert_array_equal(model.score(X, y, metric.__name__), metric(y, p))
    np.testing.assert_array_equal(model.score(X, y, "f1"), cr.f1(y, model.classify(X)))
    assert model.score(X, y).shape == (2,)


def test_a_standardizer_comes_first() -> None:
    standardizer = cr.Standardizer.fit(X)
    plain, standardized = (model_of(cr.Dense(2), standardizer=each) for each in (None, standardizer))
    np.testing.assert_allclose(standardized.predict(X), plain.predict(standardizer.apply(X)))


@pytest.mark.parametrize("population", [None, 4])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_standardized_target_comes_back_in_its_unit(population: int | None, dtype: str) -> None:
    target = cr.Standardizer((100.0, -3.0), (20.0, 0.5))
    plain = model_of(cr.Dense(2), population=population, dtype=dtype)
    in_units = cr.Model(plain.network, plain.theta, target_standardizer=target)
    assert in_units.predict(X).dtype == dtype
    np.testing.assert_allclose(in_units.predict(X), plain.predict(X) * [20.0, 0.5] + [100.0, -3.0], rtol=1e-5)
    with pytest.raises(cr.SettingError, match=r"target_standardizer must be of 1 outputs; got Standardizer"):
        model_of(cr.Dense(1), target_standardizer=target)


@pytest.mark.parametrize("wrong", [("a",), "abc", ("a", "b", "c"), (1, 2)], ids=repr)
def test_names_are_as_many_as_what_they_name(wrong) -> None:
    with pytest.raises(cr.SettingError, match=r"a Model's classes must be (2|a tuple of) names; got"):
        model_of(cr.Dense(1), classes=wrong)
    with pytest.raises(cr.SettingError, match=r"a Model's features must be (3|a tuple of) names; got"):
        model_of(cr.Dense(1), features=wrong[:2])


@pytest.mark.parametrize("standardizer", [None, cr.Standardizer.fit(X)], ids=["plain", "standardized"])
@pytest.mark.parametrize(
    "x",
    [[["a", "b", "c"]], [[1, 2, 3], [1, 2]], [[np.nan, 1, 2]], [[1, 2]], [1, 2, 3], 3.0, np.ones((0, 3)), [[1j, 0, 0]]],
    ids=["text", "ragged", "NaN", "too few", "one sample", "a number", "none", "complex"],
)
def test_samples_that_do_not_fit(x, standardizer: cr.Standardizer | None) -> None:
    with pytest.raises(cr.ChainruleError) as found:
        model_of(cr.Dense(1), standardizer=standardizer).predict(x)
    assert "\n" not in str(found.value)


def test_members_are_models() -> None:
    model = model_of(cr.Dense(4), cr.LeakyReLU((0.1, 0.2, 0.3)), cr.Dense(1), population=3)
    assert model.population == 3
    for k, member in enumerate(model):
        assert member.population is None
        assert member.network == model.network.member(k)
        np.testing.assert_allclose(member.predict(X), model.predict(X)[k], rtol=1e-14)
    assert (model[-1].theta == model.theta[2]).all()
    model[0].theta[...] = 0.0
    assert model.theta[0].any()
    with pytest.raises(IndexError, match="a population of 3 has members 0 to 2; got 3"):
        model[3]
    with pytest.raises(cr.SettingError, match="only a population has members"):
        model[0][0]


def test_a_model_serves_many_threads() -> None:
    """4,000 predictions of two models and many lengths, each by whichever thread is free."""
    models = [model_of(cr.Dense(4), cr.Tanh(), cr.Dense(2)), model_of(cr.Dense(3), cr.Sigmoid(), population=2)]
    jobs = [(model, X[: 1 + i % 12]) for i in range(2000) for model in models]
    expected = {(id(model), len(x)): model.predict(x) for model, x in jobs[:24]}
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda job: job[0].predict(job[1]), jobs)
    assert all((answer == expected[id(model), len(x)]).all() for (model, x), answer in zip(jobs, answers, strict=True))


@pytest.mark.parametrize("population", [None, 3])
def test_a_long_input_is_walked_in_pieces(population: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(cr.Dense(4), cr.Tanh(), cr.Dense(2), population=population)
    whole = model.predict(X)
    monkeypatch.setattr(arrays, "MOST_NUMBERS", 3 * model.network.n_numbers * (population or 1))
    monkeypatch.setattr("chainrule.core.evaluate.chunks", lambda n, size, at_least: arrays.chunks(n, size))
    np.testing.assert_allclose(model.predict(X), whole, rtol=1e-12)
    assert len(list(arrays.chunks(len(X), model.network.n_numbers * (population or 1)))) == 4


def test_predictions_are_fresh() -> None:
    model = model_of(cr.Dense(2))
    first = model.predict(X)
    kept = first.copy()
    model.predict(X + 1)
    assert (first == kept).all()


# Tables ----------------------------------------------------------------------------------------------------------

KINDS = Number("weight"), Category("kind", ("cat", "dog"))
TABLE = pd.DataFrame({"id": [7, 8, 9], "kind": ["dog", None, "cow"], "weight": [4.0, np.nan, 6.0]})
COLUMNS = Columns.fit(KINDS, raw_of(KINDS, [[4.0, "cat"], [6.0, "dog"]]))


@pytest.mark.parametrize("population", [None, 4])
def test_a_model_of_columns_takes_tables(population: int | None) -> None:
    model = model_of(cr.Dense(2), columns=COLUMNS, standardizer=cr.Standardizer((5, 0, 0), (2, 1, 1)),
                     population=population, loss=cr.SoftmaxCrossEntropy())  # fmt: skip
    assert model.features == ("weight", "kind = cat", "kind = dog")
    plain = model_of(cr.Dense(2), population=population)
    expected = plain.predict([[-0.5, 0, 1], [0, 0, 0], [0.5, 0, 0]])
    rows = [[4.0, "dog"], [None, None], [6.0, "cow"]]
    for same in (TABLE, TABLE[["weight", "kind"]], pl.from_pandas(TABLE), rows, np.array(rows, object)):
        np.testing.assert_allclose(model.predict(same), expected)
    np.testing.assert_array_equal(model.classify(TABLE), model.classify(rows))
    np.testing.assert_array_equal(model.score(TABLE, pd.Series([0, 1, 1])), model.score(rows, [0, 1, 1]))
    with pytest.raises(cr.DataError, match="expected a column named kind, got a frame with id, weight"):
        model.predict(TABLE[["id", "weight"]])
    with pytest.raises(cr.ShapeError, match=r"\(n, 2\), one row per sample and one column each for weight, kind"):
        model.predict(X)
    with pytest.raises(cr.DataError, match=r"column kind should hold categories \(cat, dog\), got 1\.0 in row 0"):
        model.predict([[4.0, 1.0]])
    with pytest.raises(cr.SettingError, match="a Model's columns must become 2 inputs, those of its network; got 3"):
        cr.Model(cr.mlp(2, 1), np.zeros(3), columns=COLUMNS)


def test_images_may_come_from_a_table() -> None:
    kinds = [Number(f"p{k}") for k in range(4)]
    table = np.arange(8.0).reshape(2, 4)
    network = cr.Network((1, 2, 2), [cr.Flatten(), cr.Dense(1)])
    model = cr.Model(network, network.initialize(), columns=Columns.fit(kinds, table))
    expected = cr.Model(network, model.theta).predict(table.reshape(2, 1, 2, 2))
    assert (model.predict(table) == expected).all()
    assert (model.predict(pd.DataFrame(table, columns=["p0", "p1", "p2", "p3"]).iloc[:, ::-1]) == expected).all()


def test_names_of_features_order_a_frame() -> None:
    model = model_of(cr.Dense(1), features=("a", "b", "c"), loss=cr.SquaredError(), targets=("y",))
    frame = pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=X[:, 0], more=1.0)
    assert (model.predict(frame[["more", "c", "b", "a"]]) == model.predict(X)).all()
    assert model.score(frame, frame) == model.score(X, X[:, 0])
    assert (model.predict(pd.DataFrame(X)) == model.predict(X)).all()  # its names are 0, 1, 2
    with pytest.raises(cr.DataError, match="expected a column named c, got a frame with a, b"):
        model.predict(frame[["a", "b"]])
    with pytest.raises(cr.DataError, match=r"finite float64 numbers, got nan in sample 2, feature 0"):
        model.predict(frame.assign(a=[np.nan if k == 2 else 1.0 for k in range(12)]))


# Round trips -----------------------------------------------------------------------------------------------------

NORMED = cr.Network((3,), [cr.BatchNorm(), cr.Dense(2), cr.Residual([cr.BatchNorm(), cr.Tanh()]), cr.Dense(1)])
MODELS = {
    "every layer": model_of(
        cr.Dense(4), cr.ELU(0.5), cr.Dense(4, bias=False), cr.GELU(), cr.LeakyReLU(0.2), cr.ReLU(), cr.Dropout(0.1),
        cr.Sigmoid(), cr.Softplus(), cr.Tanh(), cr.Identity(), cr.Flatten(), cr.Dense(1),
    ),
    "initializers": model_of(
        *(cr.Dense(2, initializer=each) for each in (cr.Glorot(), cr.He(), cr.LeCun(), cr.Zeros())),
        *(cr.Dense(2, initializer=each) for each in (cr.Normal(0.5), cr.Uniform(2.0))),
    ),
    "the network's initializer": cr.Model(cr.mlp(3, 1, initializer=cr.Normal()), np.zeros(4)),
    "images": cr.Model(cr.Network((2, 3, 4), [cr.Flatten(), cr.Dense(1)]), np.arange(25.0)),
    "SquaredError": model_of(cr.Dense(1), loss=cr.SquaredError()),
    "HalfSquaredError": model_of(cr.Dense(1), loss=cr.HalfSquaredError()),
    "BinaryCrossEntropy": model_of(cr.Dense(1), loss=cr.BinaryCrossEntropy()),
    "SoftmaxCrossEntropy": model_of(cr.Dense(2), loss=cr.SoftmaxCrossEntropy()),
    "standardizer": model_of(cr.Dense(1), standardizer=cr.Standardizer.fit(X)),
    "target": model_of(cr.Dense(1), target_standardizer=cr.Standardizer((1.0,), (2.0,)), features=("a", "b", "c")),
    "classes": model_of(cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), classes=("ja", "naïve, \"quoted\"")),
    "columns": model_of(cr.Dense(1), columns=COLUMNS, targets=("age",)),
    "float32": model_of(cr.Dense(1), dtype="float32"),
    "population": model_of(cr.Dense(2), cr.LeakyReLU((0.1, 0.2)), cr.Dropout((0.0, 0.5)), population=2),
    "running statistics": cr.Model(NORMED, NORMED.initialize(), state=np.linspace(0.1, 1.0, 10)),
    "of members": cr.Model(NORMED, NORMED.initialize(0, 2), state=np.linspace(0, 1, 20).reshape(2, 10)),
    "parameters that ran away": cr.Model(cr.mlp(3, 1), np.array([np.nan, np.inf, -np.inf, -0.0])),
}  # fmt: skip


def equal(one: cr.Model, other: cr.Model) -> bool:
    """The same to the last bit."""
    return (
        (one.network, one.loss, one.standardizer, one.target_standardizer, one.features, one.classes,
         one.columns, one.targets)
        == (other.network, other.loss, other.standardizer, other.target_standardizer, other.features, other.classes,
            other.columns, other.targets)
        and one.theta.tobytes() == other.theta.tobytes()
        and one.state.tobytes() == other.state.tobytes()
        and one.state.shape == other.state.shape
    )  # fmt: skip


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_model_is_loaded_as_it_was_saved(model: cr.Model, tmp_path: Path) -> None:
    path = tmp_path / "some model"  # the name is kept as it is
    model.save(path)
    assert equal(cr.Model.load(path), model)
    assert equal(cr.Model.load(str(path)), model)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_model_pickles(model: cr.Model) -> None:
    assert equal(pickle.loads(pickle.dumps(model)), model)


def test_a_network_pickles_to_another_process() -> None:
    """Another hash seed there: what is equal hashes alike all the same."""
    network = MODELS["every layer"].network
    hash(network)
    code = """
import pickle, sys
from chainrule import *
theirs = pickle.load(sys.stdin.buffer)
ours = eval(repr(theirs))
assert theirs == ours and hash(theirs) == hash(ours) and {theirs: True}[ours]
"""
    environment = os.environ | {"PYTHONHASHSEED": "123", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], input=pickle.dumps(network), env=environment, check=True)


def test_a_run_pickles() -> None:
    run = cr.train(cr.mlp(3, 1), X, X[:, 0] > 0, loss=cr.SquaredError(), optimizer=cr.SGD(0.1), epochs=3)
    same = pickle.loads(pickle.dumps(run))
    assert equal(same.model, run.model)
    assert same.history.to_dict() == run.history.to_dict()
    assert (same.final_loss, same.ending) == (run.final_loss, run.ending)


# Files -----------------------------------------------------------------------------------------------------------

MODEL = model_of(cr.Dense(4), cr.LeakyReLU(0.2), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), classes=("a", "b"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def contents(folder: Path) -> bytes:
    """The bytes of a good file."""
    MODEL.save(folder / "good.npz")
    return (folder / "good.npz").read_bytes()


def refused(path: Path) -> str:
    """The sentence that a file is refused with."""
    with pytest.raises(cr.FileError) as found:
        cr.Model.load(path)
    sentence = str(found.value)
    assert "\n" not in sentence
    assert path.name in sentence
    return sentence


def loaded_or_refused(path: Path, content: bytes) -> None:
    """A broken file either loads as the model that it was, or gets a sentence: never another error."""
    path.write_bytes(content)
    with contextlib.suppress(cr.FileError):
        assert equal(cr.Model.load(path), MODEL)


def test_a_file_that_is_cut_short(contents: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.npz"
    for length in [*range(0, len(contents), 17), len(contents) - 1]:
        path.write_bytes(contents[:length])
        refused(path)


@examples(150)
@given(data=st.data())
def test_a_file_with_broken_bytes(contents: bytes, folder: Path, data: st.DataObject) -> None:
    broken = bytearray(contents)
    for _ in range(data.draw(st.integers(1, 3))):
        broken[data.draw(st.integers(0, len(contents) - 1))] = data.draw(st.integers(0, 255))
    loaded_or_refused(folder / "broken.npz", broken)


def test_every_byte_of_the_zips_directory(contents: bytes, tmp_path: Path) -> None:
    """Sizes, flags, ways to compress: zipfile has an error of its own for each."""
    for place in range(contents.index(b"PK\x01\x02"), len(contents)):
        for bit in (1, 8, 64):
            broken = bytearray(contents)
            broken[place] ^= bit
            loaded_or_refused(tmp_path / "broken.npz", broken)


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(values) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


class Bomb:
    """Executed, it would fail the test."""

    def __reduce__(self):
        return pytest.fail, ("the file was executed",)


THETA = np.zeros(3)
NOT_MODELS = {
    "empty": b"",
    "text": b"x1,x2,y\n0,0,1\n",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "a .npy": npy(THETA),
    "another .npz": npz(x=THETA, y=THETA),
    "theta alone": npz(theta=THETA),
    "an empty .npz": npz(),
    "an empty zip": zipped(),
    "members that are not arrays": zipped(theta=b"hello", description=b"world"),
    "a header that is too large": zipped(theta=npy(THETA).replace(b"(3,)", b"(9000000000000,)"), description=npy("{}")),
    "a header that is no Python": zipped(theta=npy(THETA).replace(b"{'descr'", b"{'descr("), description=npy("{}")),
    "a pickle": pickle.dumps(Bomb()),
    "a pickle in an .npz": npz(theta=np.array([Bomb()], dtype=object), description=np.array("{}")),
    "a pickled description": npz(theta=THETA, description=np.array(Bomb(), dtype=object)),
    "a description that is no JSON": npz(theta=THETA, description=np.array("{'format")),
    "a description that is a list": npz(theta=THETA, description=np.array("[]")),
    "a description that is null": npz(theta=THETA, description=np.array("null")),
    "a description without end": npz(theta=THETA, description=np.array("[" * 100_000)),
    "a number for a description": npz(theta=THETA, description=np.array(3.0)),
    "an empty description": npz(theta=THETA, description=np.array("{}")),
}  # fmt: skip


@pytest.mark.parametrize("content", NOT_MODELS.values(), ids=NOT_MODELS)
def test_a_file_that_is_not_a_model(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    refused(path)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    assert "there is no file" in refused(tmp_path / "missing.npz")
    assert "there is no file" in refused(tmp_path / "no folder" / "missing.npz")
    refused(tmp_path)


NETWORK = MODEL.network.to_dict()
DENSE, SLOPE, LAST = NETWORK["layers"]
FITTED = NumberInputs(Number("weight"), 5.0).to_dict()
CHANGED = {
    "another format": ({"format": "chainrule model 99"}, "of the format 'chainrule model 1', got 'chainrule model 99'"),
    "an unknown layer": ({"network": NETWORK | {"layers": [DENSE, {"type": "Conv9D"}]}}, "description 'Conv9D'"),
    "a layer that is abstract": ({"network": NETWORK | {"layers": [DENSE, {"type": "Layer"}]}}, ""),
    "a layer without a type": ({"network": NETWORK | {"layers": [{"units": 4}]}}, "unknown description"),
    "a type that is a list": ({"network": NETWORK | {"type": []}}, ""),
    "a field too many": ({"network": NETWORK | {"layers": [DENSE | {"colour": "red"}]}}, "colour"),
    "a field too few": ({"network": NETWORK | {"layers": [{"type": "Dense"}]}}, "units"),
    "no units": ({"network": NETWORK | {"layers": [DENSE | {"units": 0}]}}, "of 1 or more; got 0"),
    "a slope of text": ({"network": NETWORK | {"layers": [DENSE, SLOPE | {"slope": "steep"}, LAST]}}, "got 'steep'"),
    "a bias of text": ({"network": NETWORK | {"layers": [DENSE | {"bias": "yes"}, SLOPE, LAST]}}, ""),
    "a layer that is a loss": ({"network": NETWORK | {"layers": [{"type": "SquaredError"}]}}, "must be a layer"),
    "no layers": ({"network": NETWORK | {"layers": []}}, "at least one layer"),
    "a number of layers": ({"network": NETWORK | {"layers": 3}}, ""),
    "no network": ({"network": None}, ""),
    "a network that is a loss": ({"network": {"type": "SquaredError"}}, ""),
    "a loss that is a layer": ({"loss": DENSE}, ""),
    "a standardizer that is a loss": ({"standardizer": {"type": "SquaredError"}}, ""),
    "a standardizer of text": ({"standardizer": {"type": "Standardizer", "mean": ["a"], "scale": [1]}}, "finite mean"),
    "classes that are a number": ({"classes": 3}, ""),
    "columns that are a loss": ({"columns": {"type": "SquaredError"}}, "columns must be Columns"),
    "columns of layers": ({"columns": {"type": "Columns", "fitted": [DENSE]}}, "must be fitted columns"),
    "no kind": ({"columns": {"type": "Columns", "fitted": [FITTED | {"column": DENSE}]}}, "must be a Number"),
    "a filling that is NaN": ({"columns": {"type": "Columns", "fitted": [FITTED | {"filling": np.nan}]}}, "got nan"),
    "too few columns": ({"columns": {"type": "Columns", "fitted": [FITTED]}}, "must become 3 inputs"),
    "targets that are a number": ({"targets": 3}, "its targets should be a list of names"),
    "another network": ({"network": cr.mlp(3, 5, 2).to_dict()}, "another layout"),
    "another layout": ({"layout": [[0, "weights", [4, 4], 1]]}, "another layout"),
    "no layout": ({"layout": None}, "another layout"),
    "too many members": ({"network": NETWORK | {"layers": [DENSE, SLOPE | {"slope": [0.1, 0.2]}, LAST]}}, ""),
}  # fmt: skip


def changed(contents: bytes, theta=MODEL.theta, without: str = "", **changes) -> bytes:
    """The good file with other contents, and the checksum of those."""
    with np.load(io.BytesIO(contents)) as file:
        description = json.loads(str(file["description"])) | changes
        state = file["state"]
    description.pop(without, None)
    arrays = {"theta": theta, "state": state, "description": np.array(json.dumps(description))}
    return npz(**arrays, checksum=np.array(checksum(arrays)))


def test_other_numbers_than_the_saved_ones(contents: bytes, tmp_path: Path) -> None:
    """A file that something else has written over is no longer the model that was trained."""
    with np.load(io.BytesIO(contents)) as file:
        arrays = dict(file)
    np.savez(tmp_path / "other.npz", **arrays | {"theta": arrays["theta"] + 1e-9})
    assert "its checksum doesn't fit its contents" in refused(tmp_path / "other.npz")
    np.savez_compressed(tmp_path / "packed.npz", **arrays)
    assert equal(cr.Model.load(tmp_path / "packed.npz"), MODEL)


@pytest.mark.parametrize(("changes", "sentence"), CHANGED.values(), ids=CHANGED)
def test_a_description_that_does_not_fit(contents: bytes, changes: dict, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "changed.npz"
    path.write_bytes(changed(contents))
    assert equal(cr.Model.load(path), MODEL)
    path.write_bytes(changed(contents, **changes))
    assert sentence in refused(path)


@pytest.mark.parametrize("part", ["format", "network", "loss", "standardizer", "classes", "layout"])
def test_a_description_without_a_part(contents: bytes, part: str, tmp_path: Path) -> None:
    path = tmp_path / "part.npz"
    path.write_bytes(changed(contents, without=part))
    refused(path)


def test_a_file_from_before_there_were_columns(contents: bytes, tmp_path: Path) -> None:
    (tmp_path / "old.npz").write_bytes(changed(changed(contents, without="columns"), without="targets"))
    assert equal(cr.Model.load(tmp_path / "old.npz"), MODEL)


THETAS = {
    "too short": MODEL.theta[1:],
    "too long": np.append(MODEL.theta, 0.0),
    "three axes": MODEL.theta[np.newaxis, np.newaxis],
    "no members": MODEL.theta[np.newaxis][:0],
    "text": MODEL.theta.astype(str),
    "complex": MODEL.theta + 1j,
}


@pytest.mark.parametrize("theta", THETAS.values(), ids=THETAS)
def test_parameters_that_do_not_fit(contents: bytes, theta: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "theta.npz"
    path.write_bytes(changed(contents, theta=theta))
    refused(path)
    with pytest.raises(cr.ChainruleError, match="theta"):
        cr.Model(MODEL.network, theta)


def test_saving_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.npz"
    MODEL.save(path)
    before = path.read_bytes()

    for error, seen in ((OSError(28, "No space left on device"), cr.FileError), (MemoryError(), MemoryError)):

        def half(file, error=error, **arrays) -> None:
            file.write(before[:100])
            raise error

        monkeypatch.setattr(np, "savez", half)
        with pytest.raises(seen):
            MODELS["float32"].save(path)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_can_not_be_written(tmp_path: Path) -> None:
    with pytest.raises(cr.FileError, match=r"got the folder .*; add a file name"):
        MODEL.save(tmp_path)
    with pytest.raises(cr.FileError, match="there is no folder"):
        MODEL.save(tmp_path / "nowhere" / "model.npz")


def test_a_model_is_read_by_a_program_that_has_used_none_of_its_layers(tmp_path: Path) -> None:
    network = cr.Network(
        (1, 4, 4), [cr.Residual([cr.Conv2D(1, 3, padding="same"), cr.BatchNorm()]), cr.Flatten(), cr.Dense(1)]
    )
    model = cr.Model(network, network.initialize(), cr.SquaredError(), state=network.initialize_state())
    model.save(tmp_path / "model.npz")
    program = "import chainrule as cr; print(cr.Model.load('model.npz').network.layers[0].layers[0])"
    said = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == str(network.layers[0].layers[0])
