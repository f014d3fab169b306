"""The report's whole work as one list of jobs: the main runs, the search, and the populations of all comparisons."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.lab.chapters.chapter import Chapter, Scale
from chainrule.lab.compare import Chunk, by_setting, jobs_for, work
from chainrule.lab.comparison import Comparison
from chainrule.lab.populations import prepare
from chainrule.lab.reference import TASKS, Lab
from chainrule.lab.results import Results
from chainrule.lab.search import search_task
from chainrule.lab.starts import Outcome, train_task
from chainrule.lab.workers import Job, Progress, run_side_by_side, silent


@dataclass
class Trained:
    """What was trained: outcomes and the search by task, comparisons by chapter and task; and the seconds it took."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    searched: dict[str, Results] = field(default_factory=dict)
    compared: dict[str, dict[str, Comparison]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def train_all(
    lab: Lab | None, search: Lab | None, chapters: Mapping[str, Chapter], scale: Scale, progress: Progress = silent
) -> Trained:
    """The main runs and the search, where they are asked for, and the chapters' comparisons.

    A run that several chapters show is trained once, and runs of one architecture are one population, whichever
    chapter wants them. `progress(part, done, total)` counts epochs: of "linear", "xor" and "search", and of
    "comparisons" epochs times members. Ctrl-C ends all of them.
    """
    main: dict[str, Job] = {} if lab is None else {name: (train_task, (lab, name)) for name in TASKS}
    searches: dict[str, Job] = {}
    if search is not None:
        searches = {f"search/{name}": (timed, (search_task, search, name)) for name in TASKS}
    asked = {(name, task): each for name, chapter in chapters.items() for task, each in chapter.tasks(scale).items()}
    wanted = list(dict.fromkeys(run for (name, _), each in asked.items() for run in chapters[name].grid(each).values()))
    chunks = {f"comparisons/{i}": chunk for i, chunk in enumerate(jobs_for(wanted))}
    longest_first = sorted(chunks, key=lambda name: -_cost(chunks[name]))
    populations: dict[str, Job] = {name: (timed, (work, chunks[name], None)) for name in longest_first}
    totals = dict.fromkeys(main, 0 if lab is None else lab.epochs)
    totals |= dict.fromkeys(searches, 0 if search is None else search.epochs)
    totals |= {name: chunk.size for name, chunk in chunks.items()}
    jobs = main | searches | populations
    answers = run_side_by_side(jobs, _by_part(progress, totals)) if jobs else {}

    trained = Trained(outcomes={name: answers[name] for name in main})
    trained.searched = {name.partition("/")[2]: answers[name][0] for name in searches}
    trained.seconds = {f"training {name}": each.seconds for name, each in trained.outcomes.items()}
    for part, names in (("the search", searches), ("the comparisons", chunks)):
        if names:
            trained.seconds[part] = sum(answers[name][1] for name in names)
    found = by_setting(list(chunks.values()), [answers[name][0] for name in chunks], len(wanted))
    runs = dict(zip(wanted, found, strict=True))
    for (name, task), experiment in asked.items():
        trained.compared.setdefault(name, {})[task] = chapters[name].comparison(experiment, runs)
    return trained


def timed(job: Callable[..., Any], *arguments: Any, report: Callable[[int, int], object]) -> tuple[Any, float]:
    """A job's answer in this process, and the seconds that it took."""
    begin = time.perf_counter()
    return job(*arguments, report=report), time.perf_counter() - begin


def _cost(chunk: Chunk) -> float:
    """About how long a chunk takes, beside others."""
    prepared = prepare(chunk.experiments[0])
    return chunk.size * len(prepared.x) * (100 + prepared.network.n_parameters)


def _by_part(progress: Progress, totals: Mapping[str, int]) -> Progress:
    """One count for each part of the work: that of all its jobs, which are named part/job."""
    done_by = dict.fromkeys(totals, 0)

    def show(name: str, done: int, total: int) -> None:
        done_by[name] = done
        part = name.partition("/")[0]
        mine = [each for each in totals if each.partition("/")[0] == part]
        progress(part, sum(done_by[each] for each in mine), sum(totals[each] for each in mine))

    return show
