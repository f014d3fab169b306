"""The benchmarks: what they compute from times, what they refuse, and a small run."""

import doctest
import json
import math
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.growth import SWEEPS, crossings, sentence
from benchmarks.plots import LOOKS, draw
from benchmarks.report_training import report_training
from benchmarks.results import Results
from benchmarks.rounds import DifferentError, Measured, Teams, check, compare, measure
from benchmarks.spread import FEWEST, Spread, rank, ratios
from benchmarks.startup import PROGRAMS, Startup, needed, size, start_up
from benchmarks.targets import STARTUP_TARGETS, TARGETS, Target, judged
from benchmarks.tasks import GROUPS, Scale, Task, every, reference
from benchmarks.worker import Worker, WorkerError

from benchmarks import __main__ as command
from benchmarks import (
    contenders,
    growth,
    lowering,
    machine,
    profile,
    rounds,
    spread,
    startup,
    table,
    targets,
    tasks,
    work,
)


def measured(name: str = "T1", point: float | None = None, **times: list[float]) -> Measured:
    """A task with given times. A contender's name has _ in place of a space."""
    known = {each.replace("_", " "): values for each, values in times.items()}
    return Measured(
        *(name, "what", "µs", 1),
        times=known,
        ready=dict.fromkeys(known, 0.5),
        asked=dict.fromkeys(known, 100),
        point=point,
    )


STEADY = {"chainrule": [1.0] * 7, "PyTorch_eager": [10.0] * 7, "JAX": [2.0] * 7}
NOISY = [1.0, 9.0, 1.0, 9.0, 1.0, 9.0, 1.0]


@pytest.mark.parametrize("count", range(FEWEST, 40))
def test_the_interval_holds_the_median_as_often_as_it_says(count: int):
    """The confidence, counted over all the ways in which values can lie below or above the true median."""
    k = rank(count)
    outside = 2 * sum(math.comb(count, below) for below in range(k)) / 2**count
    assert outside <= 0.05
    assert k == count // 2 or outside + 2 * math.comb(count, k) / 2**count > 0.05  # and not wider than need be


def test_ratios_are_taken_round_by_round():
    """A machine that becomes ten times slower between rounds changes no ratio."""
    slow = np.array([1.0, 10.0, 1.0, 10.0, 1.0, 10.0, 1.0])
    spread = Spread.of(ratios(list(3 * slow), list(slow)))
    assert (spread.median, spread.low, spread.high, spread.width) == (3.0, 3.0, 3.0, 0.0)


def test_one_slow_round_of_nine_is_forgiven_but_not_of_seven():
    assert not Spread.of([1.0] * 8 + [5.0]).is_too_wide
    assert Spread.of([1.0] * 6 + [5.0]).is_too_wide


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


def test_what_was_measured_before_an_interruption_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(results, *_):
        results.tasks.append(measured(**STEADY))
        results.growth["width"] = []
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "measure_all", interrupted)
    assert command.main(["--out", str(tmp_path)]) == 130
    assert "## T1: what" in (tmp_path / "table.md").read_text()
    assert [each.name for each in Results.read(tmp_path / "results.json").tasks] == ["T1"]


def test_a_start_up_that_spreads_decides_nothing():
    numpys = [100.0] * 7
    times = {each.program: [110.0] * 7 for each in STARTUP_TARGETS} | {"import numpy": numpys}
    assert [each.verdict for each in judged([], Startup(times, {}))] == ["met"] * 3
    times["100 epochs of xor"] = [110.0, 900.0] * 3 + [110.0]
    *_, last = judged([], Startup(times, {}))
    assert (last.measured, last.verdict) == ("10 (10 to 800) ms more", "too noisy")


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


class Pretended:
    """A worker that tells given times, and fails where `failed` says so."""

    times: ClassVar = {name: cycle([1.0]) for name in CONTENDERS}

    def __init__(self, name: str, cores: list[int]):
        self.name, self.idle_share, self.lives = name, 0.0, True

    def failed(self, question: str) -> bool:
        return False

    def send(self, question: str, *arguments):
        self._question = question

    def receive(self):
        return self.ask(self._question)

    def ask(self, question: str, *arguments):
        if self.failed(question):
            raise WorkerError(f"{self.name} failed at {question}")
        return {"time": lambda: next(self.times[self.name]), "remark": str}.get(question, float)()

    def close(self):
        pass


