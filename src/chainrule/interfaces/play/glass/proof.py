"""The proof of a step: every gradient beside its difference, a part of the work with each look."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import numpy as np

from chainrule.core.arrays import Array
from chainrule.interfaces.play.drawn_lines import drawn_lines
from chainrule.interfaces.play.glass.deltas import deltas_in_parts
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import Glass
from chainrule.lab.explain.proof import AGREES, DIFFERS, KINK, Proof, proof_in_parts

PARTS, PART = 12, 200_000
"""The most parts of a proof in one look, and about how many numbers each computes."""

T = TypeVar("T")
W = TypeVar("W")


class Proving(Generic[T, W]):
    """A proof under way, and the last one. A step that it has begun is proven to the end; then comes the newest.

    asked: what the page asks for; None: nothing.
    in_parts: the work for the step that comes next: how much is done, from 0 to 1, and at last what is proven.
    told: what is proven, for the page.  W: what is asked for.
    """

    def __init__(
        self,
        asked: Callable[[Glass], W | None],
        in_parts: Callable[[NextStep, W], Iterator[T | float]],
        told: Callable[[T, NextStep, W], dict[str, Any]],
    ) -> None:
        self._asked, self._in_parts, self._told = asked, in_parts, told
        self._parts: Iterator[T | float] | None = None
        self._under_way: tuple[NextStep, W] | None = None
        self._of: object = None
        self._done = 0.0
        self._last: dict[str, Any] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether there is more to do."""
        return self._parts is not None

    def __call__(self, step: NextStep, asked: Glass) -> dict[str, Any] | None:
        """The last proof with the number of its step; `now`: whether it is of this very step; done: of the next."""
        if (wanted := self._asked(asked)) is None:
            self._parts = self._last = self._under_way = None
            return None
        here = step.moment, wanted
        if self._parts is None and (self._last is None or self._of != here):
            self._parts, self._under_way, self._of, self._done = self._in_parts(step, wanted), (step, wanted), here, 0.0
        for _ in range(PARTS):
            if self._parts is None:
                break
            found = next(self._parts, None)
            if isinstance(found, float):
                self._done = found
                continue
            self._parts = None
            if found is not None and self._under_way is not None:  # else it failed, and said why
                self._last = {"step": self._under_way[0].number, **self._told(found, *self._under_way)}
        is_now = self._parts is None and self._of == here
        return {"now": is_now, "done": 1.0 if self._parts is None else self._done, "last": self._last}


def proofs() -> dict[str, Proving[Any, Any]]:
    """Those of a page: the whole step, and the gradients and the δ that the drawing shows."""
    return {
        "proof": Proving(lambda asked: asked.proof, lambda step, _: proof_in_parts(step.explanation, PART), _layers),
        "marks": Proving(lambda asked: asked.marks, lambda step, _: proof_in_parts(step.drawn_gradient, PART), _lines),
        "deltas": Proving(
            lambda asked: asked.deltas,
            lambda step, of: deltas_in_parts(step, of.sample, PART),
            lambda verdicts, _, of: {"sample": of.sample, **_verdicts(np.array(verdicts, int))},
        ),
    }


def _layers(proof: Proof, step: NextStep, _: object) -> dict[str, Any]:
    """Each layer's check as plain numbers."""
    layers = [
        {
            "number": each.number,
            "name": str(each.layer),
            "parameters": each.n_parameters,
            "directions": each.n_directions,
            "error": each.error if each.error < float("inf") else None,
            "kinks": each.n_at_kinks,
            "right": each.is_right,
        }
        for each in proof.checks
    ]
    return {"layers": layers}


def _lines(proof: Proof, step: NextStep, _: object) -> dict[str, Any]:
    """The verdict on each line that is drawn: of a line for many weights the worst of theirs."""
    return _verdicts(proof.verdicts) | {"verdicts": _digits(drawn_lines(step.stage, proof.verdicts, np.max))}


def _verdicts(verdicts: Array) -> dict[str, Any]:
    """Verdicts as a digit for each, and how many there are of each kind."""
    counts = {"agree": AGREES, "kinks": KINK, "differ": DIFFERS}
    return {"verdicts": _digits(verdicts), **{name: int((verdicts == kind).sum()) for name, kind in counts.items()}}


def _digits(verdicts: Array) -> str:
    return "".join(map(str, verdicts.tolist()))
