"""With and without biases; and circles, which a tanh network cannot learn without."""

from typing import Any

from chainrule.lab.report.chapters.chapter import NETWORK, Chapter, Scale
from chainrule.lab.report.chapters.words import accuracy, starts
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.perceptron import Perceptron

ODD = Perceptron((4, 4), activation="tanh", output="sigmoid", initializer=NETWORK.initializer)
"""Without biases its answers at x and -x add up to 1, whatever its weights: it can't say the same at both."""


def tasks(scale: Scale) -> dict[str, Experiment]:
    """The reference's network on both tasks, and the odd one on circles around the origin."""
    both = {task: scale.experiment(task) for task in ("linear", "xor")}
    return both | {"circles": scale.experiment("circles", ODD)}


def conclude(found: dict[str, Any]) -> list[str]:
    """For each task: whether it needs biases."""
    return [_of_task(task, each) for task, each in found.items()]


def _of_task(task: str, found: dict[str, Any]) -> str:
    biased, bare = found["rows"]
    a, b = biased["succeeded"], bare["succeeded"]
    more = "biases make no difference to how many starts succeed"
    if a != b:
        more = "more starts succeed with biases" if a > b else "more starts succeed without biases"
    if a and not b:
        more = "the task fails without biases and succeeds with them"
    return (
        f"On {task} {more}: {starts(a, biased['starts'])} end at a loss of {found['level']:g} or less with biases, "
        f"{starts(b, bare['starts'])} without; the median test accuracy is {accuracy(biased)} with, "
        f"{accuracy(bare)} without."
    )


CHAPTER = Chapter(
    title="With and without biases",
    question="What are weights and biases for? A weight says how strongly a unit listens to an input. A bias shifts "
    "its activation: without one, a sigmoid unit answers 0.5 wherever all its inputs are zero.",
    asks="biases",
    about="The 2-4-4-1 network from standard normal weights, by Adam(0.01) on all points at once, with sigmoid after "
    "every layer; on circles (a ring of points around the origin within another, a class each), with tanh in the "
    "hidden layers: without biases that network’s answers at a point and at its mirror image add up to 1, though both "
    "are of one class. Only the biases differ.",
    settings={"bias": [True, False]},
    tasks=tasks,
    conclude=conclude,
    names=((True, "with"), (False, "without")),
)
