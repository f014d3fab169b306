"""A run on a stage: begun, trained at its pace, and shown in frames. What a page commands of it is in `playing.py`."""

import time
from collections.abc import Mapping

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import DivergenceError
from chainrule.interfaces.play import messages
from chainrule.interfaces.play.course import Course
from chainrule.interfaces.play.glass.box import GlassBox
from chainrule.interfaces.play.moments import Moment, Moments
from chainrule.interfaces.play.past import Past
from chainrule.interfaces.play.pictures import Pictures
from chainrule.interfaces.play.readings import reading
from chainrule.interfaces.play.saved import Answer, kept
from chainrule.interfaces.play.scene import Scene
from chainrule.interfaces.play.showing import Showing
from chainrule.interfaces.play.stage import Given, Stage, set_up
from chainrule.training.loop import iterate
from chainrule.training.training import Training

SLICE = 0.004
"""Seconds of training between two looks at what the page wants."""

FOR_A_LOOK = 0.34
"""How long it trains for each second that it looked inside, beside that of pictures: a quarter of the time at least."""

FIRST_PACE = 200.0
"""Steps a second at first: at full speed a small network has learnt before one looks."""


class StagedRun:
    """A run on a stage; `answers` wait to be sent to its page.

    >>> run = StagedRun()
    >>> run.next_frame() is None, run.next_frame() is None
    (False, True)
    """

    def __init__(self, scene: Scene | None = None, given: Given | None = None) -> None:
        self._given = given
        self.is_playing = False
        self.steps_per_second: float | None = FIRST_PACE
        self.view = messages.View(kind="view")
        self.glass = GlassBox()
        self.answers: list[Answer] = []
        self._moments, self._showing = Moments(), Showing()
        self._due, self._picture_time, self._is_changed = 0.0, 0.0, True
        self._speed = 0.0
        self._begin(scene or Scene())

    def _begin(self, scene: Scene, arrays: Mapping[str, Array] | None = None, past: Past | None = None) -> None:
        """Begin a scene's run, or go on from a moment of it. Raises, and changes nothing, if it can't be.

        past: how it came to that moment, where that is known.
        """
        stage = set_up(scene, self._given)
        training = _training(stage)
        if arrays is not None:
            training.restore(arrays)
        if past is not None:
            training.setup = past.setup(training.setup)
        self._put(stage, training)
        self._is_past_known = past is not None or training.state.step == 0

    def _go_on_with_points(self, scene: Scene) -> None:
        """Other points of one's own: the weights stay, where the network stays the same; all else begins anew."""
        state, network = self.training.state, self.stage.network
        stage = set_up(scene, self._given)
        same = stage.network == network
        kept = {"theta": state.parameters.theta, "state": state.statistics} if same and self._ended is None else {}
        self._put(stage, _training(stage, **kept))
        self._is_past_known = True

    def _put(self, stage: Stage, training: Training) -> None:
        self.stage, self.training, self.pictures = stage, training, Pictures(stage)
        self.course = Course(self.pictures.columns)
        self._start_anew_for_the_doctor()
        self._change = np.zeros(stage.network.n_parameters)
        self._ended: str | None = None
        self._is_changed = True
        self._say_state()

    @property
    def scene(self) -> Scene:
        """The present scene."""
        return self.stage.scene

    def _moment(self) -> Moment:
        return Moment(self.scene, self.training.state.arrays(), self.past)

    @property
    def past(self) -> Past | None:
        """How the run came here; None of a run from a file that doesn't say so."""
        return Past.of(self.training.setup, self.stage) if self._is_past_known else None

    def _start_anew_for_the_doctor(self) -> None:
        """What was learnt with other settings is no matter of these."""
        state = self.training.state
        self._start = state.parameters.theta.copy(), state.statistics.copy(), state.step

    # Training

    def train_a_while(self) -> float:
        """Train for a short time, or for as many steps as are due. Returns the seconds until the next one is due."""
        if not self.is_playing:
            return 0.0
        began = time.monotonic()
        if self.steps_per_second is not None:
            due = int((began - self._due) * self.steps_per_second)
            self._due += due / self.steps_per_second
            if due:
                self._advance(due if began - self._due < 1.0 else 1)
            return max(0.0, self._due + 1.0 / self.steps_per_second - time.monotonic())
        steps, made = 1, 0
        while (passed := time.monotonic() - began) < max(SLICE, self._picture_time) and self.is_playing:
            self._advance(steps)
            made += steps
            steps = max(1, min(2 * steps, int(made / max(passed, 1e-6) * SLICE / 2)))
        self._speed = made / max(time.monotonic() - began, 1e-9)
        return 0.0

    def _advance(self, steps: int) -> None:
        """Make steps. A run that diverges stands still, and the page is told why."""
        state = self.training.state
        try:
            if steps > 1:
                self.training.advance(steps - 1)
            before = state.parameters.theta.copy()
            self.training.advance()
            np.subtract(state.parameters.theta, before, out=self._change)
        except DivergenceError:
            self._ended = f"the loss became too large in epoch {state.epoch:,} with {self.training.task.optimizer}."
            self.is_playing = False
            self._say_state()
        self._is_changed = True

    # What the page gets

    @property
    def wants_a_frame(self) -> bool:
        """Whether the page may be sent the next frame, and there is something new in it."""
        return self._is_changed and self._showing.is_free

    def next_frame(self) -> bytes | None:
        """The present moment as a frame; None while the page has others to show, or nothing has changed."""
        if not self.wants_a_frame:
            return None
        began = time.monotonic()
        self._is_changed = False
        state = self.training.state
        theta, statistics = state.parameters.theta, state.statistics
        if np.isfinite(theta).all():
            self.course.add(self.pictures.course_row(state.step, theta, statistics))
        head, arrays = self.pictures.taken(self.view, theta, statistics, self._change)
        head |= {
            "step": state.step,
            "epoch": state.epoch,
            "speed": self._speed if self.is_playing else 0.0,
            "units": self.view.units,
            "reading": reading(self.stage, self.view, theta, statistics),
        }
        looks, inside = time.monotonic(), 0.0
        if self.glass.is_due(looks, self.is_playing):
            head["glass"] = self.glass.shown(self.stage, self.training)
            inside = time.monotonic() - looks
            self._is_changed = self.glass.is_at_work
        whole = self._showing.frame(head, arrays, self.course)
        self._picture_time = time.monotonic() - began - (1.0 - FOR_A_LOOK) * inside
        return whole

    def _say_state(self) -> None:
        """Tell the page what it shows beside pictures: the scene, its points, its layers, and what can be done."""
        if self.answers and self.answers[-1]["kind"] == "state":
            self.answers.pop()
        self.answers.append({"kind": "state", **self.state()})

    def state(self) -> Answer:
        """All that a page needs to draw itself anew."""
        own = None if self._given is None else self._given.loss
        return {
            **self.pictures.described(),
            **self._moments.counts,
            "scene": self.scene.model_dump(mode="json"),
            "playing": self.is_playing,
            "steps_per_second": self.steps_per_second,
            "ended": self._ended,
            "engine": self.training.setup.engine,
            "given_loss": None if own is None else type(own).__name__,
        }

    def kept(self) -> Answer:
        """What a page keeps of its run."""
        return kept(self.stage, self.training, self.past, self.view.drawing)


def _training(stage: Stage, **start: Array) -> Training:
    """The training of a stage. start: theta and state, if they aren't the stage's own."""
    return iterate(stage.network, stage.learnt.x, stage.learnt.y, **stage.settings() | start)
