"""What a saved model is asked about: tables by the names of their columns, with or without the target."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.experiments.asked import samples_for
from chainrule.lab.experiments.defaults import experiment_for
from chainrule.lab.experiments.prepared import prepare

WEIGHTS = np.random.default_rng(0).normal(5.0, 2.0, 40).round(2).tolist()
SEXES = ["f", "m"] * 20
KINDS = ["cat" if weight < 5 else "dog" for weight in WEIGHTS]


def table(path: Path, text: str) -> cr.DataFile:
    path.write_text(text)
    return cr.DataFile(str(path))


def learnt(data: cr.DataFile, **settings) -> cr.Model:
    """A model of the data, trained for a moment."""
    samples = data.read()
    prepared = prepare(experiment_for(data, samples, epochs=20, **settings), samples)
    training = prepared.begin()
    for _ in training:
        pass
    return prepared.model(training.result())


@pytest.fixture(scope="module")
def pets(tmp_path_factory) -> cr.Model:
    """Of weight, sex and day, with gaps in weight; the target stands in the middle."""
    path = tmp_path_factory.mktemp("pets")
    rows = [f"{w if k % 9 else ''},{kind},{sex},2024-01-{1 + k % 28:02}" for k, (w, kind, sex) in enumerate(
        zip(WEIGHTS, KINDS, SEXES, strict=True))]  # fmt: skip
    model = learnt(
        dataclasses.replace(table(path / "pets.csv", "\n".join(["weight,kind,sex,day", *rows])), target="kind")
    )
    model.save(path / "pets.npz")
    return cr.Model.load(path / "pets.npz")


ROW = "4.5,f,2024-02-01"
SAME = {
    "as learnt, without the target": f"weight,sex,day\n{ROW}\n",
    "in another order": "day,sex,weight\n2024-02-01,f,4.5\n",
    "an id before, and a column more": f"id,weight,sex,day,more\n100,{ROW},x\n",
    "the target empty": "weight,kind,sex,day\n4.5,,f,2024-02-01\n",
    "the target ?": "weight,sex,day,kind\n4.5,f,2024-02-01,?\n",
    "semicolons": "weight;sex;day\n4,5;f;2024-02-01\n",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_a_table_goes_by_names(pets: cr.Model, tmp_path: Path, text: str):
    samples = samples_for(pets, table(tmp_path / "new.csv", text))
    assert samples.y is None
    assert samples.features == ("weight", "sex", "day")
    expected = pets.predict([[4.5, "f", "2024-02-01"]])
    np.testing.assert_array_equal(pets.predict(samples.table), expected)


def test_the_target_is_remembered_by_its_name(pets: cr.Model, tmp_path: Path):
    text = "kind,sex,weight,day\ndog,f,4.5,2024-02-01\ncat,m,6.5,2024-02-02\n"
    samples = samples_for(pets, table(tmp_path / "new.csv", text))
    assert samples.y.tolist() == [1, 0]
    assert samples.target == "kind"
    assert samples.classes == ("cat", "dog")


def test_gaps_and_unseen_levels_are_answered_and_shown(pets: cr.Model, tmp_path: Path):
    samples = samples_for(pets, table(tmp_path / "new.csv", "weight,sex,day\n,x,2024-02-01\n4.5,f,\n"))
    assert samples.cells.tolist() == [["", "x", "2024-02-01"], [4.5, "f", ""]]
    np.testing.assert_array_equal(
        pets.predict(samples.table), pets.predict([[None, "y", "2024-02-01"], [4.5, "f", None]])
    )


def test_a_target_with_some_gaps_is_not_judged_and_said(pets: cr.Model, tmp_path: Path):
    data = table(tmp_path / "new.csv", f"weight,sex,day,kind\n{ROW},cat\n{ROW},\n")
    with pytest.warns(UserWarning, match="kind is missing in 1 of 2 rows, so that the answers aren't judged"):
        assert samples_for(pets, data).y is None


WRONG = {
    "a column is missing": ("weight,day\n4.5,2024-02-01\n", "a column named sex, got .*new.csv with weight, day"),
    "text for a number": (f"weight,sex,day\nheavy,f,2024-02-01\n{ROW}\n", "hold numbers, got 'heavy' in line 2 of"),
    "a number for a category": ("weight,sex,day\n4.5,1,2024-02-01\n", r"categories \(f, m\), got 1.0 in line 2"),
    "a number for a date": ("weight,sex,day\n4.5,f,31\n", "day should hold dates, got 31.0 in line 2"),
    "an unknown class": (f"weight,sex,day,kind\n{ROW},cow\n", r"the model knows \(cat, dog\), got 'cow' in line 2"),
    "a number beyond all bounds": ("weight,sex,day\n1e300,f,2024-02-01\n", r"line 2, column weight: .*1e\+300"),
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.values(), ids=WRONG)
def test_a_table_that_does_not_fit(pets: cr.Model, tmp_path: Path, text: str, sentence: str):
    with pytest.raises(cr.DataError, match=sentence):
        samples_for(pets, table(tmp_path / "new.csv", text))


def test_a_table_without_names_goes_by_positions(tmp_path: Path):
    rows = [f"{weight},{9 - weight},{kind}" for weight, kind in zip(WEIGHTS, KINDS, strict=True)]
    model = learnt(table(tmp_path / "pets.data", "\n".join(rows)))
    expected = model.predict([[4.5, 4.5], [6.5, 2.5]])
    for text, y in (("4.5,4.5\n6.5,2.5\n", None), ("4.5,4.5,cat\n6.5,2.5,dog\n", [0, 1])):
        samples = samples_for(model, table(tmp_path / "new.data", text))
        np.testing.assert_array_equal(model.predict(samples.table), expected)
        assert (samples.y if y is None else samples.y.tolist()) == y
    with pytest.raises(cr.DataError, match=r"takes 2 columns by their positions.* got 4"):
        samples_for(model, table(tmp_path / "new.data", "1,4.5,4.5,cat\n2,6.5,2.5,dog\n"))


def test_a_model_from_before_there_were_columns_goes_by_its_features(tmp_path: Path):
    network = cr.mlp(2, 1)
    model = cr.Model(network, network.initialize(), cr.SquaredError(), features=("a", "b"))
    samples = samples_for(model, table(tmp_path / "new.csv", "b,a,y\n2,1,5\n4,3,6\n"))
    assert samples.y.tolist() == [5, 6]
    np.testing.assert_array_equal(model.predict(samples.table), model.predict([[1, 2], [3, 4]]))
    assert samples_for(model, table(tmp_path / "new.csv", "id,b,a\n5,2,1\n6,4,3\n")).y is None
    nameless = dataclasses.replace(model, features=())
    samples = samples_for(nameless, table(tmp_path / "new.csv", "u,v,y\n1,2,5\n3,4,6\n"))
    np.testing.assert_array_equal(nameless.predict(samples.table), model.predict([[1, 2], [3, 4]]))


def test_several_targets_come_back_by_their_names(tmp_path: Path):
    rows = [f"{w},{2 * w},{-w}" for w in WEIGHTS]
    data = dataclasses.replace(table(tmp_path / "two.csv", "\n".join(["x,p,q", *rows])), target="p,q")
    model = learnt(data)
    assert model.targets == ("p", "q")
    samples = samples_for(model, table(tmp_path / "new.csv", "q,x,p\n-1,1,2\n-2,2,4\n"))
    assert samples.y.tolist() == [[2, -1], [4, -2]]
    assert samples_for(model, table(tmp_path / "new.csv", "q,x\n-1,1\n-2,2\n")).y is None


def test_one_hot_targets_are_one_class(tmp_path: Path):
    rows = [f"{w},{int(kind == 'cat')},{int(kind == 'dog')}" for w, kind in zip(WEIGHTS, KINDS, strict=True)]
    text = "\n".join(["weight,cat,dog", *rows])
    model = learnt(dataclasses.replace(table(tmp_path / "pets.csv", text), target="cat,dog"))
    assert model.classes == model.targets == ("cat", "dog")
    samples = samples_for(model, table(tmp_path / "new.csv", "dog,weight,cat\n1,6,0\n0,4,1\n"))
    assert samples.y.tolist() == [1, 0]


def test_a_comparison_may_have_networks_of_two_widths(tmp_path: Path):
    """A level and a gap that one part of the rows has and another not."""
    rows = [f"{w if k else ''},{'rare' if k == 0 else sex},{kind}"
            for k, (w, sex, kind) in enumerate(zip(WEIGHTS, SEXES, KINDS, strict=True))]  # fmt: skip
    data = table(tmp_path / "pets.csv", "\n".join(["weight,sex,kind", *rows]))
    experiment = dataclasses.replace(experiment_for(data, epochs=3), starts=2)
    compared = [
        cr.compare(experiment, validation=["last:0.2", 0.2, 0.5, 0.7], keep=tmp_path / "kept", processes=1)
        for _ in "12"
    ]
    widths = [runs.theta.shape[1] for runs in compared[0].runs]
    assert len(set(widths)) == 2
    for one, other in zip(*(each.runs for each in compared), strict=True):
        assert (one.theta == other.theta).all()


def test_arrays_go_by_positions(tmp_path: Path):
    x = np.stack([WEIGHTS, np.arange(40.0)], axis=1)
    y = np.array(KINDS)
    np.savez(tmp_path / "pets.npz", x=x, y=y)
    model = learnt(cr.DataFile(str(tmp_path / "pets.npz")))
    samples = samples_for(model, cr.DataFile(str(tmp_path / "pets.npz")))
    assert model.classes == ("cat", "dog")
    np.testing.assert_array_equal(samples.y, y == "dog")
    np.testing.assert_array_equal(model.predict(samples.table), model.predict(x))
    np.savez(tmp_path / "other.npz", x=x, y=np.where(y == "dog", "cow", y))
    with pytest.raises(cr.DataError, match=r"that the model knows .*, got 'cow' in row"):
        samples_for(model, cr.DataFile(str(tmp_path / "other.npz")))
    np.savez(tmp_path / "wide.npz", x=np.zeros((2, 3)))
    with pytest.raises(cr.ShapeError, match="expects 2 features per sample, got 3"):
        samples_for(model, cr.DataFile(str(tmp_path / "wide.npz")))
