"""scikit-learn's MLPClassifier and MLPRegressor, from the common start.

A logistic output has the cross-entropy for its loss there, and no other: so the reference network is trained with that,
which saves scikit-learn a product an epoch; its losses are checked against chainrule's with the same loss.
Full batches aren't shuffled. It never stops early. Predictions are MLPRegressor's: a classifier's take longer,
since they look up labels.
"""

import warnings
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

import chainrule as cr
from benchmarks.work import Parameters, Prediction, Training, activations
from chainrule.core.arrays import Array

ACTIVATIONS = {cr.Sigmoid: "logistic", cr.ReLU: "relu", None: "identity"}
NEVER = 10**9

warnings.simplefilter("ignore", ConvergenceWarning)  # its warning that a run of few epochs has not converged


def computes(work: Training) -> Training:
    """The training that scikit-learn can do in place of this one, if it differs."""
    if not isinstance(work.loss, cr.HalfSquaredError):
        return work
    network = cr.Network(work.network.input_shape, work.network.layers[:-1], work.network.initializer)
    return replace(work, network=network, loss=cr.BinaryCrossEntropy())


def train(work: Training) -> Callable[[int], Parameters]:
    x, y = work.arrays()
    y = y.reshape(-1).astype(int)
    start, classes, network = work.start(), np.unique(y), computes(work).network
    (rate,) = work.rates
    model = MLPClassifier(
        [len(b) for _, b in start[:-1]],
        activation=ACTIVATIONS[activations(network)[0]],
        solver="sgd" if isinstance(work.optimizer, cr.SGD) else "adam",
        alpha=0.0,
        batch_size=1,
        learning_rate_init=rate,
        momentum=0.0,
        nesterovs_momentum=False,
        shuffle=work.batch_size is not None,
        tol=0.0,
        n_iter_no_change=NEVER,
        warm_start=True,  # fit() continues from the parameters that are set
    )
    few = classes if work.batch_size is None else np.arange(max(classes) + 1)
    model.partial_fit(x[: len(few)], few, classes=few)  # creates its arrays; fit() creates a new optimizer
    model.set_params(batch_size=work.batch_size or len(x))

    def begin() -> None:
        for (W, b), mine, bias in zip(work.start(), model.coefs_, model.intercepts_, strict=True):
            mine[...], bias[...] = W.T, b

    def learnt() -> Parameters:
        return [(W.T, b) for W, b in zip(model.coefs_, model.intercepts_, strict=True)]

    def in_one_fit(epochs: int) -> Parameters:
        begin()
        model.set_params(max_iter=epochs).fit(x, y)
        return learnt()

    def in_given_orders(epochs: int) -> Parameters:
        """Train epoch by epoch, in the order of batches that all contenders use."""
        begin()
        model.set_params(max_iter=1, shuffle=False)
        for epoch, order in enumerate(islice(work.orders(), epochs)):
            (model.partial_fit if epoch else model.fit)(x[order], y[order])
        model.set_params(shuffle=True)
        return learnt()

    def run(epochs: int) -> Parameters:
        return in_given_orders(epochs) if work.batch_size and epochs in work.checked else in_one_fit(epochs)

    return run


def predict(work: Prediction) -> Callable[[int], Array]:
    x, start, kinds = work.arrays(), work.start(), activations(work.network)
    model = MLPRegressor(
        hidden_layer_sizes=[len(b) for _, b in start[:-1]], activation=ACTIVATIONS[kinds[0]], batch_size=1
    )
    targets = np.zeros((1, len(start[-1][1])), work.dtype)
    model.partial_fit(x[:1], targets if targets.shape[1] > 1 else targets[0])  # makes its arrays
    model.out_activation_ = ACTIVATIONS[kinds[-1]]
    for (W, b), mine, bias in zip(start, model.coefs_, model.intercepts_, strict=True):
        mine[...], bias[...] = W.T, b

    def run(times: int) -> Array:
        for _ in range(times):
            outputs = model.predict(x)
        return outputs

    return run
