"""CSV files, read."""

import csv
import io
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import check_names
from chainrule.core.errors import DataError, FileError, SettingError
from chainrule.core.foreign import said
from chainrule.training.files.csv_text import is_number, unguarded
from chainrule.training.files.limits import LIMIT, Size
from chainrule.training.files.reading import Source, reading
from chainrule.training.files.storage import FilePath

HEAD = 100_000
"""The characters of a file from which the delimiter is taken."""

Row = tuple[int, list[str]]
"""A line's number in its file, counted from 1, and its cells."""


@dataclass(frozen=True, eq=False)
class Table:
    """The contents of a CSV file, as `read_csv` returns them; `x, y = table` unpacks it.

    x (n, features) float64. y (n,): float64 quantities, or int64 class numbers where `classes` holds their names; None
    without a target. `features` and `target` are the names of the columns.

    >>> x, y = Table(np.zeros((2, 1)), np.array([0, 1]), ("height",), "kind", ("cat", "dog"))
    >>> x.shape, y
    ((2, 1), array([0, 1]))
    """

    x: Array
    y: Array | None
    features: tuple[str, ...]
    target: str | None
    classes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Array | None]:
        return iter((self.x, self.y))


def read_csv(
    path: FilePath | Source,
    target: int | str | None = -1,
    header: bool | None = None,
    delimiter: str | None = None,
    classes: Sequence[str] | None = None,
    max_size: Size = LIMIT,
) -> Table:
    r"""Read a CSV file (UTF-8): one row per sample, one column the target, the others features.

    `target`: the target's column, by name or by position (0 the first, -1 the last); None reads features alone.
    `header`: whether the first row holds names; None: it does if any of its feature cells is text.
    `delimiter`: None takes comma, semicolon or tab, whichever splits the first row into the most cells.
    Text targets become class numbers 0, 1, ... by their sorted order, or by the order of `classes`, whose names may be
    numbers ("3", "7").
    `max_size`: the most bytes that are read, or a text such as "4 GiB". The path "-" is standard input.

    Returns a Table, x (n, features) and y (n,). Raises FileError for a file that isn't such a table, or is larger than
    `max_size`, DataError for no samples or a cell that isn't a finite number, SettingError for a target or delimiter
    that doesn't fit.
    Source: RFC 4180.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "pets.csv").write_text("weight,kind\n4.5,cat\n20,dog\n")
    ...     table = read_csv(Path(folder, "pets.csv"))
    >>> table.x.tolist(), table.y.tolist(), table.classes
    ([[4.5], [20.0]], [0, 1], ('cat', 'dog'))
    """
    with reading(path, "a CSV table", "correct it there", max_size) as source:
        text = source.text("save it as CSV in UTF-8")
        return _table(source.name, text, target, header, delimiter, classes)


def _table(
    path: str,
    text: str,
    target: int | str | None,
    header: bool | None,
    delimiter: str | None,
    classes: Sequence[str] | None,
) -> Table:
    """The table in a text. path: the file, for sentences."""
    rows = _rows(path, text, delimiter)
    first = next(rows, None)
    if first is None:
        raise DataError(f"{path} is empty; expected a row of numbers for each sample.")
    width = len(first[1])
    t = None if target is None else _position(path, target, header, first[1])
    positions = [i for i in range(width) if i != t]
    if not positions:
        raise FileError(f"{path} has one column, the target; expected at least one feature beside it, or target=None.")
    if header is None:
        header = isinstance(target, str) or any(_is_text(first[1][i]) for i in positions)
    names = [unguarded(cell) if header else "" for cell in first[1]]
    features = tuple(names[i] or f"x{k}" for k, i in enumerate(positions, start=1))
    columns = dict(zip(positions, features, strict=True))

    samples: list[Array] = []
    targets: list[tuple[int, str]] = []
    for line, cells in rows if header else itertools.chain([first], rows):
        if len(cells) != width:
            raise FileError(f"{path}, line {line}: expected {width} cells, got {len(cells)}; complete the line.")
        samples.append(_sample(path, line, columns, cells))
        if t is not None:
            targets.append((line, cells[t]))
    if not samples:
        raise DataError(f"{path} has a header but no samples; expected a row of numbers for each sample.")
    if t is None:
        return Table(np.stack(samples), None, features, None)
    name = names[t] or "y"
    y, found = _target(path, t, name, targets, classes)
    return Table(np.stack(samples), y, features, name, found)


