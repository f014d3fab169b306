"""What a run remembers of its epochs: columns, and the tables that they make."""

import csv
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.extras import advice
from optional import needed

X, Y = cr.datasets.xor()


def history(epochs: int = 4, **settings) -> cr.History:
    run = cr.train(cr.mlp(2, 3, 1), X, Y, loss=cr.SquaredError(), optimizer=cr.SGD(0.5), epochs=epochs, **settings)
    return run.history


def of(*losses: float | list[float]) -> cr.History:
    """A history of these losses, recorded at every tenth epoch."""
    found = cr.History()
    for i, loss in enumerate(losses):
        found.append(cr.Record(epoch=10 * i, epochs=100, step=20 * i, loss=np.array(loss)[()], theta=np.zeros(1)))
    return found


SINGLE = of(0.5, 0.25)
POPULATION = of([0.5, 0.1], [0.25, np.nan])


@pytest.mark.parametrize("population", [None, 3])
def test_columns(population: int | None) -> None:
    found = history(population=population, validation=(X, Y))
    assert found.columns == ("epoch", "step", "loss", "validation_loss")
    assert found.members == population
    assert len(found) == 4
    assert repr(found) == "History of 4 records: epoch, step, loss, validation_loss"
    assert found["epoch"].tolist() == [0, 1, 2, 3]
    assert found["epoch"].dtype.kind == found["step"].dtype.kind == "i"
    for name in ("loss", "validation_loss"):
        assert found[name].shape == ((4,) if population is None else (4, population))
        assert found[name].dtype == np.float64


def test_without_validation_there_is_no_such_column() -> None:
    assert history().columns == ("epoch", "step", "loss")
    assert "loss" in history()
    assert "validation_loss" not in history()


def test_a_column_is_fresh() -> None:
    found = history()
    found["loss"][...] = 0.0
    assert found["loss"].all()


def test_an_unknown_column_lists_the_known_ones() -> None:
    with pytest.raises(cr.SettingError, match=r"unknown column 'accuracy'; choose from epoch, loss, step$"):
        history()["accuracy"]


def test_nothing_recorded() -> None:
    assert cr.History()["loss"].tolist() == []
    assert cr.History().to_dict() == {"epoch": [], "step": [], "loss": []}
    assert cr.History().to_csv() == "epoch,step,loss"


def test_to_dict() -> None:
    assert SINGLE.to_dict() == {"epoch": [0, 10], "step": [0, 20], "loss": [0.5, 0.25]}
    assert {type(value) for values in SINGLE.to_dict().values() for value in values} == {int, float}
    assert of([0.5, 0.1]).to_dict()["loss"] == [[0.5, 0.1]]


def test_to_csv() -> None:
    assert SINGLE.to_csv().splitlines() == ["epoch,step,loss", "0,0,0.5", "10,20,0.25"]


def test_to_csv_of_a_population_is_long() -> None:
    expected = ["member,epoch,step,loss", "0,0,0,0.5", "1,0,0,0.1", "0,10,20,0.25", "1,10,20,nan"]
    assert POPULATION.to_csv().splitlines() == expected


@pytest.mark.parametrize("population", [None, 1, 3])
def test_a_csv_file_has_every_digit(population: int | None, tmp_path: Path) -> None:
    found, path = history(population=population, validation=(X, Y)), tmp_path / "history.csv"
    text = found.to_csv(path)
    assert path.read_bytes().decode() == text + "\n"
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    for name, column in found.long().items():
        assert [float(row[name]) for row in rows] == column.tolist()
    with pytest.raises(cr.FileError, match="there is no folder"):
        found.to_csv(tmp_path / "nowhere" / "history.csv")


def test_to_pandas() -> None:
    needed("pandas")
    frame = SINGLE.to_pandas()
    assert list(frame) == ["epoch", "step", "loss"]
    assert frame["loss"].tolist() == [0.5, 0.25]


def test_to_pandas_of_a_population_is_long() -> None:
    needed("pandas")
    frame = history(population=3, validation=(X, Y)).to_pandas()
    assert list(frame) == ["member", "epoch", "step", "loss", "validation_loss"]
    wide = history(population=3, validation=(X, Y))["loss"]
    assert (frame.pivot(index="epoch", columns="member", values="loss").to_numpy() == wide).all()


def test_without_pandas_the_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(cr.MissingExtraError, match=re.escape(f"to_pandas() needs pandas: {advice('pandas')}")):
        SINGLE.to_pandas()
