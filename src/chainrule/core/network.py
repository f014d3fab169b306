"""The network: an architecture with what is done with it, and `mlp`, which describes one in a line."""

from collections.abc import Iterator
from typing import Any

from numpy.typing import ArrayLike

from chainrule.core import checks, evaluate
from chainrule.core.activations import activation as activation_named
from chainrule.core.architecture import Architecture, shape_text
from chainrule.core.arrays import Array
from chainrule.core.errors import SettingError
from chainrule.core.initializers import Initializer
from chainrule.core.layers.base import Layer
from chainrule.core.layers.dense import Dense
from chainrule.core.losses import Loss
from chainrule.core.penalties import L2
from chainrule.core.plan.layout import Storage, added_rows
from chainrule.core.streams import Seed


class Network(Architecture):
    """Layers in a row, for samples of one shape.

    input_shape: of one sample: (features,), or (channels, height, width); a plain number is a vector's length.
    initializer: draws the weights of layers that have no initializer of their own.

    Everything that depends on parameters takes them as `theta`: (P,), or (K, P) for a population of K. What layers keep
    without learning it, such as a BatchNorm's running statistics, is the `state`: (S,), or (K, S).

    >>> network = Network((2,), [Dense(4), activation_named("sigmoid"), Dense(1)])
    >>> network.n_parameters, network.output_shape
    (17, (1,))
    """

    def parameters(self, theta: ArrayLike) -> tuple[dict[str, Array], ...]:
        """Views into theta: for each layer in order a dict of arrays by name, empty for a layer without parameters.

        weights (..., O, I), bias (..., O), with a leading K for a population. Layers that contain others, such as
        Residual, are replaced by these, as in `leaves`. The arrays are views of theta if it is an array of floats, else
        of a copy. Raises ShapeError unless theta is (P,) or (K, P).

        >>> network = mlp(2, 4, 1)
        >>> [{name: array.shape for name, array in each.items()} for each in network.parameters(network.initialize())]
        [{'weights': (4, 2), 'bias': (4,)}, {}, {'weights': (1, 4), 'bias': (1,)}, {}]
        """
        theta = checks.check_theta(self, theta)
        return tuple(leaf.named(theta) for leaf in self.leaves)

    def predict(self, theta: ArrayLike, x: ArrayLike, state: ArrayLike | None = None) -> Array:
        """The last layer's output for samples x (n, *input_shape), in prediction mode: (n, O), or (K, n, O), fresh.

        A network that keeps running statistics predicts by them: `state`, as a run's model has it.
        Raises ShapeError where theta, state or x don't fit, DataError where x holds no samples, text, NaN or infinity.

        >>> network = mlp(2, 4, 1)
        >>> network.predict([0.0] * network.n_parameters, [[0.0, 1.0]])
        array([[0.5]])
        """
        theta = checks.check_theta(self, theta)
        state = checks.check_state(self, state, theta.shape[:-1], theta.dtype)
        return evaluate.predict(self, theta, state, x)

    def loss_and_gradient(
        self,
        theta: ArrayLike,
        x: ArrayLike,
        y: ArrayLike,
        loss: Loss,
        *,
        state: Array | None = None,
        seed: Seed | None = None,
        sample_weight: ArrayLike | None = None,
        penalty: L2 | None = None,
    ) -> tuple[Any, Array]:
        """The loss, a float or (K,), and its gradient, fresh and shaped as theta, in training mode.

        x (n, *input_shape), y and the loss as in `train`; sample_weight (n,), divided by its sum; penalty: an `L2`.
        `seed` draws the dropouts; without one nothing is dropped. A batch is normalized by its own statistics; a
        `state`, an array (S,) or (K, S), is moved towards them in place. `lambda theta:
        network.loss_and_gradient(theta, ...)` is what SciPy's `minimize(..., jac=True)` takes. Raises ShapeError,
        DataError and SettingError for what doesn't fit, before any work is done.

        >>> from chainrule.core.losses import SquaredError
        >>> network = mlp(2, 4, 1)
        >>> value, gradient = network.loss_and_gradient(network.initialize(), [[0, 1], [1, 1]], [0, 1], SquaredError())
        >>> gradient.shape
        (17,)
        """
        return evaluate.loss_and_gradient(self, theta, x, y, loss, state, seed, sample_weight, penalty)

    def __str__(self) -> str:
        """A table of the layers: output, parameters, and the float64 memory that the activation adds per sample."""
        rows = [("layer", "output", "parameters", "bytes a sample"), *self._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join(
            f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}".rstrip()
            for row in rows
        )

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Each layer with the activation memory that it adds: none where it writes over its input."""
        first = Storage(self.input_shape, kept=True)
        rows = list(added_rows(first, self.places))
        yield "input", shape_text(self.input_shape), "", f"{first.rows * 8:,}"
        for each, depth, size in rows:
            name = type(each.layer).__name__ if each.branch else repr(each.layer)
            learnt = "" if each.branch else f"{each.stop - each.start:,}"
            yield "  " * depth + name, shape_text(each.signature.output), learnt, f"{size * 8:,}"
        yield "total", "", f"{self.n_parameters:,}", f"{(first.rows + sum(size for _, _, size in rows)) * 8:,}"


def mlp(
    *sizes: int,
    activation: str | Layer = "sigmoid",
    output: str | Layer | None = None,
    bias: bool = True,
    initializer: Initializer | None = None,
) -> Network:
    """A multi-layer perceptron: the number of inputs, of units in each hidden layer, and of outputs.

    The activation follows every layer, the last one too, unless `output` names another for it; "identity" adds none.

    >>> mlp(2, 4, 1, activation="tanh", output="identity")
    Network((2,), (Dense(4), Tanh(), Dense(1)))
    """
    if len(sizes) < 2:
        raise SettingError(f"mlp() expects the number of inputs, of hidden units and of outputs; got {sizes}.")
    functions = [activation_named(activation)] * (len(sizes) - 2)
    functions.append(activation_named(activation if output is None else output))
    layers = [
        layer
        for units, function in zip(sizes[1:], functions, strict=True)
        for layer in (Dense(units, bias=bias), function)
        if not layer.view
    ]
    return Network((sizes[0],), layers, initializer)
