"""What bad input gets: one line that says what was expected and what came, before anything is bound or trained."""

import contextlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.activations import ACTIVATIONS
from chainrule.core.errors import choose
from chainrule.core.losses import LOSSES
from chainrule.core.optimizers import OPTIMIZERS
from chainrule.core.plan.plan import Plan
from drawn import examples

X = np.arange(12.0).reshape(6, 2)
Y = np.arange(6.0) % 2
CLASSES = np.arange(6) % 3

PLAIN = cr.mlp(2, 3, 1)
LOGIT = cr.mlp(2, 3, 1, output="identity")
LOGITS = cr.mlp(2, 3, 3, output="identity")
SLOPES = cr.Network((2,), [cr.Dense(2), cr.LeakyReLU((0.1, 0.2)), cr.Dense(1)])
NORMED = cr.Network((2,), [cr.BatchNorm(), cr.Dense(1)])
THETA = PLAIN.initialize()
P = PLAIN.n_parameters

RAGGED = [[1.0, 2.0], [3.0]]
MAP = {"a": 1}


def changed(values: np.ndarray, place: Any, value: float) -> np.ndarray:
    other = values.astype(float)
    other[place] = value
    return other


def train(network: Any = PLAIN, x: Any = X, y: Any = Y, **settings: Any) -> cr.Run:
    return cr.train(network, x, y, **{"loss": cr.SquaredError(), "optimizer": cr.SGD(0.1), "epochs": 2} | settings)


def measure(network: Any = PLAIN, theta: Any = THETA, x: Any = X, **settings: Any) -> Any:
    return network.loss_and_gradient(theta, x, **{"y": Y, "loss": cr.SquaredError()} | settings)


def binary(y: Any, network: cr.Network = LOGIT, **settings: Any) -> cr.Run:
    return train(network, y=y, loss=cr.BinaryCrossEntropy(), **settings)


def classes(y: Any, network: cr.Network = LOGITS, **settings: Any) -> cr.Run:
    return train(network, y=y, loss=cr.SoftmaxCrossEntropy(), **settings)


Row = tuple[str, Callable[[], Any], type[cr.ChainruleError], str]

