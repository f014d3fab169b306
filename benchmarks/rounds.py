"""Measure a group of tasks: prepare and check every contender, then time all of them in rounds."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.contenders import NUMPY, OURS
from benchmarks.profile import Line
from benchmarks.spread import Spread, ratios
from benchmarks.tasks import Entry, Group, Scale, Task
from benchmarks.work import TOLERANCE, Comparison
from benchmarks.worker import Worker, WorkerError, available_cores

Show = Callable[[str], object]
"""A function that is called with a text that says what is being done."""

BUSY = 0.1
"""A process that uses more than this fraction of a core while it should be idle disturbs the others."""


class DifferentError(RuntimeError):
    """A contender computes something else than chainrule: its times would mean nothing."""


@dataclass
class Measured:
    """The measurements of a task. By contender: each round's time in the task's unit, and the rest if it applies.

    ready: the seconds by which the first run was longer than a later one: compiling.  memory: MB.  asked: epochs or
    predictions per run.  notes: remarks for the reader.  profile: the functions that chainrule calls with NumPy, per
    unit, how often, and their microseconds.  point: the task's value on its axis of growth.  left_out: the contenders
    that failed, and why.  disturbed: who kept a core busy while others were timed; then no ratio decides anything.
    """

    name: str
    what: str
    unit: str
    cores: int
    times: dict[str, list[float]] = field(default_factory=dict)
    ready: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    profile: list[Line] = field(default_factory=list)
    point: float | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    disturbed: str = ""

    @classmethod
    def of(cls, task: Task, cores: int) -> "Measured":
        """A task without measurements."""
        return cls(
            *(task.name, task.what, task.unit, cores),
            times={name: [] for name in task.entries},
            asked={name: entry.works[0].amount for name, entry in task.entries.items()},
            point=task.point,
        )

    def ratio(self, contender: str) -> Spread:
        """Chainrule's time divided by the contender's."""
        return Spread.of(ratios(self.times[OURS], self.times[contender]))

    @property
    def is_unclear(self) -> bool:
        """Whether a ratio has too wide an interval."""
        return OURS in self.times and any(self.ratio(name).is_too_wide for name in self.times)

    def leave_out(self, contender: str, why: Exception) -> None:
        """Go on without a contender; without chainrule there is nothing to compare with."""
        self.left_out[contender] = str(why).strip()
        for name in (contender,) if contender != OURS else tuple(self.times):
            del self.times[name]


class Teams:
    """The processes of each contender: one, or two with a core each. They live on while groups want the same cores."""

    def __init__(self) -> None:
        self._found: dict[str, list[Worker]] = {}
        self._kind: object = None

    def __enter__(self) -> "Teams":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def of(self, group: Group) -> dict[str, list[Worker]]:
        """The processes of a group's contenders; missing ones are started."""
        sizes = {name: len(entry.works) for task in group.tasks for name, entry in task.entries.items()}
        kind = processes(group)
        if kind != self._kind:
            self.close()
        self._kind, cores = kind, available_cores()[-group.cores :]
        for name, size in sizes.items():
            of_each = [cores] if size == 1 else [[cores[i % len(cores)]] for i in range(size)]
            team = self._found.get(name, [])
            if len(team) != size or not all(worker.lives for worker in team):
                for worker in team:
                    worker.close()
                self._found[name] = [Worker(name, each) for each in of_each]
        return {name: self._found[name] for name in sizes}

    def close(self) -> None:
        """End all processes."""
        for worker in (each for team in self._found.values() for each in team):
            worker.close()
        self._found.clear()


def processes(group: Group) -> tuple[int, int]:
    """The number of cores of each contender, and the largest number of processes of one."""
    return group.cores, max(len(entry.works) for task in group.tasks for entry in task.entries.values())


