"""A page's run: what each command does to it, and the frames that it shows. It knows nothing of pages or processes."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import ChainruleError, DataError, DivergenceError
from chainrule.interfaces.play import messages
from chainrule.interfaces.play.advice import run_since
from chainrule.interfaces.play.catalogue import catalogue
from chainrule.interfaces.play.course import Course
from chainrule.interfaces.play.glass.box import GlassBox
from chainrule.interfaces.play.moments import Moment, Moments
from chainrule.interfaces.play.own_tables import scene_of_table, uploaded
from chainrule.interfaces.play.pictures import Pictures
from chainrule.interfaces.play.saved import SAVED, Answer, from_file, kept
from chainrule.interfaces.play.scene import Scene
from chainrule.interfaces.play.showing import Showing
from chainrule.interfaces.play.stage import Given, Stage, changeable, set_up
from chainrule.interfaces.play.visits import Visits
from chainrule.training.loop import iterate
from chainrule.training.training import Training

SLICE = 0.012
"""Seconds of training between two looks at what the page wants."""

FIRST_PACE = 200.0
"""Steps a second at first: at full speed a small network has learnt before one looks."""


class Playing:
    """A run on a stage, obedient to commands.

    >>> playing = Playing()
    >>> playing.obey(messages.command('{"kind": "step"}'))
    >>> playing.training.state.step
    1
    """

    def __init__(self, scene: Scene | None = None, given: Given | None = None) -> None:
        self._given = given
        self.is_playing = False
        self.steps_per_second: float | None = FIRST_PACE
        self.view = messages.View(kind="view")
        self.glass = GlassBox()
        self.answers: list[Answer] = []
        self.visits = Visits(self._hear)
        self._moments, self._showing = Moments(), Showing()
        self._due, self._picture_time, self._is_changed = 0.0, 0.0, True
        self._speed = 0.0
        self._begin(scene or Scene())

    def _begin(self, scene: Scene, arrays: Mapping[str, Array] | None = None) -> None:
        """Begin a scene's run, or go on from a moment of it. Raises, and changes nothing, if it can't be."""
        stage = set_up(scene, self._given)
        training = _training(stage)
        if arrays is not None:
            training.restore(arrays)
        self._put(stage, training)

    def _go_on_with_points(self, scene: Scene) -> None:
        """Other points of one's own: the weights stay, where the network stays the same; all else begins anew."""
        state, network = self.training.state, self.stage.network
        stage = set_up(scene, self._given)
        same = stage.network == network
        kept = {"theta": state.parameters.theta, "state": state.statistics} if same and self._ended is None else {}
        self._put(stage, _training(stage, **kept))

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

    def obey(self, command: messages.Command) -> None:
        """Do what a command says; what can't be done is answered in a sentence."""
        try:
            OBEYED[type(command)](self, command)
        except ChainruleError as error:
            self.answers.append({"kind": "refused", "sentence": str(error)})
        except MemoryError:
            self.answers.append({"kind": "refused", "sentence": "this takes more memory than a page has; take less."})
        self._is_changed = self._is_changed or not isinstance(command, messages.Seen)

    # What commands do

    def _play(self, command: messages.Play) -> None:
        if self._ended is not None:
            raise DataError("this run has diverged; reset it, or change a setting, to train again.")
        self.is_playing, self._due = True, time.monotonic()
        self._say_state()

    def _pause(self, command: messages.Pause) -> None:
        self.is_playing = False
        self._say_state()

    def _step(self, command: messages.Step) -> None:
        self.is_playing = False
        state, task = self.training.state, self.training.task
        self._advance(1 if command.unit == "step" else task.n_batches - state.batch)
        self._say_state()

    def _pace(self, command: messages.Pace) -> None:
        self.steps_per_second, self._due = command.steps_per_second, time.monotonic()
        self._say_state()

    def _set(self, command: messages.Set) -> None:
        before, scene = self._moment(), command.scene
        if scene.data == self.scene.data:
            scene = scene.model_copy(update={"data": self.scene.data})  # one copy of a table, whatever can be undone
        if self.scene.goes_on(scene) and self._ended is None:
            stage = self.stage.with_scene(scene)
            self.training.change(**changeable(scene))
            self._start_anew_for_the_doctor()
            if stage.plane is not self.stage.plane:
                self.pictures = Pictures(stage)
            self.stage = stage
        elif self.scene.keeps_weights(scene):
            self._go_on_with_points(scene)
        else:
            self._begin(scene)
        self._remember(before)

    def _reset(self, command: messages.Reset) -> None:
        before, scene = self._moment(), self.scene
        seed = scene.seed + (command.start == "next")
        self._begin(scene.model_copy(update={"seed": seed}))
        self._remember(before)

    def _go_back(self, command: messages.Undo) -> None:
        moment = self._moments.back(command.kind, self._moment())
        if self.scene.keeps_weights(moment.scene):
            self._go_on_with_points(moment.scene)
        else:
            self._begin(moment.scene, moment.arrays)

    def _look(self, command: messages.View) -> None:
        if not (command.left < command.right and command.bottom < command.top):
            raise DataError("the window's left must be below its right, and its bottom below its top; mend it.")
        self.view = command

    def _look_inside(self, command: messages.Glass) -> None:
        self.glass.asked = command

    def _seen(self, command: messages.Seen) -> None:
        self._showing.seen(command)

    def _greet(self, command: messages.Hello) -> None:
        """Nothing that was sent before counts: the page may be another one."""
        self._showing = Showing()
        self.answers.append({"kind": "catalogue", **catalogue()})
        self._say_state()

    def _save(self, command: messages.Save) -> None:
        self.answers.append(SAVED[command.what](self.stage, self.training, self.course))

    def _open(self, command: messages.Open) -> None:
        before = self._moment()
        self._begin(*from_file(command.file))
        self._remember(before)

    def _read(self, command: messages.Read) -> None:
        before = self._moment()
        self._begin(scene_of_table(self.scene, uploaded(command.name, command.base64)))
        self._remember(before)

    def _remember(self, before: Moment) -> None:
        """Keep what was before a change, so that it can be undone."""
        self._moments.remember(before)
        self._say_state()

    def _moment(self) -> Moment:
        return Moment(self.scene, self.training.state.arrays())

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

    # The doctor

    def _start_anew_for_the_doctor(self) -> None:
        """What was learnt with other settings is no matter of these."""
        state = self.training.state
        self._start = state.parameters.theta.copy(), state.statistics.copy(), state.step

    def _ask_the_doctor(self, command: messages.Diagnose) -> None:
        """The page hears of it afterwards."""
        run = run_since(self.stage, self.training, self._start, self.course.rows(-1, 0), self._ended is not None)
        self.visits.begin(run, self.stage)

    def _hear(self, stage: Stage, answer: Answer) -> None:
        """Pass on what the doctor says, unless the page has another scene by now."""
        if stage.scene == self.scene:
            self.answers.append(answer)

    def _treat(self, command: messages.Treat) -> None:
        scene = self.visits.treatment(self.scene, command.finding)
        was_playing = self.is_playing or self._ended is not None
        before = self._moment()
        self._begin(scene)
        self.is_playing = was_playing
        self._remember(before)

    # What the page gets

    @property
    def wants_a_frame(self) -> bool:
        """Whether the page may be sent the next frame, and there is something new in it."""
        return self._is_changed and self._showing.is_free

    def next_frame(self) -> bytes | None:
        """The present moment as a frame; None while the page hasn't shown the last one, or nothing has changed."""
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
            "glass": self.glass.shown(self.stage, self.training),
        }
        whole = self._showing.frame(head, arrays, self.course)
        self._picture_time = time.monotonic() - began
        return whole

    def _say_state(self) -> None:
        """Tell the page what it shows beside pictures: the scene, its points, its layers, and what can be done."""
        if self.answers and self.answers[-1]["kind"] == "state":
            self.answers.pop()
        self.answers.append({"kind": "state", **self.state()})

    def state(self) -> Answer:
        """All that a page needs to draw itself anew."""
        return {
            **self.pictures.described(),
            **self._moments.counts,
            "scene": self.scene.model_dump(mode="json"),
            "playing": self.is_playing,
            "steps_per_second": self.steps_per_second,
            "ended": self._ended,
            "engine": self.training.setup.engine,
        }

    def kept(self) -> Answer:
        """What a page keeps of its run."""
        return kept(self.stage, self.training)


def _training(stage: Stage, **start: Array) -> Training:
    """The training of a stage. start: theta and state, if they aren't the stage's own."""
    return iterate(stage.network, stage.learnt.x, stage.learnt.y, **stage.settings() | start)


OBEYED: dict[type, Callable[[Playing, Any], None]] = {
    messages.Play: Playing._play,
    messages.Pause: Playing._pause,
    messages.Step: Playing._step,
    messages.Pace: Playing._pace,
    messages.Set: Playing._set,
    messages.Reset: Playing._reset,
    messages.Undo: Playing._go_back,
    messages.View: Playing._look,
    messages.Glass: Playing._look_inside,
    messages.Seen: Playing._seen,
    messages.Hello: Playing._greet,
    messages.Diagnose: Playing._ask_the_doctor,
    messages.Treat: Playing._treat,
    messages.Save: Playing._save,
    messages.Open: Playing._open,
    messages.Read: Playing._read,
}
"""What each command does."""
