"""The stage: a scene made ready for training, from the library's own parts."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np

from chainrule.core.activations import activation
from chainrule.core.arrays import Array, Shape, one_hot
from chainrule.core.catalogue import from_dict
from chainrule.core.description import Description
from chainrule.core.errors import DataError, FileError, SettingError, choose
from chainrule.core.foreign import said
from chainrule.core.initializers import Initializer
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Conv2D
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.pooling import MaxPool
from chainrule.core.layers.regularize import Dropout
from chainrule.core.layers.shape import Flatten, Identity
from chainrule.core.losses import LOSSES, Loss
from chainrule.core.network import Network
from chainrule.core.optimizers import Optimizer
from chainrule.core.penalties import L2
from chainrule.interfaces.play.planes import Coordinates, Cut, Ground, Images
from chainrule.interfaces.play.scene import GIVEN, IMAGES, MOST_CLASSES, OWN, TABLE, Data, Scene
from chainrule.training.data.sets.points import BY_NAME, load
from chainrule.training.data.sets.real import digits
from chainrule.training.data.split import split
from chainrule.training.data.targets import targets_for

N_DIGITS, FIRST_IMAGES = 10, 400
"""The digits that there are; the number of images, unless a scene says another."""

FOREVER = 10**12
"""Epochs of a run that goes on until somebody stops it."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Points (n, 2), their inputs x (n, I), and targets y as they are shown (n,) and as the loss takes them.

    rows (n,): their places among the data's.
    Of images, points are their places in a table, and x is (n, 1, H, W).
    """

    points: Array = field(repr=False)
    x: Array = field(repr=False)
    shown: Array = field(repr=False)
    y: Array = field(repr=False)
    rows: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.points)

    def as_rows(self) -> list[list[float]]:
        """Each point with its target, as plain numbers."""
        rows: list[list[float]] = np.column_stack([self.points, self.shown]).tolist()
        return rows


@dataclass(frozen=True, eq=False)
class Given:
    """A network that came from Python, and where it starts: theta and state, for the seed alone; None: by the seed.

    loss: of one's own, the loss `GIVEN` of scenes.
    """

    network: Network
    theta: Array | None = field(repr=False, default=None)
    state: Array | None = field(repr=False, default=None)
    seed: int = 0
    loss: Loss | None = None


@dataclass(frozen=True, eq=False)
class Stage:
    """A scene with its points and its network. n_classes: 0 where the target is a quantity."""

    scene: Scene
    given: Given | None
    network: Network
    loss: Loss
    n_classes: int
    ground: Ground
    learnt: Samples
    test: Samples

    def settings(self) -> dict[str, Any]:
        """What `iterate` takes beside the network, x and y."""
        scene, given = self.scene, self.given
        start = {"theta": given.theta, "state": given.state} if given and given.seed == scene.seed else {}
        return {
            "loss": self.loss,
            "batch_size": scene.batch_size,
            "seed": scene.seed,
            "epochs": FOREVER,
            "record_every": FOREVER,
            **start,
            **changeable(scene),
        }

    def start(self) -> tuple[Array, Array]:
        """The parameters and the statistics that its run begins with."""
        given, network = self.given, self.network
        own = given if given and given.seed == self.scene.seed else Given(network)
        theta = network.initialize(self.scene.seed) if own.theta is None else own.theta
        return theta, network.initialize_state() if own.state is None else own.state

    def targets(self, samples: Samples) -> Array:
        """The targets of samples (n, O): those of classes as zeros and a one, where the loss takes their numbers."""
        n_outputs = self.network.output_shape[0]
        rows = self.loss.rows(samples.y, n_outputs)
        return one_hot(rows, n_outputs) if rows.ndim == 1 else rows

    def with_scene(self, scene: Scene) -> "Stage":
        """The stage with another scene, with which the run goes on: perhaps seen along other axes."""
        if scene.axes == self.scene.axes or scene.data.table is None:
            return replace(self, scene=scene)
        x = np.concatenate([self.learnt.x, self.test.x])
        cut = Cut.of(scene.data.table, x, scene.axes)
        learnt, test = (replace(each, points=cut.points(each.x)) for each in (self.learnt, self.test))
        return replace(self, scene=scene, ground=cut, learnt=learnt, test=test)


def changeable(scene: Scene) -> dict[str, Any]:
    """The settings that `Training.change` takes while a run goes on."""
    return {
        "optimizer": _part(Optimizer, "the optimizer", scene.optimizer),
        "penalty": L2(scene.penalty) if scene.penalty else None,
        "clip": scene.clip,
    }


def set_up(scene: Scene, given: Given | None = None) -> Stage:
    """The stage of a scene. Raises SettingError or DataError where it can't be trained, in one sentence.

    given: the network that came from Python, for scenes with it.
    """
    ground, points, x, targets = _data(scene)
    loss = _loss(scene, given)
    n_classes = 0 if scene.data.target == "quantity" else max(2, int(targets.max()) + 1)
    if loss.link != "identity" and not n_classes:
        raise SettingError(f"{loss} is for classes, and the target is a quantity; choose a squared error.")
    if scene.data.name == IMAGES:
        n_classes = N_DIGITS
    if scene.data.table is not None:
        n_classes = max(n_classes, len(scene.data.table.classes))
    y, n_outputs = targets_for(loss, targets, n_classes)
    if scene.is_given:
        network = _given(given, x.shape[1:], n_outputs)
    else:
        given, network = None, _network(scene, x.shape[1:], n_outputs, loss, n_classes)
    rows = _parts(scene.data, targets, n_classes)
    if isinstance(ground, Images):
        points[np.concatenate(rows)] = ground.points(*map(len, rows))
    parts = [Samples(points[each], x[each], targets[each], y[each], each) for each in rows]
    return Stage(scene, given, network, loss, n_classes, ground, *parts)


def _parts(data: Data, targets: Array, n_classes: int) -> tuple[Array, Array]:
    """The rows that are learnt, and those held out. Of drawn points every so many: a new one moves no other."""
    n = len(targets)
    rows = np.arange(n)
    if data.name == OWN:
        is_test = held_out_places(n, data.test)
        return rows[~is_test], rows[is_test]
    if data.name == TABLE and data.held_out is not None:
        is_test = np.isin(rows, data.held_out)
        if is_test.all():
            raise DataError("expected rows to learn, got all of them held out; leave some to learn.")
        return rows[~is_test], rows[is_test]
    if not 0 < round(data.test * n) < n:
        return rows, rows[:0]
    learnt, _, test, _ = split(rows, targets, data.test, seed=data.seed, stratify=n_classes > 0)
    return np.sort(learnt), np.sort(test)


def held_out_places(n: int, share: float) -> Array:
    """Which of n drawn points are held out, as booleans (n,): every so many.

    >>> held_out_places(8, 0.25).astype(int).tolist()
    [0, 0, 0, 1, 0, 0, 0, 1]
    """
    is_test: Array = np.diff(np.floor(np.arange(n + 1) * share + 1e-9)) > 0
    return is_test


def _data(scene: Scene) -> tuple[Ground, Array, Array, Array]:
    """What samples are seen on, where (n, 2), their inputs x (n, I) or (n, 1, H, W) and their targets (n,)."""
    data = scene.data
    if data.name == TABLE:
        if data.table is None:
            raise DataError("expected a table, got none; drop a CSV file on the page.")
        x, targets = np.array(data.table.x), np.array(data.table.y)
        _check_classes(data, targets)
        cut = Cut.of(data.table, x, scene.axes)
        return cut, cut.points(x), x, targets
    if data.name == IMAGES:
        if data.target == "quantity":
            raise SettingError("digits are classes, got a quantity as the target; choose class.")
        x, classes = digits()
        rows = np.random.default_rng(data.seed).permutation(len(x))[: data.n or FIRST_IMAGES]
        return Images(), np.zeros((len(rows), 2)), x[rows], classes[rows].astype(np.float64)
    plane = Coordinates(scene.inputs)
    points, targets = _points(data)
    return plane, points, plane.inputs(points), targets


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
    _check_classes(data, table[:, 2])
    return table[:, :2], table[:, 2]


def _check_classes(data: Data, targets: Array) -> None:
    """Raise DataError unless the targets are class numbers, where they are said to be."""
    wrong = targets[~np.isin(targets, range(MOST_CLASSES))]
    if data.target == "class" and len(wrong):
        raise DataError(f"expected classes from 0 to {MOST_CLASSES - 1}, got {said(float(wrong[0]))}; mend it.")


def _loss(scene: Scene, given: Given | None) -> Loss:
    """The library's loss of this name, or the one that came from Python."""
    if scene.loss != GIVEN:
        return choose("loss", scene.loss, LOSSES)()
    if given is None or given.loss is None:
        raise SettingError("this scene's loss came from Python; open its page by cr.play(run, x, y).")
    return given.loss


