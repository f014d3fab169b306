"""The report's whole work as one list of jobs: the main runs, the studies, and the populations of all comparisons."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.lab.report.chapters.chapter import Chapter, Scale
from chainrule.lab.experiments.groups import Group, by_setting, groups_of, train_group
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.report.reference import TASKS, Lab
from chainrule.lab.report.starts import Outcome, train_task
from chainrule.lab.report.studies.study import Answers, Study
from chainrule.lab.experiments.workers import Job, Progress, run_side_by_side, silent


@dataclass
class Trained:
    """What was trained: outcomes by task, studies' answers by name, comparisons by chapter and task; and how long."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    studied: dict[str, Answers] = field(default_factory=dict)
    compared: dict[str, dict[str, Comparison]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def train_all(
    lab: Lab | None,
    studies: Mapping[str, Study],
    chapters: Mapping[str, Chapter],
    scale: Scale,
    progress: Progress = silent,
) -> Trained:
    """The main runs, where a lab is given, the studies, and the chapters' comparisons.

    A run that several chapters show is trained once, and runs of one architecture are one population, whichever
    chapter wants them. `progress(part, done, total)` counts epochs: of "linear" and "xor", of each study as it does,
    and of "comparisons" epochs times members. Ctrl-C ends all of them.
    """
    jobs: dict[str, Job] = {}
    totals: dict[str, int] = {}
    if lab is not None:
        jobs |= {name: (train_task, (lab, name)) for name in TASKS}
        totals |= dict.fromkeys(TASKS, lab.epochs)
    works = {name: study.work(scale) for name, study in studies.items()}
    for name, work_of_study in works.items():
        for part, ((function, arguments), total) in work_of_study.items():
            jobs[f"{name}/{part}"] = (timed, (function, *arguments))
            totals[f"{name}/{part}"] = total
    asked = {(name, task): each for name, chapter in chapters.items() for task, each in chapter.tasks(scale).items()}
    wanted = list(dict.fromkeys(run for (name, _), each in asked.items() for run in chapters[name].grid(each).values()))
    groups = {f"comparisons/{i}": group for i, group in enumerate(groups_of(wanted))}
    totals |= {name: group.size for name, group in groups.items()}
    longest_first = sorted(groups, key=lambda name: -_cost(groups[name]))
    jobs |= {name: (timed, (train_group, groups[name], None)) for name in longest_first}
    answers = run_side_by_side(jobs, _by_part(progress, totals)) if jobs else {}

    trained = Trained(outcomes={name: answers[name] for name in TASKS if name in jobs})
    trained.seconds = {f"training {name}": each.seconds for name, each in trained.outcomes.items()}
    for name, parts in works.items():
        trained.studied[name] = {part: answers[f"{name}/{part}"][0] for part in parts}
        trained.seconds[studies[name].title.lower()] = sum(answers[f"{name}/{part}"][1] for part in parts)
    if groups:
        trained.seconds["comparisons"] = sum(answers[name][1] for name in groups)
    found = by_setting(list(groups.values()), [answers[name][0] for name in groups], len(wanted))
    runs = dict(zip(wanted, found, strict=True))
    for (name, task), experiment in asked.items():
        trained.compared.setdefault(name, {})[task] = chapters[name].comparison(experiment, runs)
    return trained


def timed(job: Callable[..., Any], *arguments: Any, report: Callable[[int, int], object]) -> tuple[Any, float]:
    """A job's answer in this process, and the seconds that it took."""
    begin = time.perf_counter()
    return job(*arguments, report=report), time.perf_counter() - begin


def _cost(group: Group) -> float:
    """About how long a group takes, beside others."""
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
