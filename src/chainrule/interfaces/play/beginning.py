"""What the pages begin with: data that were named in a shell, or a network and its data that came from Python."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.activations import Sigmoid
from chainrule.core.arrays import Array, as_numbers
from chainrule.core.catalogue import from_dict
from chainrule.core.description import check_kind
from chainrule.core.errors import DataError, FileError, SettingError, ShapeError
from chainrule.core.losses import LOSSES, Loss
from chainrule.core.network import Network
from chainrule.interfaces.play.catalogue import OF_IMAGES
from chainrule.interfaces.play.own_tables import drawn, scene_of_table, with_table
from chainrule.interfaces.play.scene import GIVEN, IMAGES, MOST_CLASSES, OwnTable, Scene
from chainrule.interfaces.play.stage import Given, set_up
from chainrule.lab.experiments.data import REAL, DataFile, DataSet
from chainrule.lab.tables.table import Table
from chainrule.training.data.targets import count_classes
from chainrule.training.files.reading import STANDARD_INPUT
from chainrule.training.run import Run

LARGEST_NUMBER = 1e6
"""The largest size of an input or a target on a page."""


@dataclass(frozen=True)
class NamedTable:
    """A file that was named in a shell, with the columns among which a page chooses a target."""

    file: DataFile
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's own name."""
        return Path(self.file.file).name

    def predicting(self, target: str) -> Table:
        """Its table, with another target. Raises what `read_table` raises."""
        return replace(self.file, target=(target,)).judged()


def scene_of_data(data: DataSet | DataFile | None) -> tuple[Scene | None, NamedTable | None]:
    """The first scene with these data, and their table, if it can be read again; None: the playground's own scene.

    Raises what is wrong with the data.
    """
    if data is None:
        return None, None
    named = None
    if isinstance(data, DataFile):
        table = data.judged()
        scene = scene_of_table(Scene(), table)
        if data.file != STANDARD_INPUT and table.columns is not None:
            named = NamedTable(data, tuple(each.name for each in table.found.columns))
    elif data.name == IMAGES:
        scene = Scene.model_validate({"data": {"name": IMAGES}, **OF_IMAGES})
    elif data.name in REAL:
        raise SettingError(f"{data.name} isn't among the playground's sets; take another, such as moons or digits.")
    else:
        scene = Scene.model_validate({"data": {"name": data.name}})
    set_up(scene)
    return scene, named


def beginning_of(network_or_run: Network | Run, x: ArrayLike, y: ArrayLike) -> tuple[Scene, Given]:
    """The first scene with this network and its data. Raises SettingError or DataError for what a page can't show."""
    check_kind("network_or_run", (Network, Run), "a Network, or the Run of train(...)", network_or_run)
    run, network = (
        (network_or_run, network_or_run.model.network) if isinstance(network_or_run, Run) else (None, network_or_run)
    )
    if run is not None and run.model.theta.ndim > 1:
        raise SettingError("the playground shows one network, got a population; train one of them alone.")
    if len(network.input_shape) != 1 or len(network.output_shape) != 1:
        shapes = f"{network.input_shape} to {network.output_shape}"
        raise ShapeError(
            f"the playground shows networks from vector to vector, got {shapes}; take one of dense layers."
        )
    x = as_numbers(x, "x").astype(np.float64)
    if x.ndim != 2 or x.shape[1:] != network.input_shape or not len(x):
        raise ShapeError(
            f"expected x (n, {network.input_shape[0]}), as the network takes it, got {x.shape}; reshape it."
        )
    y, n_classes = _targets(as_numbers(y, "y"), len(x))
    loss = None if run is None else run.model.loss
    if loss is not None and loss.link == "identity" and not _ends_in_classes(network):
        n_classes = 0
    rows, note = drawn(len(x), x.shape[1])
    x, y = x[rows], y[rows]
    if not (np.abs(x).max() <= LARGEST_NUMBER and np.abs(y).max() <= LARGEST_NUMBER):  # also for NaN
        raise DataError(f"expected finite numbers of sizes up to {LARGEST_NUMBER:,.0f} in x and y; standardise them.")
    names = () if run is None else run.model.features
    table = OwnTable(
        file="Python",
        inputs=tuple(each[:200] for each in names) or tuple(f"x{k + 1}" for k in range(x.shape[1])),
        x=tuple(map(tuple, x.tolist())),
        y=tuple(y.tolist()),
        classes=tuple(map(str, range(n_classes))),
        note=note,
    )
    settings = {} if run is None else _settings(run)
    scene = with_table(Scene.model_validate({"loss": _loss(loss, network, n_classes), **settings}), table)
    data = scene.data.model_copy(update={"test": 0.0})
    scene = scene.model_copy(update={"data": data, "is_given": True})
    given = Given(network)
    if run is not None:
        own = loss if scene.loss == GIVEN else None
        given = Given(network, run.model.theta, run.model.state, scene.seed, own)
    set_up(scene, given)
    return scene, given


def _targets(y: Array, n: int) -> tuple[Array, int]:
    """The targets (n,), and the number of their classes; 0 for quantities."""
    if y.ndim == 2 and y.shape[1] > 1:
        if not (np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()):
            raise DataError(f"the playground learns one target, got y {y.shape}; give one column of it.")
        y = y.argmax(axis=1)
    y = y.reshape(-1)
    if len(y) != n:
        raise ShapeError(f"expected a target for each of {n} samples, got {len(y)}; give x and y of the same rows.")
    n_classes = count_classes(y)
    if n_classes > MOST_CLASSES:
        raise DataError(f"the plane shows at most {MOST_CLASSES} classes, got {n_classes}; leave some of them out.")
    return y.astype(np.float64), n_classes


def _ends_in_classes(network: Network) -> bool:
    """Whether squared errors of this network are of classes: several outputs, or one between 0 and 1."""
    return network.output_shape[0] > 1 or isinstance(network.layers[-1], Sigmoid)


def _loss(loss: Loss | None, network: Network, n_classes: int) -> str:
    """The name of a run's loss, or of one that fits the network and its targets."""
    if loss is not None:
        return next((name for name, kind in LOSSES.items() if type(loss) is kind), GIVEN)
    if not n_classes:
        return "squared_error"
    if isinstance(network.layers[-1], Sigmoid):
        return "half_squared_error"
    return "softmax_cross_entropy" if network.output_shape[0] > 1 else "binary_cross_entropy"


def _settings(run: Run) -> dict[str, Any]:
    """The settings of a run that a scene has, too: those beyond its bounds are left at their defaults."""
    setup = run.setup
    if setup is None:
        return {}
    found: dict[str, Any] = {"seed": setup.seeds[0] % 2**31}
    if setup.batch_size is not None and setup.batch_size <= 1000:
        found["batch_size"] = setup.batch_size
    if setup.penalty is not None:
        found["penalty"] = setup.penalty.strength
    with suppress(FileError, SettingError):  # one of the caller's own
        found["optimizer"] = from_dict(setup.optimizer.to_dict()).to_dict()
    return found
