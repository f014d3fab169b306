"""The doctor's visits at a page: one at a time, in a thread of its own, so that the run goes on."""

import threading
from collections.abc import Callable
from typing import Any

from chainrule.core.errors import ChainruleError, DataError
from chainrule.interfaces.play.advice import treated
from chainrule.interfaces.play.scene import Scene
from chainrule.interfaces.play.stage import Stage
from chainrule.lab.diagnose.diagnosis import diagnose
from chainrule.lab.diagnose.finding import Finding
from chainrule.training.run import Run


class Visits:
    """What the doctor found at the last visit.

    tell: what is called, in the thread of the visit, with the stage that was looked at and the answer for the page.
    """

    def __init__(self, tell: Callable[[Stage, dict[str, Any]], None]) -> None:
        self._tell = tell
        self._thread: threading.Thread | None = None
        self._found: tuple[Stage | None, tuple[Finding, ...]] = None, ()

    @property
    def is_under_way(self) -> bool:
        """Whether the doctor is looking."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, run: Run, stage: Stage) -> None:
        """Let the doctor look at a run, unless he is there."""
        if not self.is_under_way:
            self._thread = threading.Thread(target=self._visit, args=(run, stage), daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait for the end of a visit."""
        if self._thread is not None:
            self._thread.join()

    def _visit(self, run: Run, stage: Stage) -> None:
        try:
            findings = diagnose(run, stage.learnt.x, stage.learnt.y)
        except ChainruleError as error:
            self._tell(stage, {"kind": "refused", "sentence": str(error)})
            return
        self._found = stage, findings
        said = [each.to_dict() | {"treatable": treated(stage.scene, each.changes) is not None} for each in findings]
        self._tell(stage, {"kind": "findings", "findings": said, "step": run.setup.epochs if run.setup else 0})

    def treatment(self, scene: Scene, number: int) -> Scene:
        """The scene with what a finding advises. Raises DataError where it is none of this scene, or has no control."""
        stage, findings = self._found
        if stage is None or stage.scene != scene or number >= len(findings):
            raise DataError("the doctor has no such finding any more; ask again.")
        changed = treated(scene, findings[number].changes)
        if changed is None:
            raise DataError("no control of this page does what the doctor advises; change the settings by hand.")
        return changed
