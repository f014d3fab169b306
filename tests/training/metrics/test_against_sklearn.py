"""Every metric equals scikit-learn's, ties and classes that don't occur included; what isn't defined is NaN."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from drawn import examples

sk = pytest.importorskip("sklearn.metrics")

samples = st.integers(1, 40)
seeds = st.integers(0, 2**20)


def same(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def undefined(metric, *data, **settings):
    """scikit-learn's value, and whether it warns that it isn't defined; older versions raise that: NaN."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            value = metric(*data, **settings)
        except ValueError as error:
            if "not defined" not in str(error):
                raise
            return np.nan, True
    return value, bool(said)


@examples(60)
@given(n=samples, C=st.integers(2, 6), seed=seeds, named=st.booleans())
def test_by_class(n, C, seed, named):
    rng = np.random.default_rng(seed)
    y, predicted = rng.integers(0, C, n), rng.integers(0, C, n)
    labels = np.arange(C)
    if named:
        labels = np.array(list("fbdaec")[:C])
        y, predicted = labels[y], labels[predicted]
    same(cr.accuracy(y, predicted), sk.accuracy_score(y, predicted))
    np.testing.assert_array_equal(
        cr.confusion_matrix(y, predicted, labels), sk.confusion_matrix(y, predicted, labels=labels)
    )
    ours = cr.by_class(y, predicted, labels)
    theirs = sk.precision_recall_fscore_support(y, predicted, labels=labels, zero_division=np.nan)
    for each, expected in zip(ours, theirs, strict=True):
        same(each, expected)
    for metric, expected in zip((cr.precision, cr.recall, cr.f1), ours[:3], strict=True):
        np.testing.assert_array_equal(metric(y, predicted, labels), expected)


@examples(40)
@given(n=samples, L=st.integers(2, 4), seed=seeds, digits=st.integers(0, 3))
def test_several_questions(n, L, seed, digits):
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, (n, L)), rng.random((n, L)).round(digits)
    theirs = sk.precision_recall_fscore_support(y, p >= 0.5, zero_division=np.nan, average=None)
    for each, expected in zip(cr.by_class(y, (p >= 0.5).astype(int)), theirs, strict=True):
        same(each, expected)
    for metric in (cr.log_loss, cr.roc_auc, cr.average_precision):
        same(metric(y, p), [metric(y[:, k], p[:, k]) for k in range(L)])


@examples(60)
@given(n=samples, seed=seeds, digits=st.integers(0, 3), scale=st.sampled_from([1.0, 1e-300, 1e300]))
def test_ranking_with_ties(n, seed, digits, scale):
    rng = np.random.default_rng(seed)
    y, scores = rng.integers(0, 2, n), scale * rng.random(n).round(digits)
    area, is_undefined = undefined(sk.roc_auc_score, y, scores)
    same(cr.roc_auc(y, scores), area)
    assert np.isnan(cr.roc_auc(y, scores)) == is_undefined
    found, is_undefined = undefined(sk.average_precision_score, y, scores)
    same(cr.average_precision(y, scores), np.nan if is_undefined else found)


@examples(60)
@given(n=samples, C=st.integers(2, 6), seed=seeds, sharp=st.sampled_from([0.1, 1.0, 50.0]))
def test_log_loss(n, C, seed, sharp):
    rng = np.random.default_rng(seed)
    y, logits = rng.integers(0, C, n), sharp * rng.normal(size=(n, C))
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    same(cr.log_loss(y, p), sk.log_loss(y, p, labels=range(C)))
    same(cr.log_loss(y, np.stack([p, np.full((n, C), 1 / C)])), [cr.log_loss(y, p), np.log(C)])
    two = y % 2
    same(cr.log_loss(two, p[:, 1]), sk.log_loss(two, p[:, 1], labels=[0, 1]))
    same(cr.log_loss(two, p[:, 1:2]), cr.log_loss(two, np.column_stack([1 - p[:, 1], p[:, 1]])))
    certain = np.eye(C)[rng.integers(0, C, n)]  # a certain answer that is wrong has no infinite loss
    same(cr.log_loss(y, certain), sk.log_loss(y, certain, labels=range(C)))


@examples(60)
@given(n=st.integers(2, 40), outputs=st.integers(1, 3), seed=seeds, scale=st.sampled_from([1e-9, 1.0, 1e9]))
def test_quantities(n, outputs, seed, scale):
    rng = np.random.default_rng(seed)
    y, predicted = scale * rng.normal(size=(2, n, outputs))
    y[:, 0] = np.round(y[:, 0] / scale, 0) * scale if seed % 2 else 3.0  # ties; or a target that never varies
    for ours, theirs in (
        (cr.r2, sk.r2_score),
        (cr.mean_squared_error, sk.mean_squared_error),
        (cr.root_mean_squared_error, sk.root_mean_squared_error),
        (cr.mean_absolute_error, sk.mean_absolute_error),
    ):
        np.testing.assert_allclose(ours(y, predicted), theirs(y, predicted), rtol=1e-12)


def test_r2_of_one_sample_is_not_defined():
    value, is_undefined = undefined(sk.r2_score, [1.0], [2.0])
    assert is_undefined
    assert np.isnan([value, cr.r2([1.0], [2.0]), cr.r2([1.0], [1.0])]).all()
