"""With and without activation functions; and the one affine map that a network without them is."""

from itertools import pairwise
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.report.chapters.chapter import Chapter, Scale
from chainrule.lab.report.chapters.words import accuracy, starts
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.report.results import number


def tasks(scale: Scale) -> dict[str, Experiment]:
    """The reference's network on both tasks."""
    return {task: scale.experiment(task) for task in ("linear", "xor")}


def affine(theta: Array, sizes: tuple[int, ...]) -> Array:
    """The layers' affine maps W (O, I + 1), one after the other in theta (P,), as one: (O, I + 1), the bias last.

    >>> affine(np.array([2.0, 1.0, 3.0, 4.0]), (1, 1, 1))   # 3 (2 x + 1) + 4
    array([[6., 7.]])
    """
    whole, first = np.eye(sizes[0] + 1), 0
    for n_in, n_out in pairwise(sizes):
        layer = theta[first : first + n_out * (n_in + 1)].reshape(n_out, n_in + 1)
        first += layer.size
        whole = np.vstack([layer @ whole, whole[-1:]])  # a row that keeps the one
    return whole[:-1]


def collapse(comparison: Comparison) -> dict[str, Any]:
    """The map of the first start without activations that didn't diverge, and how far the network's answers are off."""
    prepared, runs = prepare(comparison.experiments[1]), comparison.runs[1]
    x, _ = prepared.arrays(prepared.learnt)
    alive = np.flatnonzero(~runs.diverged)
    if not len(alive):
        return {"map": None}
    k = int(alive[0])
    theta = runs.theta[k].astype(np.float64)
    found = affine(theta, (2, 4, 4, 1))
    answers = prepared.network.predict(theta, x)
    off = np.abs(answers - (x @ found[:, :-1].T + found[:, -1])).max()
    return {"map": [number(each) for each in found[0]], "map_seed": int(runs.seeds[k]), "agrees": bool(off < 1e-9)}


def conclude(found: dict[str, Any]) -> list[str]:
    """For each task: what is lost without activations; and the map, checked."""
    return [sentence for task, each in found.items() for sentence in _of_task(task, each)]


def _of_task(task: str, found: dict[str, Any]) -> list[str]:
    given, bare = found["rows"]
    a, b = given["accuracy"] or 0.0, bare["accuracy"] or 0.0
    lost = "nothing is lost" if b >= a else f"accuracy falls by {100 * (a - b):.1f} points"
    said = [
        f"On {task} {lost} without activation functions: the median test accuracy is {accuracy(given)} with, "
        f"{accuracy(bare)} without; {starts(given['succeeded'], given['starts'])} end at a loss of {found['level']:g} "
        f"or less with, {starts(bare['succeeded'], bare['starts'])} without."
    ]
    if found["map"]:
        same = "the network’s own answers agree with it" if found["agrees"] else "yet the network answers otherwise"
        said.append(
            f"On {task} all three layers without activations (seed {found['map_seed']}) are one map, computed from "
            f"the weights: {_in_words(*found['map'])}; {same} on every training point."
        )
    return said


def _in_words(w1: float, w2: float, bias: float) -> str:
    """The map, as people write it.

    >>> _in_words(-0.5, 2.0, -0.25)
    '−0.5000 x1 + 2.0000 x2 − 0.2500'
    """
    return f"{w1:.4f} x1 {w2:+.4f} x2 {bias:+.4f}".replace(" +", " + ").replace(" -", " − ").replace("-", "−")


CHAPTER = Chapter(
    title="With and without activation functions",
    question="What are activation functions for? Without them, layer upon layer is one affine map of the inputs.",
    asks="activation functions",
    about="The 2-4-4-1 network from standard normal weights, by Adam(0.01) on all points at once: with a sigmoid "
    "after every layer, and with none. Its answer is class 1 from 0.5 on.",
    settings={"activation": ["sigmoid", "identity"]},
    tasks=tasks,
    conclude=conclude,
    names=(("sigmoid", "with"), ("identity", "without")),
    more=collapse,
)
