"""The report's whole work as one list of jobs: the two main runs, and the populations of every comparison."""

import time
from collections.abc import Callable, Mapping

from chainrule.lab.chapters.chapter import Chapter, Scale
from chainrule.lab.compare import Chunk, work
from chainrule.lab.comparison import Comparison
from chainrule.lab.populations import Runs, prepare
from chainrule.lab.reference import TASKS, Lab, Outcome, train_task
from chainrule.lab.workers import Job, Progress, run_side_by_side, silent

Compared = dict[str, dict[str, Comparison]]
"""Comparisons by chapter and task."""


def train_all(
    lab: Lab | None, chapters: Mapping[str, Chapter], scale: Scale, progress: Progress = silent
) -> tuple[dict[str, Outcome], Compared, dict[str, float]]:
    """The main runs, where a lab is given, and the chapters' comparisons; and the seconds of work that each took.

    `progress(task, done, total)` counts epochs, of a chapter epochs times members. Ctrl-C ends all of them.
    """
    main: dict[str, Job] = {} if lab is None else {name: (train_task, (lab, name)) for name in TASKS}
    chunks: dict[str, Chunk] = {}
    parts: dict[tuple[str, str], list[str]] = {}
    for chapter_name, chapter in chapters.items():
        for task, experiment in chapter.tasks(scale).items():
            named = {f"{chapter_name}/{task}/{i}": chunk for i, chunk in enumerate(chapter.jobs(experiment))}
            chunks |= named
            parts[chapter_name, task] = list(named)
    longest_first = sorted(chunks, key=lambda name: -_cost(chunks[name]))
    jobs = main | {name: (timed, (chunks[name],)) for name in longest_first}
    answers = run_side_by_side(jobs, _by_chapter(progress, chunks)) if jobs else {}

    outcomes: dict[str, Outcome] = {name: answers[name] for name in main}
    seconds = {f"training {name}": each.seconds for name, each in outcomes.items()}
    compared: Compared = {}
    for (chapter_name, task), names in parts.items():
        chapter = chapters[chapter_name]
        results = [answers[name][0] for name in names]
        comparison = chapter.comparison(chapter.tasks(scale)[task], results)
        compared.setdefault(chapter_name, {})[task] = comparison
        title = chapter.title.lower()
        seconds[title] = seconds.get(title, 0.0) + sum(answers[name][1] for name in names)
    return outcomes, compared, seconds


def timed(chunk: Chunk, report: Callable[[int, int], object]) -> tuple[Runs, float]:
    """Train a chunk in this process; its results, and the seconds that it took."""
    begin = time.perf_counter()
    return work(chunk, None, report), time.perf_counter() - begin


def _cost(chunk: Chunk) -> float:
    """About how long a chunk takes, beside others."""
    prepared = prepare(chunk.experiments[0])
    return chunk.size * len(prepared.x) * (100 + prepared.network.n_parameters)


def _by_chapter(progress: Progress, chunks: Mapping[str, Chunk]) -> Progress:
    """One count for each chapter, of all its populations."""
    done_by = dict.fromkeys(chunks, 0)

    def show(name: str, done: int, total: int) -> None:
        if name not in chunks:
            progress(name, done, total)
            return
        done_by[name] = done
        chapter = name.partition("/")[0]
        mine = [each for each in chunks if each.partition("/")[0] == chapter]
        progress(chapter, sum(done_by[each] for each in mine), sum(chunks[each].size for each in mine))

    return show