# What, the call, the error, and what the sentence says of what was expected and what came. In order: numbers of
# descriptions, networks, the kinds of train's arguments, members, x, y, weights, theta.
TABLE: list[Row] = [
    ("a learning rate of 0", lambda: cr.SGD(0), cr.SettingError, "SGD's learning_rate must be a number above 0; got 0"),
    ("a negative learning rate", lambda: cr.Adam(-1.0), cr.SettingError, "Adam's learning_rate .* above 0; got -1.0"),
    ("a learning rate of NaN", lambda: cr.SGD(np.nan), cr.SettingError, "learning_rate .*; got nan"),
    ("an infinite learning rate", lambda: cr.SGD(np.inf), cr.SettingError, "learning_rate .*; got inf"),
    ("a huge learning rate", lambda: cr.SGD(10**400), cr.SettingError, "learning_rate .*; got 1000"),
    ("a learning rate of text", lambda: cr.SGD("0.1"), cr.SettingError, "learning_rate .*; got '0.1'"),
    ("a learning rate of None", lambda: cr.SGD(None), cr.SettingError, "learning_rate .*; got None"),
    ("a true learning rate", lambda: cr.SGD(True), cr.SettingError, "learning_rate .*; got True"),
    ("a complex learning rate", lambda: cr.SGD(1j), cr.SettingError, "learning_rate .*; got 1j"),
    ("no learning rates", lambda: cr.SGD([]), cr.SettingError, "learning_rate .*; got an empty sequence"),
    ("one bad learning rate", lambda: cr.SGD([0.1, -0.2]), cr.SettingError, "learning_rate .*; got -0.2"),
    ("a table of learning rates", lambda: cr.SGD(np.ones((2, 2))), cr.SettingError, "learning_rate .*; got "),
    ("ragged learning rates", lambda: cr.SGD(RAGGED), cr.SettingError, "learning_rate .*; got "),
    ("a loss for a learning rate", lambda: cr.SGD(cr.SquaredError()), cr.SettingError, r"got SquaredError\(\)"),
    ("a momentum of 1", lambda: cr.Momentum(0.1, 1.0),
     cr.SettingError, "Momentum's momentum .* not including 1; got 1.0"),
    ("a decay below 0", lambda: cr.RMSprop(0.1, decay=-0.1), cr.SettingError, "RMSprop's decay .*; got -0.1"),
    ("an epsilon of 0", lambda: cr.Adam(epsilon=0.0), cr.SettingError, "Adam's epsilon .* above 0; got 0.0"),
    ("a weight decay below 0", lambda: cr.AdamW(weight_decay=-1), cr.SettingError, "weight_decay .* 0 or more; got -1"),
    ("a correction of text", lambda: cr.Adam(bias_correction="no"), cr.SettingError, "bias_correction .*; got 'no'"),
    ("a schedule below 0", lambda: cr.Cosine(-0.1, 10), cr.SettingError, "Cosine's start .*; got -0.1"),
    ("a schedule without steps", lambda: cr.WarmUp(0.1, 0),
     cr.SettingError, "WarmUp's steps .* whole number .*; got 0"),
    ("a schedule of half steps", lambda: cr.StepDecay(0.1, 1.5), cr.SettingError, "StepDecay's every .*; got 1.5"),
    ("a penalty below 0", lambda: cr.L2(-0.1), cr.SettingError, "L2's strength .* 0 or more; got -0.1"),
    ("no patience", lambda: cr.EarlyStopping(0), cr.SettingError, "EarlyStopping's patience .* 1 or more; got 0"),
    ("patience for each member", lambda: cr.EarlyStopping((1, 2)), cr.SettingError, r"patience .*; got \(1, 2\)"),
    ("a deviation below 0", lambda: cr.Normal(-1), cr.SettingError, "Normal's deviation .*; got -1"),
    ("no units", lambda: cr.Dense(0), cr.SettingError, "Dense's units must be a whole number of 1 or more; got 0"),
    ("half a unit", lambda: cr.Dense(2.5), cr.SettingError, "Dense's units .*; got 2.5"),
    ("units for each member", lambda: cr.Dense((2, 3)), cr.SettingError, r"Dense's units .*; got \(2, 3\)"),
    ("a bias of text", lambda: cr.Dense(2, bias="no"), cr.SettingError, "bias .*; got 'no'"),
    ("two biases", lambda: cr.Dense(2, bias=2), cr.SettingError, "bias .*; got 2"),
    ("an initializer of text", lambda: cr.Dense(2, initializer="he"), cr.SettingError, "initializer .*; got 'he'"),
    ("everything dropped", lambda: cr.Dropout(1.0), cr.SettingError, "Dropout's rate .* not including 1; got 1.0"),
    ("a slope of 1", lambda: cr.LeakyReLU(1), cr.SettingError, "LeakyReLU's slope .*; got 1"),
    ("an alpha of 0", lambda: cr.ELU(0), cr.SettingError, "ELU's alpha .*; got 0"),
    ("one standardizer's scale of 0", lambda: cr.Standardizer((0.0,), (0.0,)),
     cr.SettingError, r"got .*scale=\(0.0,\)"),
    ("a momentum of 0", lambda: cr.BatchNorm(0.0), cr.SettingError, "BatchNorm's momentum .* at most 1; got 0.0"),
    ("an epsilon of 0 in a norm", lambda: cr.BatchNorm(epsilon=0), cr.SettingError, "BatchNorm's epsilon .*; got 0"),
    ("a branch without layers", lambda: cr.Residual([]), cr.SettingError, "Residual needs at least one layer; got "),
    ("a branch of text", lambda: cr.Residual(["dense"]), cr.SettingError, "each of Residual's layers .*; got 'dense'"),
    ("a branch that changes the shape", lambda: cr.Network((2,), [cr.Residual([cr.Dense(3), cr.Tanh()])]),
     cr.ShapeError, r"keeps the shape.*got \(2,\) in and \(3,\) out. Let its last layer bring back \(2,\)"),
    ("images to a branch of Dense", lambda: cr.Network((2, 3), [cr.Residual([cr.Dense(3)])]), cr.ShapeError,
     r"Dense\(3\) expects one vector per sample"),
    # Running statistics
    ("no state to predict by", lambda: NORMED.predict(NORMED.initialize(), X), cr.SettingError,
     r"state is needed.*got None. A run's model has it, and network.initialize_state\(\)"),
    ("a model without its state", lambda: cr.Model(NORMED, NORMED.initialize()), cr.SettingError, "state is needed"),
    ("a state too short", lambda: NORMED.predict(NORMED.initialize(), X, np.ones(3)), cr.ShapeError,
     r"state should have shape \(4,\) .*got \(3,\)"),
    ("one state for two", lambda: NORMED.predict(NORMED.initialize(0, 2), X, np.ones(4)), cr.ShapeError,
     r"state should have shape \(2, 4\) .*got \(4,\)"),
    ("a state of text", lambda: NORMED.predict(NORMED.initialize(), X, "state"), cr.DataError, "state should hold"),
    ("a state for a network without", lambda: PLAIN.predict(THETA, X, [1.0]), cr.ShapeError, r"\(0,\) .*got \(1,\)"),
    ("a list to move", lambda: NORMED.loss_and_gradient(NORMED.initialize(), X, Y, cr.SquaredError(), state=[0.0] * 4),
     cr.SettingError, "state must be an array"),
    ("one sample's variance", lambda: NORMED.loss_and_gradient(NORMED.initialize(), X[:1], Y[:1], cr.SquaredError()),
     cr.DataError, "it needs 2 samples or more, got 1"),
    ("a last batch of one", lambda: train(NORMED, X[:5], Y[:5], batch_size=2), cr.DataError,
     r"needs 2 samples or more, got 1 in the smallest batch: 5 samples, batch_size=2. batch_size=3 fits"),
    ("batches of one", lambda: train(NORMED, batch_size=1), cr.DataError, "got 1 .*batch_size=1. batch_size=2 fits"),
    ("a start of three states for two", lambda: train(NORMED, population=2, state=np.ones((3, 4))),
     cr.SettingError, "state 3, population 2"),
    ("a start of too long a state", lambda: train(NORMED, state=np.ones(5)), cr.ShapeError, r"\(4,\) .*got \(5,\)"),
    ("a start on three axes", lambda: train(NORMED, state=np.ones((1, 1, 4))), cr.ShapeError, r"got \(1, 1, 4\)"),
    ("an infinite start", lambda: train(NORMED, state=np.full(4, np.inf)), cr.DataError, "state should hold finite"),
    # Networks
    ("no layers", lambda: cr.Network((2,), []), cr.SettingError, "at least one layer; got "),
    ("no input shape", lambda: cr.Network((), [cr.Dense(1)]), cr.SettingError, "needs an input shape .*; got "),
    ("an input shape of 0", lambda: cr.Network((2, 0), [cr.Dense(1)]), cr.SettingError, "input_shape .*; got 0"),
    ("an input shape of text", lambda: cr.Network("2", [cr.Dense(1)]), cr.SettingError, "input_shape .*; got '2'"),
    ("layers that are a number", lambda: cr.Network((2,), 3), cr.SettingError, "layer.*; got 3"),
    ("a layer that is text", lambda: cr.Network((2,), ["dense"]), cr.SettingError, "layer.*; got 'dense'"),
    ("a layer that is a class", lambda: cr.Network((2,), [cr.Tanh]), cr.SettingError, "layer.*; got <class"),
    ("a layer that is a loss", lambda: cr.Network((2,), [cr.SquaredError()]),
     cr.SettingError, "layer.*; got SquaredError"),
    ("images to Dense", lambda: cr.Network((3, 8, 8), [cr.Dense(4)]), cr.ShapeError,
     r"Dense\(4\) expects one vector per sample, got \(3, 8, 8\). Put Flatten\(\) before it"),
    ("vectors to Conv2D", lambda: cr.Network((784,), [cr.Conv2D(6, 5)]), cr.ShapeError,
     r"Conv2D\(6, 5\) expects an image \(channels, height, width\) per sample, got \(784,\). Reshape the samples"),
    ("images to Conv1D", lambda: cr.Network((1, 8, 8), [cr.Conv1D(6, 5)]), cr.ShapeError,
     r"Conv1D\(6, 5\) expects a series \(channels, length\) per sample, got \(1, 8, 8\)"),
    ("vectors to MaxPool", lambda: cr.Network((8,), [cr.MaxPool(2)]), cr.ShapeError,
     r"MaxPool\(2\) expects a series \(channels, length\) or an image .*, got \(8,\). .*before Flatten\(\)"),
    ("vectors to GlobalAveragePool", lambda: cr.Network((8,), [cr.GlobalAveragePool()]), cr.ShapeError,
     r"GlobalAveragePool\(\) expects feature maps .*, got \(8,\). Put it before Flatten\(\)"),
    ("vectors to ChannelDropout", lambda: cr.Network((8,), [cr.ChannelDropout(0.5)]), cr.ShapeError,
     r"ChannelDropout\(0.5\) expects feature maps .*, got \(8,\). Take Dropout\(0.5\)"),
    ("a kernel larger than the image", lambda: cr.Network((1, 4, 8), [cr.Conv2D(6, 7, padding=1)]), cr.ShapeError,
     r"Conv2D\(6, 7, padding=1\) expects an input that its kernel fits into, got \(1, 4, 8\). Take a smaller kernel"),
    ("a pair for a series", lambda: cr.Network((1, 8), [cr.MaxPool((2, 2))]), cr.ShapeError,
     r"MaxPool\(\(2, 2\)\) has a pair as its kernel, .*got \(1, 8\). Give one number"),
    ("windows of padding", lambda: cr.Network((1, 8), [cr.MaxPool(2, padding=2)]), cr.SettingError,
     r"MaxPool\(2, padding=2\) has windows of padding alone. Take a padding smaller than the kernel"),
    ("a kernel of 0", lambda: cr.Conv2D(6, 0), cr.SettingError, "Conv2D's kernel must be a whole number .*; got 0"),
    ("three sizes", lambda: cr.MaxPool((2, 2, 2)), cr.SettingError, r"or a pair of them; got \(2, 2, 2\)"),
    ("half a size", lambda: cr.MaxPool((2, 0.5)), cr.SettingError, "or a pair of them; got 0.5"),
    ("no kernel", lambda: cr.MaxPool(None), cr.SettingError, "MaxPool's kernel must be .*; got None"),
    ("an unknown padding", lambda: cr.Conv2D(6, 5, padding="full"), cr.SettingError,
     "Conv2D's padding must be \"valid\", \"same\" or a whole number of 0 or more; got 'full'"),
    ("a negative padding", lambda: cr.Conv1D(6, 5, padding=-1), cr.SettingError, "Conv1D's padding must be .*; got -1"),
    ("layers that disagree on K", lambda: cr.Network((2,), [cr.Dropout((0.1, 0.2)), cr.Dropout((0.1, 0.2, 0.3))]),
     cr.SettingError, "members should agree, got Dropout's rate 2, Dropout's rate 3"),
    ("one size", lambda: cr.mlp(2), cr.SettingError, r"number of inputs, .* and of outputs; got \(2,\)"),
    ("a size of 0", lambda: cr.mlp(2, 0, 1), cr.SettingError, "Dense's units .*; got 0"),
    ("a size of text", lambda: cr.mlp("2", 1), cr.SettingError, "input_shape .*; got '2'"),
    ("an unknown activation", lambda: cr.mlp(2, 1, activation="relo"), cr.SettingError,
     "unknown activation 'relo', did you mean relu\\? Choose from elu, gelu, identity"),
    ("an unknown output", lambda: cr.mlp(2, 1, output="softmax"),
     cr.SettingError, "unknown activation 'softmax'; choose from elu"),
    ("an activation that is a number", lambda: cr.mlp(2, 1, activation=3), cr.SettingError, "an activation .*; got 3"),
    ("an initializer's name", lambda: cr.mlp(2, 1, initializer="he"), cr.SettingError, "initializer .*; got 'he'"),
    ("an unknown optimizer", lambda: choose("optimizer", "sgdd", OPTIMIZERS), cr.SettingError,
     "unknown optimizer 'sgdd', did you mean sgd\\? Choose from adam, adamw, momentum, nesterov, rmsprop, sgd"),
    ("an unknown loss", lambda: choose("loss", "mse", LOSSES), cr.SettingError,
     "unknown loss 'mse', did you mean squared_error\\? Choose from binary_cross_entropy, half_squared_error, softmax"),
    ("a name that is no text", lambda: choose("activation", ["relu"], ACTIVATIONS),
     cr.SettingError, r"activation \['relu'\]"),
    # The kinds of train's arguments
    ("no network", lambda: train("mlp"), cr.SettingError, "network must be a Network .*; got 'mlp'"),
    ("layers for a network", lambda: train([cr.Dense(1)]), cr.SettingError, "network must be a Network .*; got "),
    ("a loss's name", lambda: train(loss="mse"), cr.SettingError, "loss must be a loss .*; got 'mse'"),
    ("a loss's class", lambda: train(loss=cr.SquaredError), cr.SettingError, "loss must be a loss .*; got <class"),
    ("no loss", lambda: train(loss=None), cr.SettingError, "loss must be a loss .*; got None"),
    ("an optimizer's name", lambda: train(optimizer="sgd"),
     cr.SettingError, "optimizer must be an optimizer .*; got 'sgd'"),
    ("a learning rate alone", lambda: train(optimizer=0.1),
     cr.SettingError, "optimizer must be an optimizer .*; got 0.1"),
    ("no epochs", lambda: train(epochs=0), cr.SettingError, "epochs must be a whole number of 1 or more; got 0"),
    ("half an epoch", lambda: train(epochs=0.5), cr.SettingError, "epochs .*; got 0.5"),
    ("epochs of text", lambda: train(epochs="10"), cr.SettingError, "epochs .*; got '10'"),
    ("true epochs", lambda: train(epochs=True), cr.SettingError, "epochs .*; got True"),
    ("an empty batch", lambda: train(batch_size=0), cr.SettingError, "batch_size .* 1 or more; got 0"),
    ("batch sizes for each member", lambda: train(batch_size=(2, 3)), cr.SettingError, r"batch_size .*; got \(2, 3\)"),
    ("records at no time", lambda: train(record_every=0), cr.SettingError, "record_every .* 1 or more; got 0"),
    ("records at half epochs", lambda: train(record_every=0.5), cr.SettingError, "record_every .*; got 0.5"),
    ("half precision", lambda: train(dtype="float16"),
     cr.SettingError, "dtype must be float64 or float32; got 'float16'"),
    ("whole numbers", lambda: train(dtype=int), cr.SettingError, "dtype must be .*; got <class 'int'>"),
    ("a dtype that isn't one", lambda: train(dtype="nonsense"), cr.SettingError, "dtype must be .*; got 'nonsense'"),
    ("no dtype", lambda: train(dtype=None), cr.SettingError, "dtype must be .*; got None"),
    ("a dictionary for a dtype", lambda: train(dtype=MAP), cr.SettingError, "dtype must be .*; got {'a': 1}"),
    ("validation without targets", lambda: train(validation=X),
     cr.SettingError, r"validation must be a pair \(x, y\); got "),
    ("validation of three parts", lambda: train(validation=(X, Y, Y)),
     cr.SettingError, r"validation must be a pair .*; got .*3"),
    ("validation of other width", lambda: train(validation=(X[:, :1], Y)),
     cr.ShapeError, r"validation x .*, got \(6, 1\)"),
    ("validation of other length", lambda: train(validation=(X, Y[:5])),
     cr.ShapeError, r"validation y .*, got shape \(5,\)"),
    ("NaN in validation", lambda: train(validation=(changed(X, (2, 0), np.nan), Y)),
     cr.DataError, "validation x .* sample 2"),
    ("patience alone", lambda: train(early_stopping=10),
     cr.SettingError, "early_stopping must be an EarlyStopping.*; got 10"),
    ("a strength alone", lambda: train(penalty=0.1),
     cr.SettingError, r"penalty must be an L2\(0.001\) or None; got 0.1"),
    ("a negative clip", lambda: train(clip=-1.0), cr.SettingError, "clip must be a number above 0; got -1.0"),
    ("a clip of text", lambda: train(clip="norm"), cr.SettingError, "clip .*; got 'norm'"),
    ("one callback alone", lambda: train(callbacks=print),
     cr.SettingError, "callbacks must be a list of functions.*; got <"),
    ("callbacks of text", lambda: train(callbacks=["print"]), cr.SettingError, r"callbacks .*; got \['print'\]"),
    # Seeds and members
    ("a negative seed", lambda: train(seed=-1),
     cr.SettingError, "seed must be a whole number of 0 or more, .*; got -1"),
    ("half a seed", lambda: train(seed=0.5), cr.SettingError, "seed .*; got 0.5"),
    ("a seed of text", lambda: train(seed="abc"), cr.SettingError, "seed .*; got 'abc'"),
    ("no seed", lambda: train(seed=None), cr.SettingError, "seed .*; got None"),
    ("no seeds", lambda: train(seed=()), cr.SettingError, "seed .*; got an empty sequence"),
    ("a table of seeds", lambda: train(seed=np.ones((9, 9), int)), cr.SettingError, "seed .*; got "),
    ("one bad seed", lambda: PLAIN.initialize(seed=(0, -1)), cr.SettingError, r"seed .*; got \(0, -1\)"),
    ("no members", lambda: train(population=0),
     cr.SettingError, "population must be a whole number of 1 or more; got 0"),
    ("half a member", lambda: PLAIN.initialize(population=1.5), cr.SettingError, "population .*; got 1.5"),
    ("seeds and population", lambda: train(population=3, seed=(0, 1)), cr.SettingError,
     "numbers of members should agree, got population 3, seed 2. Settings are zipped, not crossed"),
    ("learning rates and population", lambda: train(population=3, optimizer=cr.SGD((0.1, 0.2))), cr.SettingError,
     "should agree, got population 3, SGD's learning_rate 2"),
    ("a schedule and momentum", lambda: train(optimizer=cr.Momentum(cr.Cosine((0.1, 0.2), 5), (0.5, 0.6, 0.7))),
     cr.SettingError, "should agree, got .*Cosine's start 2"),
    ("penalties and clips", lambda: train(penalty=cr.L2((0.1, 0.2)), clip=(1.0, 2.0, 3.0)),
     cr.SettingError, "should agree, got "),
    ("slopes and seeds", lambda: train(SLOPES, seed=(0, 1, 2)),
     cr.SettingError, "should agree, got seed 3, LeakyReLU's slope 2"),
    ("min_deltas and population", lambda: train(population=3, early_stopping=cr.EarlyStopping(5, (0.1, 0.2))),
     cr.SettingError, "should agree, got population 3, EarlyStopping's min_delta 2"),
    ("theta and population", lambda: train(population=3, theta=np.stack([THETA] * 2)),
     cr.SettingError, "should agree, got .*theta 2"),
    ("deviations and population", lambda: cr.mlp(2, 1, initializer=cr.Normal((1.0, 2.0))).initialize(population=3),
     cr.SettingError, "should agree, got population 3, Normal's deviation 2"),
    ("slopes of two with one theta", lambda: SLOPES.predict(np.ones(SLOPES.n_parameters), X), cr.ChainruleError, "2"),
    ("slopes of two with three thetas", lambda: SLOPES.predict(np.ones((3, SLOPES.n_parameters)), X),
     cr.ChainruleError, "theta 3"),
    ("a loss of two with one theta", lambda: measure(SLOPES, np.ones(SLOPES.n_parameters)), cr.ChainruleError, "2"),
    ("penalties of two with one theta", lambda: measure(penalty=cr.L2((0.1, 0.2))), cr.ChainruleError, "2"),
    ("two seeds with one theta", lambda: measure(seed=(0, 1)), cr.ChainruleError, "2"),
    ("a model of two with one theta", lambda: cr.Model(SLOPES, np.ones(SLOPES.n_parameters)), cr.ChainruleError, "2"),
    # x
    ("x too wide", lambda: train(x=np.ones((6, 3))),
     cr.ShapeError, r"x should have shape \(n, 2\), one row per sample, got \(6, 3\)"),
    ("x with the samples last", lambda: train(x=X.T),
     cr.ShapeError, r"got \(2, 6\). The samples seem to be last: .* transpose"),
    ("one sample", lambda: PLAIN.predict(THETA, X[0]), cr.ShapeError, r"got \(2,\). For one sample write x\[None\]"),
    ("a number for x", lambda: train(x=3.0), cr.ShapeError, r"x should have shape \(n, 2\), .* got \(\)"),
    ("images for x", lambda: train(x=np.ones((6, 3, 8, 8))), cr.ShapeError, r"got \(6, 3, 8, 8\)"),
    ("no samples", lambda: train(x=X[:0], y=Y[:0]), cr.DataError, r"x holds no samples: shape \(0, 2\)"),
    ("no samples to predict", lambda: PLAIN.predict(THETA, X[:0]), cr.DataError, r"no samples: shape \(0, 2\)"),
    ("an empty list for x", lambda: train(x=[], y=[]), cr.ShapeError, r"got \(0,\)"),
    ("NaN in x", lambda: train(x=changed(X, (4, 1), np.nan)),
     cr.DataError, "x should hold finite .*numbers, got nan in sample 4"),
    ("infinity in x", lambda: PLAIN.predict(THETA, changed(X, (3, 0), -np.inf)),
     cr.DataError, "finite .*numbers, got -inf in sample 3"),
    ("x too large for float32", lambda: train(x=changed(X, (5, 0), 1e39), dtype="float32"), cr.DataError, "sample 5"),
    ("text in x", lambda: train(x=[["a", "b"]] * 6), cr.DataError, "x should hold real numbers, got text"),
    ("gaps in x", lambda: train(x=[[None, 1]] * 6), cr.DataError, "x should hold real numbers, got a gap"),
    ("complex x", lambda: train(x=X + 0j), cr.DataError, "x should hold real numbers, got complex128"),
    ("dates in x", lambda: train(x=X.astype("M8[s]")), cr.DataError, "x should hold real numbers, got datetime64"),
    ("ragged x", lambda: train(x=RAGGED), cr.ShapeError, "x should be an array, got rows of different lengths"),
    ("a dictionary for x", lambda: train(x=MAP), cr.DataError, "x should hold real numbers, got {.*Give a list"),
    ("nothing for x", lambda: train(x=None), cr.DataError, "x should hold real numbers, got None"),
    ("masked x", lambda: train(x=np.ma.masked_greater(X, 3.0)), cr.DataError, "x .* mask"),
    # y
    ("y too short", lambda: train(y=Y[:5]), cr.ShapeError, r"y should have 6 samples, .* got shape \(5,\)"),
    ("a number for y", lambda: train(y=1.0), cr.ShapeError, r"y should have 6 samples, .* got shape \(\)"),
    ("y of two outputs", lambda: train(y=np.ones((6, 2))),
     cr.ShapeError, r"\(6, 1\) or \(n,\) for a network with 1 output, got \(6, 2\)"),
    ("y of one output", lambda: train(LOGITS),
     cr.ShapeError, r"targets of shape \(6, 3\) for a network with 3 outputs, got \(6,\)"),
    ("y of three axes", lambda: train(y=np.ones((6, 1, 1))), cr.ShapeError, r"got \(6, 1, 1\)"),
    ("NaN in y", lambda: train(y=changed(Y, 2, np.nan)),
     cr.DataError, "y should hold finite .*numbers, got nan in sample 2"),
    ("infinity in y", lambda: binary(changed(Y, 1, np.inf)), cr.DataError, "finite .*numbers, got inf in sample 1"),
    ("NaN in classes", lambda: classes(changed(CLASSES, 5, np.nan)),
     cr.DataError, "finite .*numbers, got nan in sample 5"),
    ("text in y", lambda: train(y=list("abcdef")), cr.DataError, "y should hold real numbers, got text"),
    ("ragged y", lambda: train(y=[[1], [1, 2]] * 3),
     cr.ShapeError, "y should be an array, got rows of different lengths"),
    ("a target of 2", lambda: binary(2 * Y), cr.DataError, "targets from 0 to 1, got 0 to 2"),
    ("targets of -1 and 1", lambda: binary(2 * Y - 1), cr.DataError, "targets from 0 to 1, got -1 to 1"),
    ("classes from 1", lambda: classes(CLASSES + 1), cr.DataError, "class numbers from 0 to 2, got 3"),
    ("a class of -1", lambda: classes(CLASSES - 1), cr.DataError, "class numbers from 0 to 2, got -1"),
    ("half a class", lambda: classes(CLASSES / 2), cr.DataError, "class numbers from 0 to 2, got 0.5"),
    ("classes of two axes", lambda: classes(np.ones((6, 2))),
     cr.ShapeError, r"class numbers \(6,\) or probabilities \(6, 3\), got \(6, 2\)"),
    ("probabilities that sum to 2", lambda: classes(np.full((6, 3), 2 / 3)),
     cr.DataError, "sum to 1, got sums from 2 to 2"),
    ("negative probabilities", lambda: classes([[-1, 1, 1]] * 6), cr.DataError, "probabilities to be 0 or more"),
    ("a binary cross-entropy behind a Sigmoid", lambda: binary(Y, PLAIN),
     cr.SettingError, r"takes logits, but .* ends in Sigmoid\(\)"),
    ("a softmax behind a Sigmoid", lambda: classes(CLASSES, cr.mlp(2, 3)),
     cr.SettingError, r"takes logits, but .* ends in Sigmoid\(\)"),
    ("a Sigmoid under a view", lambda: binary(Y, cr.Network((2,), [cr.Dense(1), cr.Sigmoid(), cr.Flatten()])),
     cr.SettingError, "logits"),
    ("a softmax of one output", lambda: classes(Y, LOGIT),
     cr.ShapeError, "two outputs or more, one per class, got a network with 1"),
    ("a network that answers in images", lambda: measure(cr.Network((2, 2), [cr.Tanh()]), [], np.ones((6, 2, 2))),
     cr.ShapeError, r"expects one vector per sample from the network, got \(2, 2\)"),
    ("a network with nothing to learn", lambda: train(cr.Network((2,), [cr.Tanh()]), y=X),
     cr.SettingError, "parameters; got .*Tanh"),
    # Weights of samples
    ("too few weights", lambda: train(sample_weight=[1, 1]),
     cr.ShapeError, r"sample_weight should have shape \(6,\), .* got \(2,\)"),
    ("weights of two axes", lambda: train(sample_weight=np.ones((6, 1))),
     cr.ShapeError, r"sample_weight .* got \(6, 1\)"),
    ("negative weights", lambda: train(sample_weight=Y - 0.5),
     cr.DataError, "sample_weight should be 0 or more, .*got -0.5"),
    ("weights of NaN", lambda: train(sample_weight=changed(Y, 3, np.nan)), cr.DataError, "sample_weight .*got .* 3"),
    ("no weight at all", lambda: train(sample_weight=np.zeros(6)), cr.DataError, "sample_weight .* above 0, got 0"),
    ("weights of text", lambda: train(sample_weight=["a"] * 6),
     cr.DataError, "sample_weight should hold real numbers, got text"),
    ("ragged weights", lambda: train(sample_weight=RAGGED),
     cr.ShapeError, "sample_weight .* rows of different lengths"),
    # theta
    ("theta too short", lambda: train(theta=THETA[1:]),
     cr.ShapeError, rf"theta should have shape \({P},\) .*, got \({P - 1},\)"),
    ("theta of three axes", lambda: PLAIN.predict(THETA[None, None], X), cr.ShapeError, rf"theta .* got \(1, 1, {P}\)"),
    ("theta of no members", lambda: train(theta=THETA[None][:0]), cr.ShapeError, rf"theta .* got \(0, {P}\)"),
    ("a number for theta", lambda: PLAIN.predict(1.0, X), cr.ShapeError, r"theta .* got \(\)"),
    ("text for theta", lambda: train(theta=["a"] * P), cr.DataError, "theta should hold real numbers, got text"),
    ("complex theta", lambda: measure(theta=THETA + 0j),
     cr.DataError, "theta should hold real numbers, got complex128"),
    ("ragged theta", lambda: train(theta=RAGGED),
     cr.ShapeError, "theta should be an array, got rows of different lengths"),
    ("NaN in theta", lambda: train(theta=changed(THETA, 3, np.nan)),
     cr.DataError, "theta .*finite.* got nan(?!.*sample)"),
    ("theta of another network", lambda: cr.Model(LOGITS, THETA), cr.ShapeError, rf"theta .* got \({P},\)"),
    # The other doors
    ("a loss's name to measure", lambda: measure(loss="mse"), cr.SettingError, "loss must be a loss .*; got 'mse'"),
    ("a strength alone to measure", lambda: measure(penalty=0.1), cr.SettingError, "penalty must be .*; got 0.1"),
    ("targets that don't fit", lambda: measure(y=Y[:5]),
     cr.ShapeError, r"y should have 6 samples, .* got shape \(5,\)"),
    ("a negative seed to measure", lambda: measure(seed=-1), cr.SettingError, "seed .*; got -1"),
    ("a population to check", lambda: cr.check_gradient(PLAIN, X, Y, cr.SquaredError(), theta=np.stack([THETA] * 2)),
     cr.ShapeError, rf"checks one network, theta \({P},\), got \(2, {P}\)"),
    ("text to check", lambda: cr.check_gradient(PLAIN, X, Y, cr.SquaredError(), theta=["a"] * P),
     cr.DataError, "theta .* got text"),
    ("a number to check", lambda: cr.check_gradient(PLAIN, X, 1.0, cr.SquaredError()),
     cr.ShapeError, r"got shape \(\)"),
    ("a model of text", lambda: cr.Model("network", THETA), cr.SettingError, "got 'network'"),
    ("a model whose loss is a layer", lambda: cr.Model(PLAIN, THETA, cr.Tanh()),
     cr.SettingError, r"loss .*; got Tanh\(\)"),
    ("an unknown description", lambda: cr.from_dict({"type": "Conv9D"}),
     cr.FileError, "unknown description 'Conv9D'"),
    ("an unknown field", lambda: cr.from_dict({"type": "SGD", "speed": 1}), cr.FileError, "SGD .*speed"),
]  # fmt: skip


