"""Tables of one's own: a file, read by the tables' door, becomes the data of a scene."""

import base64
import binascii
import io
from pathlib import Path

import numpy as np

from chainrule.core.arrays import Array, one_hot
from chainrule.core.errors import ChainruleError, DataError
from chainrule.core.losses import LOSSES
from chainrule.core.streams import stream
from chainrule.interfaces.play.scene import (
    MOST_CLASSES,
    MOST_NUMBERS,
    MOST_POINTS,
    MOST_SENTENCES,
    TABLE,
    Data,
    OwnTable,
    Scene,
)
from chainrule.lab.tables.account import account_of
from chainrule.lab.tables.arrays import holds_arrays
from chainrule.lab.tables.find import find
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.read_table import table_of
from chainrule.lab.tables.table import Table
from chainrule.training.data.columns.columns import Columns
from chainrule.training.data.standardizer import Standardizer
from chainrule.training.files.reading import Source, reading

LARGEST_FILE = 64 * 2**20
"""The most bytes of memory that an uploaded table may take, unpacked."""

OPTIONS = Options(max_size=LARGEST_FILE)

AXES = " The plane begins with the two inputs that tell most about it, each by itself."
"""What is said of the choice of axes, where there is one."""


def uploaded(name: str, content: str, target: str | None = None) -> Table:
    """The table in a file that a page sent, in base64, with this target. Raises what `read_table` raises."""
    try:
        return table_of(_source(name, content), None if target is None else [target], OPTIONS)
    except ChainruleError as error:
        if "--" not in str(error):
            raise
        sentence = "The page has no such option: chainrule play FILE takes it."
        raise DataError(" ".join([str(error), sentence])) from None


def columns_of(name: str, content: str) -> tuple[str, ...]:
    """The columns of such a file, whether or not one of them can be learnt. Raises what `read_table` raises."""
    with reading(_source(name, content), "a data file", "choose a table such as a CSV file", LARGEST_FILE) as opened:
        return () if holds_arrays(opened) else tuple(each.name for each in find(opened, OPTIONS).columns)


def _source(name: str, content: str) -> Source:
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise DataError("expected a file in base64, got something else; choose the file once more.") from None
    if not data:
        raise DataError(f"{name} is empty; choose a table with a header and rows.")
    return Source(name, None, io.BytesIO(data), LARGEST_FILE)


def scene_of_table(scene: Scene, table: Table) -> Scene:
    """The scene with a table as its data. Raises DataError for what the page can't show.

    Inputs and a quantity are standardised; of many rows so many are drawn at random as a page may hold.
    """
    if table.y.ndim > 1 and table.y.shape[1] > 1:
        raise DataError(f"the playground learns one target, got {table.y.shape[1]}; leave one of them in the table.")
    if len(table.classes) > MOST_CLASSES:
        raise DataError(
            f"the plane shows at most {MOST_CLASSES} classes, got {len(table.classes)}; merge or drop some."
        )
    if table.raw.ndim > 2:
        raise DataError("the playground learns tables, got images; use chainrule train.")
    x, y = table.x, table.y.reshape(-1).astype(np.float64)
    columns: Columns | None = table.columns
    standardizer = Standardizer.fit(x) if columns is None else columns.standardizer(x)
    parts = {"columns": columns, "standardizer": standardizer}
    if standardizer is not None:
        x = standardizer.apply(x)
    if not table.classes:
        parts["target_standardizer"] = of_target = Standardizer.fit(y[:, np.newaxis])
        y = of_target.apply(y[:, np.newaxis])[:, 0]
    inputs = table.features if columns is None else columns.inputs
    rows, note = drawn(len(x), x.shape[1])
    name, what = ", ".join(table.targets), "class" if table.classes else "quantity, standardised"
    own = OwnTable(
        file=Path(table.name).name[-200:],
        inputs=tuple(each[:200] for each in inputs),
        x=tuple(map(tuple, x[rows].tolist())),
        y=tuple(y[rows].tolist()),
        classes=tuple(each[:200] for each in table.classes),
        target=name[:200],
        said=_said(table),
        note=f"{note}Target: {name[:200]} ({what}).{AXES if len(inputs) > 2 else ''}",
        parts={name: each.to_dict() for name, each in parts.items() if each is not None},
    )
    return with_table(scene, own)


def _said(table: Table) -> tuple[str, ...]:
    """What the tables' door says of a file: how it was read, its target, and what to look at twice."""
    account = account_of(table)
    sentences = account.read, account.target, *account.remarks
    return tuple(each[:400] for each in sentences[:MOST_SENTENCES])


def with_table(scene: Scene, table: OwnTable) -> Scene:
    """The scene with this table, and a loss that fits it."""
    data = Data(name=TABLE, table=table, target="class" if table.classes else "quantity", test=scene.data.test)
    parts: dict[str, object] = {"data": data, "axes": telling_axes(table), "is_given": False}
    if not table.classes and scene.loss in LOSSES and LOSSES[scene.loss].link != "identity":
        parts["loss"] = "squared_error"
    return scene.model_copy(update=parts)


def telling_axes(table: OwnTable) -> tuple[int, int]:
    """The two inputs with which the plane begins: those that tell most about the target, each by itself.

    Of an input that is η²: the part of its variance that lies between the classes, or that a line through a quantity
    explains. One of two values alone, such as yes and no, comes after all others.

    >>> rows = ((0.0, 5.0, 1.0), (1.0, 5.1, 2.0), (0.0, 4.9, 8.0), (1.0, 5.0, 9.0))
    >>> telling_axes(OwnTable(file="", inputs=("flag", "noise", "size"), x=rows, y=(0, 0, 1, 1), classes=("a", "b")))
    (1, 2)
    """
    x, y = np.array(table.x), np.array(table.y)
    groups = one_hot(y.astype(np.int64), len(table.classes)) if table.classes else np.column_stack([np.ones(len(y)), y])
    apart = x - x.mean(axis=0)
    fitted = groups @ np.linalg.lstsq(groups, apart, rcond=None)[0]
    total = np.square(apart).sum(axis=0)
    told = np.divide(np.square(fitted).sum(axis=0), total, out=np.zeros(x.shape[1]), where=total > 0)
    is_flag = np.array([len(np.unique(column)) < 3 for column in x.T])
    first, second = sorted(np.lexsort((-told, is_flag))[:2].tolist()) if x.shape[1] > 1 else (0, 0)
    return first, second


def drawn(n: int, n_inputs: int) -> tuple[Array, str]:
    """The rows that a page shows of n with so many inputs, and what is to be said of them."""
    most = min(MOST_POINTS, MOST_NUMBERS // n_inputs)
    if most < 1:
        raise DataError(f"expected at most {MOST_NUMBERS:,} inputs, got {n_inputs:,}; drop some columns.")
    if n <= most:
        return np.arange(n), ""
    rows = np.sort(stream(0, "split").permutation(n)[:most])
    return rows, f"{most:,} of {n:,} rows, drawn at random. "
