"""DATA: a data set's name, a CSV file, or NumPy's `.npz`, read as samples and what is asked about them."""

import csv
import inspect
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from chainrule.core.arrays import Array, Shape, count
from chainrule.core.errors import DataError, SettingError, ShapeError, listing
from chainrule.lab.experiments.samples import NAMED, DataSet, Samples, count_classes, numbered, shaped
from chainrule.training.data.sets import read_csv, read_numpy
from chainrule.training.model import Model


@dataclass(frozen=True, eq=False)
class Data:
    """Samples x (n, features), of series and images (n, channels, ...), and targets y, (n,) or (n, outputs), or None.

    n_classes: how many classes y numbers from 0; 0 where y is a quantity.
    classes: their names, where they have some.
    named: whether it is one of the data sets known by name.
    fresh: the same set drawn anew, where that is possible.
    test_rows: the samples that are the test unless another is asked for, in a set that has such.
    """

    name: str
    x: Array
    y: Array | None
    features: tuple[str, ...]
    target: str = "y"
    n_classes: int = 0
    classes: tuple[str, ...] = ()
    named: bool = False
    fresh: "Data | None" = None
    test_rows: Array | None = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def targets(self) -> Array:
        """y, or a sentence where there is none."""
        if self.y is None:
            raise DataError(f"{self.name} holds no targets to learn; expected features and a target.")
        return self.y

    def pick(self, x: Array, y: Array | None) -> "Data":
        """Other samples of the same kind."""
        return replace(self, x=x, y=y, fresh=None, test_rows=None)

    def shaped(self, shape: Shape) -> "Data":
        """The same samples, each in this shape."""
        fresh = None if self.fresh is None else self.fresh.shaped(shape)
        return replace(self, x=shaped(self.x, shape), fresh=fresh)

    def apart(self, test_rows: Array) -> tuple["Data", "Data"]:
        """The samples to learn, and those of the test."""
        learnt = np.setdiff1d(np.arange(len(self)), test_rows)
        return self.pick(self.x[learnt], self.targets[learnt]), self.pick(self.x[test_rows], self.targets[test_rows])


def of_samples(samples: Samples, named: bool) -> Data:
    """Samples of the laboratory, as the command line asks about them."""
    return Data(
        samples.name,
        samples.x,
        samples.y,
        samples.features,
        samples.target,
        samples.n_classes,
        samples.classes,
        named,
        None if samples.fresh is None else of_samples(samples.fresh, named),
        samples.test_rows,
    )


def read_data(
    name: str,
    target: str | None = None,
    points: int | None = None,
    noise: float | None = None,
    data_seed: int | None = None,
    seed: int = 0,
) -> Data:
    """The data set of this name, or the file. A set that is drawn is drawn with `data_seed`, or else with `seed`.

    `target` is a CSV file's column by name or position (the last one without it), or the name of y in an `.npz`;
    `points`, `noise` and `data_seed` are for the named sets. A target of text, of zeros and ones alone, or of whole
    numbers 0, 1, 2, ... in an integer array, is a class; anything else is a quantity.
    """
    if name in NAMED:
        if target is not None:
            raise SettingError(f"--target names a column of a file; {name} is a data set that has its targets.")
        return _named(name, points, noise, data_seed, seed)
    given = {"--points": points, "--noise": noise, "--data-seed": data_seed}
    for option, value in given.items():
        if value is not None and Path(name).exists():
            raise SettingError(f"{option} is for the data sets that have a name; {name} is a file, leave it out.")
    _check_there(name)
    if _is_numpy(name):
        x, y = read_numpy(name, y=target or "y")
        return _from_arrays(name, x, y, target or "y")
    table = read_csv(name, target=_column(target))
    n_classes = len(table.classes) or _count_classes(table.y)
    return Data(name, table.x, table.y, table.features, table.target or "y", n_classes, table.classes)


