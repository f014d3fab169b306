"""The way through a step, phase by phase: where one is, and what was before the last steps, to go back to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.glass.phases import described
from chainrule.interfaces.play.messages import Glass, Phases
from chainrule.lab.explain.phases.phases import Phase, phases_of
from chainrule.training.training import Training

MOST_STEPS = 50
"""The most steps that one can go back."""


@dataclass(frozen=True, eq=False)
class BeforeStep:
    """What was before a step: all that the run moves, and how the step before that changed theta."""

    arrays: Mapping[str, Array] = field(repr=False)
    change: Array = field(repr=False)


class Walk:
    """The phase that is shown of the step that comes next. None is shown until one asks for the first.

    >>> from chainrule.interfaces.play.playing import Playing
    >>> playing = Playing()
    >>> walk, step = Walk(), NextStep(playing.stage, playing.training)
    >>> walk.shown(step, Glass(kind="glass", phases=Phases()))
    {'at': None}
    >>> walk.next(step, Phases())
    False
    >>> walk.shown(step, Glass(kind="glass", phases=Phases()))["at"]
    0
    """

    def __init__(self) -> None:
        self._at: tuple[str, int | None] | None = None
        """The kind of the phase, and its layer where there is one."""
        self._run: tuple[Training, Any, int] | None = None
        """The training, the stage and the step that the phase is of."""
        self._before: list[BeforeStep] = []

    def next(self, step: NextStep, asked: Phases) -> bool:
        """Go on by a phase. True: it was the last one, and the step itself is to be made."""
        if not self._is_of(step):
            self._begin(step)
            return False
        phases = phases_of(step.explanation, asked.by)
        here = self._place(phases) + 1
        if here == len(phases):
            return True
        self._at = _key(phases[here])
        return False

    def made(self, step: NextStep, before: BeforeStep) -> None:
        """The step is made, and this one comes next: its first phase is shown."""
        self._before = [*self._before, before][-MOST_STEPS:]
        self._begin(step, self._before)

    def back(self, step: NextStep, asked: Phases) -> BeforeStep | None:
        """Go back by a phase; in front of the first one, to the step before: what is returned is to be restored."""
        if not self._is_of(step):
            self._begin(step)
        elif self._at == ("forward", 1) or (asked.by == "pass" and self._at is not None and self._at[0] == "forward"):
            if not self._before:
                raise DataError("this is the first phase of the first step that is looked at; go on instead.")
            return self._before.pop()
        else:
            phases = phases_of(step.explanation, asked.by)
            self._at = _key(phases[self._place(phases) - 1])
        return None

    def returned(self, step: NextStep) -> None:
        """The step before is what comes next again: its last phase is shown."""
        self._begin(step, self._before)
        self._at = ("update", None)

    def shown(self, step: NextStep, asked: Glass) -> dict[str, Any] | None:
        """The phase, for the page; None where it isn't asked for."""
        if asked.phases is None:
            return None
        if not self._is_of(step):
            return {"at": None}
        phases = phases_of(step.explanation, asked.phases.by)
        at = self._place(phases)
        return {"at": at, "step": step.number, **described(step, phases, at, asked)}

    def _begin(self, step: NextStep, before: list[BeforeStep] | None = None) -> None:
        self._before = before or []
        self._at, self._run = ("forward", 1), (step.training, step.stage, step.number)

    def _is_of(self, step: NextStep) -> bool:
        """Whether the phase is of this step: the run hasn't trained, begun anew or got other settings meanwhile."""
        if self._run is None:
            return False
        training, stage, number = self._run
        return training is step.training and stage is step.stage and number == step.number

    def _place(self, phases: tuple[Phase, ...]) -> int:
        """Where the phase is among these; of another grain the one that holds it."""
        kind, layer = self._at or ("forward", 1)
        same = [i for i, each in enumerate(phases) if each.kind == kind]
        return next((i for i in same if layer in phases[i].layers), same[0] if same else 0)


def _key(phase: Phase) -> tuple[str, int | None]:
    return phase.kind, phase.layers[0] if phase.layers else None
