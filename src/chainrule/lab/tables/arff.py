"""Weka's files (ARFF), found: their attributes name the columns, and what follows is CSV."""

import csv
import os
import re
from dataclasses import replace
from itertools import islice

from chainrule.core.errors import FileError
from chainrule.lab.tables.csv_tables import ROWS, Layout, read
from chainrule.lab.tables.decoded import Text
from chainrule.lab.tables.dialect import LONGEST_LINE, Dialect
from chainrule.lab.tables.found import Found
from chainrule.lab.tables.header import names_of
from chainrule.lab.tables.options import Options

RELATION = re.compile(r"(?:\s|%.*\n)*@relation\b", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)\s+(.*)""", re.IGNORECASE)


def is_arff(head: str) -> bool:
    r"""Whether a text begins as an ARFF file does: with comments, and its relation.

    >>> is_arff("% the weather\n@RELATION weather\n"), is_arff("a,b\n")
    (True, False)
    """
    return RELATION.match(head) is not None


def found_arff(text: Text, options: Options) -> Found:
    """The table in an ARFF file; a nominal attribute is a category, even of numbers. Raises as `found_csv`.

    Source: Weka's manual, "Attribute-Relation File Format".
    """
    attributes: list[tuple[str, str]] = []
    samples = os.path.join(os.path.dirname(text.path), "samples.csv")
    with (
        open(text.path, encoding="utf-8", newline="\n") as file,
        open(samples, "w", encoding="utf-8", newline="\n") as copy,
    ):
        n_above = 0
        for line in iter(lambda: file.readline(LONGEST_LINE), ""):
            n_above += 1
            if found := ATTRIBUTE.match(line.strip()):
                attributes.append((found[1], found[2]))
            if line.strip().lower() == "@data":
                break
        else:
            raise FileError(f"{text.name} is an ARFF file without @data; expected that line above the samples.")
        first: list[str] = []
        for line in iter(lambda: file.readline(LONGEST_LINE), ""):
            kept = "\n" if line.startswith("%") else line  # a comment becomes a blank line: lines keep their numbers
            if kept.startswith("{"):
                raise FileError(f"{text.name} is a sparse ARFF file; save it with all values, or as CSV.")
            if len(first) < ROWS:
                first.append(kept)
            copy.write(kept)
    quote = "'" if any("'" in line for line in first) else '"'
    dialect = Dialect(",", quote, n_above)
    names, noted = names_of(_plain(name) for name, _ in attributes)
    try:
        rows = [row for row in islice(dialect.rows(first), ROWS) if len(row) == len(names)]
    except csv.Error as error:
        raise FileError(f"{text.name}: expected rows of CSV below @data ({error}); correct the file.") from None
    nominal = [name for name, (_, kind) in zip(names, attributes, strict=True) if kind.startswith("{")]
    layout = Layout(dialect, 0, n_above + 1, names, True, rows, noted, form="ARFF")
    return read(replace(text, path=samples), layout, replace(options, categorical=(*options.categorical, *nominal)))


def _plain(name: str) -> str:
    """A name without its quotes."""
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name[:1] in ("'", '"') else name
