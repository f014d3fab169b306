"""BatchNorm and Residual against JAX, where they are written from the definitions alone; and the rules of a state."""

import numpy as np
import pytest

import chainrule as cr
from optional import needed

jax = needed("jax")
jnp = needed("jax.numpy")
jax.config.update("jax_enable_x64", True)

NORM = cr.BatchNorm(0.3, epsilon=0.01)
BRANCH = [cr.Dense(4), NORM, cr.Tanh(), cr.Residual([cr.Tanh(), cr.Dense(4, bias=False), NORM])]
NETWORKS = {
    "vectors": cr.Network((3,), [NORM, cr.Dense(4), cr.BatchNorm(), cr.Tanh(), cr.Dense(2)]),
    "series": cr.Network((2, 5), [NORM, cr.Tanh(), NORM, cr.Flatten(), cr.Dense(2)]),
    "images": cr.Network((3, 2, 4), [cr.Tanh(), NORM, cr.Tanh(), cr.Flatten(), cr.Dense(2)]),
    "a branch": cr.Network((3,), [cr.Dense(4), cr.Residual(BRANCH), cr.Tanh(), cr.Dense(2)]),
    "branches of images": cr.Network(
        (2, 3), [cr.Residual([NORM, cr.Residual([cr.Tanh()])]), cr.Flatten(), cr.Dense(2)]
    ),
}
every_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())


