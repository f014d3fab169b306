"""The objective of a whole data set, such as of validation data: chunk by chunk, on threads where the engine can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, chunks, count
from chainrule.core.calls import run
from chainrule.core.engine.choice import Engine
from chainrule.core.in_pieces import Many, PieceOfMany
from chainrule.core.mapped import check_mapped
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import EvaluationPlan
from chainrule.training.data.samples import TrainingData


class Evaluator:
    """The objective of a data set at the parameters as they are now, in prediction mode: a number, or (K,).

    Chunks of equal length are pieces, which the engine runs on threads: not of a population, whose members are dealt
    out to threads, nor of data that would have to be copied.
    """

    def __init__(self, objective: Objective, data: TrainingData, parameters: Parameters, engine: Engine) -> None:
        self._objective, self._data, self._parameters, self._engine = objective, data, parameters, engine
        self._lead = parameters.theta.shape[:-1]
        numbers = objective.network.n_numbers * count(self._lead)
        slices = list(chunks(data.n, numbers, at_least=4 * parameters.theta.size))
        weights = np.ones(data.n) if data.weights is None else data.weights
        of_all = weights.sum(-1)
        shares = [weights[..., which].sum(-1) / of_all for which in slices]
        n = slices[0].stop
        self._pieces = self._bind_pieces(n) if data.n >= 2 * n else None
        n_pieces = 0 if self._pieces is None else data.n // n
        self._shares = np.array(shares[:n_pieces])
        in_turn = slices[n_pieces:]
        plans = {n: self._bind(n) for n in {which.stop - which.start for which in in_turn}}
        rows = {n: engine.row(plan.evaluate, [plan.value]) for n, plan in plans.items()}
        self._chunks = [
            (data.chunk(which), plans[n], rows[n], share)
            for which, share in zip(in_turn, shares[n_pieces:], strict=True)
            for n in (which.stop - which.start,)
        ]
        self._is_loaded = False

    def __call__(self) -> Array:
        mean: Array = np.zeros(self._lead)
        if self._pieces is not None:
            evaluate, values = self._pieces
            check_mapped(self._data.x)
            evaluate()
            mean += self._shares @ values
        for chunk, plan, evaluate_chunk, share in self._chunks:
            if not self._is_loaded:
                chunk.load(plan)
            run(evaluate_chunk)
            mean += plan.value * share
        self._is_loaded = len(self._chunks) == 1
        return mean

    def _bind(self, n: int) -> EvaluationPlan:
        """A plan for n of the samples."""
        data = self._data
        settings: dict[str, Any] = {"own_samples": data.own, "weighted": data.weights is not None}
        return EvaluationPlan(self._objective, n, self._parameters, memory=self._engine.memory, **settings)

    def _bind_pieces(self, n: int) -> tuple[Callable[[], object], Array] | None:
        """What evaluates all pieces of n samples, and the array of their values; None where the engine can't."""
        data, dtype = self._data, self._parameters.theta.dtype
        is_as_it_lies = data.x.dtype == dtype and data.x.flags.aligned
        if self._engine.numpy_because is not None or self._lead or not is_as_it_lies:
            return None
        plan, settings = self._bind(n), {"labels": data.y.ndim == 1, "weighted": data.weights is not None}
        samples = Many.empty(self._objective.network, n, dtype, **settings)
        piece = PieceOfMany(plan, plan.evaluate, [plan.value], samples, self._engine)
        if piece.pieces is None:
            return None
        many = Many.of(dtype, np.asarray(data.x), data.y, data.weights)
        evaluate, (values,) = piece.bind(piece.pieces, many)
        return evaluate, values
