"""Rounds: contenders that are wrong, fail or disturb, and how many rounds there are."""

from dataclasses import replace
from itertools import cycle
from typing import ClassVar

import numpy as np
import pytest
from benchmarks.contenders import CONTENDERS
from benchmarks.groups import GROUPS
from benchmarks.rounds import DifferentError, Teams, check, compare, measure, processes
from benchmarks.tasks import Scale, Task, every, reference
from benchmarks.worker import Worker, WorkerError

from benchmarked import NOISY
from benchmarks import rounds, table, tasks


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


def test_a_contender_has_a_process_for_each_of_its_works_in_one_group_after_the_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rounds, "Worker", Pretended)
    groups = [make(Scale()) for makes in GROUPS.values() for make in makes]
    with Teams() as teams:
        for group in sorted(groups, key=processes):
            team = teams.of(group)
            for name, entry in (each for task in group.tasks for each in task.entries.items()):
                assert len(team[name]) == len(entry.works), f"{name} in {group.name}"


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


def test_a_process_that_ends_is_no_answer():
    worker = Worker("textbook NumPy", [0])
    worker.send("no such question")
    with pytest.raises(WorkerError, match="textbook NumPy failed"):
        worker.receive()
    worker.close()
    assert not worker.lives
    with pytest.raises(WorkerError, match="textbook NumPy has ended"):
        worker.ask("forget")
