"""Measuring a group of tasks: every contender is prepared and checked, then timed in rounds that go through all of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.contenders import OURS
from benchmarks.spread import Spread, ratios
from benchmarks.tasks import Entry, Group, Scale, Task
from benchmarks.work import TOLERANCE
from benchmarks.worker import Worker, available_cores

Show = Callable[[str], object]
"""Called with what is being done."""

BUSY = 0.1
"""A process that uses more than this part of a core while it should be idle disturbs the others."""

Pair = tuple[str, str]
"""A task and a contender, by their names."""


class MeasuringError(RuntimeError):
    """What makes the numbers worthless."""


@dataclass
class Measured:
    """What a task came to: by contender a time each round, the seconds of compiling, and MB of memory."""

    task: Task
    cores: int
    times: dict[str, list[float]] = field(default_factory=dict)
    compiling: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    def ratio(self, contender: str) -> Spread:
        """chainrule's time, of the contender's."""
        return Spread.of(ratios(self.times[OURS], self.times[contender]))

    @property
    def too_wide(self) -> list[str]:
        """The contenders to which chainrule's ratio can't be told."""
        return [name for name in self.times if self.ratio(name).is_too_wide]


@contextmanager
def teams(group: Group) -> Iterator[dict[str, list[Worker]]]:
    """The processes of each contender: one, or two with a core each."""
    cores = available_cores()[-group.cores :]
    sizes = {name: len(entry.works) for task in group.tasks for name, entry in task.entries.items()}
    found: dict[str, list[Worker]] = {}
    try:
        for name, size in sizes.items():
            of_each = [cores] if size == 1 else [[cores[i % len(cores)]] for i in range(size)]
            found[name] = [Worker(name, each) for each in of_each]
        yield found
    finally:
        for worker in (each for team in found.values() for each in team):
            worker.close()


def together(team: Iterable[Worker], question: str, works: Iterable[Any], *arguments: Any) -> list[Any]:
    """The answers of a team, whose processes work at the same time."""
    asked = []
    for worker, work in zip(team, works, strict=False):
        worker.send(question, work, *arguments)
        asked.append(worker)
    return [worker.receive() for worker in asked]


def measure(group: Group, scale: Scale, show: Show = lambda text: None) -> list[Measured]:
    """All of a group's tasks. Raises MeasuringError if contenders compute different things, or disturb each other."""
    found = [Measured(task, min(group.cores, len(available_cores()))) for task in group.tasks]
    with teams(group) as workers:
        for each in found:
            for name, entry in each.task.entries.items():
                show(f"{each.task.name}: {name} is prepared and checked")
                each.compiling[name] = max(together(workers[name], "prepare", entry.works))
                check(each.task, name, entry, workers)
                each.times[name] = []
        for number in range(scale.most_rounds):
            if number >= scale.rounds and not any(each.too_wide for each in found):
                break
            for each in found:
                for name, entry in each.task.entries.items():
                    show(f"{each.task.name}: round {number + 1}, {name}")
                    passed = max(together(workers[name], "time", entry.works, group.seconds))
                    each.times[name].append(passed * entry.per)
        look_for_the_restless(workers)
    for each in found:
        if each.task.memory:
            show(f"{each.task.name}: memory")
            each.memory = memory(each.task, group)
    return found


def check(task: Task, name: str, entry: Entry, workers: Mapping[str, list[Worker]]) -> None:
    """Raise unless a contender computes what chainrule's `cr.train` computes for the same work."""
    (judge,) = workers[OURS]
    for worker, work in zip(workers[name], entry.works, strict=True):
        training = getattr(work, "training", work)  # of a comparison, the population that it is
        theirs, ours = worker.ask("answers", work), judge.ask("answers", worker.ask("computes", training))
        compare(task.name, name, ours, theirs, TOLERANCE[work.dtype])


def compare(task: str, name: str, ours: Any, theirs: Any, tolerance: float) -> None:
    """Raise unless the answers are the same."""
    if not np.allclose(theirs, ours, rtol=tolerance, atol=tolerance, equal_nan=True):
        apart = np.nanmax(np.abs(np.subtract(theirs, ours)))
        raise MeasuringError(f"{task}: {name} computes something else than chainrule, {apart:.2g} apart; no times taken.")


def look_for_the_restless(workers: Mapping[str, list[Worker]]) -> None:
    """Raise if a process kept a core busy while others were timed."""
    for name, team in workers.items():
        share = max(worker.idle_share for worker in team)
        if share > BUSY:
            raise MeasuringError(f"{name} used {share:.0%} of a core while others were timed; the times mean nothing.")


def memory(task: Task, group: Group) -> dict[str, float]:
    """MB that a fresh process of each contender grows by in a run."""
    found = {}
    for name, entry in task.entries.items():
        with teams(Group(group.name, group.title, group.cores, (task.only({name}),))) as workers:
            found[name] = sum(together(workers[name], "growth", entry.works))
    return found
