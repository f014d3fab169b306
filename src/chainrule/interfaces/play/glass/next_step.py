"""The step that a run makes next, taken apart. The run isn't touched."""

import copy
from functools import cached_property

import numpy as np

from chainrule.interfaces.play.stage import Stage
from chainrule.lab.explain.explanation import Explanation, explain
from chainrule.training.training import Training


class NextStep:
    """The next step of a run on a stage. number: counted from 1.

    >>> from chainrule.interfaces.play.playing import Playing
    >>> playing = Playing()
    >>> step = NextStep(playing.stage, playing.training)
    >>> step.number, step.explanation.step
    (1, 0)
    """

    def __init__(self, stage: Stage, training: Training) -> None:
        self.stage, self.training = stage, training
        self.number = training.state.step + 1

    @cached_property
    def samples(self) -> list[int]:
        """The rows of the learnt samples that are in the step's batch."""
        state, size = self.training.state, self.training.task.batch_size
        order = np.arange(len(self.stage.learnt))
        if size is None:
            return order.tolist()
        if state.batch > 0:
            order = state.order[0]
        else:  # the order of the epoch that begins isn't drawn yet: a copy of the generator draws it
            copy.deepcopy(state.shuffle_generators[0]).shuffle(order)
        rows: list[int] = np.sort(order[state.batch * size : (state.batch + 1) * size]).tolist()
        return rows

    def followed(self, sample: int | None) -> int | None:
        """The sample, where it is in the step's batch; else None, for the one that the step itself suggests."""
        return sample if sample in self.samples else None

    @cached_property
    def explanation(self) -> Explanation:
        """All its numbers."""
        stage, task = self.stage, self.training.task
        return explain(
            stage.network,
            self.training.state,
            stage.learnt.x,
            stage.learnt.y,
            stage.loss,
            task.optimizer,
            samples=self.samples,
            penalty=task.objective.penalty,
            clip=stage.scene.clip,
        )