def together(team: Iterable[Worker], question: str, works: Iterable[Any], *arguments: Any) -> list[Any]:
    """The answers of a team's processes, which work at the same time."""
    asked = []
    for worker, work in zip(team, works, strict=False):
        worker.send(question, work, *arguments)
        asked.append(worker)
    answers, failures = [], []
    for worker in asked:
        try:
            answers.append(worker.receive())
        except WorkerError as failure:  # the others' answers are received all the same
            failures.append(failure)
    if failures:
        raise failures[0]
    return answers


def measure(group: Group, scale: Scale, teams: Teams, show: Show = lambda text: None) -> list[Measured]:
    """Measure a group's tasks. A contender that fails, or computes something else, is left out of the task."""
    found = {task: Measured.of(task, min(group.cores, len(available_cores()))) for task in group.tasks}
    workers = teams.of(group)
    for task, each in found.items():
        for name, entry in task.entries.items():
            if name not in each.times:
                continue
            show(f"{task.name}: {name} is prepared and checked")
            try:
                each.ready[name] = max(together(workers[name], "prepare", entry.works))
                check(task, name, entry, workers)
                remarks = (entry.note, workers[name][0].ask("remark", entry.works[0]))
                each.notes |= {name: "; ".join(filter(None, remarks))} if any(remarks) else {}
            except (WorkerError, DifferentError) as error:
                each.leave_out(name, error)
    for number in range(scale.most_rounds):
        for task, each in found.items():
            if number >= scale.rounds and not each.is_unclear:
                continue  # only unclear ratios get more rounds
            for name, entry in task.entries.items():
                if name not in each.times:
                    continue
                show(f"{task.name}: round {number + 1}, {name}")
                try:
                    passed = max(together(workers[name], "time", entry.works, group.seconds))
                    each.times[name].append(passed * entry.per)
                except WorkerError as error:
                    each.leave_out(name, error)
    disturbed = restless(workers)
    for task, each in found.items():
        each.disturbed = disturbed
        if task.profiled and NUMPY in each.times:
            each.profile = workers[NUMPY][0].ask("profile", task.entries[NUMPY].works[0])
    for worker in (each for team in workers.values() for each in team if each.lives):
        worker.ask("forget")
    for task, each in found.items():
        if task.memory:
            show(f"{task.name}: memory")
            each.memory = memory(task, group)
    return list(found.values())


def check(task: Task, name: str, entry: Entry, workers: Mapping[str, list[Worker]]) -> None:
    """Raise DifferentError unless a contender computes what `cr.train` computes for the same work."""
    (judge,) = workers[OURS]
    for worker, work in zip(workers[name], entry.works, strict=True):
        for each in work.checks():
            training = each.training if isinstance(each, Comparison) else each  # the population that it trains
            theirs, ours = worker.ask("answers", each), judge.ask("answers", worker.ask("computes", training))
            compare(task.name, name, ours, theirs, TOLERANCE[each.dtype])


def compare(task: str, name: str, ours: Any, theirs: Any, tolerance: float) -> None:
    """Raise DifferentError unless the losses agree."""
    if not np.allclose(theirs, ours, rtol=tolerance, atol=tolerance, equal_nan=True):
        apart = np.nanmax(np.abs(np.subtract(theirs, ours)))
        raise DifferentError(
            f"{task}: {name} computes something else than chainrule, {apart:.2g} apart; no times taken."
        )


def restless(workers: Mapping[str, list[Worker]]) -> str:
    """A sentence on the processes that kept a core busy while others were timed; "" if there are none."""
    shares = {name: max(worker.idle_share for worker in team) for name, team in workers.items()}
    busy = [f"{name} used {share:.0%} of a core" for name, share in shares.items() if share > BUSY]
    return f"{' and '.join(busy)} while others were timed: these ratios mean nothing." if busy else ""


def memory(task: Task, group: Group) -> dict[str, float]:
    """The MB by which a fresh process of each contender grows in a run; NaN where it fails."""
    found = {}
    for name, entry in task.entries.items():
        with Teams() as fresh:
            workers = fresh.of(replace(group, tasks=(task.only({name}),)))
            try:
                found[name] = sum(together(workers[name], "growth", entry.works))
            except WorkerError:
                found[name] = math.nan
    return found
