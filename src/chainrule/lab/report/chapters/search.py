"""The search for the learning rate that the reference doesn't state: each rate tried, and how near its curve comes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.optimizers import SGD
from chainrule.lab.report.bands import Results, band, number, place
from chainrule.lab.report.chapters.chapter import Answers, Chapter, Scale, Work
from chainrule.lab.report.reference import TASKS, Lab
from chainrule.lab.report.starts import Report, train_starts

RATES = (0.1, 0.2, 0.25, 0.3, 0.5, 0.8, 1.0)
"""The rates tried on both tasks, each with the same starts."""

RECORD_EVERY = 100
"""Epochs from record to record: a divisor of the 5,000 from line to line of the reference's log."""


class Search(Chapter):
    """Every rate on both tasks, and which ones hold the reference in their band."""

    name = "search"
    title = "The search for the learning rate"

    def work(self, scale: Scale) -> Work:
        """One job per task."""
        lab = Lab(scale.epochs, scale.starts, scale.seed)
        return {task: ((search_task, (lab, task)), scale.epochs) for task in TASKS}

    def results(self, scale: Scale, answers: Answers) -> Results:
        """The numbers of the jobs."""
        return dict(answers)

    def constants(self, scale: Scale) -> dict[str, Any]:
        """The settings of its runs."""
        return {"EPOCHS": scale.epochs, "STARTS": scale.starts, "SEED": scale.seed}

    def shown(self, found: Results) -> Results:
        """For each task its numbers, and these facts.

        holding: the rates that hold the reference in their band at all epochs.  most_inside: at how many epochs the
        best rate does.  nearest: the row of the rate whose median comes nearest.
        """
        return {
            task: {
                **each,
                "holding": [row["rate"] for row in each["rows"] if row["inside"] == len(each["epochs"])],
                "most_inside": max((row["inside"] for row in each["rows"]), default=0),
                "nearest": min(each["rows"], key=lambda row: row["off"], default=None),
            }
            for task, each in found.items()
        }


def search_task(lab: Lab, task: str, report: Report = lambda done, total: None) -> Results:
    """One task with all rates and starts as one population, in float32: its numbers, ready for JSON.

    epochs: those of the reference's log that are reached, without epoch 0, before any step; where there are none,
    nothing is trained.  rows: one row per rate, as `row` gives it.

    >>> search_task(Lab(epochs=4000, starts=2), "xor")
    {'epochs': [], 'reference': [], 'starts': 2, 'seed': 0, 'used': 0.2, 'rows': []}
    """
    what = TASKS[task]
    printed = {epoch: loss for epoch, loss in what.published.by_epoch().items() if 0 < epoch <= lab.epochs}
    found: Results = {"epochs": list(printed), "reference": list(printed.values())}
    found |= {"starts": lab.starts, "seed": lab.seed, "used": what.learning_rate, "rows": []}
    if not printed:
        return found
    rates = SGD(tuple(np.repeat(RATES, lab.starts).tolist()))
    recorded, losses, final, _ = train_starts(what, lab, rates, lab.seeds * len(RATES), RECORD_EVERY, "float32", report)
    at = dict(zip(recorded.tolist(), losses, strict=True)) | {lab.epochs: final}
    shown = np.array([at[epoch] for epoch in printed]).reshape(len(printed), len(RATES), lab.starts)
    found["rows"] = [row(rate, shown[:, i], found["reference"]) for i, rate in enumerate(RATES)]
    return found


def row(rate: float, losses: Array, reference: Sequence[float]) -> dict[str, Any]:
    """The numbers of a rate: the band of its losses (E, K) at the reference's epochs, and where the reference lies.

    off: how many times larger or smaller than our median the reference's losses are, their geometric mean.

    >>> found = row(0.1, np.array([[0.1, 0.2, 0.3], [0.1, 0.1, 0.1]]), [0.2, 0.2])
    >>> found["verdicts"], found["inside"], found["off"]
    (['inside', 'above'], 1, 1.414213562)
    """
    low, median, high = band(losses)
    verdicts = [place(*each) for each in zip(reference, low, high, strict=True)]
    return {
        "rate": rate,
        "low": [number(each) for each in low],
        "median": [number(each) for each in median],
        "high": [number(each) for each in high],
        "verdicts": verdicts,
        "inside": verdicts.count("inside"),
        "off": number(np.exp(np.abs(np.log(np.array(reference) / median)).mean())),
    }
