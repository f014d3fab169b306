"""The door through which tables come in."""

from collections.abc import Sequence
from typing import Any

from chainrule.lab.tables.find import find
from chainrule.lab.tables.judge import judge
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.table import Table


def read_table(source: Any, /, target: int | str | Sequence[str] | None = None, **options: Any) -> Table:
    r"""Read a table from a file or a data frame, and decide what is learnt from which columns.

    source: a CSV file in any form, Excel or ODF, SQLite, Parquet, JSON, also `.gz`; "-" for standard input; or a frame
    of pandas, Polars or what else narwhals knows.  target: the column to predict, by its name or position; several by a
    list, or a text with commas between. None: the last column.
    options: what the table leaves open, as in a shell: delimiter, decimal, thousands, encoding, header, skip,
    missing_values, columns, drop, categorical, target_type, sample_weight, sheet, table, yes, max_size; see `Options`.

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
    said = Options(**options)
    return judge(find(source, said), target, said)
