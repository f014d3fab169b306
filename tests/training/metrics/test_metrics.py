import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.training.metrics.classes import accuracy, confusion_matrix, f1, precision, recall
from chainrule.training.metrics.quantities import mean_absolute_error, mean_squared_error, r2, root_mean_squared_error
from chainrule.training.metrics.ranking import average_precision, log_loss, roc_auc
from drawn import examples

labels = arrays.arrays(np.int64, st.integers(1, 20), elements=st.integers(0, 4))
OF_VALUES = (mean_squared_error, root_mean_squared_error, mean_absolute_error, r2)
SINGLE = (*OF_VALUES, accuracy)
QUESTIONS = (log_loss, roc_auc, average_precision)
values = arrays.arrays(np.float64, arrays.array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.floats(-9, 9))


@examples(30)
@given(y=labels, K=st.integers(1, 4), seed=st.integers(0, 99))
def test_a_populations_value_is_each_members_value(y, K, seed):
    predicted = np.random.default_rng(seed).integers(0, 5, (K, len(y)))
    for metric in (
        *SINGLE,
        *(lambda y, p, of=of: of(y, p, range(5)) for of in (confusion_matrix, precision, recall, f1)),
    ):
        together = metric(y[:, np.newaxis], predicted[..., np.newaxis])
        alone = [metric(y, each) for each in predicted]
        assert len(together) == K
        np.testing.assert_allclose(together, alone, rtol=1e-12)


@examples(30)
@given(y=values, seed=st.integers(0, 99))
def test_a_populations_value_with_several_outputs(y, seed):
    predicted = np.random.default_rng(seed).normal(size=(3, *y.shape))
    for metric in OF_VALUES:
        np.testing.assert_allclose(metric(y, predicted), [metric(y, each) for each in predicted], rtol=1e-10)


@pytest.mark.parametrize("metric", [*SINGLE, *QUESTIONS, confusion_matrix])
def test_columns_and_vectors_are_the_same(metric):
    y, predicted = np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0])
    expected = metric(y, predicted)
    for a in (y, y[:, np.newaxis], y.tolist(), y.astype(float)):
        for b in (predicted, predicted[:, np.newaxis], predicted.tolist(), predicted.astype(float)):
            np.testing.assert_array_equal(metric(a, b), expected)
    for b in (np.stack([predicted, y]), np.stack([predicted, y])[..., np.newaxis]):
        np.testing.assert_array_equal(metric(y, b)[0], expected)
        np.testing.assert_array_equal(metric(y[:, np.newaxis], b)[0], expected)


def test_one_network_gets_a_number_a_population_an_array():
    for metric in (*SINGLE, *QUESTIONS):
        assert type(metric([0, 1, 1], [0, 1, 0])) is float
        assert metric([0, 1, 1], [[0, 1, 0]]).shape == (1,)


def test_a_square_population_is_not_a_table_of_outputs():
    np.testing.assert_array_equal(accuracy([0, 1], [[0, 1], [1, 0]]), [1, 0])
    np.testing.assert_array_equal(accuracy([0], [[0], [1]]), [1, 0])  # two members, one sample


# accuracy and confusion_matrix


def test_accuracy_by_hand():
    assert accuracy([0, 1, 2, 2], [0, 2, 2, 2]) == 0.75
    assert accuracy(["a", "b"], np.array([["b"], ["b"]], dtype=object)) == 0.5
    assert accuracy([True, False], [1, 0]) == 1


@examples(30)
@given(y=labels)
def test_perfect_and_all_wrong(y):
    assert accuracy(y, y) == 1
    assert accuracy(y, y + 1) == 0
    matrix = confusion_matrix(y, y)
    np.testing.assert_array_equal(np.diag(matrix), np.unique(y, return_counts=True)[1])
    assert matrix.sum() == len(y)
    assert mean_squared_error(y, y) == 0