@pytest.fixture
def _nothing_is_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that gets as far as its memory has begun to work."""
    monkeypatch.setattr(Plan, "__init__", lambda *_, **__: pytest.fail("bad input was bound to memory"))


@pytest.mark.usefixtures("_nothing_is_bound")
@pytest.mark.parametrize(("call", "error", "match"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_bad_input_gets_one_sentence(call: Callable[[], Any], error: type[cr.ChainruleError], match: str) -> None:
    with pytest.raises(error) as found:
        call()
    sentence = str(found.value)
    assert re.search(match, sentence)
    assert "\n" not in sentence
    assert len(sentence) < 500
    assert isinstance(found.value, ValueError)


def test_the_table_names_each_case_once() -> None:
    assert len({row[0] for row in TABLE}) == len(TABLE)


def test_an_unknown_name_of_the_library_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="chainrule has no 'Adan'; it has Adam, AdamW"):
        cr.Adan  # noqa: B018


# Whatever the shapes -------------------------------------------------------------------------------------------------

SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
ROUTES: dict[str, tuple[cr.Network, cr.Loss]] = {
    "one output": (PLAIN, cr.SquaredError()),
    "three outputs": (cr.mlp(2, 3), cr.HalfSquaredError()),
    "yes or no": (LOGIT, cr.BinaryCrossEntropy()),
    "classes": (LOGITS, cr.SoftmaxCrossEntropy()),
    "images": (cr.Network((2, 3), [cr.Flatten(), cr.Dense(1)]), cr.SquaredError()),
}


def fits(network: cr.Network, loss: cr.Loss, x: tuple[int, ...], y: tuple[int, ...]) -> bool:
    """Whether these shapes are data for the network and the loss."""
    n, outputs = x[:1], network.output_shape
    columns = [(*n, *outputs)]
    if outputs == (1,) or isinstance(loss, cr.SoftmaxCrossEntropy):
        columns += [n, (*n, 1)]
    return x[1:] == network.input_shape and n != (0,) and y in columns


@pytest.mark.parametrize("route", ROUTES)
@examples(50)
@given(x=SHAPES, y=SHAPES, n=st.integers(0, 4), seed=st.integers(0, 9))
def test_shapes_fit_or_are_refused(route: str, x: tuple[int, ...], y: tuple[int, ...], n: int, seed: int) -> None:
    network, loss = ROUTES[route]
    if seed > 3:  # otherwise hardly anything fits
        x = (n, *network.input_shape)
    if seed > 6:
        y = (n, *network.output_shape)
    samples, targets = np.ones(x), np.zeros(y)
    if y:
        targets[:1] = 1
    if isinstance(loss, cr.SoftmaxCrossEntropy) and targets.shape[1:] == (3,):
        targets = np.eye(3)[np.arange(len(targets)) % 3]
    if not fits(network, loss, x, y):
        with pytest.raises(cr.ChainruleError):
            train(network, samples, targets, loss=loss)
    elif n > 1 or loss.link == "identity":
        assert np.isfinite(train(network, samples, targets, loss=loss).final_loss)


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(), st.text(max_size=2), st.complex_numbers()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner, max_size=2),
    max_leaves=12,
)


@examples(40)
@given(x=ANYTHING, y=ANYTHING)
def test_data_of_any_kind_are_refused(x: Any, y: Any) -> None:
    for given_x, given_y in ((x, Y), (X, y), (x, y)):
        with contextlib.suppress(cr.ChainruleError):
            run = train(x=given_x, y=given_y)
            assert np.ndim(given_x) == 2
            assert np.ndim(given_y) in (1, 2)
            assert np.isfinite(run.model.theta).all()


NAMES = inspect.signature(cr.train).parameters.keys() - {"network", "x", "y"}


@examples(60)
@given(name=st.sampled_from(sorted(NAMES)), value=ANYTHING)
def test_settings_of_any_kind_are_refused_or_right(name: str, value: Any) -> None:
    with contextlib.suppress(cr.ChainruleError):
        assert np.isfinite(train(**{name: value}).final_loss).all()


def test_the_first_bad_number_is_named_wherever_it_stands():
    """Long data are checked in chunks; the sample's number counts from the start of all."""
    x = np.zeros((100_000, 2))
    x[70_000, 1] = x[90_000, 0] = np.inf
    network = cr.mlp(2, 1)
    with pytest.raises(cr.DataError, match="got inf in sample 70000, feature 1"):
        network.predict(network.initialize(), x)
