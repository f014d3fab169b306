"""The door of reading: what is in a table, whatever form it has."""

import os
from typing import Any

from chainrule.lab.tables.arff import found_arff, is_arff
from chainrule.lab.tables.columnar import found_json, found_parquet, is_json, is_parquet
from chainrule.lab.tables.csv_tables import found_csv
from chainrule.lab.tables.databases import found_database, is_database
from chainrule.lab.tables.decoded import decoded
from chainrule.lab.tables.dialect import HEAD
from chainrule.lab.tables.found import Found
from chainrule.lab.tables.frames import NAME, found_frame
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.strangers import check_known
from chainrule.lab.tables.workbooks import found_workbook, is_workbook
from chainrule.training.files.reading import Source, reading
from chainrule.training.files.storage import FilePath


def find(table: FilePath | Source | Any, options: Options | None = None) -> Found:
    r"""What is in a table: the typed columns of a file or of a data frame, how they were read, and what was noticed.

    table: the name of a file, "-" for standard input, an open source, or a data frame of pandas, Polars or pyarrow.
    What a file holds is told by its contents, not by its name: text cut by any delimiter, ARFF, JSON, packed by gzip or
    not; Excel's and OpenDocument's workbooks, SQLite, Parquet.

    Raises FileError for a file that isn't a table, DataError for one without samples, SettingError for an option that
    doesn't fit it, MissingExtraError without the extra `tables`.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "pets.csv").write_text("weight;kind\n4,5;cat\n20;dog\n")
    ...     found = find(Path(folder, "pets.csv"))
    >>> [(each.name, each.values.tolist()) for each in found.columns], found.place(1)
    ([('weight', [4.5, 20.0]), ('kind', ['cat', 'dog'])], 'line 3')
    """
    options = options or Options()
    if not isinstance(table, str | bytes | os.PathLike | Source):
        options.check_fit(NAME, "it is", ())
        return found_frame(table, options)
    with reading(table, "a table", "save it as CSV in UTF-8", options.max_size) as source:  # type: ignore[arg-type]
        for is_one, found_in, form, fitting in FORMS:
            if is_one(source):
                options.check_fit(source.name, form, fitting)
                return found_in(source, options)
        check_known(source)
        with decoded(source, options.encoding) as text:
            with open(text.path, encoding="utf-8") as file:
                head = file.read(HEAD)
            if is_json(head) and options.delimiter is None:
                options.check_fit(source.name, "JSON", ["encoding"])
                return found_json(text, options)
            if is_arff(head):
                options.check_fit(source.name, "ARFF", ["encoding"])
                return found_arff(text, options)
            options.check_fit(source.name, "a file of delimited text", ["delimiter", "encoding", "header", "skip"])
            return found_csv(text, options)


FORMS = (
    (is_parquet, found_parquet, "Parquet", ()),
    (is_database, found_database, "an SQLite database", ("table",)),
    (is_workbook, found_workbook, "a workbook", ("sheet", "header", "skip")),
)
"""The forms that aren't text: the test that tells one, its name, and the options that fit it."""
