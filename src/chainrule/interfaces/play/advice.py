"""The doctor at a page: the run as the doctor takes it, and what a finding advises as another scene."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.core.activations import ACTIVATIONS, Activation
from chainrule.core.arrays import Array
from chainrule.core.description import Description
from chainrule.core.layers.convolution import Conv2D
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.pooling import MaxPool
from chainrule.core.layers.shape import Flatten
from chainrule.core.losses import LOSSES
from chainrule.core.network import Network
from chainrule.interfaces.play.scene import MOST_UNITS, OWN, Filters, Hidden, Scene
from chainrule.interfaces.play.stage import Stage
from chainrule.training.data.standardizer import Standardizer
from chainrule.training.history import History
from chainrule.training.model import Model
from chainrule.training.run import Run, Setup
from chainrule.training.stopping import Ending
from chainrule.training.training import Training

MOST_EPOCHS = 20_000
"""The doctor tries other settings for as long as the run took, but for no more epochs than this."""


def run_since(stage: Stage, training: Training, start: tuple[Array, Array, int], course: Array, diverged: bool) -> Run:
    """The run since its settings were last changed, as if it had begun there and had been meant to end here.

    start: the parameters, the running statistics and the step then.  course: its rows, with step and loss in front.
    """
    theta, statistics, first = start
    task, state = training.task, training.state
    rows = course[course[:, 0] >= first]
    history = History()
    steps = (rows[:, 0] - first).astype(np.int64)
    history.replace({"epoch": steps // task.n_batches, "step": steps, "loss": rows[:, 1]})
    made = max(1, (state.step - first) // task.n_batches)
    ending = Ending("diverged" if diverged else "under way", made)
    setup: Setup = replace(
        training.setup,
        theta=theta,
        state=statistics,
        optimizer=task.optimizer,
        penalty=task.objective.penalty,
        clip=task.clip,
        epochs=min(made, MOST_EPOCHS),
        changes=(),
        edits=(),
    )
    model = Model(task.network, state.parameters.theta, stage.loss, state=state.statistics, features=stage.ground.names)
    return Run(model, history, float(rows[-1, 1]) if len(rows) else np.nan, ending, setup=setup)


def treated(scene: Scene, changes: Mapping[str, Any]) -> Scene | None:
    """The scene with what a finding advises; None where the page has no control for it.

    >>> from chainrule.core.optimizers import SGD
    >>> treated(Scene(), {"optimizer": SGD(0.5)}).optimizer
    {'type': 'SGD', 'learning_rate': 0.5}
    """
    update: dict[str, Any] = {}
    for name, value in changes.items():
        if name in ("theta", "state", "epochs", "early_stopping"):
            continue
        if name in STANDARDIZED:
            part = _standardized(scene, update.get("data", {}), STANDARDIZED[name])
        elif name not in _CHANGES or (name == "network" and scene.is_given):
            return None
        else:
            part = _CHANGES[name](value)
        if part is None:
            return None
        update |= part
    return Scene.model_validate(scene.model_dump() | update) if update else None


STANDARDIZED = {"standardizer": ("x1", "x2"), "target_standardizer": ("y",)}
"""What of a drawn point is standardised where the inputs, or the targets, are to be."""


def _standardized(scene: Scene, changed: dict[str, Any], columns: tuple[str, ...]) -> dict[str, Any] | None:
    """Drawn points with these columns at mean 0 and deviation 1; None for other data, which come as they are."""
    if scene.data.name != OWN:
        return None
    points = changed.get("points") or [each.model_dump() for each in scene.data.points]
    table = np.array([[each[name] for name in columns] for each in points])
    rows = Standardizer.fit(table).apply(table).tolist()
    moved = [each | dict(zip(columns, row, strict=True)) for each, row in zip(points, rows, strict=True)]
    return {"data": scene.data.model_dump() | {"points": moved}}


def _network(network: Network) -> dict[str, Any] | None:
    """The convolutional and the hidden layers of a network, each with one activation."""
    hidden: list[Hidden] = []
    names = {kind: name for name, kind in ACTIVATIONS.items()}
    layers: list[Any] = list(network.layers)
    dense = [i for i, each in enumerate(layers) if isinstance(each, Dense)]
    for i, end in itertools.pairwise(dense):
        beside = layers[i + 1 : end]
        activation = [each for each in beside if isinstance(each, Activation)]
        if any(type(each) not in names for each in activation) or layers[i].units > MOST_UNITS:
            return None
        kinds = {type(each).__name__: each for each in beside}
        hidden.append(
            Hidden(
                units=layers[i].units,
                activation=names[type(activation[0])] if activation else "identity",
                batch_norm="BatchNorm" in kinds,
                dropout=kinds["Dropout"].rate if "Dropout" in kinds else 0.0,
            )
        )
    initializer = network.initializer
    filters = _filters(layers)
    if filters is None:
        return None
    return {
        **({"filters": [each.model_dump() for each in filters]} if len(network.input_shape) > 1 else {}),
        "hidden": [each.model_dump() for each in hidden],
        "initializer": None if initializer is None else initializer.to_dict(),
        "bias": layers[dense[0]].bias,
    }


def _filters(layers: list[Any]) -> list[Filters] | None:
    """The convolutional layers, each with what follows it; None for such as the page has no control for."""
    names = {kind: name for name, kind in ACTIVATIONS.items()}
    starts = [i for i, each in enumerate(layers) if isinstance(each, Conv2D)]
    found = []
    for start, end in itertools.pairwise([*starts, len(layers)]):
        flat = next((i for i in range(start, end) if isinstance(layers[i], Flatten)), end)
        beside = layers[start + 1 : flat]
        kinds = [each for each in beside if isinstance(each, Activation)]
        if any(type(each) not in names and not isinstance(each, MaxPool) for each in beside):
            return None
        found.append(
            Filters(
                units=layers[start].channels,
                kernel=layers[start].kernel,
                activation=names[type(kinds[0])] if kinds else "identity",
                pool=any(isinstance(each, MaxPool) for each in beside),
            )
        )
    return found


def _loss(loss: Description) -> dict[str, Any] | None:
    name = next((name for name, kind in LOSSES.items() if type(loss) is kind), None)
    return None if name is None else {"loss": name}


_CHANGES: dict[str, Any] = {
    "optimizer": lambda value: {"optimizer": value.to_dict()},
    "network": _network,
    "loss": _loss,
    "batch_size": lambda value: {"batch_size": value},
    "seed": lambda value: {"seed": value},
    "penalty": lambda value: {"penalty": 0.0 if value is None else value.strength},
    "clip": lambda value: {"clip": value},
}
"""A function for each setting of `train` that a finding may change: the parts of a scene."""
