"""Databases of SQLite, found: one of their tables, read by Python's sqlite3, which changes nothing."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.request import pathname2url

from chainrule.core.errors import DataError, FileError, SettingError, choices
from chainrule.core.foreign import said
from chainrule.lab.tables.copies import folder_for_copy
from chainrule.lab.tables.found import Found, Reading, by_row, without_empty_rows
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.typed import typed_columns
from chainrule.training.files.reading import Source

MAGIC = b"SQLite format 3\x00"

STEPS, MOST_STEPS = 10_000, 200_000_000
"""The steps of SQLite's machine between two looks, and the most for one table: some seconds. A view may never end."""

PER_VALUE = 64
"""The bytes that a value takes in Python, beside a text's characters."""

AT_ONCE = 10_000
"""The rows that are fetched at once."""


def is_database(source: Source) -> bool:
    """Whether this is a database of SQLite."""
    return source.head(len(MAGIC)) == MAGIC


def found_database(source: Source, options: Options) -> Found:
    """The table, or the view, that is named, or the only one. Raises FileError, DataError, SettingError."""
    with _opened(source) as database:
        tables = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
            )
            if not name.startswith("sqlite_")
        ]
        table = options.table
        if table is None and len(tables) != 1:
            has = f"the tables {', '.join(tables)}" if tables else "no table"
            raise SettingError(f"{source.name} has {has}; expected one, or --table with its name.")
        if table is not None and table not in tables:
            raise SettingError(f"{source.name} has no table {said(table)}{choices(table, tables)}.")
        table = table or tables[0]
        cursor = database.execute('SELECT * FROM "{}"'.format(table.replace('"', '""')))
        names = [each[0] for each in cursor.description]
        rows: list[tuple[object, ...]] = []
        n_bytes = 0
        while some := cursor.fetchmany(AT_ONCE):
            rows += some
            n_bytes += sum(
                PER_VALUE + (len(each) if isinstance(each, str | bytes) else 0) for row in some for each in row
            )
            source.check(n_bytes, unpacked=True)
    if not rows:
        raise DataError(f"{source.name}, table {table}, has no rows; expected one for each sample.")
    place = f"{source.name}, table {table}"
    columns = typed_columns(place, names, list(zip(*rows, strict=True)), options)
    return without_empty_rows(Found(source.name, columns, Reading("SQLite", part=table), by_row))


@contextmanager
def _opened(source: Source) -> Iterator[sqlite3.Connection]:
    """A copy of the database, open to be read: another program may be writing it, and a stream has no name."""
    source.check(source.size())
    with folder_for_copy(source.name) as folder:
        path = os.path.join(folder, "table.db")
        source.file.seek(0)
        with open(path, "wb") as copy:
            shutil.copyfileobj(source.file, copy)
        left = iter(range(MOST_STEPS // STEPS))
        with closing(sqlite3.connect(f"file:{pathname2url(path)}?mode=ro&immutable=1", uri=True)) as database:
            database.set_progress_handler(lambda: next(left, None) is None, STEPS)
            database.execute("PRAGMA trusted_schema = OFF")
            try:
                yield database
            except sqlite3.Error as error:
                raise FileError(
                    f"{source.name} isn't a database that SQLite can read ({error}); write it anew."
                ) from None