@pytest.mark.parametrize(("theirs", "count"), [([2.0], 7), (NOISY, 21)], ids=["steady", "noisy"])
def test_only_what_is_too_wide_gets_more_rounds(theirs: list[float], count: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(Pretended.times, "JAX", cycle(theirs))
    monkeypatch.setattr(rounds, "Worker", Pretended)
    task = Task("T1", "", "s", every("chainrule; JAX", reference(10), 1.0))
    group = tasks.Group("T1", 1, (task,))
    with Teams() as teams:
        (found,) = measure(group, Scale(7, 21), teams)
    assert {name: len(times) for name, times in found.times.items()} == {"chainrule": count, "JAX": count}


def test_a_contender_that_computes_something_else_is_found():
    compare("T1", "JAX", [0.5, np.nan], [0.5 + 1e-9, np.nan], 1e-6)
    with pytest.raises(DifferentError, match=r"T1: JAX computes something else than chainrule, 0\.001 apart"):
        compare("T1", "JAX", [0.5, 0.4], [0.5, 0.401], 1e-6)


class Here:
    """A worker that answers in this process."""

    def __init__(self, rate: float):
        self.rate = rate

    def ask(self, question: str, work):
        if question == "computes":
            return work
        from benchmarks.contenders import textbook

        wrong = replace(work, optimizer=replace(work.optimizer, learning_rate=self.rate))
        return work.answers(textbook.train(wrong))


def test_a_contender_that_learns_at_another_rate_is_found():
    entry = every("JAX", reference(10), 1.0)["JAX"]
    task = Task("T1", "", "s", {"JAX": entry})
    check(task, "JAX", entry, {"chainrule": [Here(0.5)], "JAX": [Here(0.5)]})
    with pytest.raises(DifferentError, match="something else"):
        check(task, "JAX", entry, {"chainrule": [Here(0.5)], "JAX": [Here(0.501)]})


def test_a_busy_process_is_named():
    class Busy:
        idle_share = 0.9

    assert rounds.restless({"JAX": [Busy()]}).startswith("JAX used 90% of a core while others were timed")


@pytest.mark.parametrize("question", ["prepare", "answers", "time"])
def test_a_contender_that_fails_is_left_out(question: str, monkeypatch: pytest.MonkeyPatch):
    class Failing(Pretended):
        def failed(self, asked: str) -> bool:
            return self.name == "JAX" and asked == question

    monkeypatch.setattr(rounds, "Worker", Failing)
    task = Task("T1", "", "s", every("chainrule; JAX; C", reference(10), 1.0))
    with Teams() as teams:
        (found,) = measure(tasks.Group("T1", 1, (task,)), Scale(7, 21), teams)
    assert {name: len(times) for name, times in found.times.items()} == {"chainrule": 7, "C": 7}
    assert found.left_out == {"JAX": f"JAX failed at {question}"}
    assert "**JAX is left out**: JAX failed at" in "\n".join(table.of_task(found))


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


def all_tasks() -> list[Task]:
    return [task for makes in GROUPS.values() for make in makes for task in make(Scale()).tasks]


def test_every_target_is_of_something_that_is_measured():
    of_tasks = {task.name: task for task in all_tasks()}
    for target in TARGETS:
        if target.task == "report":  # has a part of its own
            continue
        assert "chainrule" in of_tasks[target.task].entries
        assert set(target.against.split("; ")) & of_tasks[target.than or target.task].entries.keys()
    assert {each.program for each in STARTUP_TARGETS} <= set(PROGRAMS)


def test_every_contender_has_a_module_and_a_look():
    named = {name for task in all_tasks() for name in task.entries}
    assert named == set(CONTENDERS) == set(LOOKS)
    folder = Path(contenders.__file__).parent
    assert {each.module for each in CONTENDERS.values()} == {each.stem for each in folder.glob("*.py")} - {"__init__"}


def test_a_process_that_ends_is_no_answer():
    worker = Worker("textbook NumPy", [0])
    worker.send("no such question")
    with pytest.raises(WorkerError, match="textbook NumPy failed"):
        worker.receive()
    worker.close()
    assert not worker.lives
    with pytest.raises(WorkerError, match="textbook NumPy has ended"):
        worker.ask("forget")


def test_times_are_brought_to_a_whole():
    """Two of 128 runs for a twentieth of the epochs, at once on two cores: 64 times twenty times as long."""
    (task,) = GROUPS["T5"][0](Scale()).tasks
    entry = task.entries["PyTorch eager"]
    assert [work.population for work in entry.works] == [None, None]
    assert entry.per == pytest.approx(64 * 20)
    members = [work.population for work in task.entries["JAX"].works]
    assert members == [64, 64]
    assert task.entries["JAX"].per == 20
    whole = task.entries["chainrule"].works[0].training
    rates = [rate for work in task.entries["JAX"].works for rate in work.rates]
    assert sorted(rates) == sorted(whole.rates)


def test_where_lines_cross_is_said():
    assert crossings([1, 10, 100], [0.5, 0.5, 2.0]) == [pytest.approx(10**1.5)]
    assert crossings([1, 10], [0.5, 0.9]) == []
    points = [
        measured(point=x, chainrule=[ratio] * 7, JAX=[1.0] * 7) for x, ratio in ((10, 0.25), (100, 0.5), (1000, 2.0))
    ]
    said = "chainrule is faster at 10 to 100 (0.25 to 0.50 of its time), slower at 1,000 (2.00 of its time)."
    assert sentence("width", points, "JAX") == f"Width, beside JAX: {said} The medians cross at about 320."
    undecided = [measured(point=10, chainrule=NOISY, JAX=[2.0] * 7)]
    assert "level at 10" in sentence("width", undecided, "JAX")


def test_runs_of_growth_are_bounded():
    for sweep in SWEEPS.values():
        assert all(work.epochs >= 5 for work in sweep.works.values())
        quick = [task for group in sweep.groups(Scale(quick=True)) for task in group.tasks]
        assert 2 <= len([task for task in quick if task.what != growth.ALONE]) <= len(sweep.works)


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


def test_the_reports_training_is_measured_with_both_engines():
    found = report_training(20, rounds=1, chapters=["biases"])
    assert [len(found.times[name]) for name in ("chainrule", "chainrule, NumPy")] == [1, 1]
    assert Target("report", "chainrule, NumPy", 1 / 3).ratio({"report": found}).median > 0


def test_bad_arguments_are_named(capsys):
    for arguments, said in ((["--only", "T9"], "--only must be of T1"), (["--rounds", "3"], "--rounds must be 7")):
        with pytest.raises(SystemExit):
            command.main(arguments)
        assert said in capsys.readouterr().err


def test_names_with_commas_can_be_listed():
    chosen = command.parse(["--contenders", "PyTorch eager, fused,JAX"])
    assert chosen.contenders == ["PyTorch eager, fused", "JAX"]


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


def test_a_real_run_of_growth_has_the_products_alone_beside_large_points(tmp_path, monkeypatch, capfd):
    small = replace(growth.training((2, 3, 1), n=20), epochs=40)
    monkeypatch.setattr(command, "SWEEPS", {"width": growth.Sweep("width", {3: small})})
    monkeypatch.setattr(growth, "LARGE", 0)
    monkeypatch.setattr(table, "MUCH", 0.0)
    assert command.main(["--only", "growth", "--contenders", "JAX", "--quick", "--out", str(tmp_path)]) == 0
    points, products = growth.split(Results.read(tmp_path / "results.json").growth["width"])
    assert [each.point for each in points] == list(products) == [3]
    assert not points[0].left_out | products[3].left_out
    assert "growth, width, beside JAX:" in capfd.readouterr().out
    page = (tmp_path / "table.md").read_text()
    assert (
        "| width | chainrule, NumPy | JAX | NumPy's products, of chainrule's time | ratio of the products alone |"
        in page
    )
    assert "% | JAX " in page


def test_growth_is_judged_at_its_worst_point():
    """At 10 steady, at 100 noisy or slower."""
    ten, noisy = measured(point=10, **STEADY), measured(point=100, chainrule=NOISY, JAX=[2.0] * 7)
    slow = measured(point=100, chainrule=[3.0] * 7, JAX=[2.0] * 7)
    for points, verdict in (([ten], "met"), ([ten, noisy], "too noisy"), ([ten, slow], "missed")):
        (found,) = [each for each in targets.of_growth("width", points) if each.against == "JAX"]
        assert found.verdict == verdict
    assert found.measured == "1.50 (1.50 to 1.50) at 100"


@pytest.mark.parametrize("name", ["T1", "T3", "T7"])
def test_a_profile_has_every_call_of_a_step_in_its_place(name: str):
    """The profile has as many calls as a plan's passes and the optimizer's update, and takes about as long."""
    (entry,) = (task.entries["chainrule"] for task in GROUPS[name][0](Scale()).tasks[:1])
    (work,) = entry.works
    lines = profile.profile(work)
    assert sum(count for _, count, _ in lines) == len(profile.bound(work))
    assert all(microseconds >= 0.0 for *_, microseconds in lines)
    assert "dot" in [name for name, *_ in lines]
    times = STEADY | {"chainrule,_NumPy": [2.0] * 7}
    page = table.of_task(replace(measured(**times), profile=lines))[-2:]
    assert page[0].startswith(f"With NumPy, these {len(profile.bound(work))} calls take")
    assert "| `dot` |" in page[1]


def tiny(group: tasks.Group) -> tasks.Group:
    """The first task, for few epochs."""
    task = group.tasks[0]
    work = replace(reference(20), checked=(1, 10, 100))
    return replace(group, tasks=(replace(task, entries=every("; ".join(task.entries), work, 1.0)),), seconds=0.001)


@pytest.mark.parametrize(
    "module", [growth, machine, profile, spread, startup, targets, work], ids=lambda module: module.__name__
)
def test_the_examples_in_docstrings(module):
    """The doctests of benchmarks run here: pytest doesn't collect the folder, since contenders need extra packages."""
    failed, attempted = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert attempted > 0
    assert failed == 0
