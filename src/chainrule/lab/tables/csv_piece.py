"""Some lines of a CSV file as DuckDB reads them: cut by one character, without blank lines."""

import csv
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import FileError
from chainrule.lab.tables.database import fetched
from chainrule.lab.tables.dialect import LONGEST_LINE, Dialect, by_tabs
from chainrule.lab.tables.gaps import GAPS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ABREAST = 16_384
"""The columns that one query gives: DuckDB keeps memory for 2048 rows of each."""

TRIES = 4
"""The columns of a piece that are found to hold something else, one by one; then all are asked again."""

ODD = re.compile(r'^Error when converting column "c([0-9]+)"', re.MULTILINE)
"""What DuckDB says of a cell that isn't a number. Storing all such cells would take memory for each of them."""

BLANK = re.compile(rb"^ *\n", re.MULTILINE)


@dataclass(frozen=True)
class RowForm:
    """How the rows of a file are written. name: of the file.  dialect: how it is cut.  width: the cells of a row.

    mark: the decimal mark of numbers.  gaps: cells without a value, besides the usual ones.
    """

    name: str
    dialect: Dialect
    width: int
    mark: str
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """Lines of a file. form: of its rows.  path: where DuckDB finds them.

    content: the lines without blank ones; places: the number of each in the file, from 1.
    """

    form: RowForm
    path: str
    content: bytes
    places: Array

    @classmethod
    def of(cls, form: RowForm, path: str, line: int, content: bytes) -> "Piece":
        """The piece of these lines, of which the first has this number in the file."""
        if not content.endswith(b"\n"):
            content += b"\n"
        if form.dialect.delimiter == " ":
            content = "\n".join(map(by_tabs, content.decode().split("\n"))).encode()
        places = np.arange(line, line + content.count(b"\n"))
        if _may_have_blank_lines(content) and (form.width == 1 or form.dialect.quote.encode() not in content):
            lines = content.split(b"\n")[:-1]
            kept = np.array([bool(each.strip(b" ")) for each in lines], bool)
            content, places = BLANK.sub(b"", content), places[kept]
        return cls(form, path, content, places)

    def read(
        self, database: "DuckDBPyConnection", numbers: Iterable[int], texts: Iterable[int]
    ) -> tuple[dict[int, Array], set[int]]:
        """Columns by their positions, and the positions of those of numbers in which a cell is none.

        Raises FileError, with its line, for a row that isn't as wide as the others.
        """
        with open(self.path, "wb") as file:
            file.write(self.content)
        try:
            return self._read(database, set(numbers), set(texts))
        finally:
            os.unlink(self.path)

    def lines(self, n: int) -> Array:
        """The numbers of the lines in which the n rows begin."""
        if n == len(self.places):
            return self.places
        try:
            rows = [
                at for at, _ in self.form.dialect.numbered(f"{each}\n" for each in self.content.decode().split("\n"))
            ]
        except csv.Error:
            rows = []
        return self.places[np.resize(rows, n) if len(rows) == n else np.minimum(np.arange(n), len(self.places) - 1)]

    def _read(
        self, database: "DuckDBPyConnection", numbers: set[int], texts: set[int]
    ) -> tuple[dict[int, Array], set[int]]:
        import duckdb

        refused: set[int] = set()
        for _ in range(TRIES if self.content else 0):
            try:
                return self._asked(database, numbers, texts), refused
            except duckdb.Error as error:
                odd = ODD.search(str(error))
                if odd is None or int(odd[1]) not in numbers:
                    break
                refused.add(int(odd[1]))
                numbers = numbers - refused
        self._check_rows(database)
        return self._asked(database, set(), texts), refused | numbers

    def _asked(self, database: "DuckDBPyConnection", numbers: set[int], texts: set[int]) -> dict[int, Array]:
        wanted = sorted(numbers | texts)
        columns: dict[int, Array] = {}
        for start in range(0, len(wanted), ABREAST):
            some = wanted[start : start + ABREAST]
            columns |= zip(some, fetched(database, self._query(some, numbers), [self.path]), strict=True)
        return columns

    def _query(self, wanted: list[int], numbers: set[int], more: str = "") -> str:
        types = ", ".join(f"'c{i}': '{'DOUBLE' if i in numbers else 'VARCHAR'}'" for i in range(self.form.width))
        longest = len(self.content) + 2  # a piece is one buffer: more of them cost more than threads gain
        cut, quote = self.form.dialect.cut, self.form.dialect.quote
        marks = {cut, quote, "\n"}
        gaps = ", ".join(_quoted(each) for each in (*GAPS, *self.form.gaps) if not marks & {*each})
        return f"""
            SELECT {", ".join(f"c{i}" for i in wanted)} FROM read_csv(?, auto_detect = false, header = false,
                columns = {{{types}}}, delim = {_quoted(cut)}, quote = {_quoted(quote)},
                escape = {_quoted(quote)}, new_line = '\\n', decimal_separator = {_quoted(self.form.mark)},
                nullstr = [{gaps}],
                max_line_size = {longest}, buffer_size = {longest}{more})"""

    def _check_rows(self, database: "DuckDBPyConnection") -> None:
        """Raise FileError for the first row that is at fault as a whole. All is asked as text: no cell is a fault."""
        rejects = ", store_rejects = true, rejects_limit = 1000"
        database.execute(f"SELECT count(*) FROM ({self._query([0], set(), rejects)})", [self.path]).fetchall()
        broken = database.execute(
            "SELECT error_type, line_byte_position, csv_line FROM reject_errors ORDER BY line_byte_position LIMIT 1"
        ).fetchone()
        database.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
        if broken is not None:
            raise self._error(*broken)

    def _error(self, kind: str, position: int, row: str) -> FileError:
        at = max(position - 1, 0)
        at += len(row) - len(row.lstrip("\n"))  # it may begin with the end of the line before
        line = self.places[min(self.content.count(b"\n", 0, at), len(self.places) - 1)]
        if kind == "UNQUOTED VALUE":
            quote = self.form.dialect.quote
            mend = f"expected {quote} at the end of a cell that begins with it, and twice within; correct it"
        elif kind in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
            got = len(next(iter(self.form.dialect.rows([row.lstrip("\n")])), []))
            cells = "1 cell" if self.form.width == 1 else f"{self.form.width} cells"
            mend = f"expected {cells}, got {got}; correct the line, or say --delimiter"
        else:
            mend = f"expected a row of at most {LONGEST_LINE:,} characters; correct it"
        return FileError(f"{self.form.name}, line {line}: {mend}.")


def _may_have_blank_lines(content: bytes) -> bool:
    return content.startswith((b" ", b"\n")) or b"\n\n" in content or b"\n " in content


def _quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"
