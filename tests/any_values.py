"""Values for the arguments of public functions: strange ones of every kind, plausible ones by the argument's name.

Each is made anew by a function, since a call may change it.
"""

import functools
import inspect
import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import chainrule as cr
from chainrule.training.data.columns.columns import Columns
from chainrule.training.data.columns.kinds import Category, Moment, Number
from chainrule.training.files.reading import in_memory

Made = Callable[[], Any]

X, Y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0.0, 1.0, 1.0, 0.0])
NETWORK = cr.mlp(2, 3, 1)
LOGITS = cr.mlp(2, 3, 2, output="identity")
LINEAR = cr.Network((2,), [cr.Dense(3), cr.GELU(), cr.Residual([cr.Dense(3), cr.ELU()]), cr.Dense(1)])
NORMED = cr.Network((2,), [cr.BatchNorm(), cr.Dense(3), cr.Dropout(0.2), cr.ReLU(), cr.Dense(1)])
IMAGES = cr.Network((1, 4, 4), [cr.Conv2D(2, 3), cr.ReLU(), cr.MaxPool(2), cr.Flatten(), cr.Dense(1)])
FIT: dict[str, Any] = {"loss": cr.HalfSquaredError(), "optimizer": cr.SGD(0.5), "epochs": 3}


class Strange:
    """An object that raises whatever is asked of it as an array."""

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


def endless() -> list[Any]:
    """A list that contains itself."""
    values: list[Any] = []
    values.append(values)
    return values


def read_only(values: np.ndarray) -> np.ndarray:
    values = values.copy()
    values.flags.writeable = False
    return values


