"""Each of the public cases is read rightly: its columns, their types and values, and how it is written."""

from pathlib import Path

import numpy as np
import pytest

from chainrule.lab.tables.find import find
from chainrule.lab.tables.options import Options

CASES = Path(__file__).parent / "cases"

SHAPES = {
    "P01_wetter.csv": ("f f O", ("Temperatur, °C", "Druck, hPa", "Klasse"), 60, (12.7, 1024.0, "schlecht")),
    "P03_noten.csv": ("f f f", ("Stunden", "Tage", "Note"), 40, (4.0, 5.0, 3.1)),
    "P04_messung.csv": ("f f f", ("Länge", "Breite", "Kraft"), 40, (1.18, 0.52, 1.84)),
    "P06_mpg.data": ("f f f f", ("cyl", "horsepower", "weight", "mpg"), 40, (8.0, 173.3, 3006.6, 22.5)),
    "P06_mpg_noheader.data": ("f f f f", None, 40, (8.0, 173.3, 3006.6, 22.5)),
    "P09_sorten.csv": ("f f O", ("Länge", "Fläche", "Sorte"), 20, (0.5, 0.2, "früh")),
    "P10_rent.csv": ("f f f", ("rooms", "sqft", "rent"), 8, (3.0, 1421.0, 1692.0)),
    "P13_cells.data": ("f f f f O", None, 30, (5.0, None, 3.0, 1.0, "benign")),
    "P15_groesse.csv": ("f f O", ("Größe", "Gewicht", "Klasse"), 20, (150.0, 50.0, "S")),
    "P16_weather.arff": ("f f O", ("temperature", "humidity", "play"), 6, (85.0, 85.0, "no")),
    "P18_logger.csv": ("f f O", ("time_s", "volt", "state"), 20, (0.0, 0.0, "off")),
    "P20_ship.csv": ("f O f O", ("pclass", "sex", "fare", "survived"), 80, (3.0, "male", 28.57, "no")),
    "P26_wdbc_like.data": ("f O f f f f f", None, 60, (868875.0, "M", 1.427, 1.103, 1.497, 1.857, 3.086)),
    "P27_voice.data": (
        "O f f f f",
        ("name", "fo_hz", "jitter", "status", "rpde"),
        60,
        ("subj_00", 140.74, 0.00375, 0.0, 0.4637),
    ),
    "P29_survey.csv": ("f f", ("share", "score"), 20, (0.0, 0.0)),
    "P30_seeds.csv": ("f f f", ("area", "asym", "variety"), 90, (1.519, -0.121, 1.0)),
    "P32_iris_numbers.csv": ("f f f", ("sepal", "petal", "species"), 90, (2.368, 0.194, 0.0)),
    "P34_rare.csv": ("f f O", ("x1", "x2", "kind"), 61, (1.217, -0.144, "a")),
    "P35_cards.csv": ("f f O", ("amount", "hour", "label"), 400, (-1.089, -0.002, "fraud")),
    "P37_one_class.csv": ("f f O", ("a", "b", "state"), 20, (1.891, -0.239, "ok")),
    "P37_one_number.csv": ("f f f", ("a", "b", "state"), 20, (1.891, -0.239, 1.0)),
    "P40_energy.csv": ("f f f f f", ("X1", "X2", "X3", "Y1", "Y2"), 80, (0.459, 0.878, 0.032, 21.81, 23.10)),
    "P50_test_blank.csv": ("f f f", ("weight", "height", "kind"), 6, (1.528, 0.007, None)),
    "P50_test_question.csv": ("f f f", ("weight", "height", "kind"), 6, (1.528, 0.007, None)),
    "P50_train.csv": ("f f O", ("weight", "height", "kind"), 60, (1.528, 0.007, "cat")),
    "P51_test_id.csv": ("f f f", ("id", "weight", "height"), 6, (100.0, 1.528, 0.007)),
    "P51_test_order.csv": ("f f", ("height", "weight"), 6, (0.007, 1.528)),
    "P51_test_semicolon_comma_header.csv": ("f f", ("weight", "height"), 6, (1.528, 0.007)),
    "P51_test_target_first.csv": ("O f f", ("kind", "height", "weight"), 6, ("cat", 0.007, 1.528)),
    "P65_outlier.csv": ("f f f", ("a", "b", "y"), 30, (-0.017, -0.536, 0.263)),
    "P66_years.csv": ("f f f", ("2019", "2020", "2021"), 20, (0.0, 0.0, 1.0)),
    "P68_flat.csv": ("f f f", ("a", "b", "y"), 40, (3.0, 7.0, -1.318)),
    "P69_contradict.csv": ("f f O", ("a", "b", "kind"), 72, (0.0, 0.0, "no")),
    "P75_leak.csv": ("f f f f", ("f1", "f2", "f3", "target"), 200, (0.14, -1.19, 1.0, 1.0)),
    "P82_xor4.csv": ("f f f", ("a", "b", "out"), 4, (0.0, 0.0, 0.0)),
    "P82_xor4_noheader.csv": ("f f f", None, 4, (0.0, 0.0, 0.0)),
    "P83_pets.csv": ("f f O", ("weight", "height", "kind"), 20, (4.0, 25.0, "cat")),
}
"""Each file's types, names (None: it has no header), rows, and first row (None: a gap)."""


