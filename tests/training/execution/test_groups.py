"""A population run group by group gives the numbers of the population run at once, in less memory."""

import tracemalloc

import numpy as np
import pytest

import chainrule as cr
from cases import CASES
from chainrule.core.engine.choice import Engine
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.training.data.samples import TrainingData
from chainrule.training.execution import choice
from chainrule.training.execution.choice import bind_batch, groups
from chainrule.training.execution.groups import Groups

K = 7
NETWORKS = {
    "dense": cr.mlp(3, 5, 2, activation="tanh", output="identity"),
    "dropout": cr.Network((3,), [cr.Dense(6), cr.ReLU(), cr.Dropout(0.3), cr.Dense(2)]),
    "batch normalisation": cr.Network((3,), [cr.Dense(4), cr.BatchNorm(), cr.Tanh(), cr.Dense(2)]),
    "residual": cr.Network((3,), [cr.Residual([cr.Dense(3), cr.Tanh()]), cr.Dense(2)]),
    "convolution": cr.Network((1, 3), [cr.Conv1D(2, 2), cr.ReLU(), cr.Flatten(), cr.Dense(2)]),
}
SETTINGS = {
    "full batch": {},
    "mini-batches of each member's own": {"batch_size": 8},
    "mini-batches that members share": {"batch_size": 8, "seed": (3,) * K},
    "weights": {"sample_weight": np.linspace(0.0, 2.0, 21)},
    "weights in mini-batches": {"sample_weight": np.linspace(0.0, 2.0, 21), "batch_size": 8},
    "penalty and clip": {"penalty": cr.L2(0.01), "clip": 0.1},
    "K rates": {"optimizer": cr.Adam(np.linspace(0.001, 0.1, K))},
    "K penalties": {"penalty": cr.L2(np.linspace(0.0, 0.1, K))},
    "early stopping": {"early_stopping": cr.EarlyStopping(2, min_delta=0.05)},
    "float32": {"dtype": "float32"},
}


@pytest.fixture(autouse=True)
def with_numpy():
    """The engine deals members out by itself: there are no groups."""
    with cr.engine("numpy"):
        yield


def trained(network: cr.Network, loss: cr.Loss, **settings) -> cr.Run:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(21, *network.input_shape))
    y = rng.integers(0, 2, 21) if loss.labelled else rng.normal(size=(21, 2))
    defaults = {"optimizer": cr.SGD(0.1), "epochs": 6, "population": K, "seed": 3, "record_every": 2}
    return cr.train(network, x, y, loss=loss, **defaults | settings)


def in_groups_of(members: int, network: cr.Network, n: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Run populations in such groups from now on, and note the sizes of the groups of each batch that is bound."""
    monkeypatch.setattr(choice, "MOST_NUMBERS", members * n * network.n_numbers)
    sizes: list[int] = []

    def noted(*arguments):
        found = groups(*arguments)
        sizes.extend(who.stop - who.start for who in found)
        return found

    monkeypatch.setattr(choice, "groups", noted)
    return sizes


@pytest.mark.parametrize("loss", [cr.SquaredError(), cr.SoftmaxCrossEntropy()], ids=str)
@pytest.mark.parametrize("how", SETTINGS)
@pytest.mark.parametrize("name", NETWORKS)
def test_groups_are_the_whole(name: str, how: str, loss: cr.Loss, monkeypatch: pytest.MonkeyPatch):
    network = NETWORKS[name]
    whole = trained(network, loss, **SETTINGS[how])
    sizes = in_groups_of(3, network, SETTINGS[how].get("batch_size", 21), monkeypatch)
    grouped = trained(network, loss, **SETTINGS[how])
    assert 3 in sizes or how == "K penalties"
    assert np.array_equal(grouped.model.theta, whole.model.theta)
    assert np.array_equal(grouped.model.state, whole.model.state)
    assert np.array_equal(grouped.history["loss"], whole.history["loss"], equal_nan=True)
    assert np.array_equal(grouped.final_loss, whole.final_loss)
    assert [str(each) for each in grouped.ending] == [str(each) for each in whole.ending]


def test_a_member_that_diverges_leaves_the_other_groups_alone(monkeypatch: pytest.MonkeyPatch):
    rates = cr.SGD([0.1, 0.1, 1e200, 0.1, 0.1, 0.1, 0.1])
    network = NETWORKS["dense"]
    in_groups_of(2, network, 21, monkeypatch)
    run = trained(network, cr.SquaredError(), optimizer=rates)
    assert [each.reason for each in run.ending] == ["finished"] * 2 + ["diverged"] + ["finished"] * 4
    assert np.isfinite(np.delete(run.final_loss, 2)).all()


@pytest.mark.parametrize("members", [1, 373, 374, 4096, 5000])
def test_groups_cover_the_members_and_are_of_one_size(members: int):
    network = CASES["LeNet, small"].network
    found = groups(Objective(network, cr.SquaredError()), 20, members, choice.MOST_NUMBERS)
    assert np.concatenate([np.arange(members)[who] for who in found]).tolist() == list(range(members))
    sizes = [who.stop - who.start for who in found]
    assert sizes[:-1] == sizes[:1] * (len(sizes) - 1)
    assert sizes[0] == 1 or (sizes[0] - 1) * 20 * network.n_numbers <= choice.MOST_NUMBERS


def test_settings_with_k_values_run_as_one_group():
    network = cr.Network((3,), [cr.Dense(2), cr.LeakyReLU(np.linspace(0.1, 0.2, K)), cr.Dense(2)])
    assert groups(Objective(network, cr.SquaredError()), 21, K, 1) == [slice(0, K)]
    plain = Objective(NETWORKS["dense"], cr.SquaredError(), cr.L2([0.1] * K))
    assert groups(plain, 21, K, 1) == [slice(0, K)]
    assert len(groups(Objective(NETWORKS["dense"], cr.SquaredError()), 21, 1, 1)) == 1


def test_groups_take_turns_in_one_memory(monkeypatch):
    """Twenty groups take little more than the parameters of all and the activations of one."""
    monkeypatch.setattr("chainrule.training.execution.choice.WORTH_THREADS", 10**9)  # one member alone runs whole
    network = cr.mlp(10, 100, 100, 1)
    theta = np.zeros((20, network.n_parameters))
    samples = TrainingData(np.zeros((2500, 10)), np.zeros((2500, 1)))
    parameters = Parameters.of(network, theta, network.initialize_state(20))

    def taken(members: int) -> int:
        of_these = parameters.members(slice(members))
        tracemalloc.start()
        batch = bind_batch(Objective(network, cr.SquaredError()), samples, of_these, [{}, {}], Engine("asked for"))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert isinstance(batch, Groups) == (members > 1)
        return peak

    assert taken(20) < 1.2 * taken(1)
