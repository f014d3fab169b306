"""Names that come with data: frames and series, and classes that are text."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import chainrule as cr
from chainrule.training.data.columns.frames import is_frame

X = np.random.default_rng(0).normal(size=(40, 3))
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])
KINDS = np.array(["cat", "dog", "eel"])[np.digitize(X[:, 0], [-0.5, 0.5])]
SETTINGS = {"loss": cr.SquaredError(), "optimizer": cr.Adam(0.05), "epochs": 100}
OF_CLASSES = SETTINGS | {"loss": cr.SoftmaxCrossEntropy()}


def mlp(outputs: int) -> cr.Network:
    return cr.mlp(3, 4, outputs, activation="tanh", output="identity")


@pytest.mark.parametrize("library", [pd.DataFrame, lambda frame: pl.DataFrame({n: frame[n].to_numpy() for n in frame})])
def test_a_frame_and_a_series_give_their_names(library):
    frame, y = library(FRAME), pd.Series(X[:, 0] - X[:, 1], name="price")
    run = cr.train(mlp(1), frame, y, **SETTINGS)
    assert run.model.features == ("a", "b", "c")
    assert run.model.targets == ("price",)
    assert run.final_loss == cr.train(mlp(1), X, X[:, 0] - X[:, 1], **SETTINGS).final_loss
    assert run.model.score(frame, y) > 0.9
    swapped = frame[["c", "a", "b"]]
    assert is_frame(swapped)
    assert run.model.score(swapped, y) == run.model.score(frame, y) == run.model.score(X, y)


def test_validation_goes_by_the_names_as_well():
    y = FRAME["a"] * 2
    one, other = (
        cr.train(mlp(1), FRAME, y, validation=(held_out, y), **SETTINGS) for held_out in (FRAME, FRAME[["b", "c", "a"]])
    )
    assert one.final_validation_loss == other.final_validation_loss
    with pytest.raises(cr.DataError, match="expected a column named c, got a frame with a, b"):
        cr.train(mlp(1), FRAME, y, validation=(FRAME[["a", "b"]], y), **SETTINGS)


def test_a_frame_of_targets_gives_their_names():
    y = pd.DataFrame({"p": X[:, 0], "q": X[:, 1]})
    run = cr.train(mlp(2), FRAME, y, **SETTINGS)
    assert run.model.targets == ("p", "q")
    assert run.model.score(FRAME, y[["q", "p"]]) == run.model.score(X, X[:, :2])


@pytest.mark.parametrize("form", [np.asarray, list, pd.Series, pl.Series, lambda y: np.asarray(y, object)])
def test_classes_that_are_text_keep_their_names(form):
    y = form(KINDS)
    run = cr.train(mlp(3), FRAME, y, validation=(X, KINDS[:, np.newaxis]), **OF_CLASSES)
    assert run.model.classes == ("cat", "dog", "eel")
    assert set(run.model.classify(FRAME)) <= {"cat", "dog", "eel"}
    assert run.model.score(FRAME, y) > 0.9
    numbers = np.searchsorted(run.model.classes, KINDS)
    assert run.final_loss == cr.train(mlp(3), X, numbers, **OF_CLASSES).final_loss


def test_two_classes_are_one_question():
    y = np.where(X[:, 0] > 0, "yes", "no")
    run = cr.train(mlp(1), X, y, **SETTINGS | {"loss": cr.BinaryCrossEntropy()})
    assert run.model.classes == ("no", "yes")
    assert run.model.score(X, y) > 0.9


def test_classes_that_do_not_fit():
    with pytest.raises(cr.DataError, match=r"y should hold 2 classes, as many as the network answers, got 3: \['cat'"):
        cr.train(mlp(2), X, KINDS, **OF_CLASSES)
    other = np.where(KINDS == "dog", "cow", KINDS)
    with pytest.raises(cr.DataError, match="validation y should hold classes among cat, dog, eel, got 'cow'"):
        cr.train(mlp(3), X, KINDS, validation=(X, other), **OF_CLASSES)
    with pytest.raises(cr.DataError, match="y should hold real numbers, got text"):
        cr.train(mlp(1), X, KINDS, **SETTINGS)


def test_objects_of_numbers_are_numbers_and_none_is_a_gap():
    y = np.array([1, 2.5, True] + [0] * 37, object)
    assert cr.train(mlp(1), X.astype(object), y, **SETTINGS).model.features == ()
    with pytest.raises(cr.DataError, match=r"y should hold real numbers, got a gap \(None\) in sample 2"):
        cr.train(mlp(1), X, [1.0, 2.0, None] + [0.0] * 37, **SETTINGS)
    with pytest.raises(cr.DataError, match=r"x should hold real numbers, got a gap \(None\) in sample 0"):
        cr.train(mlp(1), np.where(X > 2, X, None), y, **SETTINGS)


def test_the_doctor_goes_by_names():
    """A frame in another order is diagnosed as the run's own."""
    run = cr.train(mlp(3), FRAME, KINDS, **OF_CLASSES | {"epochs": 1})
    one, other = (cr.diagnose(run, frame, KINDS) for frame in (FRAME, FRAME[["c", "b", "a"]]))
    assert [str(each) for each in one] == [str(each) for each in other]
    doctor = cr.Doctor(FRAME[["b", "c", "a"]], KINDS)
    cr.train(mlp(3), FRAME, KINDS, callbacks=[doctor], **OF_CLASSES)


def test_a_frame_of_one_column_is_taken():
    frame = pd.DataFrame({"weight": [1.0, 2.0, 3.0]})
    network = cr.mlp(1, 2, 1, output="identity")
    run = cr.train(network, frame, frame, loss=cr.SquaredError(), optimizer=cr.SGD(0.1), epochs=2)
    assert (run.model.features, run.model.targets) == (("weight",), ("weight",))
    assert run.model.predict(frame.assign(other=0.0)).shape == (3, 1)
    step = cr.explain(network, network.initialize(0), frame, frame, cr.SquaredError(), cr.SGD(0.1), features=["weight"])
    assert step.loss > 0