def test_every_case_has_a_row():
    assert sorted(path.name for path in CASES.iterdir()) == sorted(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_a_case_is_read_rightly(name: str):
    kinds, names, n, first = SHAPES[name]
    found = find(CASES / name)
    assert " ".join(each.values.dtype.kind for each in found.columns) == kinds
    assert found.reading.header == (names is not None)
    assert tuple(each.name for each in found.columns) == (names or tuple(f"column {k + 1}" for k in range(len(first))))
    assert len(found) == n
    values = [each.values[0] for each in found.columns]
    gaps = [bool(each.gaps()[0]) for each in found.columns]
    assert [None if gap else value for value, gap in zip(values, gaps, strict=True)] == list(first)


def test_what_is_said_of_the_cases():
    def of(name: str, **options: object):
        return find(CASES / name, Options(**options))

    assert of("P01_wetter.csv").reading.delimiter == ";"
    assert of("P06_mpg.data").reading.delimiter == " "
    assert of("P18_logger.csv").reading.skipped == 2
    assert of("P18_logger.csv").place(0) == "line 4"
    grades = of("P03_noten.csv")
    assert grades.column("Note").writing == "decimal comma"
    assert grades.reading.decimal == ","
    old = of("P09_sorten.csv").reading
    assert old.encoding == "cp1252"
    assert "read as cp1252" in old.notes[0]
    assert of("P09_sorten.csv", encoding="latin-1").reading.notes == ()
    (doubt,) = of("P10_rent.csv").column("sqft").doubts
    assert (doubt.row, doubt.cell) == (0, "1,421")
    assert doubt.readings == (("1421", "--thousands ,"), ("1.421", "--decimal ,"))
    assert of("P10_rent.csv", thousands=",").column("sqft").values[0] == 1421.0
    comma = of("P10_rent.csv", decimal=",").column("sqft")
    assert (comma.values[0], comma.doubts) == (1.421, ())
    shares = of("P29_survey.csv").column("share")
    assert (shares.writing, shares.values[9]) == ("per cent", 0.45)
    assert "is taken for names: --no-header" in of("P66_years.csv").reading.notes[0]
    assert of("P66_years.csv", header=False).columns[0].values[0] == 2019.0
    assert of("P65_outlier.csv").column("b").values.max() == 1e300
    assert of("P65_outlier.csv").place(int(np.argmax(of("P65_outlier.csv").column("b").values))) == "line 9"
    assert of("P20_ship.csv", categorical="pclass").column("pclass").values[0] == "3"
