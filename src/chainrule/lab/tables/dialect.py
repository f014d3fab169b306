"""How a CSV file is cut into cells: the delimiter, quoting, and the lines above its first row."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from chainrule.core.errors import FileError
from chainrule.core.extras import missing_extra
from chainrule.lab.tables.decoded import Text
from chainrule.lab.tables.header import counts_on, is_header
from chainrule.lab.tables.options import Options

HEAD, LEAST_LINES, LONGEST_LINE = 100_000, 10, 2**24
"""What is looked at: this many characters, but at least this many lines; and the most characters of a line."""

SAMPLE = 30_000
"""The characters from which CleverCSV finds the delimiter; it takes a tenth of a second for them."""

DELIMITERS = (",", ";", "\t", "|", " ")
"""What is thought of where nothing is said; blanks mean one or more."""

LONG_WORD = re.compile(r"""([^\s,;|"']{40})[^\s,;|"']+""")

Rows = list[list[str]]


@dataclass(frozen=True)
class Dialect:
    """How a file is cut. delimiter: "" for one column, " " for any blanks.  quote: around cells.

    skipped: the lines above the first row, and start: its place in the copy, in bytes.  comment: the last of those
    lines that is a comment, without its sign.
    """

    delimiter: str
    quote: str
    skipped: int = 0
    start: int = 0
    comment: str = ""

    def rows(self, lines: Sequence[str]) -> Rows:
        """Lines as rows of cells, without the blank ones. Raises csv.Error."""
        return [row for _, row in self.numbered(lines)]

    def numbered(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Each row with the place of its first line among the lines. Raises csv.Error."""
        if self.delimiter == " ":
            lines = (by_tabs(line) for line in lines)
        reader = csv.reader(
            lines, delimiter=self.cut, quotechar=self.quote, skipinitialspace=self.delimiter != "\t", strict=False
        )
        at = 0
        for row in reader:
            if len(row) > 1 or any(cell.strip() for cell in row):
                yield at, row
            at = reader.line_num

    @property
    def cut(self) -> str:
        """The character between cells in what DuckDB reads, where blanks have become tabs."""
        return {" ": "\t", "": "\x1f"}.get(self.delimiter, self.delimiter)


def by_tabs(line: str) -> str:
    r"""A line whose cells are separated by blanks, with a tab between each two; quoted cells keep theirs.

    >>> by_tabs('8   173.3\t "a b"  \n')
    '8\t173.3\t"a b"\n'
    """
    end = "\n" if line.endswith("\n") else ""
    return "\t".join(re.findall(r'"[^"]*"|\S+', line) if '"' in line else line.split()) + end


def head_of(text: Text) -> list[str]:
    """The first lines of a file: so many characters, or lines. Raises FileError for a line without an end."""
    lines: list[str] = []
    n = 0
    with open(text.path, encoding="utf-8", newline="\n") as file:
        while (n < HEAD or len(lines) < LEAST_LINES) and (line := file.readline(LONGEST_LINE)):
            if len(line) == LONGEST_LINE:
                raise FileError(
                    f"{text.name}, line {len(lines) + 1}: expected at most {LONGEST_LINE:,} characters in a line; "
                    "save it as CSV with a line per row."
                )
            lines.append(line)
            n += len(line)
    return lines


def dialect_of(name: str, lines: Sequence[str], options: Options) -> Dialect:
    """How the file that begins with these lines is cut. Raises FileError for one without rows."""
    said, above = None, options.skip or 0
    if options.skip is None and lines and (found := re.fullmatch(r'"?sep=(.)"?\s*', lines[0], re.IGNORECASE)):
        said, above = found[1], 1
    comment = ""
    while above < len(lines) and (lines[above].startswith("#") or not lines[above].strip()):
        comment = lines[above].lstrip("#").strip() or comment
        above += 1
    body = list(islice(lines, above, None))
    if not body:
        got = f"{above} lines that are skipped" if above else "nothing"
        raise FileError(f"{name} holds no table, but {got}; expected a row for each sample.")
    delimiter = options.delimiter or said
    found_delimiter, quote = _detected(_sample(body), delimiter)
    dialect = Dialect(delimiter if delimiter is not None else found_delimiter, quote, above, 0, comment)
    try:
        if delimiter is None:
            dialect = _fitting(dialect, body)
            if _is_one_column(dialect.rows(body)):
                dialect = replace(dialect, delimiter="")
        more = _above(list(dialect.numbered(body))) if options.skip is None else 0
    except csv.Error as error:
        raise FileError(f"{name}: expected rows of CSV ({error}); say --delimiter, or correct the file.") from None
    if more:
        dialect = replace(dialect, skipped=above + more)
    return replace(dialect, start=sum(len(line.encode()) for line in lines[: dialect.skipped]))


def _sample(body: Sequence[str]) -> str:
    """The first lines, whole ones if they aren't too long; long words shortened, on which CleverCSV takes long."""
    text = "".join(body)[: SAMPLE + 1]
    end = len(text) if len(text) <= SAMPLE else text.rfind("\n") + 1
    return LONG_WORD.sub(r"\1", text[: end or SAMPLE])


def _detected(sample: str, delimiter: str | None) -> tuple[str, str]:
    """The delimiter and the quotes that CleverCSV finds."""
    try:
        from clevercsv.detect import Detector
    except ImportError:
        raise missing_extra("tables need CleverCSV", "tables") from None
    found = Detector().detect(sample, delimiters=DELIMITERS if delimiter is None else [delimiter], verbose=False)
    if found is None:
        return "", '"'
    delimiter, quote = found.delimiter or "", found.quotechar or '"'
    return delimiter, quote if _quotes_cells(quote, sample, delimiter) else '"'


def _quotes_cells(quote: str, sample: str, delimiter: str) -> bool:
    """Whether a character stands around cells, rather than in them, as in '007: each line is whole by it.

    Where some cells stand between double quotes, no other character does.
    """
    edge = re.escape(delimiter or "\n")
    if re.search(rf'(?:^|{edge})"[^"\n]*"(?:$|{edge})', sample, re.MULTILINE):
        return False
    try:
        for line in sample.splitlines():
            list(csv.reader([line], delimiter=delimiter or ",", quotechar=quote, strict=True))
    except csv.Error:
        return False
    return True


def _fitting(dialect: Dialect, body: list[str]) -> Dialect:
    """The dialect, or the one that cuts all rows into equally many cells, where it doesn't."""
    here = _widths(dialect, body)
    if len(here) == 1 and dialect.delimiter and (dialect.delimiter != "\t" or not any("  " in each for each in body)):
        return dialect
    widths = {each: _widths(replace(dialect, delimiter=each), body) for each in DELIMITERS}
    if dialect.delimiter == "\t" and len(here) == 1 and len(widths[" "]) == 1:
        return replace(dialect, delimiter=" ")  # as the UCI archive's auto-mpg.data: blanks, and one tab
    if len(here) == 1 and dialect.delimiter:
        return dialect
    likely = DELIMITERS if dialect.delimiter else DELIMITERS[:-1]  # blanks are in text, too
    fit = [each for each in likely if len(widths[each]) == 1 and max(widths[each]) > 1]
    return replace(dialect, delimiter=fit[0]) if fit else dialect


def _is_one_column(rows: Rows) -> bool:
    """Whether what cuts the lines in two isn't in the first one: decimal commas below a name, say, or "New York".

    It isn't where the first line is a title, with names below it, or where rows are numbered, as R does.
    """
    first, below = rows[:1], rows[1:]
    if not below or len(first[0]) != 1 or {len(row) for row in below} != {2}:
        return False
    return not _is_title(below) and not counts_on([row[0] for row in below])


def _is_title(below: Rows) -> bool:
    """Whether a line above these rows is a title: there are names in the first of them."""
    return len(below) > 2 and is_header(below[0], below[1:])


def _widths(dialect: Dialect, body: list[str]) -> set[int]:
    try:
        return {len(row) for row in dialect.rows(body)} or {0}
    except csv.Error:
        return {0, 1}


def _above(rows: list[tuple[int, list[str]]]) -> int:
    """How many lines with narrower rows stand above the table, if all others are equally wide."""
    widths = [len(row) for _, row in rows]
    first = widths.index(widths[-1]) if widths else 0
    is_table = first > 0 and set(widths[first:]) == {widths[-1]} and len(widths) - first >= 3
    is_apart = is_table and (max(widths[:first]) < widths[-1] - 1 or _is_title([row for _, row in rows[first:]]))
    return rows[first][0] if is_apart else 0
