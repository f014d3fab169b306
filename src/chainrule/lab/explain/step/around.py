"""The loss a step ahead of a point and behind it: a central difference, and whether a kink lies within the step."""

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array
from chainrule.core.differences import ROUNDING, TOLERANCE

Evaluated = tuple[float, dict[Place, Array]]
"""The loss at a point, and the pieces that each layer's numbers are on there."""


@dataclass(frozen=True, eq=False)
class Around:
    """The loss a step ahead of a point and behind it.

    jump: how far the slopes ahead and behind are apart.
    changed: for each layer with kinks, which of its numbers are on another piece at an end of the step.
    """

    above: float
    below: float
    step: float
    jump: float
    changed: dict[Place, Array]

    @classmethod
    def of(cls, evaluated: Sequence[Evaluated], step: float) -> "Around":
        """From the loss and the pieces at a point, ahead of it and behind it."""
        here, ahead, behind = evaluated
        changed = {each: (ahead[1][each] != on) | (behind[1][each] != on) for each, on in here[1].items()}
        return cls(ahead[0], behind[0], step, abs(ahead[0] - 2.0 * here[0] + behind[0]) / step, changed)

    @property
    def difference(self) -> float:
        """The central difference."""
        return (self.above - self.below) / (2.0 * self.step)

    def has_kink(self, gradient: float) -> bool:
        """Whether a kink lies within the step: declared by a layer, or seen by the slopes ahead and behind."""
        scale = TOLERANCE * max(abs(gradient), ROUNDING * abs(self.above))
        is_seen = abs(self.difference - gradient) > scale and self.jump > scale
        return is_seen or any(where.any() for where in self.changed.values())
