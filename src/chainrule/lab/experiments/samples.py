"""What a run learns from, described: a data set by its name, or a file; and its samples once they are read."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, Shape, count
from chainrule.core.description import COUNT, COUNT_OR_ZERO, Description, check_kind, check_whole, flag, setting
from chainrule.core.errors import DataError, SettingError, ShapeError, choose, listing
from chainrule.core.losses import HalfSquaredError, Loss, SoftmaxCrossEntropy, SquaredError
from chainrule.training.data.sets import digits, load, mnist1d, read_csv, read_numpy
from chainrule.training.data.sets.points import BY_NAME
from chainrule.training.data.split import split

DRAWN = 100
"""How many points a fresh draw for the test has, as in the reference lab."""

TEST_SEED = 32
"""The seed of a fresh draw: that of the reference lab's test, the first that none of its 32 starts has."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples x (n, features), of series and images (n, channels, ...), and targets y, (n,) or (n, outputs).

    n_classes: how many classes y numbers from 0; 0 where y is a quantity.  classes: their names, where they have some.
    fresh: the same set drawn anew, for a test, where that is possible.
    test_rows: the samples that are the test unless another is asked for, in a set that has such.
    """

    name: str
    x: Array
    y: Array
    features: tuple[str, ...]
    target: str = "y"
    n_classes: int = 0
    classes: tuple[str, ...] = ()
    fresh: "Samples | None" = None
    test_rows: Array | None = None


def _digits() -> tuple[Array, Array, Array]:
    """The images, their classes, and a quarter of each class for the test, always the same."""
    x, y = digits()
    return x, y, np.sort(split(np.arange(len(y)), y, seed=TEST_SEED, stratify=True)[2])


def _mnist1d() -> tuple[Array, Array, Array]:
    """The series, their classes, and the authors' test."""
    x, y, x_test, y_test = mnist1d()
    return np.concatenate([x, x_test]), np.concatenate([y, y_test]), len(x) + np.arange(len(x_test))


REAL: dict[str, Callable[[], tuple[Array, Array, Array]]] = {"digits": _digits, "mnist1d": _mnist1d}
"""The real data sets by name: x (n, C, ...), y (n,) and the rows of the test."""

NAMED: dict[str, Callable[..., Any]] = {**BY_NAME, **REAL}
"""All data sets that have a name."""


def _optional(check: Any) -> Any:
    """A field that is left to the data set where it is None."""
    return setting(lambda name, value: None if value is None else check(name, value), None)


@dataclass(frozen=True, repr=False)
class DataSet(Description):
    """One of the data sets that have a name, with the settings that it takes; None: its own default.

    n: points.  noise: in the units of the plane.  seed: which points are drawn.  arms, classes: of spiral, gaussians.

    >>> DataSet("moons", noise=0.2)
    DataSet('moons', noise=0.2)
    >>> DataSet("moons", n=50).read().x.shape
    (50, 2)
    """

    name: str = setting(lambda name, value: choose("data set", value, {each: each for each in NAMED}))
    n: int | None = _optional(lambda name, value: check_whole(name, COUNT, value))
    noise: float | None = _optional(lambda name, value: float(check_kind(name, (int, float), "a number", value)))
    seed: int | None = _optional(lambda name, value: check_whole(name, COUNT_OR_ZERO, value))
    arms: int | None = _optional(lambda name, value: check_whole(name, COUNT, value))
    classes: int | None = _optional(lambda name, value: check_whole(name, COUNT, value))

    def read(self) -> Samples:
        """The samples, and what is for the test. Raises SettingError for a setting that the set doesn't have."""
        given = {field.name: value for field, value in self.settings() if field.name != "name" and value is not None}
        if self.name in REAL:
            return self._real(given)
        samples = self._draw(given)
        if self.name == "xor":
            return samples
        seed = TEST_SEED if given.get("seed", 0) != TEST_SEED else TEST_SEED + 1
        return replace(samples, fresh=self._draw(given | {"n": DRAWN, "seed": seed}))

    def _draw(self, given: dict[str, Any]) -> Samples:
        x, y = load(self.name, **given)
        return Samples(self.name, x, y, ("x1", "x2"), n_classes=max(2, int(y.max()) + 1))

    def _real(self, given: dict[str, Any]) -> Samples:
        if given:
            raise SettingError(f"the data set {self.name} has no setting {min(given)!r}; it has none, leave it out.")
        x, y, test_rows = REAL[self.name]()
        return Samples(self.name, x, y, numbered(x), n_classes=int(y.max()) + 1, test_rows=test_rows)

    def fingerprint(self) -> str:
        """What tells its contents apart, beyond this description: nothing more."""
        return ""


