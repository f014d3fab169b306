"""Learning rates, from stuck through converging to diverging, and where the edges lie."""

from typing import Any

from chainrule.core.optimizers import SGD
from chainrule.lab.report.chapters.chapter import Chapter, Scale
from chainrule.lab.report.chapters.words import Row, labels, loss, starts, works
from chainrule.lab.experiments.experiment import Experiment

RATES = [0.001, 0.01, 0.1, 1.0, 10.0, 30.0, 100.0, 300.0]


def tasks(scale: Scale) -> dict[str, Experiment]:
    """Plain gradient descent on both tasks."""
    return {task: scale.experiment(task, optimizer=SGD(1.0)) for task in ("linear", "xor")}


def conclude(found: dict[str, Any]) -> list[str]:
    """For each task: the range of rates that work, and what happens below it and above."""
    return [sentence for task, each in found.items() for sentence in _of_task(task, each)]


def _of_task(task: str, found: dict[str, Any]) -> list[str]:
    rows: list[Row] = found["rows"]
    good = [i for i, row in enumerate(rows) if works(row)]
    goal = f"at least half of the starts to a loss of {found['level']:g} within {found['epochs']:,} epochs"
    if not good:
        best = min(rows, key=lambda row: float("inf") if row["median"] is None else row["median"])
        low = f"; the lowest median loss is {loss(best['median'])}, at {best['label']}" if best["median"] else ""
        return [f"On {task} no learning rate tried brings {goal}{low}. {_above(rows[-1:])}"]
    first, last = good[0], good[-1]
    soonest = min(rows[i]["reached"] for i in good)
    quickest = [rows[i] for i in good if rows[i]["reached"] == soonest]
    span = f"rates from {rows[first]['label']} to {rows[last]['label']} bring" if first < last else ""
    span = span or f"only the rate {rows[first]['label']} brings"
    gaps = [rows[i] for i in range(first, last) if i not in good]
    but = f" (but not {labels(gaps)})" if gaps else ""
    said = [
        f"On {task} {span}{but} {goal}; the quickest {'are' if len(quickest) > 1 else 'is'} {labels(quickest)}, whose "
        f"successful starts get there by epoch {soonest:,.0f} (median)."
    ]
    if first:
        slow, edge = rows[0], rows[first - 1]
        said.append(
            f"Too small on {task}: {edge['label']} and less. At {slow['label']} the median loss goes from "
            f"{loss(slow['first'])} to {loss(slow['median'])} only."
        )
    else:
        said.append(f"No rate tried is too small for {task}.")
    if last + 1 < len(rows):
        between = f"the edge lies between {rows[last]['label']} and {rows[last + 1]['label']}"
        said.append(f"Too large on {task}: {between}. {_above(rows[last + 1 :])}")
    else:
        said.append(f"No rate tried is too large for {task}: the edge lies above {rows[last]['label']}.")
    return said


def _above(rows: list[Row]) -> str:
    """What the rates that are too large do."""
    row = rows[0]
    yet = "" if row["rose"] else ", yet too few arrive"
    return f"At {row['label']} {starts(row['rose'], row['starts'])} end above the loss that they began with{yet}."


CHAPTER = Chapter(
    title="Learning rates",
    question="What if the learning rate is too large, or too small?",
    asks="learning rate",
    about="The reference’s 2-4-4-1 sigmoid network from standard normal weights, by plain gradient descent on all "
    "points at once; only the learning rate differs.",
    settings={"learning_rate": RATES},
    tasks=tasks,
    conclude=conclude,
)
