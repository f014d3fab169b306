"""The command: its arguments, what it writes and says, and a small run."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.groups import GROUPS
from benchmarks.plots import draw
from benchmarks.results import Results
from benchmarks.startup import PROGRAMS, Startup
from benchmarks.tasks import every, reference

from benchmarked import STEADY, measured
from benchmarks import __main__ as command
from benchmarks import lowering, machine, tasks


def test_bad_arguments_are_named(capsys):
    for arguments, said in ((["--only", "T9"], "--only must be of T1"), (["--rounds", "3"], "--rounds must be 7")):
        with pytest.raises(SystemExit):
            command.main(arguments)
        assert said in capsys.readouterr().err


def test_names_with_commas_can_be_listed():
    chosen = command.parse(["--contenders", "PyTorch eager, fused,JAX"])
    assert chosen.contenders == ["PyTorch eager, fused", "JAX"]


def test_whole_runs_are_kept_for_each_kind_of_processor():
    assert command.parse([]).out == Path("docs/benchmarks") / machine.kind()
    assert command.parse(["--quick"]).out == command.parse(["--only", "T1"]).out == Path("benchmarks/results")
    for kind in machine.in_readme():
        assert (Path(__file__).parents[2] / "docs/benchmarks" / kind / "table.md").exists()


def test_variables_that_change_times_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    said = " ".join(machine.warnings())
    assert "OPENBLAS_CORETYPE is set" in said
    assert "OPENBLAS_NUM_THREADS" not in said
    assert machine.describe()["OPENBLAS_CORETYPE is set"] == "Haswell"


def test_a_missing_contender_is_skipped_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    absent = Contender("pytorch", "a_package_that_is_not_there", "pip install it")
    monkeypatch.setitem(CONTENDERS, "PyTorch eager", absent)
    seen = []

    def pretend(group, scale, teams, show):
        seen.extend(name for task in group.tasks for name in task.entries)
        return [measured(**{"chainrule": [1.0] * 7, "textbook_NumPy": [2.0] * 7})]

    monkeypatch.setattr(command, "measure", pretend)
    assert command.main(["--only", "T3", "--out", str(tmp_path)]) == 0
    assert "PyTorch eager is left out, since it isn't installed: pip install it" in capsys.readouterr().out
    assert "chainrule" in seen
    assert "PyTorch eager" not in seen
    assert "isn't installed: PyTorch eager (`pip install it`)" in (tmp_path / "table.md").read_text()


def test_what_was_measured_before_an_interruption_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(results, *_):
        results.tasks.append(measured(**STEADY))
        results.growth["width"] = []
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "measure_all", interrupted)
    assert command.main(["--out", str(tmp_path)]) == 130
    assert "## T1: what" in (tmp_path / "table.md").read_text()
    assert [each.name for each in Results.read(tmp_path / "results.json").tasks] == ["T1"]


def test_results_are_read_as_they_were_written(tmp_path: Path):
    startup = Startup({name: [1.0] * 7 for name in PROGRAMS}, {"numpy": 30.0})
    of_lowering = lowering.Lowering({"T1": {"binding": [1.0] * 7}})
    points = [measured(point=x, chainrule=[1.0 * x] * 7, JAX=[2.0] * 7) for x in (1, 10)]
    found = Results(
        {"Python": "3"}, tasks=[measured(**STEADY)], growth={"width": points}, startup=startup, lowering=of_lowering
    )
    found.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == found
    written = [each.name for each in draw(found, tmp_path)]
    assert written == ["width.svg", "ratios.svg"]
    assert "<svg" in (tmp_path / "width.svg").read_text()


def tiny(group: tasks.Group) -> tasks.Group:
    """The first task, for few epochs."""
    task = group.tasks[0]
    work = replace(reference(20), checked=(1, 10, 100))
    return replace(group, tasks=(replace(task, entries=every("; ".join(task.entries), work, 1.0)),), seconds=0.001)


def test_a_real_run_of_the_first_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd):
    """Processes, checks, rounds and files are real; the epochs are few, and any spread is accepted."""
    monkeypatch.setattr("benchmarks.spread.WIDEST", math.inf)
    monkeypatch.setitem(GROUPS, "T1", (lambda scale: tiny(tasks.reference_network(scale)),))
    asked = ["--only", "T1", "--contenders", "textbook NumPy,C", "--quick", "--out", str(tmp_path)]
    assert command.main(asked) == 0, capfd.readouterr().err
    found = json.loads((tmp_path / "results.json").read_text())
    names = {"chainrule", "chainrule, NumPy", "textbook NumPy"} | ({"C"} if CONTENDERS["C"].is_there else set())
    assert set(found["tasks"][0]["times"]) == names
    assert all(len(times) == 7 and min(times) > 0 for times in found["tasks"][0]["times"].values())
    page = (tmp_path / "table.md").read_text()
    assert "A quick run" in page
    assert "chainrule, NumPy: numpy (asked for)." in page
    assert {each.name for each in tmp_path.iterdir()} == {"results.json", "table.md", "ratios.svg"}
    assert command.main(["--draw", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "table.md").read_text() == page
