"""The L2 penalty, which keeps weights small, and the clipping of gradients by their norm."""

from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Calls, Pass, call
from chainrule.core.description import NON_NEGATIVE, Description, Real, real
from chainrule.core.parameters import Parameters


@dataclass(frozen=True, repr=False)
class L2(Description):
    """½ λ Σ w² over the weights, not the biases, added to the loss; and λ w added to the gradient. λ is `strength`.

    >>> L2(0.001)
    L2(0.001)
    """

    strength: Real = real(NON_NEGATIVE)

    def bind(self, at: Parameters, value: Array) -> Pass:
        """Return `forward`, which adds the penalty to `value`, () or (K,), and `backward`, which adds to g."""
        W, g, s = at.W, at.g, at.scratch()
        lambdas = at.number(self.strength) * at.is_weight()  # (P,) or (K, P): λ at the weights, 0 at the biases
        twice, penalty, half = np.empty_like(value), np.empty_like(value), at.number(0.5)

        forward = Calls(
            call(np.multiply, W, lambdas, out=s),
            call(np.vecdot, W, s, out=twice),
            call(np.multiply, twice, half, out=penalty),
            call(np.add, value, penalty, out=value),
        )

        return forward, call(np.add, g, s, out=g)


def bind_clip(limit: Real, at: Parameters) -> Calls:
    """Bind g ← g · min(1, limit / ‖g‖), with the norm over all parameters of a member.

    Source: Pascanu et al., "On the difficulty of training recurrent neural networks" (2013), algorithm 1.
    """
    g, s = at.g, at.scratch()
    largest, scale, squares, root, norm, longest, factor = np.empty((7, *g.shape[:-1], 1), g.dtype)  # never in place
    bound, tiny = at.number(limit), at.number(np.finfo(g.dtype).tiny)

    return Calls(
        # Divided by its largest number first, an exploding gradient has a norm that doesn't overflow.
        call(np.abs, g, out=s),
        call(np.maximum.reduce, s, axis=-1, keepdims=True, out=largest),
        call(np.maximum, largest, tiny, out=scale),
        call(np.divide, g, scale, out=s),
        call(np.vecdot, s, s, out=squares[..., 0]),
        call(np.sqrt, squares, out=root),
        call(np.multiply, root, scale, out=norm),  # ‖g‖
        call(np.maximum, norm, bound, out=longest),
        call(np.divide, bound, longest, out=factor),
        call(np.multiply, g, factor, out=g),
    )