STRANGE: dict[str, Made] = {
    "None": lambda: None,
    "True": lambda: True,
    "-1": lambda: -1,
    "0": lambda: 0,
    "1": lambda: 1,
    "2": lambda: 2,
    "7": lambda: 7,
    "2**63": lambda: 2**63,
    "10**30": lambda: 10**30,
    "10**400": lambda: 10**400,
    "10**5000": lambda: 10**5000,
    "0.5": lambda: 0.5,
    "-0.0": lambda: -0.0,
    "5e-324": lambda: 5e-324,
    "1e300": lambda: 1e300,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "-inf": lambda: float("-inf"),
    "1j": lambda: 1j,
    "Decimal": lambda: Decimal("0.1"),
    "Decimal NaN": lambda: Decimal("NaN"),
    "Fraction": lambda: Fraction(1, 3),
    "np.int8": lambda: np.int8(3),
    "np.float16": lambda: np.float16(0.25),
    "np.datetime64": lambda: np.datetime64("2026-11-29"),
    "''": lambda: "",
    "a name": lambda: "a",
    "NUL": lambda: "a\0b",
    "escapes": lambda: "\x1b[2J\x1b]52;c;cA==\x07\u202e",
    "a lone surrogate": lambda: "\udcff",
    "300 letters": lambda: "x" * 300,
    "bytes": lambda: b"\xff\0",
    "()": lambda: (),
    "[]": lambda: [],
    "{}": dict,
    "a set": lambda: {1, 2},
    "a range": lambda: range(4),
    "a generator": lambda: (each for each in range(3)),
    "a slice": lambda: slice(0, 2),
    "ragged": lambda: [[1.0, 2.0], [3.0]],
    "deep": lambda: functools.reduce(lambda inner, _: [inner], range(70), 1.0),
    "endless": endless,
    "gaps": lambda: [[1.0, None], [None, 2.0]],
    "[NaN]": lambda: [float("nan")] * 4,
    "[1e300]": lambda: [[1e300, -1e300]] * 4,
    "[10**400]": lambda: [10**400],
    "names": lambda: ["a", "b", "b", "a"],
    "names and numbers": lambda: ["a", 1, None],
    "objects": lambda: np.array([["a", 1], [None, 2.0]], object),
    "decimals": lambda: [Decimal(1), Fraction(1, 2), 1, 0],
    "a dictionary": lambda: {"a": 1, 2: "b"},
    "text": lambda: np.array(["a", "b", "c", "d"]),
    "dates": lambda: np.array([1, 2, 3, 4], "M8[s]"),
    "durations": lambda: np.array([1, 2, 3, 4], "m8[s]"),
    "complex": lambda: X + 1j,
    "masked": lambda: np.ma.masked_greater(X, 0.5),
    "masked rows": lambda: [np.ma.masked_greater(row, 0.5) for row in X],
    "records": lambda: np.zeros(4, [("a", float)]),
    "0-d": lambda: np.array(1.0),
    "empty": lambda: np.empty((0, 2)),
    "no features": lambda: np.empty((4, 0)),
    "five axes": lambda: np.ones((1, 1, 1, 2, 2)),
    "reversed": lambda: X.copy()[::-1, ::-1],
    "read-only": lambda: read_only(X),
    "big-endian": lambda: X.astype(">f4"),
    "float16": lambda: X.astype(np.float16),
    "longdouble": lambda: X.astype(np.longdouble),
    "booleans": lambda: X > 0,
    "uint64": lambda: np.full(4, 2**64 - 1, np.uint64),
    "[-1]": lambda: np.full(4, -1),
    "[100000]": lambda: np.array([0, 1, 99_999, 100_000]),
    "a frame": lambda: pd.DataFrame({"a": pd.array([1, None, 2, 3], dtype="Int64"), "b": ["x", "y", "x", "y"]}),
    "a series": lambda: pd.Series([1, 2, 3, 4], dtype="Int64"),
    "a category": lambda: pd.Categorical(["a", "b", "a", "b"]),
    "strange": Strange,
    "object()": object,
    "a function": lambda: lambda *_, **__: None,
    "a class": lambda: cr.SGD,
    "an error": lambda: cr.DataError("no"),
    "a path": lambda: Path("nowhere", "at", "all"),
    "a network": lambda: NETWORK,
    "a network of images": lambda: IMAGES,
    "a loss": cr.SquaredError,
    "an optimizer": lambda: cr.Adam([0.1, 0.2]),
    "a layer": lambda: cr.Dense(2),
    "a schedule": lambda: cr.StepDecay(0.1, 1, 1e300),
    "a model": lambda: model(),
    "a population": lambda: model(2),
    "a run": lambda: run(),
    "a data set": lambda: cr.DataSet("xor"),
    "an experiment": lambda: experiment(),
    "training": lambda: training(),
    "a generator of numbers": lambda: np.random.default_rng(0),
}


def model(members: int | None = None) -> cr.Model:
    return run(members).model


def model_of_columns() -> cr.Model:
    """A model of a table: a number, a category and a date."""
    kinds = Number("weight"), Category("kind", ("cat", "dog")), Moment("day")
    columns = Columns.fit(kinds, [[4.0, 0.0, 0.0], [np.nan, 1.0, 86_400.0]])
    network = cr.mlp(len(columns.inputs), 1)
    return cr.Model(network, network.initialize(), columns=columns)


@functools.cache
def run(members: int | None = None) -> cr.Run:
    return cr.train(NETWORK, X, Y, **FIT, population=members)


def training() -> cr.Training:
    return cr.iterate(NETWORK, X, Y, **FIT)


def experiment() -> cr.Experiment:
    return cr.Experiment("xor", network=cr.Perceptron((2,)), optimizer=cr.SGD(0.5), epochs=3, starts=2)


@functools.cache
def table() -> cr.Table:
    """A table in a file with an empty row, whose samples stand in lines 2 and 5."""
    return cr.read_table(in_memory("pets.csv", b"weight,kind\n4.5,cat\n\n,\n20,dog\n"))


@functools.cache
def explanation() -> cr.Explanation:
    return cr.explain(NETWORK, NETWORK.initialize(), X, Y, cr.HalfSquaredError(), cr.Adam(0.1), samples=(1, 2))


