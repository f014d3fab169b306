"""The search for the learning rate that the reference doesn't state: every rate tried, and how near its curve comes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.optimizers import SGD
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.reference import TASKS, Lab
from chainrule.lab.report.results import Results, band, number, place
from chainrule.lab.report.starts import Report, train_starts
from chainrule.lab.report.studies.study import Answers, Study, Work

RATES = (0.1, 0.2, 0.25, 0.3, 0.5, 0.8, 1.0)
"""Tried on both tasks, each with the same starts."""

RECORD_EVERY = 100
"""A divisor of the reference's 5,000 epochs, from line to line of its log."""


def search_task(lab: Lab, task: str, report: Report = lambda done, total: None) -> Results:
    """Every rate on one task, all rates and starts as one population, in float32: its numbers, ready for JSON.

    epochs: those that the reference printed and that are reached, without epoch 0, where no rate has made a step yet;
    where there are none, nothing is trained.
    rows: a row a rate, as `row` gives it.

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
    """What a rate comes to: the band of its losses (E, K) at the reference's epochs, and where the reference lies.

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


def conclude(found: Mapping[str, Results]) -> list[str]:
    """A sentence for each task."""
    return [_of_task(task, each) for task, each in found.items()]


def _of_task(task: str, found: Results) -> str:
    """Which rates hold the reference in their band, whether the one that is used does, and which comes nearest."""
    rows, of = found["rows"], len(found["epochs"])
    if not rows:
        return f"On {task} the reference printed no loss within so few epochs: there was nothing to search by."
    holding = [f"{each['rate']:g}" for each in rows if each["inside"] == of]
    where = f"the reference in the band at all {of} epochs compared"
    if len(holding) > 1:
        said = f"{len(holding)} of the {len(rows)} rates hold {where} ({', '.join(holding)})"
    elif holding:
        said = f"only the rate {holding[0]} holds {where}"
    else:
        said = f"no rate tried holds {where}, the best at {max(each['inside'] for each in rows)}"
    if holding:
        does = "one of them" if f"{found['used']:g}" in holding else "not one of them"
        said += f"; {found['used']:g}, which the main runs take, is {does}"
    nearest = min(rows, key=lambda each: each["off"])
    off = f"the rate {nearest['rate']:g}, whose median is off by a factor of {nearest['off']:.2f}"
    return f"On {task} {said}. Nearest comes {off}."


def _lab(scale: Scale) -> Lab:
    return Lab(scale.epochs, scale.starts, scale.seed)


def work(scale: Scale) -> Work:
    """A job for each task."""
    return {task: ((search_task, (_lab(scale), task)), scale.epochs) for task in TASKS}


def results(scale: Scale, answers: Answers) -> Results:
    """The jobs' numbers as they are."""
    return dict(answers)


def lines(scale: Scale) -> str:
    """Every rate tried on both tasks, and the band of its losses at the epochs that the reference printed.

    >>> print(lines(Scale(20_000)).splitlines()[5])
    settings = {"loss": cr.HalfSquaredError(), "epochs": 20_000, "record_every": 100, "dtype": "float32"}
    """
    lab, linear, xor = _lab(scale), TASKS["linear"], TASKS["xor"]
    first, beyond = lab.seed, lab.seed + lab.starts
    points = f"cr.datasets.{linear.name}(n=100, seed=seed)"
    return f"""\
import numpy as np
import chainrule as cr

network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
rates = {list(RATES)}
settings = {{"loss": cr.{lab.loss!r}, "epochs": {lab.epochs:_}, "record_every": {RECORD_EVERY}, "dtype": "float32"}}
for rate in rates:
    optimizer = cr.SGD(rate)
    xor = cr.train(network, *{xor.points(first)}, optimizer=optimizer, population={lab.starts}, \
seed={first}, **settings)
    linear = [cr.train(network, *{points}, optimizer=optimizer, seed=seed, **settings)
              for seed in range({first}, {beyond})]
    for losses in (2 * xor.history["loss"], np.stack([2 * run.history["loss"] for run in linear], axis=1)):
        low, median, high = np.percentile(losses[::{5000 // RECORD_EVERY}], [5, 50, 95], axis=1)  # epochs 0, 5000, ...
"""


STUDY = Study("The search for the learning rate", work, results, conclude, lines)
