"""With and without activation functions; a network without them is one affine map, which is computed."""

from itertools import pairwise
from typing import ClassVar

import numpy as np

from chainrule.core.arrays import Array
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.report.bands import Results, number
from chainrule.lab.report.chapters.comparing import Comparing


class LinearNetwork(Comparing):
    """The reference's network with sigmoids, and without activations."""

    name = "linear-network"
    title = "What are activation functions for?"
    asks = "activation functions"
    settings: ClassVar = {"activation": ["sigmoid", "identity"]}
    labels = (("sigmoid", "with"), ("identity", "without"))

    def more(self, comparison: Comparison) -> Results:
        """The map of the first start without activations that didn't diverge, and whether the network agrees."""
        prepared, runs = prepare(comparison.experiments[1]), comparison.runs[1]
        x, _ = prepared.arrays(prepared.learnt)
        alive = np.flatnonzero(~runs.diverged)
        if not len(alive):
            return {"map": None}
        k = int(alive[0])
        theta = runs.theta[k].astype(np.float64)
        found = affine(theta, (2, 4, 4, 1))
        answers = prepared.network.predict(theta, x)
        off = np.abs(answers - (x @ found[:, :-1].T + found[:, -1])).max()
        return {"map": [number(each) for each in found[0]], "map_seed": int(runs.seeds[k]), "agrees": bool(off < 1e-9)}


def affine(theta: Array, sizes: tuple[int, ...]) -> Array:
    """The affine maps W (O, I + 1) of the layers in theta (P,), one after the other, as one: (O, I + 1), bias last.

    >>> affine(np.array([2.0, 1.0, 3.0, 4.0]), (1, 1, 1))   # 3 (2 x + 1) + 4
    array([[6., 7.]])
    """
    whole, first = np.eye(sizes[0] + 1), 0
    for n_in, n_out in pairwise(sizes):
        layer = theta[first : first + n_out * (n_in + 1)].reshape(n_out, n_in + 1)
        first += layer.size
        whole = np.vstack([layer @ whole, whole[-1:]])  # a row that keeps the one
    return whole[:-1]
