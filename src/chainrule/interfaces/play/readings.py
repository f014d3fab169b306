"""What is read where one points: the answer at a place of the plane, or a sample with its answer and its loss."""

from dataclasses import fields
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import arithmetic
from chainrule.interfaces.play.messages import View
from chainrule.interfaces.play.planes import Images
from chainrule.interfaces.play.stage import Samples, Stage
from chainrule.training.links import LINKS
from chainrule.training.watching import losses_of_samples


def reading(stage: Stage, view: View, theta: Array, state: Array) -> dict[str, Any] | None:
    """The place x1, x2, the answers there (one for each output), and the sample's part; None where nothing is asked.

    >>> from chainrule.interfaces.play.playing import Playing
    >>> playing = Playing()
    >>> now = playing.training.state
    >>> found = reading(playing.stage, View(kind="view", sample=0), now.parameters.theta, now.statistics)
    >>> found["x1"], found["x2"], found["truth"], len(found["answers"])
    (0.0, 0.0, 0.0, 1)
    """
    part: dict[str, Any] = {}
    if view.sample is not None and view.sample < len(stage.learnt) + len(stage.test):
        samples, row, is_learnt = _sample(stage, view.sample)
        place, x = samples.points[0], samples.x
        part = {"sample": view.sample, "row": row, "is_learnt": is_learnt, "truth": float(samples.shown[0])}
    elif view.at is not None and not isinstance(stage.ground, Images):
        place = np.array(view.at)
        x = stage.ground.inputs(place[np.newaxis])
    else:
        return None
    if not np.isfinite(theta).all():
        return None
    with arithmetic():
        outputs = stage.network.predict(theta, x, state)
        answers = LINKS[stage.loss.link](outputs)
        if part:
            part["loss"] = _finite(losses_of_samples(stage.loss, outputs, stage.targets(samples))[0])
    return {"x1": float(place[0]), "x2": float(place[1]), "answers": [_finite(each) for each in answers[0]], **part}


def _sample(stage: Stage, number: int) -> tuple[Samples, int, bool]:
    """A sample alone, its row among the learnt or the test samples, and whether it is learnt. The learnt come first."""
    is_learnt = number < len(stage.learnt)
    samples, row = (stage.learnt, number) if is_learnt else (stage.test, number - len(stage.learnt))
    alone = Samples(*(getattr(samples, each.name)[row : row + 1] for each in fields(Samples)))
    return alone, row, is_learnt


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