def read_data_for(model: Model, name: str, target: str | None = None) -> Data:
    """Data for a model to answer, with or without targets: a CSV with one column more than its inputs has a target.

    Of a named set it is the test after training. Class names are numbered as the model does.
    """
    if name in NAMED:
        data = _named(name)
        return _fitting(model, data.fresh or (data if data.test_rows is None else data.apart(data.test_rows)[1]))
    _check_there(name)
    if _is_numpy(name):
        x, y = read_numpy(name, y=None if target is None and not _holds(name, "y") else target or "y")
        return _fitting(model, _from_arrays(name, x, y, target or "y"))
    n_inputs = count(model.network.input_shape)
    without = target is None and _n_columns(name) == n_inputs
    classes = model.classes or None
    table = read_csv(name, target=None if without else _column(target), classes=None if without else classes)
    n_classes = len(model.classes) or _count_classes(table.y)
    return _fitting(model, Data(name, table.x, table.y, table.features, table.target or "y", n_classes, model.classes))


def _named(
    name: str, points: int | None = None, noise: float | None = None, data_seed: int | None = None, seed: int = 0
) -> Data:
    known = inspect.signature(NAMED[name]).parameters
    said = {"n": ("--points", points), "noise": ("--noise", noise), "seed": ("--data-seed", data_seed)}
    for setting, (option, value) in said.items():
        if value is not None and setting not in known:
            raise SettingError(f"the data set {name} has no {option}; leave it out.")
    drawn_with = (seed if data_seed is None else data_seed) if "seed" in known else None
    return of_samples(DataSet(name, n=points, noise=noise, seed=drawn_with).read(), named=True)


def _from_arrays(name: str, x: Array, y: Array | None, target: str) -> Data:
    return Data(name, x, y, numbered(x), target, _count_classes(y))


def _fitting(model: Model, data: Data) -> Data:
    n_inputs, n_features = count(model.network.input_shape), count(data.x.shape[1:])
    if n_features != n_inputs:
        raise ShapeError(
            f"the model expects {n_inputs} features a sample, got {n_features} in {data.name}"
            f"{'' if data.y is None else f' beside the target {data.target}'}. "
            "A file holds the features, and may hold the target as its last column (or name it with --target)."
        )
    return _in_the_models_order(model, data).shaped(model.network.input_shape)


def _in_the_models_order(model: Model, data: Data) -> Data:
    """The columns as the model names them, where both have names."""
    nameless = data.features == numbered(data.x)
    if not model.features or data.features == model.features or nameless:
        return data
    if sorted(data.features) != sorted(model.features):
        wanted, there = ", ".join(model.features), ", ".join(data.features)
        raise DataError(
            f"the model expects the columns {wanted}; got {there} in {data.name}. "
            "Give it a file with those columns, in any order."
        )
    order = [data.features.index(name) for name in model.features]
    return replace(data, x=data.x[:, order], features=model.features)


def _count_classes(y: Array | None) -> int:
    return 0 if y is None else count_classes(y)


def _column(target: str | None) -> int | str:
    """A column as `read_csv` takes it: the last one, a position, or a name."""
    if target is None:
        return -1
    return int(target) if target.removeprefix("-").isdecimal() else target


def _n_columns(path: str) -> int:
    """How many cells the first line of a CSV file has; 0 if that can't be said here."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            first = next((line for line in file if line.strip()), "")
        return max(len(next(csv.reader([first], delimiter=each, skipinitialspace=True), [])) for each in ",;\t")
    except (OSError, UnicodeDecodeError, csv.Error):
        return 0


def _check_there(name: str) -> None:
    if not Path(name).exists() and name == Path(name).stem:  # else it is meant as a file, and its reader will say
        raise SettingError(
            f"there is no data set and no file {name!r}; choose from {listing(NAMED)}, or name a CSV or .npz file."
        )


def _is_numpy(path: str) -> bool:
    return Path(path).suffix.lower() in (".npz", ".npy")


def _holds(path: str, array: str) -> bool:
    """Whether a NumPy file has an array of this name."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return array in archive
    except (OSError, ValueError, TypeError, AttributeError):
        return False
