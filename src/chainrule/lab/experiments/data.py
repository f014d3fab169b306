"""Data, described: a data set by its name, or a file; `read()` gives the samples."""

import hashlib
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import (
    COUNT,
    SEED,
    Description,
    check_kind,
    check_names,
    optional,
    setting,
    whole,
)
from chainrule.core.errors import SettingError, choose, known_name, listing
from chainrule.core.foreign import said
from chainrule.lab.experiments.samples import Samples, numbered
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.read_table import table_of
from chainrule.lab.tables.table import Table
from chainrule.training.data.sets import digits, load, mnist1d
from chainrule.training.data.sets.points import BY_NAME
from chainrule.training.data.split import split
from chainrule.training.files.reading import STANDARD_INPUT, Source, reading

DRAWN = 100
"""The number of points in a fresh draw for the test, as in the reference lab."""

TEST_SEED = 32
"""The seed of a fresh draw: that of the reference lab's test, the first that none of its 32 starts has."""


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


@dataclass(frozen=True, repr=False)
class DataSet(Description):
    """A data set with a name, and the settings that it takes; None: the set's own default.

    n: the number of points.  noise: its deviation, in the units of the plane.  seed: which points are drawn.
    arms, classes: of spiral, gaussians.

    >>> DataSet("moons", noise=0.2)
    DataSet('moons', noise=0.2)
    >>> DataSet("moons", n=50).read().x.shape
    (50, 2)
    """

    name: str = setting(lambda name, value: choose("data set", value, {each: each for each in NAMED}))
    n: int | None = optional(whole(COUNT))
    noise: float | None = optional(
        setting(lambda name, value: float(check_kind(name, (int, float), "a number", value)), kind=float)
    )
    seed: int | None = optional(whole(SEED))
    arms: int | None = optional(whole(COUNT))
    classes: int | None = optional(whole(COUNT))

    def takes(self, name: str) -> bool:
        """Whether the data set has this setting.

        >>> DataSet("moons").takes("noise"), DataSet("xor").takes("noise")
        (True, False)
        """
        return name in tuple(inspect.signature(NAMED[self.name]).parameters)

    def read(self) -> Samples:
        """The samples, with what is for the test. Raises SettingError for a setting that the set doesn't have."""
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
            raise SettingError(
                f"the data set {self.name} has no setting {said(min(given))}; it has none, leave it out."
            )
        x, y, test_rows = REAL[self.name]()
        return Samples(self.name, x, y, numbered(x), n_classes=int(y.max()) + 1, test_rows=test_rows)

    def fingerprint(self) -> str:
        """A text that differs where the contents differ beyond this description: never, for a data set."""
        return ""


@dataclass(frozen=True, repr=False)
class NamedFile(Description):
    """A file and its target: the first fields of a DataFile."""

    file: str = setting(lambda name, value: check_kind(name, str, "the name of a file", value))
    target: str | int | tuple[str, ...] | None = optional(setting(lambda name, value: _check_target(name, value)))


def _check_target(name: str, value: Any) -> str | int | tuple[str, ...]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return value
    return check_names(name, value)


@dataclass(frozen=True, repr=False)
class DataFile(Options, NamedFile):
    """A table in a file, by its name, relative to the current folder, or a NumPy `.npz`; "-" is standard input.

    target: the target's column, by name or position (None: the last); several by their names, with commas between; or
    the name of y in an `.npz`. The other settings are those of `Options`.

    >>> DataFile("pets.csv", target="kind", delimiter=";")
    DataFile('pets.csv', target='kind', delimiter=';')
    """

    def read(self) -> Samples:
        """The samples. Raises FileError, DataError or SettingError for what can't be read or decided."""
        return samples_of(self.judged())

    def judged(self) -> Table:
        """The table, judged. Raises as `read`."""
        return table_of(self.file, self.target, self)

    def opened(self) -> AbstractContextManager[Source]:
        """The file, open to be read: a stream can be opened only once."""
        return reading(self.file, "a data file", "name a table such as a CSV file, or an .npz", self.max_size)

    def fingerprint(self) -> str:
        """A hash of the file's contents."""
        with self.opened() as source:
            return hashlib.file_digest(source.file, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads


def samples_of(table: Table) -> Samples:
    """A table as samples, whose columns are fitted on what is learnt."""
    return Samples(
        *(table.name, table.raw, table.y, table.features, ", ".join(table.targets)),
        n_classes=len(table.classes),
        classes=table.classes,
        kinds=table.kinds,
        target_names=table.targets,
        weights=table.weights,
    )


def is_plain(name: str) -> bool:
    """Whether a name has no folder and no ending, as names of data sets."""
    return name == Path(name).stem and name != STANDARD_INPUT


def described(data: Any) -> DataSet | DataFile:
    """Data by the name of a data set or a file, or a description as it is.

    >>> described("xor"), described("pets.csv")
    (DataSet('xor'), DataFile('pets.csv'))
    """
    if isinstance(data, DataSet | DataFile):
        return data
    if isinstance(data, str):
        return DataSet(data) if known_name(data, NAMED) or is_plain(data) else DataFile(data)
    known = listing(NAMED)
    raise SettingError(f"data must be a data set ({known}), or a file such as DataFile('pets.csv'); got {said(data)}.")