@functools.cache
def comparison() -> cr.Comparison:
    return cr.compare(experiment(), learning_rate=[0.1, 0.5], processes=1)


PLAUSIBLE: dict[str, list[Made]] = {
    "network": [lambda: NETWORK, lambda: LOGITS, lambda: NORMED, lambda: LINEAR, lambda: cr.Perceptron((2,))],
    "x": [
        X.copy,
        X.tolist,
        lambda: X * 1e300,
        lambda: X.astype(np.float16) * 60000,
        lambda: np.ones((4, 1, 4, 4)),
        lambda: np.stack([X, X]),
    ],
    "y": [Y.copy, lambda: Y[:, np.newaxis].copy(), lambda: Y.astype(int), lambda: np.stack([Y, Y])],
    "z": [X.copy],
    "predicted": [Y.copy, lambda: np.stack([Y, 1 - Y]), lambda: Y + 0.5],
    "theta": [
        NETWORK.initialize,
        lambda: NETWORK.initialize(population=2),
        lambda: np.full(NETWORK.n_parameters, 1e308),
        lambda: np.full(NETWORK.n_parameters, -1e155),
        NORMED.initialize,
        lambda: training().state,
    ],
    "state": [lambda: None, NORMED.initialize_state, lambda: np.zeros(0)],
    "loss": [cr.HalfSquaredError, cr.SquaredError, cr.BinaryCrossEntropy, cr.SoftmaxCrossEntropy],
    "optimizer": [
        *(lambda: cr.SGD(0.5), lambda: cr.SGD(1e300), lambda: cr.AdamW(1e-300), lambda: cr.Nesterov(1.0)),
        *(lambda: cr.RMSprop(0.1), lambda: cr.SGD(cr.WarmUp(0.1, 3))),
        lambda: cr.SGD(0.5),
        lambda: cr.Adam(0.01),
        lambda: cr.Momentum(cr.Cosine(0.1, 10), 0.9),
    ],
    "epochs": [lambda: 1, lambda: 5],
    "batch_size": [lambda: 2, lambda: 4, lambda: None],
    "population": [lambda: 2, lambda: None],
    "seed": [lambda: 0, lambda: (1, 2), lambda: 2**70],
    "dtype": [lambda: "float32", lambda: np.float64],
    "validation": [lambda: (X.copy(), Y.copy()), lambda: None],
    "early_stopping": [lambda: cr.EarlyStopping(2)],
    "penalty": [lambda: cr.L2(0.1), lambda: cr.L2([0.1, 0.2])],
    "clip": [lambda: 1.0, lambda: [0.5, 1.0]],
    "sample_weight": [lambda: [1, 2, 3, 4], lambda: np.eye(4)[0]],
    "augment": [lambda: cr.Noise(0.1), lambda: [cr.Shift(1)], lambda: cr.Flip()],
    "callbacks": [lambda: [lambda training: training.loss < 0], lambda: [cr.Doctor(X, Y)]],
    "run": [run, lambda: run(2)],
    "data": [lambda: "xor", lambda: cr.DataSet("moons", n=20), lambda: {"type": "SGD", "learning_rate": 0.5}],
    "experiment": [experiment],
    "processes": [lambda: 1],
    "level": [lambda: 0.05],
    "steps": [lambda: 0, lambda: 2],
    "samples": [lambda: 0, lambda: [1, 2]],
    "sample": [lambda: 1, lambda: None],
    "layer": [lambda: 1, lambda: 2],
    "to": [lambda: 1],
    "index": [lambda: 1],
    "from_": [lambda: 1, lambda: "bias", lambda: 2],
    "k": [lambda: 0, lambda: 1],
    "step": [lambda: 0, lambda: 5],
    "name": [lambda: "xor", lambda: "spiral", lambda: "loss"],
    "n": [lambda: 5, lambda: 30],
    "noise": [lambda: 0.1, lambda: 0],
    "arms": [lambda: 3],
    "classes": [lambda: 3, lambda: ("a", "b"), lambda: [0, 1]],
    "test": [lambda: 0.25, lambda: 0.5],
    "stratify": [lambda: True],
    "full": [lambda: True],
    "metric": [lambda: "accuracy", lambda: "r2"],
    "input_shape": [lambda: 2, lambda: (2,), lambda: (1, 4, 4)],
    "layers": [lambda: [cr.Dense(2), cr.Tanh()], lambda: (3,), lambda: [cr.Flatten(), cr.Dense(1)]],
    "sizes": [lambda: 2, lambda: 3],
    "units": [lambda: 3, lambda: (3, 2)],
    "channels": [lambda: 2],
    "kernel": [lambda: 3, lambda: (3, 3)],
    "stride": [lambda: 1, lambda: 2],
    "padding": [lambda: "same", lambda: 1],
    "activation": [lambda: "relu", cr.Tanh],
    "output": [lambda: "identity"],
    "initializer": [cr.He, lambda: cr.Normal(0.1)],
    "bias": [lambda: False],
    "rng": [lambda: np.random.default_rng(0)],
    "training": [training],
    "arrays": [lambda: training().state.arrays()],
    "mean": [lambda: (0.0, 1.0)],
    "scale": [lambda: (1.0, 2.0)],
    "text": [lambda: "relu dense(3)", lambda: "dense(2) tanh"],
    "source": [lambda: 'data = "xor"'],
    "features": [lambda: ("a", "b"), lambda: ["a", "b"]],
    "target": [lambda: "y", lambda: -1],
    "evidence": [lambda: {"loss": 0.25}],
    "changes": [lambda: {"epochs": 20}, lambda: {"sample_weight": "balanced"}],
    "record": [lambda: cr.Record(0, 5, 0, 0.5, np.zeros(3))],
    "columns": [lambda: {"epoch": np.arange(3), "loss": np.ones(3)}],
    "settings": [lambda: [0.1, 0.5], lambda: [1, 2], lambda: 0.1, X.copy, Y.copy],
    "path": [lambda: "found.csv", lambda: "model.npz", lambda: "new.npz", lambda: "new.svg"],
    "keep": [lambda: "kept", lambda: None],
}
"""By an argument's name; the last ones by the name of `**settings`."""

