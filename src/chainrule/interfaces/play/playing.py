"""A page's run: what each command does to it, and the frames that it shows. It knows nothing of pages or processes."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import ChainruleError, DataError, DivergenceError
from chainrule.interfaces.play import messages
from chainrule.interfaces.play.advice import run_since, treated
from chainrule.interfaces.play.catalogue import catalogue
from chainrule.interfaces.play.course import Course
from chainrule.interfaces.play.frames import frame
from chainrule.interfaces.play.own_tables import scene_of_table, uploaded
from chainrule.interfaces.play.pictures import Pictures
from chainrule.interfaces.play.saved import SAVED, Answer, from_file, kept
from chainrule.interfaces.play.scene import Scene
from chainrule.interfaces.play.stage import Given, Stage, changeable, set_up
from chainrule.lab.diagnose.diagnosis import diagnose
from chainrule.lab.diagnose.finding import Finding
from chainrule.training.loop import iterate
from chainrule.training.run import Run
from chainrule.training.training import Training

MOST_MOMENTS = 50
"""The most changes that can be undone."""

SLICE = 0.012
"""Seconds of training between two looks at what the page wants."""

FIRST_PACE = 200.0
"""Steps a second at first: at full speed a small network has learnt before one looks."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A scene, and the run's arrays at one moment."""

    scene: Scene
    arrays: Mapping[str, Array] = field(repr=False)


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
        self.answers: list[Answer] = []
        self._undo: list[Moment] = []
        self._redo: list[Moment] = []
        self._frames = self._shown = 0
        self._known = (0, 0)
        self._due, self._picture_time, self._is_changed = 0.0, 0.0, True
        self._speed = 0.0
        self._doctor: threading.Thread | None = None
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
        self.findings: tuple[Finding, ...] = ()
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
        source, other = (self._undo, self._redo) if command.kind == "undo" else (self._redo, self._undo)
        if not source:
            raise DataError(f"there is nothing to {command.kind}.")
        other.append(self._moment())
        moment = source.pop()
        if self.scene.keeps_weights(moment.scene):
            self._go_on_with_points(moment.scene)
        else:
            self._begin(moment.scene, moment.arrays)

    def _look(self, command: messages.View) -> None:
        if not (command.left < command.right and command.bottom < command.top):
            raise DataError("the window's left must be below its right, and its bottom below its top; mend it.")
        self.view = command

    def _seen(self, command: messages.Seen) -> None:
        """The page has shown the last frame; what it says of one of another process, or of before, doesn't count."""
        if command.frame == self._frames:
            self._shown, self._known = command.frame, (command.history, command.rows)

    def _greet(self, command: messages.Hello) -> None:
        """Nothing that was sent before counts: the page may be another one."""
        self._frames = self._shown = 0
        self._known = (0, 0)
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
        self._undo = [*self._undo, before][-MOST_MOMENTS:]
        self._redo = []
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
        """Look for problems in a thread of its own, so that the run goes on; the page hears of it afterwards."""
        if self.doctor_is_here:
            return
        run = run_since(self.stage, self.training, self._start, self.course.rows(-1, 0), self._ended is not None)
        self._doctor = threading.Thread(target=self._diagnose, args=(run, self.stage), daemon=True)
        self._doctor.start()

    def _diagnose(self, run: Run, stage: Stage) -> None:
        try:
            findings = diagnose(run, stage.learnt.x, stage.learnt.y)
        except ChainruleError as error:
            self.answers.append({"kind": "refused", "sentence": str(error)})
            return
        if stage.scene != self.scene:
            return  # the page has another scene by now
        self.findings = findings
        said = [each.to_dict() | {"treatable": treated(stage.scene, each.changes) is not None} for each in findings]
        self.answers.append({"kind": "findings", "findings": said, "step": run.setup.epochs if run.setup else 0})

    def _treat(self, command: messages.Treat) -> None:
        if command.finding >= len(self.findings):
            raise DataError("the doctor has no such finding any more; ask again.")
        scene = treated(self.scene, self.findings[command.finding].changes)
        if scene is None:
            raise DataError("no control of this page does what the doctor advises; change the settings by hand.")
        was_playing = self.is_playing or self._ended is not None
        before = self._moment()
        self._begin(scene)
        self.is_playing = was_playing
        self._remember(before)

    @property
    def doctor_is_here(self) -> bool:
        """Whether the doctor is looking."""
        return self._doctor is not None and self._doctor.is_alive()

    # What the page gets

    @property
    def wants_a_frame(self) -> bool:
        """Whether the page may be sent the next frame, and there is something new in it."""
        return self._is_changed and self._frames == self._shown

    def next_frame(self) -> bytes | None:
        """The present moment as a frame; None while the page hasn't shown the last one, or nothing has changed."""
        if not self.wants_a_frame:
            return None
        began = time.monotonic()
        self._is_changed = False
        self._frames += 1
        state = self.training.state
        theta, statistics = state.parameters.theta, state.statistics
        if np.isfinite(theta).all():
            self.course.add(self.pictures.course_row(state.step, theta, statistics))
        head, arrays = self.pictures.taken(self.view, theta, statistics, self._change)
        arrays["course"] = self.course.rows(*self._known)
        total = len(self.course)
        head |= {
            "frame": self._frames,
            "step": state.step,
            "epoch": state.epoch,
            "speed": self._speed if self.is_playing else 0.0,
            "course": self.course.number,
            "rows": total,
            "from": total - len(arrays["course"]),
            "units": self.view.units,
        }
        whole = frame(head, arrays)
        self._picture_time = time.monotonic() - began
        return whole

    def _say_state(self) -> None:
        """Tell the page what it shows beside pictures: the scene, its points, its layers, and what can be done."""
        if self.answers and self.answers[-1]["kind"] == "state":
            self.answers.pop()
        self.answers.append({"kind": "state", **self.state()})

    def state(self) -> Answer:
        """All that a page needs to draw itself anew."""
        stage = self.stage
        return {
            "scene": self.scene.model_dump(mode="json"),
            "playing": self.is_playing,
            "steps_per_second": self.steps_per_second,
            "undo": len(self._undo),
            "redo": len(self._redo),
            "ended": self._ended,
            "classes": stage.n_classes,
            "layers": [
                {
                    "units": len(each.z),
                    "inputs": each.place.input_shape[0],
                    "row": each.weights.shape[1],
                    "start": each.place.start,
                }
                for each in self.pictures.layers
            ],
            "inputs": stage.plane.names,
            "learnt": _points(stage.learnt.points, stage.learnt.shown),
            "test": _points(stage.test.points, stage.test.shown),
            "engine": self.training.setup.engine,
        }

    def kept(self) -> Answer:
        """What a page keeps of its run."""
        return kept(self.stage, self.training)


def _training(stage: Stage, **start: Array) -> Training:
    """The training of a stage. start: theta and state, if they aren't the stage's own."""
    return iterate(stage.network, stage.learnt.x, stage.learnt.y, **stage.settings() | start)


def _points(points: Array, targets: Array) -> list[list[float]]:
    rows: list[list[float]] = np.column_stack([points, targets]).tolist()
    return rows


OBEYED: dict[type, Callable[[Playing, Any], None]] = {
    messages.Play: Playing._play,
    messages.Pause: Playing._pause,
    messages.Step: Playing._step,
    messages.Pace: Playing._pace,
    messages.Set: Playing._set,
    messages.Reset: Playing._reset,
    messages.Undo: Playing._go_back,
    messages.View: Playing._look,
    messages.Seen: Playing._seen,
    messages.Hello: Playing._greet,
    messages.Diagnose: Playing._ask_the_doctor,
    messages.Treat: Playing._treat,
    messages.Save: Playing._save,
    messages.Open: Playing._open,
    messages.Read: Playing._read,
}
"""What each command does."""