def test_confusion_matrix_by_hand():
    y, predicted = [0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 2, 2]
    expected = [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    np.testing.assert_array_equal(confusion_matrix(y, predicted), expected)
    np.testing.assert_array_equal(confusion_matrix(y, [predicted, y]), [expected, np.diag([2, 1, 3])])
    assert np.issubdtype(confusion_matrix(y, predicted).dtype, np.integer)


def test_confusion_matrix_follows_the_order_of_classes():
    np.testing.assert_array_equal(confusion_matrix(["dog", "cat"], ["dog", "dog"], ("dog", "cat")), [[1, 0], [1, 0]])
    np.testing.assert_array_equal(confusion_matrix(["dog", "cat"], ["dog", "dog"]), [[0, 1], [0, 1]])
    np.testing.assert_array_equal(confusion_matrix([0], [1], range(3)), [[0, 1, 0], [0, 0, 0], [0, 0, 0]])


@examples(30)
@given(y=labels, seed=st.integers(0, 99))
def test_the_diagonal_of_the_confusion_matrix_is_the_accuracy(y, seed):
    predicted = np.random.default_rng(seed).integers(0, 5, len(y))
    matrix = confusion_matrix(y, predicted, range(5))
    assert np.trace(matrix) / len(y) == pytest.approx(accuracy(y, predicted))
    np.testing.assert_array_equal(matrix.sum(axis=1), np.bincount(y, minlength=5))
    np.testing.assert_array_equal(matrix.sum(axis=0), np.bincount(predicted, minlength=5))


def test_classes_that_are_not_classes():
    with pytest.raises(DataError, match=r"accuracy expects class numbers or class names, got 0\.7; make classes of"):
        accuracy([0, 1], [0.7, 1])
    with pytest.raises(DataError, match=r"got nan"):
        accuracy([0, 1], [np.nan, 1])
    with pytest.raises(DataError, match=r"got values of type complex128"):
        accuracy([0, 1], [1j, 1])
    with pytest.raises(DataError, match=r"on both sides; got one of each\. Convert one\."):
        accuracy(["a", "b"], [0, 1])
    with pytest.raises(ShapeError, match=r"accuracy expects one class per sample, got \(2, 2\); argmax"):
        accuracy(np.eye(2), np.eye(2))
    with pytest.raises(DataError, match=r"expected classes among \[0, 1\], got \[2\]; add what is missing\."):
        confusion_matrix([0, 1], [2, 1], [0, 1])
    with pytest.raises(SettingError, match=r"classes must name each class once; got .*; remove the repeats\."):
        confusion_matrix([0, 1], [0, 1], [0, 1, 1])


# mean_squared_error and r2


def test_regression_by_hand():
    y, predicted = np.array([[1.0, 0.0], [3.0, 2.0]]), np.array([[1.0, 1.0], [2.0, 2.0]])
    assert mean_squared_error(y, predicted) == 0.5
    assert r2(y, predicted) == pytest.approx(0.5)  # 1 - 1/2 for each output
    assert r2([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]) == 0
    assert r2([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == -3


@examples(30)
@given(value=st.floats(-1e6, 1e6), n=st.integers(2, 30))
def test_r2_of_a_constant_target_is_1_or_0(value, n):
    y = np.full(n, value)
    assert r2(y, y) == 1
    assert r2(y, y + 1) == 0


def test_a_diverged_member_leaves_the_others_alone():
    predicted = np.array([[1.0, 2.0], [np.nan, 2.0], [np.inf, 1.0], [1e200, 0.0]])
    np.testing.assert_array_equal(mean_squared_error([1.0, 2.0], predicted), [0, np.nan, np.inf, np.inf])
    np.testing.assert_array_equal(r2([1.0, 2.0], predicted), [1, np.nan, -np.inf, -np.inf])
    np.testing.assert_array_equal(r2([1.0, 1.0], predicted), [0, np.nan, 0, 0])


@pytest.mark.parametrize("metric", [*SINGLE, roc_auc, average_precision, confusion_matrix])
@pytest.mark.parametrize(
    ("y", "predicted"),
    [((3,), (4,)), ((3,), (4, 1)), ((3,), (3, 2)), ((3, 2), (3,)), ((3, 2), (3, 1)), ((3,), ()), ((), (3,)),
     ((3,), (2, 4)), ((2, 3, 1), (2, 3, 1)), ((3, 1), (2, 2, 3, 1))],
)  # fmt: skip
def test_shapes_that_do_not_fit(metric, y, predicted):
    with pytest.raises(ShapeError, match=rf"{metric.__name__} expects y \(n,\) or \(n, outputs\), and predictions of"):
        metric(np.zeros(y), np.zeros(predicted))


def test_log_loss_takes_a_probability_per_class_as_well():
    with pytest.raises(ShapeError, match=r"log_loss expects y \(n,\) or \(n, outputs\), and predictions of"):
        log_loss(np.zeros(3), np.zeros((4, 2)))


@pytest.mark.parametrize("metric", [*SINGLE, *QUESTIONS, confusion_matrix])
def test_no_samples(metric):
    with pytest.raises(DataError, match=r"expects at least one sample, got y \(0,\); pass the samples to compare\."):
        metric([], [])


@pytest.mark.parametrize("metric", OF_VALUES)
def test_names_are_not_numbers(metric):
    with pytest.raises(DataError, match=rf"{metric.__name__}'s y should hold real numbers, got text\."):
        metric(["a"], ["b"])
