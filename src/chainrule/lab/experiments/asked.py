"""Data for a saved model to answer: of its shape, with its columns in its order, its classes as it numbers them."""

import csv
from dataclasses import replace

import numpy as np

from chainrule.core.arrays import count
from chainrule.core.errors import DataError, ShapeError
from chainrule.lab.experiments.data import DataFile, DataSet, column, is_numpy
from chainrule.lab.experiments.samples import Samples, numbered
from chainrule.training.data.sets import read_csv, read_numpy
from chainrule.training.data.targets import count_classes
from chainrule.training.model import Model


def samples_for(model: Model, data: DataSet | DataFile) -> Samples:
    """The samples that a model is asked about, with targets or without: a data set's test, or a file's rows.

    A CSV file with as many columns as the model has inputs has no target; with one more, the last is the target, unless
    the file's description names another.
    Raises ShapeError or DataError for data that the model doesn't know how to answer.
    """
    samples = _test_of(data.read()) if isinstance(data, DataSet) else _read(model, data)
    n_inputs, n_features = count(model.network.input_shape), count(samples.x.shape[1:])
    if n_features != n_inputs:
        raise ShapeError(
            f"the model expects {n_inputs} features a sample, got {n_features} in {samples.name}"
            f"{'' if samples.y is None else f' beside the target {samples.target}'}. "
            "A file holds the features, and may hold the target as its last column (or name it with --target)."
        )
    return _in_the_models_order(model, samples).shaped(model.network.input_shape)


def _test_of(samples: Samples) -> Samples:
    """The samples on which `train` tests: a fresh draw, or the rows for the test, or all."""
    if samples.fresh is not None:
        return samples.fresh
    return samples if samples.test_rows is None else samples.pick(samples.test_rows)


def _read(model: Model, data: DataFile) -> Samples:
    """The rows of a file, with the target if there is one."""
    if is_numpy(data.file):
        target = str(data.target or "y")
        x, y = read_numpy(data.file, y=target if data.target is not None or _holds(data.file, "y") else None)
        return Samples(data.file, x, y, numbered(x), target, 0 if y is None else count_classes(y))
    has_none = data.target is None and _n_columns(data.file) == count(model.network.input_shape)
    target_column = None if has_none else column(data.target)
    table = read_csv(data.file, target=target_column, classes=None if has_none else model.classes or None)
    n_classes = len(model.classes) or (0 if table.y is None else count_classes(table.y))
    return Samples(data.file, table.x, table.y, table.features, table.target or "y", n_classes, model.classes)


def _in_the_models_order(model: Model, samples: Samples) -> Samples:
    """The columns in the model's order, where both have names."""
    nameless = samples.features == numbered(samples.x)
    if not model.features or samples.features == model.features or nameless:
        return samples
    if sorted(samples.features) != sorted(model.features):
        wanted, there = ", ".join(model.features), ", ".join(samples.features)
        raise DataError(
            f"the model expects the columns {wanted}; got {there} in {samples.name}. "
            "Give it a file with those columns, in any order."
        )
    order = [samples.features.index(name) for name in model.features]
    return replace(samples, x=samples.x[:, order], features=model.features)


def _n_columns(path: str) -> int:
    """The number of cells in the first line of a CSV file; 0 where it can't be read."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            first = next((line for line in file if line.strip()), "")
        return max(len(next(csv.reader([first], delimiter=each, skipinitialspace=True), [])) for each in ",;\t")
    except (OSError, UnicodeDecodeError, csv.Error):
        return 0


def _holds(path: str, array: str) -> bool:
    """Whether a NumPy file has an array of this name."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return array in archive
    except (OSError, ValueError, TypeError, AttributeError):
        return False
