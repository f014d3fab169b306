"""The metrics of probabilities: shapes of classes, of questions and of populations; what can't be judged."""

import numpy as np
import pytest

import chainrule as cr


def test_a_member_that_diverged_leaves_the_others_alone():
    y, p = [0, 1, 1], np.array([[0.2, 0.9, 0.6], [np.nan, 0.5, 0.5]])
    for metric in (cr.log_loss, cr.roc_auc, cr.average_precision):
        assert np.isfinite(metric(y, p)).tolist() == [True, False]
        assert metric(y, p)[0] == metric(y, p[0])
    many = np.stack([np.full((3, 3), 1 / 3), np.full((3, 3), np.nan)])
    np.testing.assert_allclose(cr.log_loss([0, 1, 2], many), [np.log(3), np.nan])


def test_a_table_of_classes_is_not_a_population():
    p = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert cr.log_loss([0, 1], p) == pytest.approx(-np.log([0.9, 0.8]).mean())
    assert cr.log_loss([0, 1, 1], [[0.1, 0.8, 0.8], [0.5, 0.5, 0.5]]).shape == (2,)


def test_what_is_no_probability():
    with pytest.raises(cr.DataError, match=r"log_loss expects probabilities from 0 to 1, got 1\.3; Model\.prob"):
        cr.log_loss([0, 1], [0.2, 1.3])
    with pytest.raises(cr.DataError, match=r"log_loss expects probabilities from 0 to 1, got 1\.1"):
        cr.log_loss([0, 1], [[1.1, -0.1], [0.5, 0.5]][::-1])
    with pytest.raises(cr.DataError, match=r"add up to 1, got a sum of 1\.5; divide by it"):
        cr.log_loss([0, 1], [[0.5, 0.5], [0.5, 1.0]])
    with pytest.raises(cr.DataError, match=r"log_loss expects class numbers from 0 to 1, a column each; got 2"):
        cr.log_loss([0, 2], [[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(cr.DataError, match=r"log_loss's y should hold real numbers, got text"):
        cr.log_loss(["a", "b"], [[0.5, 0.5], [0.5, 0.5]])
    for metric in (cr.log_loss, cr.roc_auc, cr.average_precision):
        with pytest.raises(cr.DataError, match=r"expects zeros and ones, two classes or questions, got 2; convert y"):
            metric([1, 2], [0.1, 0.2])
    with pytest.raises(cr.DataError, match=r"several columns are yes/no questions: expected zeros and ones alone"):
        cr.by_class([[0, 2], [1, 1]], [[0, 1], [1, 1]])


def test_infinite_scores_are_ranked():
    assert cr.roc_auc([0, 0, 1, 1], [-np.inf, np.inf, np.inf, 0.0]) == 0.625
    assert cr.average_precision([0, 1], [np.inf, np.inf]) == 0.5
