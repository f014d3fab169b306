"""The proof of a step: every gradient beside its difference, a part of the work with each look."""

from collections.abc import Callable, Iterator
from typing import Any

from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import Glass
from chainrule.lab.explain.proof import AGREES, DIFFERS, KINK, Proof, proof_in_parts
from chainrule.lab.explain.step.training_step import TrainingStep

PARTS, PART = 12, 200_000
"""The most parts of a proof in one look, and about how many numbers each computes."""


class Proving:
    """The proof under way, and the last one. A step that it has begun is proven to the end; then comes the newest.

    of: what of the step that comes next is proven.  is_asked: whether the page asks for it.
    """

    def __init__(self, of: Callable[[NextStep], TrainingStep], is_asked: Callable[[Glass], bool]) -> None:
        self._of, self._is_asked = of, is_asked
        self._parts: Iterator[Proof | float] | None = None
        self._under_way: object = None
        self._number, self._done = 0, 0.0
        self._last: dict[str, Any] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether there is more to do."""
        return self._parts is not None

    def __call__(self, step: NextStep, asked: Glass) -> dict[str, Any] | None:
        """The last proof with the number of its step; `now`: whether it is of this very step; done: of the next."""
        if not self._is_asked(asked):
            self._parts = self._last = None
            return None
        here = step.moment
        if self._parts is None and (self._last is None or self._under_way != here):
            self._parts, self._under_way, self._number, self._done = (
                proof_in_parts(self._of(step), PART),
                here,
                step.number,
                0.0,
            )
        for _ in range(PARTS):
            if self._parts is None:
                break
            found = next(self._parts, None)
            if found is None:  # it failed, and said why
                self._parts = None
            elif isinstance(found, Proof):
                self._parts, self._last = None, _told(found, self._number)
            else:
                self._done = found
        is_now = self._parts is None and self._under_way == here
        return {"now": is_now, "done": 1.0 if self._parts is None else self._done, "last": self._last}


def _told(proof: Proof, number: int) -> dict[str, Any]:
    """A proof as plain numbers. verdicts: a digit for each parameter, in theta's order."""
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
    counts = {"agree": proof.count(AGREES), "kinks": proof.count(KINK), "differ": proof.count(DIFFERS)}
    return {"step": number, "layers": layers, "verdicts": "".join(map(str, proof.verdicts.tolist())), **counts}
