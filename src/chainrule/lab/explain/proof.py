"""The proof of a step: its whole gradient beside central differences, with a verdict for each parameter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.differences import TOLERANCE
from chainrule.core.gradient_check import CHUNK, GradientCheck, LayerCheck
from chainrule.lab.explain.step.training_step import TrainingStep

UNKNOWN, AGREES, KINK, DIFFERS = range(4)
"""The verdict on one parameter: not compared by itself; the gradient is the difference; a kink lies within the step,
beside which the gradient is right; the gradient is wrong."""


@dataclass(frozen=True, eq=False)
class Proof:
    """Each layer's check, as `check_gradient` has it, and a verdict (P,) on each parameter.

    In layers that are checked along random directions, above 5,000 parameters, no parameter has a verdict of its own.
    """

    checks: tuple[LayerCheck, ...]
    verdicts: Array = field(repr=False)

    @property
    def error(self) -> float:
        """The largest error of all layers, beside the largest gradient."""
        return float(np.max([each.error for each in self.checks]))

    @property
    def is_right(self) -> bool:
        """Whether every gradient agrees; NaN is wrong."""
        return all(each.is_right for each in self.checks)

    def count(self, verdict: int) -> int:
        """How many parameters have this verdict."""
        return int(np.count_nonzero(self.verdicts == verdict))


def proof_in_parts(of: TrainingStep, most: int = CHUNK) -> Iterator[Proof | float]:
    """The proof, at the end; before it, after each part of the work, how much of it is done, from 0 to 1.

    most: each part computes about this many numbers.
    """
    check, theta = of.numbers.recording.check(), of.theta
    leaves = [leaf for leaf in of.network.leaves if leaf.learns]
    verdicts, checks = np.zeros(len(theta), np.uint8), list[LayerCheck]()
    for leaf in leaves:
        for found in check.in_parts(leaf, most=most):
            if isinstance(found, LayerCheck):
                checks.append(found)
                if found.n_directions == found.n_parameters:
                    verdicts[leaf.start : leaf.stop] = _verdicts(found.errors, found.at_kink)
            else:
                yield (leaf.start + found) / len(theta)
    yield Proof(tuple(checks), verdicts)


def verdicts_on(check: GradientCheck, positions: Sequence[int], n_parameters: int) -> Array:
    """The verdicts on a few parameters, at these places in theta."""
    directions = np.zeros((len(positions), n_parameters))
    directions[np.arange(len(positions)), list(positions)] = 1.0
    found = check.along(directions)
    return _verdicts(found.errors, found.at_kink)


def _verdicts(errors: Array, at_kink: Array) -> Array:
    verdicts: Array = np.where(errors <= TOLERANCE, np.where(at_kink, KINK, AGREES), DIFFERS).astype(np.uint8)
    return verdicts
