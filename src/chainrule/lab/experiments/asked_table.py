"""A table for a saved model to answer: its inputs and its targets, found by their names."""

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.core.errors import DataError
from chainrule.core.foreign import said
from chainrule.lab.experiments.samples import Samples
from chainrule.lab.tables.found import Found, FoundColumn
from chainrule.lab.tables.numerals import is_number
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.places import check_readable
from chainrule.lab.tables.targets import Target, chosen, column_of_numbers
from chainrule.training.data.columns.frames import missing
from chainrule.training.data.columns.kinds import Category, Kind, Moment, Number
from chainrule.training.data.columns.values import Place, called, level_of
from chainrule.training.data.targets import are_questions, count_classes
from chainrule.training.model import Model


def in_table(model: Model, found: Found, target: Target, options: Options) -> Samples:
    """The samples of a table for a model. target: the column that is asked for; None: the model's, if it is there.

    A table without a header goes by positions, where it has as many columns as the model, or is laid out as the one
    that was learnt.
    Raises DataError for a column that is missing or of another type, and for a class that the model doesn't know.
    """

    def place(row: int) -> str:
        return f"{found.place(row)} of {found.name}"

    kinds = _kinds(model)
    by_name = _has_names(model, found, kinds)
    targets = _targets(model, found, target, kinds, by_name)
    inputs = [each for each in found.columns if each not in targets]
    if by_name:
        inputs = [_named(found, kind.name) for kind in kinds]
    elif len(inputs) != len(kinds):
        raise DataError(
            f"{found.name}: the model takes {len(kinds)} columns by their positions, or a table laid out as the one "
            f"that was learnt; got {len(found.columns)} columns. Give those alone, or name the target with --target."
        )
    pairs = [_asked(found, kind, column, options, place) for kind, column in zip(kinds, inputs, strict=True)]
    x = np.stack([raw for _, raw in pairs], axis=1)
    y, n_classes = _truth(model, found, targets, place)
    names = tuple(each.name for each in targets)
    samples = Samples(
        *(found.name, x, y, tuple(kind.name for kind in kinds), ", ".join(names) or "y", n_classes, model.classes),
        kinds=tuple(kind for kind, _ in pairs),
        target_names=names,
    )
    return replace(samples, kinds=()).shaped(model.network.input_shape) if _is_nameless(model) else samples


def _kinds(model: Model) -> Sequence[Kind]:
    """What the model's columns hold."""
    if model.columns is not None:
        return model.columns.kinds
    names = model.features or tuple(f"x{k}" for k in range(1, count(model.network.input_shape) + 1))
    return [Number(name) for name in names]


def _has_names(model: Model, found: Found, kinds: Sequence[Kind]) -> bool:
    """Whether columns are found by names: those of a header, or the positions in a table laid out as the learnt one."""
    if _is_nameless(model):
        return False
    known = {kind.name for kind in kinds} | {*model.targets}
    there = [each.name for each in found.columns]
    return found.reading.header or (known <= {*there} and there[-1] in known)


def _is_nameless(model: Model) -> bool:
    return model.columns is None and not model.features


def _targets(model: Model, found: Found, target: Target, kinds: Sequence[Kind], by_name: bool) -> list[FoundColumn]:
    """The columns of the targets; none where they aren't there."""
    if target is not None:
        return chosen(found, target)
    names = {each.name: each for each in found.columns}
    if not by_name:
        return [found.columns[-1]] if _is_nameless(model) and len(found.columns) == len(kinds) + 1 else []
    if model.targets:
        return [names[name] for name in model.targets] if names.keys() >= {*model.targets} else []
    known = {kind.name for kind in kinds}
    last = found.columns[-1]  # of a model from before they knew the names of their targets
    return [last] if len(found.columns) == len(kinds) + 1 and last.name not in known else []


def _named(found: Found, name: str) -> FoundColumn:
    column = next((each for each in found.columns if each.name == name), None)
    if column is None:
        raise DataError(missing(name, [each.name for each in found.columns], found.name))
    return column


def _asked(found: Found, kind: Kind, column: FoundColumn, options: Options, place: Place) -> tuple[Kind, Array]:
    """A column as the model's kind, with its unseen levels added to it, and its values as floats."""
    if isinstance(kind, Number):
        check_readable(found, replace(column, odd=None), options, "")
        if column.values.dtype.kind == "O":  # the cell that is no number, rather than the first of its column
            texts = enumerate(column.values.tolist())
            row = next((i for i, each in texts if each is not None and not is_number(each)), 0)
            kind.raw(column.values[row : row + 1], lambda _: place(row))
    raw = kind.raw(column.values, place)
    unseen = raw == -1
    if isinstance(kind, Category) and unseen.any():
        more = sorted({level_of(each) for each in column.values[unseen].tolist()})
        kind = Category(kind.name, (*kind.levels, *more))
        raw = kind.raw(column.values, place)
    return kind, raw


def _truth(model: Model, found: Found, targets: list[FoundColumn], place: Place) -> tuple[Array | None, int]:
    """The targets y, and the number of their classes; None where they are missing, and said where some are."""
    if not targets:
        return None, 0
    gaps = np.logical_or.reduce([each.gaps() for each in targets])
    if gaps.any():
        if not gaps.all():
            names = ", ".join(each.name for each in targets)
            warnings.warn(
                f"{found.name}: {names} is missing in {gaps.sum():,} of {len(gaps):,} rows, so that the answers aren't "
                "judged. Leave those rows out to judge the others.",
                UserWarning,
                stacklevel=2,
            )
        return None, 0
    if len(targets) > 1:
        y = np.stack([column_of_numbers(found, each, np.arange(len(gaps))) for each in targets], axis=1)
        is_one_hot = len(model.classes) == len(targets) and are_questions(y) and (y.sum(axis=1) == 1).all()
        return (y.argmax(axis=1), len(targets)) if is_one_hot else (y, 0)
    name, values = targets[0].name, targets[0].values
    if model.classes:
        texts = np.array([str(each) for each in values.tolist()], object) if values.dtype.kind == "M" else values
        return true_classes(model, name, texts, place), len(model.classes)
    y = (Moment if values.dtype.kind == "M" else Number)(name).raw(values, place)
    return y, count_classes(y)


def true_classes(model: Model, name: str, values: Array, place: Place) -> Array:
    """The numbers of the classes (n,) in a column, by their names. Raises DataError for an unknown one."""
    numbers = Category(name, model.classes).raw(values, place)
    unknown = np.flatnonzero(numbers == -1)
    if unknown.size:
        row = int(unknown[0])
        raise DataError(
            f"{called(name)} should hold classes that the model knows ({', '.join(model.classes)}), got "
            f"{said(values.tolist()[row])} in {place(row)}. Leave such rows out, or leave the column empty."
        )
    return numbers.astype(np.int64)