def data(network: cr.Network, n: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    return 1.0 + 2.0 * rng.standard_normal((n, *network.input_shape)), rng.standard_normal((n, 2))


def parameters(network: cr.Network, seed: int = 0) -> np.ndarray:
    """Parameters away from their start, so that scale and shift count."""
    return np.random.default_rng(seed).normal(0.5, 0.5, network.n_parameters)


def places(network: cr.Network) -> list[tuple[dict, dict]]:
    """For each innermost layer the slices of its parameters in theta, and of its statistics in the state, by name."""
    numbers = np.arange(float(network.n_state))
    named = network.parameters(np.arange(float(network.n_parameters)))
    states = [leaf.statistics(numbers) for leaf in network.leaves]
    return [
        ({name: at.astype(int) for name, at in one.items()}, {name: at.astype(int)[:, 0] for name, at in two.items()})
        for one, two in zip(named, states, strict=True)
    ]


def through(library, layers, x, theta, state, where, moved=None):
    """The outputs of the layers in JAX's NumPy or in NumPy, samples first.

    In training, `moved` gets the statistics of the next state.
    """
    for layer in layers:
        if isinstance(layer, cr.Residual):
            x = x + through(library, layer.layers, x, theta, state, where, moved)
            continue
        at, kept = next(where)
        if isinstance(layer, cr.Dense):
            x = x @ theta[at["weights"]].T + (theta[at["bias"]] if layer.bias else 0.0)
        elif isinstance(layer, cr.Tanh):
            x = library.tanh(x)
        elif isinstance(layer, cr.Flatten):
            x = x.reshape(len(x), -1)
        else:
            axes, along = (0, *range(2, x.ndim)), (-1, *[1] * (x.ndim - 2))
            mean, variance = state[kept["mean"]], state[kept["variance"]]
            if moved is not None:
                batch = x.mean(axes), ((x - x.mean(axes, keepdims=True)) ** 2).mean(axes)
                m = x.size // x.shape[1]
                moved[kept["mean"]] = (1 - layer.momentum) * mean + layer.momentum * batch[0]
                moved[kept["variance"]] = (1 - layer.momentum) * variance + layer.momentum * batch[1] * m / (m - 1)
                mean, variance = batch
            x = (x - mean.reshape(along)) / library.sqrt(variance.reshape(along) + layer.epsilon)
            x = x * theta[at["scale"]].reshape(along) + theta[at["shift"]].reshape(along)
    return x


@every_network
@pytest.mark.parametrize("n", [6, 9000])  # a few, and more than a ufunc's buffer holds
def test_values_gradients_and_running_statistics_are_those_of_jax(network: cr.Network, n: int) -> None:
    (x, y), theta = data(network, n), parameters(network)
    state = network.initialize_state()
    moved = state.copy()

    @jax.jit
    @jax.value_and_grad
    def in_jax(theta):
        where = iter(places(network))
        return ((through(jnp, network.layers, x, theta, state, where, Ignored()) - y) ** 2).mean()

    through(np, network.layers, x, theta, state, iter(places(network)), moved)
    value, gradient = network.loss_and_gradient(theta, x, y, cr.SquaredError())
    expected, slope = in_jax(theta)
    np.testing.assert_allclose(value, expected, rtol=1e-9)
    np.testing.assert_allclose(gradient, slope, rtol=1e-9, atol=1e-11)

    network.loss_and_gradient(theta, x, y, cr.SquaredError(), state=state)
    np.testing.assert_allclose(state, moved, rtol=1e-9, atol=1e-12)
    expected = through(np, network.layers, x, theta, state, iter(places(network)))
    np.testing.assert_allclose(network.predict(theta, x, state), expected, rtol=1e-9, atol=1e-12)


class Ignored:
    """Accepts statistics and drops them: under `jax.grad` they have no values."""

    def __setitem__(self, where, what) -> None:
        pass


@every_network
def test_a_penalty_holds_weights_only(network: cr.Network) -> None:
    names = network.parameters(network.is_weight())
    for named in names:
        assert {name for name, marks in named.items() if marks.any()} <= {"weights"}
        assert all(marks.all() for name, marks in named.items() if name == "weights")
    start = cr.Network(network.input_shape, network.layers, cr.Normal(5.0)).initialize()
    for named in network.parameters(start):
        assert (named.get("scale", 1.0) == np.ones(1)).all()
        assert (named.get("shift", 0.0) == np.zeros(1)).all()


@every_network
def test_only_a_state_that_is_given_moves(network: cr.Network) -> None:
    (x, y), theta, state = data(network), parameters(network), network.initialize_state()
    before = state.copy()
    asked = network.predict(theta, x, state)
    first = network.loss_and_gradient(theta, x, y, cr.SquaredError())[1]
    assert max(check.error for check in cr.check_gradient(network, x, y, cr.SquaredError(), theta=theta)) < 1e-7
    np.testing.assert_array_equal(state, before)
    np.testing.assert_array_equal(network.predict(theta, x, state), asked)
    single = state.astype(np.float32)
    for kept in (state, single):  # training mode goes by the batch, wherever the state is
        np.testing.assert_array_equal(network.loss_and_gradient(theta, x, y, cr.SquaredError(), state=kept)[1], first)
        assert (kept != before).any()
    np.testing.assert_allclose(single, state, rtol=1e-5, atol=1e-6)
    assert (network.predict(theta, x, state) != asked).any()


def test_predictions_know_nothing_of_their_neighbours() -> None:
    network = NETWORKS["a branch"]
    (x, _), theta, state = data(network, 40), parameters(network), np.full(network.n_state, 0.7)
    one_by_one = np.concatenate([network.predict(theta, row[None], state) for row in x])
    np.testing.assert_allclose(network.predict(theta, x, state), one_by_one, rtol=1e-12)


def test_names_and_memory_of_layers_inside_layers() -> None:
    network = NETWORKS["a branch"]
    leaves = ["Dense", "Dense", "BatchNorm", "Tanh", "Tanh", "Dense", "BatchNorm", "Tanh", "Dense"]
    assert [type(leaf.layer).__name__ for leaf in network.leaves] == leaves
    assert [leaf.number for leaf in network.leaves] == list(range(9))
    assert [set(named) for named in network.parameters(parameters(network))][4:7] == [
        set(),
        {"weights"},
        {"scale", "shift"},
    ]
    rows = str(network).splitlines()
    assert [row.split("  ")[0] for row in rows[2:5]] == ["Dense(4)", "Residual", ""]
    assert rows[4].startswith("  Dense(4)")
    assert rows[8].startswith("    Tanh()")
    assert [check.index for check in cr.check_gradient(network, *data(network), cr.SquaredError())] == [
        0,
        1,
        2,
        5,
        6,
        8,
    ]


def test_a_branch_draws_like_the_same_layers_in_a_row() -> None:
    """Random streams are numbered by innermost layer, as a gradient with a seed shows."""
    row = cr.Network((3,), [cr.Dense(4), cr.Dropout(0.5), cr.Dense(2, bias=False)])
    branch = cr.Network((3,), [cr.Residual([cr.Dense(4), cr.Dropout(0.5), cr.Dense(3)]), cr.Dense(2)])
    start, other = row.initialize(seed=5), branch.initialize(seed=5)
    np.testing.assert_array_equal(start[:16], other[:16])
    (x, y), losses = data(row), []
    for seed in (0, 0, 1):
        losses.append(branch.loss_and_gradient(other, x, y, cr.SquaredError(), seed=seed)[0])
    assert losses[0] == losses[1] != losses[2]


def test_the_start_suits_the_activation_that_follows_the_branch() -> None:
    network = cr.Network((50,), [cr.Residual([cr.Dense(50, bias=False), cr.BatchNorm()]), cr.ReLU(), cr.Dense(1)])
    plain = cr.Network((50,), [cr.Dense(50, bias=False), cr.ReLU(), cr.Dense(1)])
    np.testing.assert_array_equal(network.initialize()[:2500], plain.initialize()[:2500])
