"""The main runs in numbers: all starts of each task, beside the numbers that the reference printed."""

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.diagnose.diagnosis import Findings, diagnose
from chainrule.lab.experiments.compared_runs import first_below
from chainrule.lab.report.bands import Results, band, number, place, rounded, undecided
from chainrule.lab.report.reference import TASKS
from chainrule.lab.report.starts import Outcome
from chainrule.training.history import History, Record
from chainrule.training.run import Run, Setup
from chainrule.training.stopping import Ending

LEARNT = 0.1
"""A task counts as learnt from the first epoch whose median loss is below this."""


def task_results(outcome: Outcome) -> Results:
    """The numbers of one task, ready for JSON.

    >>> from chainrule.lab.report.reference import Lab
    >>> from chainrule.lab.report.starts import train_task
    >>> task_results(train_task(Lab(epochs=40, starts=3), "xor"))["log"][0]["reference"]
    0.310752
    """
    task, lab, k = TASKS[outcome.task], outcome.lab, outcome.shown
    x, y = lab.test(task).points()
    truth = y[:, 0].astype(int)
    learnt = [lab.training(task, i).points() for i in range(lab.starts)]
    accuracy = outcome.model.score(x, y, "accuracy")
    training_accuracy = [outcome.model[i].score(*learnt[i], "accuracy") for i in range(lab.starts)]
    every = outcome.model.predict(x)[:, :, 0]
    predictions = every[k]
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
                "undecided": undecided(every[i]),
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
            "low": rounded(low, 6),
            "median": rounded(median, 6),
            "high": rounded(high, 6),
            "starts": rounded(outcome.losses.T, 6),
        },
    }


def shown(found: Results) -> Results:
    """A task for the templates: its numbers, and the facts that sentences turn on.

    compared: the rows of the log that have the reference's loss.  outside: the epochs at which it lies "below" our band
    and "above" it.  worst: the start with the lowest test accuracy, and among equals the largest loss.  illnesses:
    pairs of an illness that the doctor finds and the number of starts that have it.  undecided: whether the start
    shown answers 0.5 to every test point.
    """
    compared = [row for row in found["log"] if row["verdict"]]
    outside = {side: [row["epoch"] for row in compared if row["verdict"] == side] for side in ("below", "above")}
    return {
        **found,
        "compared": compared,
        "outside": {side: epochs for side, epochs in outside.items() if epochs},
        "worst": min(found["starts"], key=lambda start: (start["accuracy"], -start["final_loss"])),
        "illnesses": Counter(each["illness"] for each in found["findings"] if each is not None).most_common(),
        "undecided": found["starts"][found["shown"]["start"]]["undecided"],
    }


def soonest(tasks: Mapping[str, Results]) -> list[str]:
    """The tasks in the order in which they are learnt; last those that aren't.

    >>> soonest({"linear": {"learnt": None}, "xor": {"learnt": 500}})
    ['xor', 'linear']
    """
    return sorted(tasks, key=lambda task: math.inf if tasks[task]["learnt"] is None else tasks[task]["learnt"])


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


def diagnose_starts(outcome: Outcome) -> tuple[Findings, ...]:
    """The doctor's findings for each start of a task: K tuples, most of them empty where a run is long enough.

    >>> from chainrule.lab.report.reference import Lab
    >>> from chainrule.lab.report.starts import train_task
    >>> len(diagnose_starts(train_task(Lab(epochs=40, starts=2), "xor")))
    2
    """
    lab, task = outcome.lab, TASKS[outcome.task]
    starts = lab.network.initialize(lab.seeds, lab.starts)
    state = np.empty(0)
    found = []
    for k, seed in enumerate(lab.seeds):
        history = History()
        for epoch, loss in zip(outcome.epochs.tolist(), outcome.losses[:, k] / 2, strict=True):
            history.append(Record(epoch, lab.epochs, epoch, float(loss), starts[k]))
        run = Run(
            model=outcome.model[k],
            history=history,
            final_loss=float(outcome.final[k]) / 2,  # the loss that is trained is half the mean squared error
            ending=Ending("finished", lab.epochs),
            setup=Setup(starts[k], state, lab.optimizer(task), lab.epochs, None, (seed,)),
        )
        found.append(diagnose(run, *lab.training(task, k).points()))
    return tuple(found)