SETTINGS = ("learning_rate", "epochs", "n", "units", "x", "y", "noise", "layers", "seed", "clip", "momentum", "nothing")
"""Names of settings where any may be given."""


def arguments(function: Callable[..., Any], draw: random.Random) -> tuple[list[Any], dict[str, Any], str]:
    """Arguments that a function's signature takes, drawn; and how they were made, in words.

    Many calls have hardly a strange argument, and mostly the first plausible ones, which fit together: they get deep.
    """
    rate, others, given = draw.choice((0.0, 0.03, 0.1, 0.3)), draw.choice((0.05, 0.5)), draw.choice((0.1, 0.4))
    positional: list[Any] = []
    named: dict[str, Any] = {}
    words: list[str] = []

    def value(name: str) -> Any:
        plausible = PLAUSIBLE.get(name, [])
        if draw.random() >= rate and (plausible or rate == 0.0):
            if not plausible:
                words.append(f"{name}=1")
                return 1
            i = draw.randrange(len(plausible)) if draw.random() < others else 0
            words.append(f"{name}=plausible {i}")
            return plausible[i]()
        strange = draw.choice(list(STRANGE))
        words.append(f"{name}={strange}")
        return STRANGE[strange]()

    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            positional += [value(name) for _ in range(draw.randrange(5))]
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
            for setting in draw.sample(SETTINGS, draw.randrange(3)):
                if setting not in named:
                    named[setting] = value(name)
        elif parameter.default is inspect.Parameter.empty or draw.random() < given or name == "processes":
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                positional.append(value(name))
            else:
                named[name] = value(name)
    return positional, named, ", ".join(words)
