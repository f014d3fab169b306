"""The parts that are no tasks: starting up, lowering, the report's training."""

import pytest
from benchmarks.report_training import report_training
from benchmarks.results import Results
from benchmarks.startup import PROGRAMS, needed, size, start_up
from benchmarks.targets import PLAYGROUND_TARGETS, Target, of_playground

from benchmarks import lowering, playground, table, tables
from chromium import need_chromium


def test_starting_up_is_measured_beside_numpy(monkeypatch: pytest.MonkeyPatch):
    few = {name: PROGRAMS[name] for name in ("import numpy", "import chainrule")}
    monkeypatch.setattr("benchmarks.startup.PROGRAMS", few)
    found = start_up(rounds=1)
    assert [len(times) for times in found.times.values()] == [1, 1]
    assert found.megabytes["chainrule"] > found.megabytes["numpy"] > 1
    assert needed("chainrule") == {"chainrule", "numpy"}
    assert size("sklearn") > size("numpy")


def test_lowering_is_measured_beside_binding(monkeypatch: pytest.MonkeyPatch):
    """A real round. The verdicts are those of given times: T1 0.5 ms, LeNet 4, both nothing the second time."""
    found = lowering.lowering(rounds=1).times
    assert list(found) == ["T1", "LeNet"]
    assert all(list(parts) == ["binding", "lowering", "lowering it again"] for parts in found.values())
    given = {"T1": [0.4, 0.5, 0.001], "LeNet": [2.0, 4.0, 0.01]}
    times = {name: {p: [ms] * 7 for p, ms in zip(found[name], each, strict=True)} for name, each in given.items()}
    results = Results({}, lowering=lowering.Lowering(times))
    assert [(each.task, each.verdict) for each in results.judged] == [
        ("lowering T1, ms", "met"),
        ("lowering T1 again", "met"),
        ("lowering LeNet, ms", "missed"),
        ("lowering LeNet again", "met"),
    ]
    assert "| LeNet | lowering | 4.00 (4.00 to 4.00) | 2.00 (2.00 to 2.00) |" in table.markdown(results)


def test_reading_tables_is_measured_in_seconds_and_memory():
    """A real round, of a hundredth of the rows. The verdicts are those of given numbers."""
    found = tables.tables(rounds=1, part=0.01).taken
    assert [(file, *units) for file, units in found.items()] == [(file, "s", "MB") for file in tables.FILES]
    assert all(0 < value < 2000 for units in found.values() for (value,) in units.values())
    given = {"36 MB of images": (1.2, 500.0), "20,000 columns": (11.0, 300.0)}
    taken = {file: {"s": [s] * 7, "MB": [mb] * 7} for file, (s, mb) in given.items()}
    results = Results({}, tables=tables.Tables(taken))
    assert [(each.task, each.verdict) for each in results.judged] == [
        ("36 MB of images, s", "met"),
        ("36 MB of images, MB", "missed"),
        ("20,000 columns, s", "missed"),
    ]
    assert "| 36 MB of images | MB | 500 (500 to 500) |" in table.markdown(results)


def test_the_reports_training_is_measured_with_both_engines():
    found = report_training(20, rounds=1, chapters=["biases"])
    assert [len(found.times[name]) for name in ("chainrule", "chainrule, NumPy")] == [1, 1]
    assert Target("report", "chainrule, NumPy", 1 / 3).ratio({"report": found}).median > 0


def test_the_playground_is_measured_in_a_browser():
    """A real round. The verdicts are those of given numbers."""
    need_chromium()
    found = playground.playground(rounds=1)
    assert set(found.taken) == set(PLAYGROUND_TARGETS)
    assert all(0 <= value < 10_000 for (value,) in found.taken.values())
    given = playground.Playground({what: [0.9 * limit] * 7 for what, limit in PLAYGROUND_TARGETS.items()})
    slow = playground.Playground(given.taken | {playground.FRAME: [50.0] * 7})
    assert [each.verdict for each in of_playground(slow)].count("missed") == 1
    assert "| a frame, ms | 50 (50 to 50) |" in table.markdown(Results({}, playground=slow))
