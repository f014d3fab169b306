"""Targets: met, missed, or too noisy to tell."""

from pathlib import Path

import pytest
from benchmarks.results import Results
from benchmarks.startup import PROGRAMS, Startup
from benchmarks.targets import STARTUP_TARGETS, TARGETS, Target, judged

from benchmarked import NOISY, STEADY, all_tasks, measured
from benchmarks import __main__ as command
from benchmarks import machine, table, targets


def test_a_ratio_that_spreads_is_printed_as_such_and_decides_nothing(tmp_path: Path, monkeypatch, capsys):
    """Seven ratios to JAX between 0.5 and 4.5, and a steady one to scikit-learn."""
    noisy = measured(**STEADY | {"chainrule": [1.0] * 7, "JAX": [2.0 / each for each in NOISY]})
    monkeypatch.setattr(targets, "TARGETS", (Target("T1", "JAX", 0.3), Target("T1", "PyTorch eager", 0.3)))
    monkeypatch.setattr(command, "measure_all", lambda results, *_: results.tasks.append(noisy))
    assert command.main(["--out", str(tmp_path)]) == 0
    said, page = capsys.readouterr().out, (tmp_path / "table.md").read_text()
    assert "T1, beside JAX: 0.5 to 4.50: too noisy; at most 0.3: too noisy" in said
    assert "Targets: 1 met, 0 missed, 1 too noisy." in said
    assert f"This processor is {machine.kind()}; the README shows {' and '.join(machine.in_readme())}." in said
    assert "| T1 | JAX | 0.5 to 4.50: too noisy | 0.3 | too noisy |" in page
    assert "| T1 | PyTorch eager | 0.1 (0.1 to 0.1) | 0.3 | met |" in page


def test_a_start_up_that_spreads_decides_nothing():
    numpys = [100.0] * 7
    times = {each.program: [110.0] * 7 for each in STARTUP_TARGETS} | {"import numpy": numpys}
    assert [each.verdict for each in judged([], Startup(times, {}))] == ["met"] * 3
    times["100 epochs of xor"] = [110.0, 900.0] * 3 + [110.0]
    *_, last = judged([], Startup(times, {}))
    assert (last.measured, last.verdict) == ("10 (10 to 800) ms more", "too noisy")


def test_a_target_is_met_by_its_median(monkeypatch: pytest.MonkeyPatch):
    two = Target("T2, K = 32", "PyTorch eager", 0.035, than="T1")
    one, fastest = Target("T1", "PyTorch eager", 0.09), Target("T1", "JAX; PyTorch eager", 0.09)
    found = {"T1": measured(**STEADY), "T2, K = 32": measured("T2, K = 32", chainrule=[0.25] * 9)}
    assert one.ratio(found).median == 0.1
    assert two.ratio(found).median == 0.025  # of the common rounds
    assert fastest.ratio(found).median == 0.5
    assert Target("T3", "JAX", 1.0).ratio(found) is None
    monkeypatch.setattr(targets, "TARGETS", (one, two, fastest))
    page = table.markdown(Results({}, tasks=list(found.values())))
    assert "| T1 | PyTorch eager | 0.1 (0.1 to 0.1) | 0.09 | **missed** |" in page
    assert "| T2, K = 32 | PyTorch eager, T1 | 0.025 (0.025 to 0.025) | 0.035 | met |" in page
    assert "| T1 | JAX | 0.5 (0.5 to 0.5) | 0.09 | **missed** |" in page
    found["T1"].disturbed = "C used 50% of a core"
    assert {each.verdict for each in judged(found.values(), None)} == {"too noisy"}


def test_every_target_is_of_something_that_is_measured():
    of_tasks = {task.name: task for task in all_tasks()}
    for target in TARGETS:
        if target.task == "report":  # has a part of its own
            continue
        assert "chainrule" in of_tasks[target.task].entries
        assert set(target.against.split("; ")) & of_tasks[target.than or target.task].entries.keys()
    assert {each.program for each in STARTUP_TARGETS} <= set(PROGRAMS)
