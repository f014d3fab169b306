"""The door through which tables come in."""

import os
from dataclasses import fields
from typing import Any

from chainrule.core.errors import FileError, SettingError, choices
from chainrule.lab.tables.arrays import arrays_of, holds_arrays, judge_arrays
from chainrule.lab.tables.find import find
from chainrule.lab.tables.judge import judge
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.table import Table
from chainrule.lab.tables.targets import Target
from chainrule.training.files.reading import Source, reading


def read_table(source: Any, /, target: Target = None, **options: Any) -> Table:
    r"""Read a table from a file or a data frame, and decide what is learnt from which columns.

    source: a file: CSV in any form, ARFF, Excel or ODF, SQLite, Parquet, JSON, also `.gz`; NumPy's `.npz`; "-" for
    standard input; or a frame of pandas, Polars or what else narwhals knows.
    target: the column to predict, by its name or position; several by a list, or a text with commas between. None: the
    last column.
    options: what the table leaves open, as in a shell: delimiter, decimal, thousands, encoding, header, skip,
    missing_values, columns, drop, categorical, target_type, sample_weight, sheet, table, x, y, yes, max_size: see
    `Options`.

    Text, TRUE/FALSE, two different values, and a few whole numbers that recur are classes; other numbers quantities.
    Gaps are filled, text of at most 50 levels becomes one-hot, dates become their parts.

    Returns a Table; `x, y = table` has x (n, inputs) float64, and y (n,): class numbers int64, or quantities float64;
    (n, several) for several targets. Raises FileError, DataError or SettingError, which name the line and the column,
    for what can't be read or decided; MissingExtraError without the extra `tables`.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "pets.csv")
    ...     _ = path.write_text("weight;sex;kind\n4,2;f;cat\n20,5;m;dog\n;f;cat\n")
    ...     table = read_table(path, target="kind")
    >>> table.features, table.classes, table.y
    (('weight', 'sex'), ('cat', 'dog'), array([0, 1, 0]))
    >>> table.columns.inputs
    ('weight', 'weight is missing', 'sex = f', 'sex = m')
    """
    known = [each.name for each in fields(Options)]
    for name in options:
        if name not in known:
            raise SettingError(f"read_table has no option {name}{choices(name, known)}.")
    return table_of(source, target, Options(**options))


def table_of(source: Any, target: Target, options: Options) -> Table:
    """As `read_table`, of a file, an open source or a frame, with its options in one."""
    if not isinstance(source, str | bytes | os.PathLike | Source):
        return judge(find(source, options), target, options)
    with reading(source, "a data file", "name a table such as a CSV file, or an .npz", options.max_size) as opened:  # type: ignore[arg-type]
        if not holds_arrays(opened):
            return judge(find(opened, options), target, options)
        if options.sample_weight is not None:
            raise SettingError(f"--sample-weight names a column of a table; {opened.name} holds arrays. Leave it out.")
        options.check_fit(opened.name, "NumPy's arrays", ["x", "y"])
        x, y, *names = arrays_of(opened, options, None if target is None else str(target))
        if y is None:
            raise FileError(f"{opened.name} holds no targets; save both: np.savez(path, x=x, y=y).")
        return judge_arrays(opened, x, y, (names[0], names[1]), options)
