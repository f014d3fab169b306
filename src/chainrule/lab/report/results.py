"""From outcomes to numbers: everything that the page says, as plain lists and numbers ready for JSON."""

import platform
from collections.abc import Mapping
from typing import Any

import numpy as np

import chainrule
from chainrule.core.arrays import Array
from chainrule.lab.experiments.compared_runs import first_below
from chainrule.lab.report.main_runs import diagnose_starts
from chainrule.lab.report.reference import TASKS, Lab
from chainrule.lab.report.starts import Outcome

FORMAT = "chainrule reference lab 1"

BAND = (5, 50, 95)
"""The percentiles over the starts: the band's lower edge, the median, the band's upper edge."""

LEARNT = 0.1
"""A task counts as being learnt from the epoch on at which the median loss is below this."""

Results = dict[str, Any]


def results(outcomes: Mapping[str, Outcome]) -> Results:
    """Every number of the page but the timings, which are the caller's to add. The same outcomes give the same numbers.

    >>> from chainrule.lab.report.starts import train_task
    >>> found = results({"xor": train_task(Lab(epochs=40, starts=3), "xor")})
    >>> sorted(found["tasks"]["xor"])[:4]
    ['accuracy', 'answers', 'coverage', 'curves']
    >>> found["tasks"]["xor"]["log"][0]["reference"]
    0.310752
    """
    lab = next(iter(outcomes.values())).lab
    return {
        "format": FORMAT,
        "settings": settings(lab),
        "tasks": {name: task_results(outcome) for name, outcome in outcomes.items()},
        "environment": environment(),
    }


def settings(lab: Lab) -> Results:
    """The settings that all starts share."""
    return {
        "network": repr(lab.network),
        "parameters": lab.network.n_parameters,
        "loss": repr(lab.loss),
        "epochs": lab.epochs,
        "record_every": lab.record_every,
        "starts": lab.starts,
        "seed": lab.seed,
    }


def environment() -> Results:
    """What the numbers can depend on, and nothing that tells whose machine it was."""
    return {
        "chainrule": chainrule.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "system": platform.system(),
        "machine": platform.machine(),
    }


def task_results(outcome: Outcome) -> Results:
    """The numbers of one task."""
    task, lab, k = TASKS[outcome.task], outcome.lab, outcome.shown
    x, y = lab.test(task).points()
    truth = y[:, 0].astype(int)
    learnt = [lab.training(task, i).points() for i in range(lab.starts)]
    accuracy = outcome.model.score(x, y, "accuracy")
    training_accuracy = [outcome.model[i].score(*learnt[i], "accuracy") for i in range(lab.starts)]
    predictions = outcome.model.predict(x)[k, :, 0]
    log = log_rows(outcome)
    compared = [row for row in log if row["reference"] is not None]
    wrong = np.flatnonzero((predictions >= 0.5) != (truth == 1))
    low, median, high = band(outcome.losses)
    return {
        "optimizer": repr(lab.optimizer(task)),
        "learning_rate": task.learning_rate,
        "data": {
            "training": str(lab.training(task, k)),
            "test": str(lab.test(task)),
            "n_training": len(learnt[k][0]),
            "n_test": len(x),
            "fresh": task.drawn,
        },
        "shown": {"start": k, "seed": lab.seed + k, "final_loss": number(outcome.final[k])},
        "log": log,
        "coverage": {"inside": sum(row["verdict"] == "inside" for row in compared), "of": len(compared)},
        "learnt": first_below(outcome.epochs, median, LEARNT),
        "findings": [None if not each else each[0].to_dict() for each in diagnose_starts(outcome)],
        "final": dict(zip(("low", "median", "high"), map(number, band(outcome.final)), strict=True)),
        "predictions": [
            {"x": each.tolist(), "truth": int(answer), "prediction": number(prediction)}
            for each, answer, prediction in zip(x, truth, predictions, strict=True)
        ],
        "wrong": wrong.tolist(),
        "accuracy": float(accuracy[k]),
        "sure": sure(outcome),
        "answers": {str(c): answers(x, predictions, truth, c) for c in (0, 1)},
        "starts": [
            {
                "seed": lab.seed + i,
                "final_loss": number(outcome.final[i]),
                "training_accuracy": float(training_accuracy[i]),
                "accuracy": float(accuracy[i]),
            }
            for i in range(lab.starts)
        ],
        "reached": {
            "99": int((accuracy >= 0.99).sum()),
            "100": int((accuracy == 1).sum()),
            "training_100": sum(each == 1 for each in training_accuracy),
            "of": lab.starts,
        },
        "reference": {"accuracy": task.published.accuracy, "answers": task.published.answers},
        "curves": {
            "epoch": outcome.epochs.tolist(),
            "low": rounded(low),
            "median": rounded(median),
            "high": rounded(high),
            "starts": [rounded(each) for each in outcome.losses.T],
        },
    }


def log_rows(outcome: Outcome) -> list[Results]:
    """The log of the shown start, with the reference's loss and the band of all starts at the same epochs."""
    published = TASKS[outcome.task].published.by_epoch()
    rows = []
    for epoch in outcome.lab.log_epochs:
        losses = outcome.losses[outcome.epochs.tolist().index(epoch)]
        low, median, high = (number(each) for each in band(losses))
        reference = published.get(epoch)
        verdict = None if reference is None else place(reference, low, high)
        row: Results = {"epoch": epoch, "loss": number(losses[outcome.shown]), "low": low, "median": median}
        rows.append(row | {"high": high, "reference": reference, "verdict": verdict})
    return rows


def band(losses: Array) -> tuple[Array, Array, Array]:
    """5 %, median and 95 % over the starts: (..., K) -> three of (...).

    >>> [float(each) for each in band(np.arange(101.0))]
    [5.0, 50.0, 95.0]
    """
    low, median, high = np.percentile(losses, BAND, axis=-1)
    return low, median, high


def place(value: float, low: float, high: float) -> str:
    """Where a value lies: inside, below or above.

    >>> place(0.2, 0.1, 0.3), place(0.05, 0.1, 0.3), place(0.5, 0.1, 0.3)
    ('inside', 'below', 'above')
    """
    return "below" if value < low else "above" if value > high else "inside"


def answers(x: Array, predictions: Array, truth: Array, c: int) -> Results | None:
    """The range of the answers to a class's points, and the point whose answer is furthest from the class."""
    of_class = np.flatnonzero(truth == c)
    if not len(of_class):
        return None
    faintest = of_class[np.argmax(np.abs(predictions[of_class] - c))]
    return {
        "lowest": number(predictions[of_class].min()),
        "median": number(np.median(predictions[of_class])),
        "highest": number(predictions[of_class].max()),
        "faintest_at": [round(float(each), 6) for each in x[faintest]],
    }


def sure(outcome: Outcome) -> float:
    """The share of the unit square where the shown start's answer is below 0.05 or above 0.95, on a grid of places."""
    side = (np.arange(100) + 0.5) / 100
    x1, x2 = np.meshgrid(side, side)
    answer = outcome.model[outcome.shown].predict(np.stack([x1.ravel(), x2.ravel()], axis=1))
    return number((np.abs(answer - 0.5) > 0.45).mean())


def number(value: Any) -> float:
    """A float of ten significant digits: what rounding can't blur, and JSON can hold.

    >>> number(np.float64(0.123456789012345))
    0.123456789
    """
    return float(f"{float(value):.10g}")


def rounded(values: Array) -> list[float]:
    """Floats of six significant digits: the points of a curve."""
    return [float(f"{value:.6g}") for value in values.tolist()]
