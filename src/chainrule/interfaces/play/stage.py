"""The stage: a scene made ready for training, from the library's own parts."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from chainrule.core.activations import activation
from chainrule.core.arrays import Array, one_hot
from chainrule.core.catalogue import from_dict
from chainrule.core.description import Description
from chainrule.core.errors import DataError, FileError, SettingError, choose
from chainrule.core.foreign import said
from chainrule.core.initializers import Initializer
from chainrule.core.layers.base import Layer
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.regularize import Dropout
from chainrule.core.losses import LOSSES, Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import Optimizer
from chainrule.core.penalties import L2
from chainrule.interfaces.play.scene import MOST_CLASSES, OWN, Data, Scene
from chainrule.training.data.plane import plane_inputs
from chainrule.training.data.sets.points import BY_NAME, load
from chainrule.training.data.split import split
from chainrule.training.data.targets import targets_for

FOREVER = 10**12
"""Epochs of a run that goes on until somebody stops it."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Points (n, 2), their inputs x (n, I), and targets y as they are shown (n,) and as the loss takes them."""

    points: Array = field(repr=False)
    x: Array = field(repr=False)
    shown: Array = field(repr=False)
    y: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True, eq=False)
class Stage:
    """A scene with its points and its network. n_classes: 0 where the target is a quantity."""

    scene: Scene
    network: Network
    loss: Loss
    n_classes: int
    learnt: Samples
    test: Samples

    def settings(self) -> dict[str, Any]:
        """What `iterate` takes beside the network, x and y."""
        scene = self.scene
        return {
            "loss": self.loss,
            "batch_size": scene.batch_size,
            "seed": scene.seed,
            "epochs": FOREVER,
            "record_every": FOREVER,
            **changeable(scene),
        }

    def targets(self, samples: Samples) -> Array:
        """The targets of samples (n, O): those of classes as zeros and a one, where the loss takes their numbers."""
        n_outputs = self.network.output_shape[0]
        rows = self.loss.rows(samples.y, n_outputs)
        return one_hot(rows, n_outputs) if rows.ndim == 1 else rows

    def inputs(self, points: Array) -> Array:
        """The network's inputs for points (n, 2)."""
        return plane_inputs(points, self.scene.inputs)


def changeable(scene: Scene) -> dict[str, Any]:
    """The settings that `Training.change` takes while a run goes on."""
    return {
        "optimizer": _part(Optimizer, "the optimizer", scene.optimizer),
        "penalty": L2(scene.penalty) if scene.penalty else None,
        "clip": scene.clip,
    }


def set_up(scene: Scene) -> Stage:
    """The stage of a scene. Raises SettingError or DataError where it can't be trained, in one sentence."""
    points, targets = _points(scene.data)
    loss = choose("loss", scene.loss, LOSSES)()
    n_classes = 0 if scene.data.target == "quantity" else max(2, int(targets.max()) + 1)
    if loss.link != "identity" and not n_classes:
        raise SettingError(f"{loss} is for classes, and the target is a quantity; choose a squared error.")
    y, n_outputs = targets_for(loss, targets, n_classes)
    if 0 < round(scene.data.test * len(points)) < len(points):
        learnt, _, test, _ = split(
            np.arange(len(points)), targets, scene.data.test, seed=scene.data.seed, stratify=n_classes > 0
        )
        rows = np.sort(learnt), np.sort(test)
    else:
        rows = np.arange(len(points)), np.arange(0)
    x = plane_inputs(points, scene.inputs)
    parts = [Samples(points[each], x[each], targets[each], y[each]) for each in rows]
    return Stage(scene, _network(scene, n_outputs, loss, n_classes), loss, n_classes, *parts)


def _points(data: Data) -> tuple[Array, Array]:
    """The points (n, 2) and their targets (n,)."""
    if data.name != OWN:
        known = choose("data set", data.name, BY_NAME)
        given = {"n": data.n, "noise": data.noise, "seed": data.seed}
        taken = known.__code__.co_varnames[: known.__code__.co_argcount]
        x, y = load(data.name, **{name: each for name, each in given.items() if each is not None and name in taken})
        return x, y[:, 0]
    table = np.array([[each.x1, each.x2, each.y] for each in data.points]).reshape(-1, 3)
    if not len(table):
        raise DataError("expected a point at least, got none; draw one.")
    classes = table[:, 2]
    if data.target == "class" and not (np.isin(classes, range(MOST_CLASSES)).all()):
        raise DataError(f"expected classes from 0 to {MOST_CLASSES - 1}, got {said(float(classes.max()))}; mend it.")
    return table[:, :2], classes


def _network(scene: Scene, n_outputs: int, loss: Loss, n_classes: int) -> Network:
    """The hidden layers, and an output that fits the loss: squared errors of classes are of sigmoids."""
    layers: list[Layer] = []
    for each in scene.hidden:
        layers.append(Dense(each.units, bias=scene.bias))
        layers += [BatchNorm()] if each.batch_norm else []
        layers.append(activation(each.activation))
        layers += [Dropout(each.dropout)] if each.dropout else []
    layers.append(Dense(n_outputs, bias=scene.bias))
    if n_classes and loss.link == "identity":
        layers.append(activation("sigmoid"))
    layers = [each for each in layers if not each.view]
    initializer = None if scene.initializer is None else _part(Initializer, "the initializer", scene.initializer)
    return Network((len(scene.inputs),), tuple(layers), cast(Initializer | None, initializer))


def _part(kind: type[Description], what: str, table: dict[str, Any]) -> Description:
    """The description of a table, of this kind."""
    try:
        built = from_dict(table)
    except FileError as error:
        raise SettingError(str(error)) from None
    if not isinstance(built, kind):
        raise SettingError(f"{what} must be one of the library's; got {built}.")
    return built