def _given(given: Given | None, input_shape: Shape, n_outputs: int) -> Network:
    """The network that came from Python. Raises where there is none, or where the data don't fit it."""
    if given is None:
        raise SettingError("this scene's network came from Python; open its page by cr.play(network, x, y).")
    shapes = given.network.input_shape, given.network.output_shape
    if shapes != (input_shape, (n_outputs,)):
        raise SettingError(
            f"the network from Python has shapes {shapes[0]} to {shapes[1]}, and these settings ask for {input_shape} "
            f"to ({n_outputs},); choose other data or another loss."
        )
    return given.network


def _network(scene: Scene, input_shape: Shape, n_outputs: int, loss: Loss, n_classes: int) -> Network:
    """The hidden layers, after the convolutional ones of images, and an output that fits the loss.

    Squared errors of classes are of sigmoids.
    """
    layers: list[Layer] = [] if len(input_shape) == 1 else [*_convolutions(scene), Flatten()]
    for each in scene.hidden:
        layers.append(Dense(each.units, bias=scene.bias))
        layers += [BatchNorm()] if each.batch_norm else []
        layers.append(activation(each.activation))
        layers += [Dropout(each.dropout)] if each.dropout else []
    layers.append(Dense(n_outputs, bias=scene.bias))
    if n_classes and loss.link == "identity":
        layers.append(activation("sigmoid"))
    layers = [each for each in layers if not isinstance(each, Identity)]
    initializer = None if scene.initializer is None else _part(Initializer, "the initializer", scene.initializer)
    return Network(input_shape, tuple(layers), cast(Initializer | None, initializer))


def _convolutions(scene: Scene) -> list[Layer]:
    """The convolutional layers, each with its activation, and its pool where it has one."""
    layers: list[Layer] = []
    for each in scene.filters:
        layers += [Conv2D(each.units, each.kernel, bias=scene.bias), activation(each.activation)]
        layers += [MaxPool(2)] if each.pool else []
    return layers


def _part(kind: type[Description], what: str, table: dict[str, Any]) -> Description:
    """The description of a table, of this kind."""
    try:
        built = from_dict(table)
    except FileError as error:
        raise SettingError(str(error)) from None
    if not isinstance(built, kind):
        raise SettingError(f"{what} must be one of the library's; got {built}.")
    return built
