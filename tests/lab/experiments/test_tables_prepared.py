"""Tables: columns fitted on what is learnt, and a model that takes the table back."""

import dataclasses

import numpy as np
import pytest

import chainrule as cr
from chainrule.interfaces.cli.answers import answer
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.experiments.samples import Samples
from chainrule.training.data.columns.frames import raw_of
from chainrule.training.data.columns.kinds import Category, Moment, Number

KINDS = Number("weight"), Category("kind", ("cat", "dog", "eel")), Moment("day")


def rows(n: int = 40) -> list[list]:
    """Pets with gaps, the first an eel, the only one."""
    g = np.random.default_rng(0)
    kinds = ["eel", *g.choice(["cat", "dog"], n - 1)]
    weights = [None if g.random() < 0.2 else float(g.normal(5.0)) for _ in range(n)]
    return [
        [weight, str(kind), f"2024-0{1 + k % 9}-11"]
        for k, (weight, kind) in enumerate(zip(weights, kinds, strict=True))
    ]


@pytest.fixture
def samples() -> Samples:
    raw = raw_of(KINDS, rows())
    y = (raw[:, 1] == 1).astype(int)
    names = tuple(kind.name for kind in KINDS)
    return Samples("pets.csv", raw, y, names, "tame", 2, ("no", "yes"), kinds=KINDS, target_names=("tame",))


EXPERIMENT = cr.Experiment(
    cr.DataFile("pets.csv"), loss=cr.BinaryCrossEntropy(), optimizer=cr.Adam(0.05), epochs=100, test=0.25
)


def test_columns_are_fitted_on_what_is_learnt(samples: Samples):
    without_eel = next(seed for seed in range(99) if 0 not in _learnt(samples, seed))
    with_eel = next(seed for seed in range(99) if 0 in _learnt(samples, seed))
    one, other = (prepare(dataclasses.replace(EXPERIMENT, seed=seed), samples) for seed in (without_eel, with_eel))
    assert "kind = eel" not in one.columns.inputs
    assert "kind = eel" in other.columns.inputs
    assert one.network.n_parameters < other.network.n_parameters
    x = one.arrays(one.learnt)[0]
    assert x.shape == (30, len(one.columns.inputs))
    assert abs(x[:, 0].mean()) < 1e-12
    assert set(x[:, one.columns.inputs.index("kind = dog")]) == {0.0, 1.0}
    assert np.median(one.learnt.x[~np.isnan(one.learnt.x[:, 0]), 0]) == one.columns.fitted[0].filling


def _learnt(samples: Samples, seed: int) -> set[int]:
    numbered = dataclasses.replace(samples, x=np.arange(len(samples))[:, np.newaxis], kinds=())
    return set(prepare(dataclasses.replace(EXPERIMENT, seed=seed), numbered).learnt.x[:, 0].tolist())


def test_a_model_takes_the_table_back(samples: Samples):
    prepared = prepare(EXPERIMENT, samples)
    training = prepared.begin()
    for _ in training:
        pass
    model = prepared.model(training.result())
    assert model.targets == ("tame",)
    assert model.features == prepared.columns.inputs
    assert model.score(samples.table, samples.y) == model.score(rows(), samples.y) > 0.9
    np.testing.assert_array_equal(model.predict(samples.table), model.predict(rows()))
    x, _ = prepared.arrays(samples)
    np.testing.assert_allclose(model.predict(rows()), training.result().model.predict(x))


def test_answers_show_the_columns_as_they_are(samples: Samples):
    prepared = prepare(EXPERIMENT, samples)
    model = prepared.model(prepared.begin(epochs=1).result())
    answers = answer(model, samples)
    header, first = list(answers.table())[:2]
    assert header[:5] == ["weight", "kind", "day", "tame", "prediction"]
    assert first[1:4] == ["eel", "2024-01-11", "no"]
    assert "" in [row[0] for row in answers.table()]
    assert answers.plane() is None


def test_a_network_of_another_width_is_refused(samples: Samples):
    experiment = dataclasses.replace(EXPERIMENT, network=cr.mlp(3, 1, output="identity"))
    with pytest.raises(cr.ShapeError, match=r"shape \(3,\), got \d+ inputs: weight, weight is missing, kind = cat"):
        prepare(experiment, samples)


def test_questions_are_judged_together(samples: Samples):
    y = np.stack([samples.y, 1 - samples.y], axis=1)
    asked = dataclasses.replace(samples, y=y, n_classes=0, classes=(), target_names=("tame", "wild"))
    assert prepare(EXPERIMENT, asked).metric == "accuracy"
    quantities = dataclasses.replace(asked, y=y + 0.5)
    assert prepare(dataclasses.replace(EXPERIMENT, loss=cr.SquaredError()), quantities).metric == "r2"
    assert prepare(dataclasses.replace(EXPERIMENT, loss=cr.SoftmaxCrossEntropy()), asked).metric == "accuracy"
