"""The report's whole work as one list of jobs: the main runs, the chapters' jobs, and the runs of all comparisons."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.groups import Group, by_setting, groups_of, train_group
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.experiments.workers import Job, Progress, run_side_by_side, silent
from chainrule.lab.report.chapters.chapter import Answers, Chapter, Scale
from chainrule.lab.report.reference import TASKS, Lab
from chainrule.lab.report.starts import Outcome, train_task


@dataclass
class Trained:
    """The outcomes of the main runs by task, the chapters' answers by name, and the seconds that each part took."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    answers: dict[str, Answers] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def train_all(lab: Lab | None, chapters: Iterable[Chapter], scale: Scale, progress: Progress = silent) -> Trained:
    """The main runs, where a lab is given, and the work of the chapters.

    A run that several chapters compare is trained once, and runs of one architecture are one population, whichever
    chapter wants them. `progress(part, done, total)` counts epochs for "linear" and "xor", for each chapter with jobs
    as the jobs do, and for "comparisons" epochs times members. Ctrl-C ends all of them.
    """
    works = {chapter: chapter.work(scale) for chapter in chapters}
    jobs: dict[str, Job] = {}
    totals: dict[str, int] = {}
    if lab is not None:
        jobs |= {task: (train_task, (lab, task)) for task in TASKS}
        totals |= dict.fromkeys(TASKS, lab.epochs)
    compared: dict[tuple[str, str], Comparison] = {}
    for chapter, work_of_chapter in works.items():
        for part, each in work_of_chapter.items():
            if isinstance(each, Comparison):
                compared[chapter.name, part] = each
            else:
                (function, arguments), total = each
                jobs[f"{chapter.name}/{part}"] = (timed, (function, *arguments))
                totals[f"{chapter.name}/{part}"] = total
    wanted = list(dict.fromkeys(run for each in compared.values() for run in each.experiments))
    groups = {f"comparisons/{i}": group for i, group in enumerate(groups_of(wanted))}
    totals |= {name: group.size for name, group in groups.items()}
    longest_first = sorted(groups, key=lambda name: -_cost(groups[name]))
    jobs |= {name: (timed, (train_group, groups[name])) for name in longest_first}
    done = run_side_by_side(jobs, _by_part(progress, totals)) if jobs else {}

    found = by_setting(list(groups.values()), [done[name][0] for name in groups], len(wanted))
    runs = dict(zip(wanted, found, strict=True))
    trained = Trained(outcomes={task: done[task] for task in TASKS if task in jobs})
    trained.seconds = {f"training {task}": each.seconds for task, each in trained.outcomes.items()}
    for chapter, work_of_chapter in works.items():
        trained.answers[chapter.name] = {
            part: replace(each, runs=tuple(runs[run] for run in each.experiments))
            if isinstance(each, Comparison)
            else done[f"{chapter.name}/{part}"][0]
            for part, each in work_of_chapter.items()
        }
        own = [done[name][1] for name in jobs if name.startswith(f"{chapter.name}/")]
        if own:
            trained.seconds[chapter.title.lower()] = sum(own)
    if groups:
        trained.seconds["comparisons"] = sum(done[name][1] for name in groups)
    return trained


def timed(job: Callable[..., Any], *arguments: Any, report: Callable[[int, int], object]) -> tuple[Any, float]:
    """The answer of a job run in this process, and the seconds that it took."""
    begin = time.perf_counter()
    return job(*arguments, report=report), time.perf_counter() - begin


def _cost(group: Group) -> float:
    """A group's time relative to that of others, roughly."""
    prepared = prepare(group.experiments[0])
    return group.size * len(prepared.learnt) * (100 + prepared.network.n_parameters)


def _by_part(progress: Progress, totals: Mapping[str, int]) -> Progress:
    """One count for each part of the work: that of all its jobs, which are named part/job."""
    done_by = dict.fromkeys(totals, 0)

    def show(name: str, done: int, total: int) -> None:
        done_by[name] = done
        part = name.partition("/")[0]
        mine = [each for each in totals if each.partition("/")[0] == part]
        progress(part, sum(done_by[each] for each in mine), sum(totals[each] for each in mine))

    return show
