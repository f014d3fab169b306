"""Data for a saved model to answer: a data set's test, the arrays of NumPy's files, or a table (`asked_table.py`)."""

from dataclasses import replace

from chainrule.core.arrays import Array, count
from chainrule.core.errors import ShapeError
from chainrule.lab.experiments.asked_table import in_table, true_classes
from chainrule.lab.experiments.data import DataFile, DataSet
from chainrule.lab.experiments.samples import Samples, numbered
from chainrule.lab.tables.arrays import arrays_of, holds_arrays
from chainrule.lab.tables.find import find
from chainrule.lab.tables.found import by_row
from chainrule.training.data.columns.frames import raw_of
from chainrule.training.data.columns.values import reads_as
from chainrule.training.data.targets import count_classes
from chainrule.training.model import Model


def samples_for(model: Model, data: DataSet | DataFile) -> Samples:
    """The samples that a model is asked about, with targets or without: a data set's test, or a file's rows.

    A table's columns are found by their names, in any order, among more than needed; its targets by the names that the
    model learnt, or by the file's description. Where these are missing, or empty, there are no targets.
    Raises ShapeError or DataError for data that the model doesn't know how to answer.
    """
    if isinstance(data, DataSet):
        return _fitting(model, _test_of(data.read()))
    with data.opened() as source:
        if not holds_arrays(source):
            return in_table(model, find(source, data), data.target, data)
        data.check_fit(source.name, "NumPy's arrays", ["x", "y"])
        x, y, _, name = arrays_of(source, data, None if data.target is None else str(data.target))
    n_classes = 0
    if y is not None:
        if y.ndim == 1 or y.shape[1] == 1:
            y = _class_numbers(model, name, y.reshape(-1), source.name)
        n_classes = len(model.classes) or count_classes(y)
    return _fitting(model, Samples(source.name, x, y, numbered(x), name or "y", n_classes, model.classes))


def _class_numbers(model: Model, name: str, y: Array, file: str) -> Array:
    """Targets (n,), those of classes by their names as the model numbers them; numbers are numbers of classes."""
    are_names = y.dtype.kind in "US" or any(reads_as(each) is not None for each in model.classes)
    return true_classes(model, name, y, lambda row: f"{by_row(row)} of {file}") if model.classes and are_names else y


def _test_of(samples: Samples) -> Samples:
    """The samples on which `train` tests: a fresh draw, or the rows for the test, or all."""
    if samples.fresh is not None:
        return samples.fresh
    return samples if samples.test_rows is None else samples.pick(samples.test_rows)


def _fitting(model: Model, samples: Samples) -> Samples:
    """Samples of arrays as the model takes them: by positions. Raises ShapeError for another number of features."""
    kinds = () if model.columns is None else model.columns.kinds
    n_wanted = len(kinds) or count(model.network.input_shape)
    n_features = count(samples.x.shape[1:])
    if n_features != n_wanted:
        raise ShapeError(
            f"the model expects {n_wanted} features per sample, got {n_features} in {samples.name}"
            f"{'' if samples.y is None else f' beside the target {samples.target}'}. Give it samples like those learnt."
        )
    if not kinds:
        return samples.shaped(model.network.input_shape)
    raw = raw_of(kinds, samples.x.reshape(len(samples), -1))
    return replace(samples, x=raw, kinds=kinds, features=tuple(kind.name for kind in kinds), fresh=None)
