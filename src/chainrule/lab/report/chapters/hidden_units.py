"""Hidden units, 1 to 64 in each of the two hidden layers."""

from typing import Any

from chainrule.lab.report.chapters.chapter import Chapter, Scale
from chainrule.lab.report.chapters.words import loss, ranked, starts, works
from chainrule.lab.experiments.experiment import Experiment


def tasks(scale: Scale) -> dict[str, Experiment]:
    """The reference's network on both tasks."""
    return {task: scale.experiment(task) for task in ("linear", "xor")}


def conclude(found: dict[str, Any]) -> list[str]:
    """For each task: the fewest units with which half of the starts succeed, and the number that is best."""
    return [_of_task(task, each) for task, each in found.items()]


def _of_task(task: str, found: dict[str, Any]) -> str:
    good = [row for row in found["rows"] if works(row)]
    if not good:
        return f"On {task} no number of units tried brings half of the starts to a loss of {found['level']:g}."
    fewest, best = good[0], min(good, key=ranked)
    enough = "1 unit a layer is enough" if fewest["label"] == "1" else f"{fewest['label']} units a layer are enough"
    return (
        f"On {task} {enough} for at least half of the starts to end at a loss of {found['level']:g} or less "
        f"({starts(fewest['succeeded'], fewest['starts'])}). Best of all does {best['label']}: "
        f"{starts(best['succeeded'], best['starts'])}, median final loss {loss(best['median'])}."
    )


CHAPTER = Chapter(
    title="Hidden units",
    question="How many units does a hidden layer need?",
    asks="units a layer",
    about="A network of two hidden layers of so many units each, sigmoid after every layer, from standard normal "
    "weights, by Adam(0.01) on all points at once; only the units differ.",
    settings={"units": [1, 2, 4, 16, 64]},
    tasks=tasks,
    conclude=conclude,
)
