"""A network watched: what every layer holds for samples of one's own, at any parameters.

A training run writes over its arrays as it goes on. Here a network is bound once more, with nothing written over, and
computed at the parameters that it is given: so watching changes nothing of the run, and costs it nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from chainrule.core.activations import Activation
from chainrule.core.architecture import Architecture, Place
from chainrule.core.arrays import Array
from chainrule.core.calls import Pass, arithmetic, run
from chainrule.core.layers.base import Buffers, Layer
from chainrule.core.losses import Loss, LossBuffers, SquaredError
from chainrule.core.network import Network
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.plan import ForwardPlan, Plan


@dataclass(frozen=True, eq=False)
class WatchedLayer:
    """A layer's units: the weights that lead to them, and what they hold for each sample, samples last.

    place: the layer with the weights.  activation: that of its units; None where z is what they answer.
    weights, gradient (O, I + 1): views into theta and into its gradient, the biases last where there are any.
    input (I, n): what comes in.  z, a (O, n): before and after the activation.
    delta (O, n): the gradient of the loss in z, 0 in prediction.  Of images, (C, H, W, n) instead of (I, n) and (O, n).
    """

    place: Place
    activation: Layer | None
    weights: Array = field(repr=False)
    gradient: Array = field(repr=False)
    input: Array = field(repr=False)
    z: Array = field(repr=False)
    a: Array = field(repr=False)
    delta: Array = field(repr=False)
    bound: tuple[Buffers, Pass] | None = field(repr=False, default=None)
    """The activation's memory and passes, in training."""

    def slopes(self) -> Array:
        """The slope of the activation at each z (O, n), by its own backward pass; 1 without an activation."""
        if self.bound is None:
            return np.ones_like(self.z)
        at, (_, backward) = self.bound
        d_output, delta = at.d_output.copy(), self.delta.copy()
        at.d_output[...] = 1.0
        with arithmetic():
            run(backward)
        slopes = self.delta.copy()
        at.d_output[...], self.delta[...] = d_output, delta
        return slopes


Seen = tuple[Place, Buffers, Pass]
"""A layer as it was bound."""


class _Watched:
    """What both ways of watching share: the parameters, and each layer as it is bound."""

    def __init__(self, network: Architecture, state: Array | None = None) -> None:
        self._parameters = Parameters.of(network, np.zeros(network.n_parameters), state)
        self._seen: list[Seen] = []
        self.layers: tuple[WatchedLayer, ...] = ()

    def _observe(self, place: Place, at: Buffers, closures: Pass) -> Pass:
        self._seen.append((place, at, closures))
        return closures


class WatchedAnswers(_Watched):
    """A network's answers to samples x (n, *input_shape), in prediction, with every layer on the way.

    layers: the layers with weights, in their order.  outputs (n, O): those of the last `look`.

    >>> from chainrule.core.network import mlp
    >>> network = mlp(2, 3, 1)
    >>> watched = WatchedAnswers(network, np.zeros((5, 2)))
    >>> watched.look(np.zeros(network.n_parameters), network.initialize_state())
    >>> [layer.a.shape for layer in watched.layers], float(watched.outputs[0, 0])
    ([(3, 5), (1, 5)], 0.5)
    """

    def __init__(self, network: Network, x: Array) -> None:
        self._state = network.initialize_state()
        super().__init__(network, self._state)
        plan = ForwardPlan(network, len(x), self._parameters, in_place=False, observer=self._observe)
        plan.set_input(x)
        self._forward, self.outputs = plan.forward, plan.outputs
        self.layers = _with_weights(self._seen)

    def look(self, theta: Array, state: Array) -> None:
        """Compute all layers at these parameters (P,) and running statistics (S,)."""
        self._parameters.theta[...], self._state[...] = theta, state
        with arithmetic():
            run(self._forward)


