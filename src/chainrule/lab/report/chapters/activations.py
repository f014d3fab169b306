"""Activation functions of the hidden layers: sigmoid, ReLU and tanh."""

from dataclasses import replace
from typing import Any

from chainrule.lab.report.chapters.chapter import NETWORK, Chapter, Scale
from chainrule.lab.report.chapters.words import loss, ranked, starts
from chainrule.lab.experiments.experiment import Experiment


def tasks(scale: Scale) -> dict[str, Experiment]:
    """The reference's network on both tasks."""
    return {task: scale.experiment(task) for task in ("linear", "xor")}


def conclude(found: dict[str, Any]) -> list[str]:
    """For each task: which succeeds most often and soonest, and which least."""
    return [_of_task(task, each) for task, each in found.items()]


def _of_task(task: str, found: dict[str, Any]) -> str:
    rows = sorted(found["rows"], key=ranked)
    best, worst = rows[0], rows[-1]
    if not best["succeeded"]:
        return f"On {task} no activation function brings a start to a loss of {found['level']:g}."
    said = [
        f"{row['label']} (to a loss of {found['level']:g} or less come {starts(row['succeeded'], row['starts'])}"
        + (f", half of them by epoch {row['reached']:,.0f}" if row["succeeded"] else "")
        + f"; median final loss {loss(row['median'])})"
        for row in (best, worst)
    ]
    return f"On {task} {said[0]} does best, {said[1]} least well."


NETWORKS = {
    NETWORK: "sigmoid",
    replace(NETWORK, activation="relu", output="sigmoid"): "ReLU",
    replace(NETWORK, activation="tanh", output="sigmoid"): "tanh",
}
"""With the names of their activation functions."""

CHAPTER = Chapter(
    title="Activation functions",
    question="Which activation function learns best in the hidden layers?",
    asks="activation function",
    about="The 2-4-4-1 network from standard normal weights, by Adam(0.01) on all points at once; only the activation "
    "of the hidden layers differs, and the output stays a sigmoid, so that answers lie between 0 and 1.",
    settings={"network": list(NETWORKS)},
    tasks=tasks,
    conclude=conclude,
    names=tuple(NETWORKS.items()),
)
