"""Targets: which are classes, and the form in which each loss takes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.errors import DataError
from chainrule.core.losses import BinaryCrossEntropy, HalfSquaredError, SoftmaxCrossEntropy, SquaredError
from chainrule.training.data.targets import count_classes, targets_for, varies
from drawn import examples


@examples(30)
@given(classes=st.integers(2, 9), extra=st.integers(0, 20), seed=st.integers(0, 99))
def test_whole_numbers_in_turn_are_classes(classes, extra, seed):
    y = np.concatenate([np.arange(classes), np.arange(extra) % classes])
    np.random.default_rng(seed).shuffle(y)
    for each in (y, y[:, np.newaxis], y.astype(np.uint8)):
        assert count_classes(each) == classes


@pytest.mark.parametrize(
    "y",
    [
        [0.0, 1.0, 2.0],  # floats: a quantity that happens to be whole
        [0, 2, 3],  # 1 is missing
        [1, 2, 3],  # 0 is missing
        [-1, 0, 1],
        [0, 0, 0],  # one value alone
        [0.5, 0.25],
        [[0, 1], [1, 0]],  # two outputs
    ],
    ids=str,
)
def test_anything_else_is_a_quantity(y):
    assert count_classes(np.array(y)) == 0


@pytest.mark.parametrize("dtype", [bool, np.int64, np.float32, np.float64])
def test_zeros_and_ones_are_two_classes_in_any_dtype(dtype):
    assert count_classes(np.array([0, 1, 1, 0], dtype)) == 2


@pytest.mark.parametrize("loss", [SquaredError(), HalfSquaredError()])
def test_a_squared_error_learns_more_than_two_classes_as_columns(loss):
    y, n_outputs = targets_for(loss, np.array([[0.0], [2.0], [1.0], [2.0]]), 3)
    assert n_outputs == 3
    assert y.tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("loss", [SquaredError(), HalfSquaredError(), BinaryCrossEntropy()])
def test_two_classes_and_quantities_stay_as_they_are_for_one_output(loss):
    for y, n_classes in ((np.array([0.0, 1.0, 1.0]), 2), (np.array([0.5, 0.25, 1.0]), 0)):
        taken, n_outputs = targets_for(loss, y, n_classes)
        assert n_outputs == 1
        assert taken is y


@pytest.mark.parametrize("loss", [SquaredError(), SoftmaxCrossEntropy()])
def test_several_columns_ask_for_an_output_each(loss):
    y = np.eye(4)
    taken, n_outputs = targets_for(loss, y, 0)
    assert n_outputs == 4
    assert taken is y


def test_a_softmax_counts_classes_up_to_the_largest_number():
    y, n_outputs = targets_for(SoftmaxCrossEntropy(), np.array([[0], [3], [1]]), 0)
    assert n_outputs == 4
    assert y.shape == (3,)
    assert targets_for(SoftmaxCrossEntropy(), np.array([0, 0, 0]), 0)[1] == 2  # never fewer than two


def test_a_softmax_refuses_quantities():
    with pytest.raises(
        DataError, match=r"would need 20,001 outputs for 3 samples; .* Take squared_error for a quantity"
    ):
        targets_for(SoftmaxCrossEntropy(), np.array([0.5, 20_000.0, 3.0]), 0)


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([0.5, 0.5, 0.5], False),
        ([0.3, 0.1 + 0.2], False),  # they differ by rounding
        ([0.3, 0.3 + 1e-12], True),
        ([[1, 2], [1, 3]], True),  # one output varies
        ([[1, 2], [1, 2]], False),
        ([7], False),
        ([0] * 99 + [1], True),
        ([-1e300, 1e300], True),
    ],
)
def test_a_target_varies_by_more_than_rounding(y, expected):
    assert varies(np.array(y)) is expected


@pytest.mark.parametrize("y", [np.zeros(5), np.full(5, 1.0), np.full((5, 1), 0.3)])
def test_training_takes_a_target_that_never_varies(y):
    network = cr.mlp(2, 1, output="identity")
    run = cr.train(network, np.eye(5)[:, :2], y, loss=cr.BinaryCrossEntropy(), optimizer=cr.SGD(0.1), epochs=5)
    assert run.final_loss < run.history["loss"][0]
