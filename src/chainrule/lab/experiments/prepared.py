"""The data of an experiment as its run takes them: what is learnt, what is asked, and the network for both."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import ShapeError
from chainrule.core.layers.dense import Dense
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.lab.experiments.samples import DataFile, Samples, shaped, targets_for
from chainrule.training.data.split import split
from chainrule.training.data.standardizer import Standardizer

if TYPE_CHECKING:
    from chainrule.lab.experiments.experiment import Experiment


@dataclass(frozen=True, eq=False)
class Prepared:
    """The data of an experiment as its run takes them, and its network.

    x (n, *network.input_shape), y: what is learnt.  test: x and the true answers.
    metric: accuracy for classes, else r2.
    """

    x: Array
    y: Array
    test: tuple[Array, Array]
    metric: str
    network: Network
    samples: Samples
    standardizer: Standardizer | None


def prepare(experiment: "Experiment") -> Prepared:
    """Read the data and build the network. Raises what is wrong with them."""
    samples = experiment.data.read()
    y, _ = targets_for(experiment.loss, samples)
    x, test_x, truth = samples.x, samples.x, samples.y
    wanted = experiment.test or ("fresh" if samples.fresh is not None else "training")
    learnt = held_out = rows = np.arange(len(x))
    if isinstance(wanted, float):
        learnt, _, held_out, _ = split(rows, samples.y, wanted, experiment.seed, stratify=samples.n_classes > 0)
    elif experiment.test is None and samples.test_rows is not None:
        learnt, held_out = np.setdiff1d(rows, samples.test_rows), samples.test_rows
    if held_out is not rows:
        x, y, test_x, truth = x[learnt], y[learnt], x[held_out], truth[held_out]
    if wanted == "fresh" and samples.fresh is None:
        raise ShapeError(f'{samples.name} can\'t be drawn anew; test on "training" or hold out a fraction.')
    elif wanted == "fresh" and samples.fresh is not None:
        test_x, truth = samples.fresh.x, samples.fresh.y
    network = build_network(experiment, samples)
    x, test_x = (shaped(each, network.input_shape) for each in (x, test_x))
    standardizer = None
    if isinstance(experiment.data, DataFile) and experiment.data.standardize:
        standardizer = Standardizer.fit(x)
        x, test_x = standardizer.apply(x), standardizer.apply(test_x)
    one_of_many = truth.ndim == 1 or truth.shape[1] == 1
    are_classes = one_of_many and (samples.n_classes > 0 or experiment.loss.labelled)
    if are_classes:
        truth = truth.reshape(-1).astype(np.intp)
    if standardizer is not None and not are_classes and learns_scale(network, experiment.loss):
        scale = Standardizer.fit(y.reshape(len(y), -1))
        y, truth = (scale.apply(each.reshape(len(each), -1)) for each in (y, truth))
    return Prepared(x, y, (test_x, truth), "accuracy" if are_classes else "r2", network, samples, standardizer)


def learns_scale(network: Network, loss: Loss) -> bool:
    """Whether a quantity should be learnt from its mean, in deviations: where the outputs are free."""
    return isinstance(network.last_layer, Dense) and loss.link == "identity"


def build_network(experiment: "Experiment", samples: Samples) -> Network:
    """The experiment's network for these samples."""
    network = experiment.network
    if isinstance(network, Network):
        return network
    return network.build(samples.x.shape[1:], targets_for(experiment.loss, samples)[1], experiment.loss)
