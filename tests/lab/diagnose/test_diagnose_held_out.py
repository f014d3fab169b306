"""What rows held out for a test show: a gap to what was learnt, a class never answered; no advice that was followed."""

import numpy as np
import pytest

import chainrule as cr

CROSS = cr.BinaryCrossEntropy()


def noise(n=30, features=60, seed=0):
    """Classes that no feature tells."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, features)), np.arange(n)[:, np.newaxis] % 2


def names(found):
    return [each.illness for each in found]


def test_rows_learnt_by_heart_are_found_by_a_test_without_validation():
    x, y = noise()
    network = cr.mlp(60, 16, 1, activation="tanh", output="identity")
    run = cr.train(network, x[:22], y[:22], loss=CROSS, optimizer=cr.Adam(0.01), epochs=200)
    assert "overfitting" not in names(cr.diagnose(run, x[:22], y[:22]))
    found = cr.diagnose(run, x[:22], y[:22], held_out=(x[22:], y[22:]))
    assert "overfitting" in names(found)
    finding = found[names(found).index("overfitting")]
    logits = run.model.predict(x[22:])
    assert finding.evidence["last"] == pytest.approx(np.mean(np.logaddexp(0, logits) - y[22:] * logits))
    assert "22 rows are learnt by heart" in finding.sentence


def test_a_test_that_goes_well_and_one_of_a_population():
    x, y = cr.datasets.moons(160, noise=0.1)
    network = cr.mlp(2, 16, 1, activation="tanh", output="identity")
    run = cr.train(network, x[:120], y[:120], loss=CROSS, optimizer=cr.Adam(0.05), epochs=300, population=2)
    found = cr.diagnose(run, x[:120], y[:120], held_out=(x[120:], y[120:]))
    assert [names(each) for each in found] == [[], []]
    with pytest.raises(cr.ShapeError):
        cr.diagnose(run, x[:120], y[:120], held_out=(x[120:, :1], y[120:]))


def overlapping(n=600, seed=3):
    """A class whose probability is nowhere more than a fifth, and three times as high on one side as on the other."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (n, 2))
    y = (rng.uniform(size=n) < np.where(x[:, 0] > 0, 0.18, 0.06)).astype(int)
    return x, y[:, np.newaxis]


def test_a_class_that_is_never_answered_is_named_and_its_weight_advised_once():
    x, y = overlapping()
    settings = {"loss": CROSS, "optimizer": cr.Adam(0.01), "epochs": 300}
    network = cr.mlp(2, 1, activation="sigmoid", output="identity")
    run = cr.train(network, x, y, **settings)
    assert not run.model.classify(x).any()
    finding = next(each for each in cr.diagnose(run, x, y) if each.illness == "a class never answered")
    assert finding.sentence == (
        f"Class 1 is never answered, although {y.sum()} of the 600 rows are of it ({y.mean():.1%}): "
        "the accuracy hides it."
    )
    treated = finding.treated(network=network, x=x, y=y, **settings)
    again = cr.train(**treated)
    assert again.model.classify(x).any()
    assert "a class never answered" not in names(cr.diagnose(again, x, y))


def test_weights_are_not_advised_where_there_are_some():
    x, y = overlapping()
    network = cr.mlp(2, 1, activation="sigmoid", output="identity")
    run = cr.train(network, x, y, loss=CROSS, optimizer=cr.Adam(0.01), epochs=300, sample_weight=np.full(600, 2.0))
    finding = next(each for each in cr.diagnose(run, x, y) if each.illness == "a class never answered")
    assert finding.advice.startswith("Add rows of that class")
    assert not finding.changes


def test_standardised_features_are_not_told_to_be_standardised():
    rng = np.random.default_rng(0)
    x = np.c_[rng.uniform(-1, 1, (20_000, 1)), np.arange(20_000) == 7]  # a feature that is 0 but in one row
    y = np.sin(3 * x[:, :1])
    scaled = cr.Standardizer.fit(x).apply(x)
    network = cr.mlp(2, 16, 1, activation="tanh", output="identity")
    run = cr.train(network, scaled, y, loss=cr.SquaredError(), optimizer=cr.Adam(0.01), epochs=5)
    assert "unscaled inputs" not in names(cr.diagnose(run, scaled, y))