class WatchedStep(_Watched):
    """The loss of samples and its gradient, with every layer on the way, as in a training step that draws nothing.

    x (n, *input_shape), and rows: the targets, as `Loss.rows` gives them.
    layers: the layers with weights, in their order.  value: the loss of the last `look`.  gradient (P,): of theta.

    >>> from chainrule.core.losses import SquaredError
    >>> from chainrule.core.network import mlp
    >>> network = mlp(2, 3, 1)
    >>> watched = WatchedStep(Objective(network, SquaredError()), np.zeros((5, 2)), np.ones((5, 1)))
    >>> watched.look(np.zeros(network.n_parameters))
    >>> float(watched.value), float(watched.layers[-1].delta[0, 0])
    (0.25, -0.05)
    """

    def __init__(self, objective: Objective, x: Array, rows: Array) -> None:
        super().__init__(objective.network)
        plan = Plan(objective, len(x), self._parameters, in_place=False, observer=self._observe)
        plan.set_input(x)
        plan.set_targets(rows)
        self._pass, self.value, self.gradient = plan.value_and_gradient, plan.value, self._parameters.gradient
        self.layers = _with_weights(self._seen)

    def look(self, theta: Array) -> None:
        """Compute the loss, its gradient and all layers at these parameters (P,)."""
        self._parameters.theta[...] = theta
        with arithmetic():
            run(self._pass)


class WatchedOutput(_Watched):
    """The outputs for one sample x (1, *input_shape), and the slope of any of them in each number of the sample.

    The network must be one that answers alike in training and in prediction, but for what is left out at random.

    >>> from chainrule.core.network import mlp
    >>> network = mlp(2, 1)
    >>> watched = WatchedOutput(network, np.array([[1.0, 2.0]]))
    >>> watched.look(np.zeros(network.n_parameters))
    >>> watched.slopes(0).tolist()
    [0.0, 0.0]
    """

    def __init__(self, network: Network, x: Array) -> None:
        super().__init__(network)
        plan = Plan(Objective(network, SquaredError()), 1, self._parameters, in_place=False, observer=self._observe)
        plan.set_input(x)
        self._forward, self._first = plan.forward, self._seen[0][1]
        self._output, self._d_output, self._shape = plan.output, plan.d_output, network.input_shape

    @property
    def outputs(self) -> Array:
        """Those of the last look (O,)."""
        return self._output[..., 0]

    def look(self, theta: Array) -> None:
        """Compute all layers at these parameters (P,)."""
        self._parameters.theta[...] = theta
        with arithmetic():
            run(self._forward)

    def slopes(self, output: int) -> Array:
        """The derivative of an output in each number of the sample (*input_shape), by the layers' own way back."""
        self._d_output[...] = 0.0
        self._d_output[output] = 1.0
        with arithmetic():
            for _, _, (_, backward) in reversed(self._seen):
                run(backward)
        d_input = np.asarray(self._first.d_input)[..., 0]
        return d_input.reshape(self._shape).copy()


def _with_weights(seen: Sequence[Seen]) -> tuple[WatchedLayer, ...]:
    """The layers with weights, each with what follows it up to its activation."""
    starts = [i for i, (_, at, _) in enumerate(seen) if "weights" in at.parameters]
    layers = []
    for start, end in zip(starts, [*starts[1:], len(seen)], strict=True):
        place, at, _ = seen[start]
        own = at.weights, at.d_weights, at.input
        follows = next((each for each in seen[start + 1 : end] if isinstance(each[0].layer, Activation)), None)
        if follows is None:
            layers.append(WatchedLayer(place, None, *own, z=at.output, a=at.output, delta=at.d_output))
            continue
        activation, at, passes = follows
        has_backward = at.d_input is not None
        delta = at.d_input if at.d_input is not None else np.zeros_like(at.input)
        bound = (at, passes) if has_backward else None
        layers.append(WatchedLayer(place, activation.layer, *own, z=at.input, a=at.output, delta=delta, bound=bound))
    return tuple(layers)


def losses_of_samples(loss: Loss, outputs: Array, targets: Array, shares: Array | None = None) -> Array:
    """Each sample's own loss (n,), of outputs and targets (n, O): the loss bound to each of them alone.

    shares (n,): what each is multiplied by, such as 1 / n for its part of the mean; None: 1.

    >>> from chainrule.core.losses import SquaredError
    >>> losses_of_samples(SquaredError(), np.array([[1.0], [3.0]]), np.array([[1.0], [1.0]])).tolist()
    [0.0, 4.0]
    """
    n, n_outputs = outputs.shape
    output, target = outputs[..., np.newaxis], np.asarray(targets, outputs.dtype)[..., np.newaxis]  # (n, O, 1)
    at = LossBuffers(
        output=np.ascontiguousarray(output),
        targets=np.ascontiguousarray(target),
        d_output=np.empty(output.shape),
        value=np.empty(n),
        share=loss.factor(n_outputs) * (np.ones(n) if shares is None else shares).reshape(n, 1, 1),
        scratch=lambda: np.empty(output.shape),
    )
    forward, _ = loss.bind(at)
    with arithmetic():
        run(forward)
    return at.value
