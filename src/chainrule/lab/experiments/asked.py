"""Data for a saved model to answer: of its shape, with its columns in its order, its classes as it numbers them."""

from dataclasses import replace

from chainrule.core.arrays import count
from chainrule.core.errors import DataError, FileError, ShapeError
from chainrule.lab.experiments.data import DataFile, DataSet
from chainrule.lab.experiments.samples import Samples, numbered
from chainrule.training.data.sets.csv_files import count_columns
from chainrule.training.data.sets.numpy_files import is_npz, is_numpy
from chainrule.training.files.npz import Archive
from chainrule.training.files.reading import Source
from chainrule.training.model import Model

LONGEST_ROW = 2**24
"""The most bytes in which the first row of a CSV file is looked for."""


def samples_for(model: Model, data: DataSet | DataFile) -> Samples:
    """The samples that a model is asked about, with targets or without: a data set's test, or a file's rows.

    A CSV file with as many columns as the model has inputs has no target; with one more, the last is the target, unless
    the file's description names another.
    Raises ShapeError or DataError for data that the model doesn't know how to answer.
    """
    n_inputs = count(model.network.input_shape)
    if isinstance(data, DataSet):
        samples = _test_of(data.read())
    else:
        with data.opened() as source:
            has_target = data.target is not None or _has_target(source, n_inputs)
            samples = data.rows(source, has_target, model.classes)
    n_features = count(samples.x.shape[1:])
    if n_features != n_inputs:
        raise ShapeError(
            f"the model expects {n_inputs} features per sample, got {n_features} in {samples.name}"
            f"{'' if samples.y is None else f' beside the target {samples.target}'}. "
            "A file holds the features, and may hold the target as its last column (or name it with --target)."
        )
    return _in_the_models_order(model, samples).shaped(model.network.input_shape)


def _test_of(samples: Samples) -> Samples:
    """The samples on which `train` tests: a fresh draw, or the rows for the test, or all."""
    if samples.fresh is not None:
        return samples.fresh
    return samples if samples.test_rows is None else samples.pick(samples.test_rows)


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


def _has_target(source: Source, n_inputs: int) -> bool:
    """Whether a file holds targets: an array y, or more columns than the model has inputs."""
    if is_numpy(source):
        return is_npz(source) and "y" in Archive(source).names
    try:
        return count_columns(source.head(LONGEST_ROW).decode("utf-8-sig", "replace")) != n_inputs
    except FileError:  # its reader will say where
        return True
