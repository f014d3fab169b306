"""Many samples, piece by piece: a plan for n of them, compiled, is run for all pieces, which are dealt out to threads.

    loss = Σ over the pieces,    gradient = Σ over them,    each sample with its share of the mean of all

How long a piece is follows from the network alone, and sums are taken in the order of the samples: results are the same
on any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.architecture import Architecture
from chainrule.core.arrays import Array, chunks, count
from chainrule.core.calls import Call, Calls, bind_copy
from chainrule.core.engine.choice import Engine
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import EvaluationPlan, Plan

if TYPE_CHECKING:
    from chainrule.core.engine.pieces import Pieces


@dataclass(frozen=True)
class Many:
    """Samples x (n, *shape), their targets (n, O) or class numbers (n,), and weights (n,) or None.

    All have a run's dtype, and lie in memory as the engine takes them.
    """

    x: Array
    targets: Array
    weights: Array | None

    @classmethod
    def of(cls, dtype: np.dtype[np.generic], x: Array, targets: Array, weights: Array | None) -> Many:
        """These arrays as samples of a dtype: copied where they are of another."""
        return cls(x, targets, weights).map(lambda array: np.require(array, dtype, "A"))

    @classmethod
    def empty(cls, network: Architecture, n: int, dtype: np.dtype[np.generic], *, labels: bool, weighted: bool) -> Many:
        """Arrays for n samples. labels: whether targets are class numbers."""
        targets = (n,) if labels else (n, network.output_shape[0])
        x, weights = np.empty((n, *network.input_shape), dtype), np.empty(n, dtype) if weighted else None
        return cls(x, np.empty(targets, dtype), weights)

    def map(self, function: Callable[[Array], Array]) -> Many:
        """What a function makes of each array."""
        weights = None if self.weights is None else function(self.weights)
        return Many(function(self.x), function(self.targets), weights)

    def last(self, n: int) -> Many:
        """The last n samples: views."""
        return self.map(lambda array: array[-n:])

    def samples_last(self, axis: int) -> list[Array]:
        """The arrays as a plan's calls have them. axis: of the samples."""
        targets = self.targets
        rows = targets[..., np.newaxis, :] if targets.ndim == axis + 1 else targets.mT
        return [np.moveaxis(self.x, axis, -1), rows, *([] if self.weights is None else [self.weights])]

    def bind(self, plan: Plan | EvaluationPlan, *, are_shares: bool = False) -> Calls:
        """The calls that set a plan of this length to what these arrays hold when they are made.

        are_shares: whether the weights are shares of the mean of all samples, of which these are a part.
        """
        of = np.ones(1, self.x.dtype) if are_shares else None
        return Calls(
            *plan.bind_input(self.x),
            *plan.bind_targets(self.targets),
            *(() if self.weights is None else plan.bind_weights(self.weights, of)),
        )


def length_of_piece(network: Architecture, theta: Array, n: int) -> int | None:
    """The samples of a piece, of n; None where they make no two pieces."""
    first, *others = chunks(n, network.n_numbers * count(theta.shape[:-1]), at_least=4 * theta.size)
    return first.stop if others and n // first.stop > 1 else None


def pieces_of(program: Call, own: Sequence[Array]) -> Pieces | None:
    """A row of a piece, as it is run for all pieces; None where it is no program, or calls Python."""
    from chainrule.core.engine.program import Program

    if not isinstance(program, Program):
        return None
    from chainrule.core.engine.pieces import Pieces

    pieces = Pieces(program, own)
    return pieces if pieces.is_possible else None


class PieceOfMany:
    """A plan's row for n samples, compiled together with what sets the plan to them.

    results: what is wanted of all that the row writes.  are_shares: as in `Many.bind`.
    pieces: None where the engine can't run it for all pieces.
    """

    def __init__(
        self,
        plan: Plan | EvaluationPlan,
        row: Calls,
        results: Sequence[Array],
        samples: Many,
        engine: Engine,
        *,
        are_shares: bool = False,
    ) -> None:
        self._n, self._results = plan.n, results
        found = [np.empty_like(each) for each in results]
        copies = (bind_copy(result, out=each) for result, each in zip(results, found, strict=True))
        self.program = engine.row(Calls(*samples.bind(plan, are_shares=are_shares), *row, *copies), found)
        self.pieces = pieces_of(self.program, [*samples.samples_last(0), *found])

    def bind(self, pieces: Pieces, many: Many) -> tuple[Callable[[], object], list[Array]]:
        """What runs all pieces of samples, k whole ones; and the arrays that it writes their results to, (k, ...)."""
        n, k = self._n, len(many.x) // self._n
        in_pieces = many.map(lambda array: array[: k * n].reshape(k, n, *array.shape[1:], copy=False))
        found = [np.empty((k, *each.shape), each.dtype) for each in self._results]
        return pieces.bind([*in_pieces.samples_last(1), *found]), found


class GradientPlan(Plan):
    """An objective, without a penalty, bound for n of many samples: its value and gradient are sums over all pieces.

    of: how many samples there are.  labels, weighted: as `Many.empty` takes them.
    """

    def __init__(
        self, objective: Objective, n: int, parameters: Parameters, *, of: int, labels: bool, weighted: bool
    ) -> None:
        super().__init__(objective, n, parameters, of=of, weighted=weighted)
        dtype = parameters.theta.dtype
        self._samples = Many.empty(objective.network, n, dtype, labels=labels, weighted=weighted)

    def compile(self, engine: Engine) -> Call:
        """The program of a piece."""
        results = [self.value, self.parameters.gradient]
        self.piece = PieceOfMany(self, self.value_and_gradient, results, self._samples, engine, are_shares=True)
        return self.piece.program
