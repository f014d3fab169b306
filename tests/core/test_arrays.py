"""Whatever a user hands over becomes an array of numbers, or one sentence: in every public function the same."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import chainrule as cr

NETWORK = cr.mlp(2, 1)
THETA = NETWORK.initialize()
FIT = {"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1), "epochs": 1}


class NeedsGradient:
    """As a tensor of PyTorch that requires a gradient."""

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")


DOORS: dict[str, Callable[[Any], Any]] = {
    "train": lambda x: cr.train(NETWORK, x, [0.0, 1.0], **FIT).final_loss,
    "predict": lambda x: NETWORK.predict(THETA, x),
    "Model.predict": lambda x: cr.Model(NETWORK, THETA, standardizer=cr.Standardizer((0, 0), (1, 1))).predict(x),
    "loss_and_gradient": lambda x: NETWORK.loss_and_gradient(THETA, x, [0, 1], cr.SquaredError())[1],
    "check_gradient": lambda x: cr.check_gradient(NETWORK, x, [0, 1], cr.SquaredError())[0].error,
    "explain": lambda x: cr.explain(NETWORK, THETA, x, [0, 1], cr.SquaredError(), cr.SGD(0.1)).gradient,
    "Standardizer.fit": lambda x: cr.Standardizer.fit(x).mean,
    "Standardizer.apply": lambda x: cr.Standardizer((0, 0), (1, 2)).apply(x),
    "mean_squared_error": lambda x: cr.mean_squared_error(x, [[0.0, 1.0], [1.0, 1.0]]),
    "r2": lambda x: cr.r2(x, [[0.0, 1.0], [1.0, 1.0]]),
}

NUMBERS = [[0, 1], [3, 2]]
TAKEN: dict[str, Any] = {
    "objects": np.array(NUMBERS, object),
    "decimals": [[Decimal(each) for each in row] for row in NUMBERS],
    "fractions": [[Fraction(each) for each in row] for row in NUMBERS],
    "a frame of Int64": pd.DataFrame(NUMBERS, dtype="Int64"),
    "a frame of Float64": pd.DataFrame(NUMBERS, dtype="Float64"),
    "reversed": np.array([row[::-1] for row in NUMBERS])[:, ::-1],
    "big-endian": np.array(NUMBERS, ">f8"),
    "float16": np.array(NUMBERS, np.float16),
}
REFUSED: dict[str, tuple[Any, str]] = {
    "masked": (np.ma.masked_greater(NUMBERS, 2), "plain array, got a masked one"),
    "a list of masked": ([np.ma.masked_greater(row, 2) for row in NUMBERS], "plain array, got a masked one"),
    "a gap": ([[0, 1], [None, 2]], r"got a gap \(None\) in sample 1"),
    "NA": (pd.DataFrame([[0, 1], [None, 2]], dtype="Int64"), "got (nan|<NA>)|NaN"),
    "text": ([["a", "b"], ["c", "d"]], "got text"),
    "dates": (np.array(NUMBERS, "M8[s]"), "got datetime64"),
    "complex": (np.array(NUMBERS) + 1j, "got complex128"),
    "ragged": ([[0, 1], [3]], "rows of different lengths"),
    "a huge int": ([[0, 1], [10**400, 2]], "got 1000.* in sample 1"),
    "a tensor": (NeedsGradient(), "a NeedsGradient that doesn't become one: .*requires grad"),
    "nothing": (None, "got None. Give a list or an array"),
    "a set": ({1, 2}, "got {1, 2}. Give a list or an array"),
}


@pytest.mark.parametrize("door", DOORS)
def test_numbers_of_every_kind_are_taken_and_all_else_gets_a_sentence(door: str) -> None:
    call = DOORS[door]
    expected = np.asarray(call(NUMBERS))
    for kind, values in TAKEN.items():
        np.testing.assert_allclose(call(values), expected, rtol=1e-6, err_msg=kind)
    for kind, (values, sentence) in REFUSED.items():
        with pytest.raises(cr.ChainruleError) as found:
            call(values)
        assert re.search(sentence, str(found.value)), (kind, str(found.value))


def test_names_in_an_array_of_objects_are_names():
    names = np.array(["cat", "dog", "cat", "dog"], object)
    assert cr.accuracy(names, ["cat", "dog", "dog", "dog"]) == 0.75
    _, train, _, test = cr.split(np.zeros((4, 1)), names, test=0.5, stratify=True)
    assert sorted(train) == sorted(test) == ["cat", "dog"]


@pytest.mark.parametrize("y", [["cat", None], np.array([1, 2], "M8[s]"), [1j, 2]], ids=["gap", "dates", "complex"])
def test_accuracy_takes_numbers_and_names_alone(y: Any) -> None:
    with pytest.raises(cr.DataError, match=r"accuracy.*got"):
        cr.accuracy(y, [0, 1])