def count_columns(text: str) -> int:
    r"""The cells of the first row of a file that begins with this text. Raises FileError where it isn't CSV.

    >>> count_columns("a;b;c\n1;2;3\n")
    3
    """
    return len(next(_rows("the text", text, None), (0, []))[1])


def _rows(path: str, text: str, delimiter: str | None) -> Iterator[Row]:
    """The rows of a file, without the blank ones."""
    if delimiter is None:
        plain = re.sub(r'"[^"]*"', "quoted", text[:HEAD])
        delimiter = max(",;\t", key=next((row for row in io.StringIO(plain, newline=None) if row.strip()), "").count)
    elif not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '\r\n"':
        raise SettingError(f"delimiter must be one character such as ',' or ';'; got {said(delimiter)}.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileError(f"{path}, line {line}: expected a row of CSV ({error}); correct the line.") from None
        if len(cells) > 1 or any(cell.strip() for cell in cells):
            yield line, cells


def _position(path: str, target: int | str, header: bool | None, first: list[str]) -> int:
    """The target's column, counted from 0, by its name in the first row or by its position."""
    names, width = [unguarded(cell) for cell in first], len(first)
    if isinstance(target, str) and header is False:
        raise SettingError(
            f"target {said(target)} is a name, but header=False says that there are none; give a position."
        )
    if isinstance(target, str) and names.count(target) == 1:
        return names.index(target)
    if isinstance(target, int | np.integer) and not isinstance(target, bool) and -width <= target < width:
        return int(target) % width
    raise SettingError(
        f"{path}: target must be one column's name, or its position from {-width} to {width - 1}; got {said(target)}. "
        f"The columns are {', '.join(names)}."
    )


def _is_text(cell: str) -> bool:
    """Whether a cell is neither a number nor empty."""
    return bool(cell.strip()) and not is_number(cell)


def _at(path: str, line: int, position: int, name: str) -> str:
    return f"{path}, line {line}, column {position + 1} ({name})"


def _sample(path: str, line: int, columns: dict[int, str], cells: list[str]) -> Array:
    """The features of a row. Only a faulty row is checked cell by cell, to name the cell."""
    try:
        sample = np.array([float(cells[i]) for i in columns])
    except ValueError:
        sample = np.array(np.nan)
    if np.isfinite(sample).all():
        return sample
    return np.array([_number(path, line, i, name, cells[i]) for i, name in columns.items()])


def _number(path: str, line: int, position: int, name: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        got = repr(cell) if cell.strip() else "an empty cell"
        raise DataError(f"{_at(path, line, position, name)}: expected a finite number, got {got}; {_mend(cell)}.")
    return value


def _mend(cell: str) -> str:
    """Advice on a cell that is not a number."""
    if not _is_text(cell):
        return "fill the gap, or remove the line"
    if not _is_text(cell.replace(",", ".", 1)):
        return f"write {cell.replace(',', '.', 1)}"
    return "turn the column's text into numbers, leave the column out, or make it the target"


def _target(
    path: str, position: int, name: str, targets: list[tuple[int, str]], classes: Sequence[str] | None
) -> tuple[Array, tuple[str, ...]]:
    """The targets y (n,), and the names of their classes: none for quantities."""
    for line, cell in targets:
        if not cell.strip():
            raise DataError(
                f"{_at(path, line, position, name)}: expected a target, got an empty cell; complete the line."
            )
    texts = [_is_text(cell) for _, cell in targets]
    if classes is None and not any(texts):
        return np.array([_number(path, line, position, name, cell) for line, cell in targets]), ()
    if classes is None and not all(texts):
        line, cell = targets[texts.index(not texts[0])]
        raise DataError(
            f"{_at(path, line, position, name)}: expected {'text' if texts[0] else 'a number'} as in "
            f"line {targets[0][0]}, got {said(cell)}; correct it, or list all names in classes."
        )
    labels = [unguarded(cell) for _, cell in targets]
    names = tuple(sorted(set(labels))) if classes is None else check_names("classes", classes)
    number = {each: k for k, each in enumerate(names)}
    for (line, _), label in zip(targets, labels, strict=True):
        if label not in number:
            known = ", ".join(map(str, names))
            raise DataError(
                f"{_at(path, line, position, name)}: expected one of {known}; got {said(label)}. Correct the cell."
            )
    return np.array([number[label] for label in labels], dtype=np.int64), names