@dataclass(frozen=True, repr=False)
class DataFile(Description):
    """A CSV file, or NumPy's `.npz`; its name is read from the folder that the program runs in.

    target: its column, by name or position (None: the last), or the name of y in an `.npz`.
    standardize: bring the features to mean 0 and deviation 1, as the samples that are learnt have them.

    >>> DataFile("pets.csv", target="kind")
    DataFile('pets.csv', target='kind')
    """

    file: str = setting(lambda name, value: check_kind(name, str, "the name of a file", value))
    target: str | int | None = setting(
        lambda name, value: check_kind(name, (str, int, type(None)), "a column's name or position", value), None
    )
    standardize: bool = flag(True)

    def read(self) -> Samples:
        """The samples. Raises FileError or DataError for a file that can't be learnt from."""
        if Path(self.file).suffix.lower() in (".npz", ".npy"):
            x, y = read_numpy(self.file, y=str(self.target or "y"))
            names: tuple[str, ...] = ()
            features, target = numbered(x), str(self.target or "y")
        else:
            table = read_csv(self.file, target=-1 if self.target is None else self.target)
            x, y, names, features, target = table.x, table.y, table.classes, table.features, table.target or "y"
        if y is None:
            raise DataError(f"{self.file} holds no targets to learn; expected features and a target.")
        return Samples(self.file, x, y, features, target, len(names) or count_classes(y), names)

    def fingerprint(self) -> str:
        """What tells its contents apart: a hash of the file."""
        return hashlib.sha256(Path(self.file).read_bytes()).hexdigest()


def numbered(x: Array) -> tuple[str, ...]:
    """Names for the features of x (n, features), or for the numbers of images, that have none.

    >>> numbered(np.zeros((5, 2)))
    ('x1', 'x2')
    """
    return tuple(f"x{k}" for k in range(1, count(x.shape[1:]) + 1))


def shaped(x: Array, shape: Shape) -> Array:
    """The samples x (n, ...), each in the shape that a network expects: the same numbers.

    >>> shaped(np.zeros((5, 1, 8, 8)), (64,)).shape
    (5, 64)
    """
    if count(x.shape[1:]) != count(shape):
        raise ShapeError(
            f"the network expects samples of shape {shape}, got {x.shape[1:]}. Change the network's input shape."
        )
    return x.reshape(len(x), *shape)


def count_classes(y: Array) -> int:
    """How many classes y numbers: 2 for zeros and ones alone, C for an integer array of 0, ..., C - 1; else 0.

    >>> count_classes(np.array([0.0, 1.0, 1.0])), count_classes(np.array([0, 2, 1])), count_classes(np.array([0.5, 1]))
    (2, 3, 0)
    """
    if y.ndim != 1 and y.shape[1:] != (1,):
        return 0
    numbers = np.unique(y)
    in_turn = y.dtype.kind in "biu" and len(numbers) > 1 and np.array_equal(numbers, np.arange(len(numbers)))
    return len(numbers) if in_turn or numbers.tolist() == [0, 1] else 0


def described(data: Any) -> DataSet | DataFile:
    """Data by their name or their file's, or a description as it is.

    >>> described("xor"), described("pets.csv")
    (DataSet('xor'), DataFile('pets.csv'))
    """
    if isinstance(data, DataSet | DataFile):
        return data
    if isinstance(data, str) and (data in NAMED or not Path(data).suffix):
        return DataSet(data)
    if isinstance(data, str):
        return DataFile(data)
    known = listing(NAMED)
    raise SettingError(f"data must be a data set ({known}), or a file such as DataFile('pets.csv'); got {data!r}.")


def targets_for(loss: Loss, samples: Any) -> tuple[Array, int]:
    """The targets as the loss takes them, and how many outputs they ask for.

    samples: has name, y, target, n_classes and classes, as `Samples`. Class numbers stay as they are for a
    cross-entropy and for two classes; more classes become columns of zeros and a one for the squared errors.

    >>> y, n_outputs = targets_for(SquaredError(), DataSet("gaussians", n=30, classes=3).read())
    >>> y.shape, n_outputs
    ((30, 3), 3)
    """
    y: Array = samples.y
    n_columns = 1 if y.ndim == 1 else y.shape[1]
    if len(samples.classes) == 1:
        raise DataError(
            f"{samples.name}: {samples.target} is {samples.classes[0]} in every row; expected two classes or more. "
            "Add rows of another class."
        )
    if n_columns > 1:
        return y, n_columns
    if isinstance(loss, SoftmaxCrossEntropy):
        largest = y.max()
        n_classes = samples.n_classes or (int(max(1, largest)) + 1 if np.isfinite(largest) else 2)
        if n_classes > len(y) + 1:
            raise DataError(
                f"{loss} would need {n_classes:,} outputs for {len(y):,} samples; expected targets that are class "
                "numbers 0, 1, 2, ... Take squared_error for a quantity."
            )
        return y.reshape(-1), n_classes
    if samples.n_classes > 2 and isinstance(loss, SquaredError | HalfSquaredError):
        return np.eye(samples.n_classes)[y.reshape(-1).astype(int)], samples.n_classes
    return y, 1
