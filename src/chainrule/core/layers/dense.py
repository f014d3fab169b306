"""The fully connected layer."""

from dataclasses import dataclass

from chainrule.core.arrays import Shape
from chainrule.core.calls import Calls, Pass
from chainrule.core.description import COUNT, flag, part, whole
from chainrule.core.errors import ShapeError
from chainrule.core.initializers import Initializer
from chainrule.core.layers.base import Buffers, Layer, Parameter, Signature
from chainrule.core.products import bind_product, bind_sum_of_products


@dataclass(frozen=True, repr=False)
class Dense(Layer):
    """z = W a: every output is a weighted sum of all inputs and a bias.

    The bias is the last column of W, and a ends in a row of ones: one product computes both.
    Input (I,), output (units,). Parameters: weights (units, I) and, unless `bias=False`, bias (units,).
    initializer: of the weights; by default the network's, or else `He` in front of the ReLU family and `Glorot`
    elsewhere. Biases start at zero. Raises ShapeError for inputs that aren't vectors.
    The gradient dW = dz aᵀ, with the activation's dz = da σ'(z), is the reference lab's (3) to (5).

    >>> Dense(4).signature((2,)).output
    (4,)
    """

    units: int = whole(COUNT)
    bias: bool = flag(True)
    initializer: Initializer | None = part(Initializer, "an initializer such as He()")

    backward_reads = frozenset({"input"})

    def signature(self, input_shape: Shape) -> Signature:
        if len(input_shape) != 1:
            raise ShapeError(f"{self} expects one vector per sample, got {input_shape}. Put Flatten() before it.")
        weights = Parameter("weights", (self.units, *input_shape), bias=self.bias)
        return Signature((self.units,), (weights,), ones=self.bias)

    def bind(self, at: Buffers) -> Pass:
        a = at.input if at.input_and_ones is None else at.input_and_ones
        da = at.d_input if at.d_input_and_ones is None else at.d_input_and_ones
        W, z, dW, dz = at.weights, at.output, at.d_weights, at.d_output

        forward = bind_product(W, a, z)  # z = W a: (O, I + 1) (I + 1, n) -> (O, n)
        to_weights = bind_sum_of_products(dz, a, dW)  # dW = dz aᵀ: (O, n) (n, I + 1) -> (O, I + 1)
        if da is None:  # the first layer
            return forward, to_weights
        WT = W[..., : da.shape[-2]].mT
        to_input = bind_product(WT, dz, da)  # da = Wᵀ dz: (I, O) (O, n) -> (I, n), perhaps with the row of the ones
        return forward, Calls(to_weights, to_input)
