"""What each command of a page does to its run. It knows nothing of pages or processes."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from chainrule.core.errors import ChainruleError, DataError
from chainrule.interfaces.play import messages
from chainrule.interfaces.play.advice import run_since
from chainrule.interfaces.play.amended import amended
from chainrule.interfaces.play.beginning import NamedTable
from chainrule.interfaces.play.catalogue import catalogue
from chainrule.interfaces.play.code import code
from chainrule.interfaces.play.glass.hand import place_of
from chainrule.interfaces.play.glass.handed_out import handed_out
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.glass.walk import BeforeStep
from chainrule.interfaces.play.moments import Moment
from chainrule.interfaces.play.own_tables import columns_of, scene_of_table, uploaded
from chainrule.interfaces.play.pictures import Pictures
from chainrule.interfaces.play.saved import SAVED, Answer, from_file
from chainrule.interfaces.play.scene import Scene
from chainrule.interfaces.play.showing import Showing
from chainrule.interfaces.play.stage import Given, Stage, changeable
from chainrule.interfaces.play.staged import StagedRun
from chainrule.interfaces.play.visits import Visits

MOST_COLUMNS = 1000
"""The most columns among which a page chooses a target."""


class Playing(StagedRun):
    """A run on a stage, obedient to commands.

    >>> playing = Playing()
    >>> playing.obey(messages.command('{"kind": "step"}'))
    >>> playing.training.state.step
    1
    """

    def __init__(self, scene: Scene | None = None, given: Given | None = None, named: NamedTable | None = None) -> None:
        self.visits, self._named = Visits(self._hear), named
        super().__init__(scene, given)

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
            if stage.ground is not self.stage.ground:
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
            self._begin(moment.scene, moment.arrays, moment.past)

    def _look(self, command: messages.View) -> None:
        if not (command.left < command.right and command.bottom < command.top):
            raise DataError("the window's left must be below its right, and its bottom below its top; mend it.")
        self.view = command

    def _look_inside(self, command: messages.Glass) -> None:
        self.glass.asked = command

    def _edit(self, command: messages.Edit) -> None:
        if self._ended is not None:
            raise DataError("this run has diverged; undo, or reset it, to edit its weights.")
        place = place_of(self._next_step, command.layer, command.unit, command.source)
        before = self._moment_before(command.grip)
        self.training.edit(place, command.value)
        self.course.cut(self.training.state.step - 1)  # the loss at this step is another one now
        self._start_anew_for_the_doctor()
        self._remember_once(before, command.grip)

    def _amend(self, command: messages.Amend) -> None:
        scene, before = amended(self.stage, command), self._moment_before(command.grip)
        self._go_on_with_points(scene)
        self._remember_once(before, command.grip)

    def _moment_before(self, grip: int | None) -> Moment | None:
        """What is to be kept of the present; None where the last change goes on."""
        return None if self._moments.holds(grip) else self._moment()

    def _remember_once(self, before: Moment | None, grip: int | None) -> None:
        """Keep what was before the first change of a grip."""
        if before is not None:
            self._moments.remember(before, grip)
            self._say_state()

    def _walk(self, command: messages.Phase) -> None:
        """Go through the step that comes next by its phases; the last one leads into the step after it."""
        self.is_playing = False
        walk, asked = self.glass.walk, self.glass.asked.phases or messages.Phases()
        if command.go == "next":
            if walk.next(self._next_step, asked):
                before = BeforeStep(self.training.state.arrays(), self._change.copy())
                self._advance(1)
                walk.made(self._next_step, before)
        elif (earlier := walk.back(self._next_step, asked)) is not None:
            self._return_to(earlier)
            walk.returned(self._next_step)
        self._say_state()

    @property
    def _next_step(self) -> NextStep:
        return NextStep(self.stage, self.training)

    def _return_to(self, earlier: BeforeStep) -> None:
        """What was before a step of this run."""
        self.training.restore(earlier.arrays)
        self._change[...] = earlier.change
        self._ended = None
        self.course.cut(self.training.state.step)

    def _seen(self, command: messages.Seen) -> None:
        self._showing.seen(command)

    def _greet(self, command: messages.Hello) -> None:
        """Nothing that was sent before counts: the page may be another one."""
        self._showing = Showing()
        self.answers.append({"kind": "catalogue", **catalogue()})
        if self._named is not None:
            self._offer(self._named.name, self._named.columns, True)
        self._say_state()

    def _save(self, command: messages.Save) -> None:
        self.answers.append(SAVED[command.what](self.stage, self.training, self.course, self.past, self.view.drawing))

    def _show_the_code(self, command: messages.Code) -> None:
        self.answers.append({"kind": "code", **code(self.stage, self.training, self._is_past_known)})

    def _hand_out(self, command: messages.HandOut) -> None:
        self.answers.append(handed_out(self._next_step, command))

    def _open(self, command: messages.Open) -> None:
        before = self._moment()
        scene, arrays, past, drawing = from_file(command.file)
        self._begin(scene, arrays, past)
        self._remember(before)
        self.view = self.view.model_copy(update={"drawing": drawing})
        self.answers.append({"kind": "drawing", "drawing": drawing})

    def _read(self, command: messages.Read) -> None:
        before = self._moment()
        try:
            table = uploaded(command.name, command.base64, command.target)
            self._begin(scene_of_table(self.scene, table))
        except ChainruleError:  # perhaps another column can be learnt
            with suppress(ChainruleError):
                self._offer(command.name, columns_of(command.name, command.base64), False)
            raise
        self._offer(command.name, tuple(each.name for each in table.found.columns), True)
        self._remember(before)

    def _predict(self, command: messages.Predict) -> None:
        if self._named is None:
            raise DataError("expected a table that was named in a shell, got none; open a file on the page instead.")
        before = self._moment()
        self._begin(scene_of_table(self.scene, self._named.predicting(command.target)))
        self._remember(before)

    def _offer(self, name: str, columns: tuple[str, ...], is_learnt: bool) -> None:
        """Tell the page which columns a file has, one of which it may choose as the target."""
        file = Path(name).name
        self.answers.append({"kind": "table", "file": file, "columns": columns[:MOST_COLUMNS], "is_learnt": is_learnt})

    def _remember(self, before: Moment) -> None:
        """Keep what was before a change, so that it can be undone."""
        self._moments.remember(before)
        self._say_state()

    # The doctor

    def _ask_the_doctor(self, command: messages.Diagnose) -> None:
        """The page hears of it afterwards."""
        run = run_since(self.stage, self.training, self._start, self.course.rows(-1, 0), self._ended is not None)
        self.visits.begin(run, self.stage)

    def _hear(self, stage: Stage, answer: Answer) -> None:
        """Pass on what the doctor says; where the page has another scene by now, only that he has gone."""
        self.answers.append(answer if stage.scene == self.scene else {"kind": "findings", "findings": None})

    def _treat(self, command: messages.Treat) -> None:
        scene = self.visits.treatment(self.scene, command.finding)
        was_playing = self.is_playing or self._ended is not None
        before = self._moment()
        self._begin(scene)
        self.is_playing = was_playing
        self._remember(before)


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
    messages.Phase: Playing._walk,
    messages.Edit: Playing._edit,
    messages.Amend: Playing._amend,
    messages.Seen: Playing._seen,
    messages.Hello: Playing._greet,
    messages.Diagnose: Playing._ask_the_doctor,
    messages.Treat: Playing._treat,
    messages.Save: Playing._save,
    messages.Code: Playing._show_the_code,
    messages.HandOut: Playing._hand_out,
    messages.Open: Playing._open,
    messages.Read: Playing._read,
    messages.Predict: Playing._predict,
}
"""What each command does."""
