"""Where a cell is, in the words of its table; and what can't be read as it is, said with its place and an option."""

import math
import re

import numpy as np

from chainrule.core.errors import DataError
from chainrule.core.foreign import said
from chainrule.lab.tables.found import Found, FoundColumn
from chainrule.lab.tables.options import Options

LARGEST = 1e150
"""The largest number that can be learnt: beyond it the squares of numbers overflow."""


def at(found: Found, row: int, column: FoundColumn) -> str:
    """The place of a cell: "pets.csv, line 9, column weight"."""
    name = column.name if re.fullmatch(r"column \d+", column.name) else f"column {column.name}"
    return f"{found.name}, {found.place(row)}, {name}"


def check_readable(found: Found, column: FoundColumn, options: Options, as_text: str) -> None:
    """Raise DataError for a cell with several readings, for text among numbers, and for a number beyond all bounds.

    as_text: the option that takes the column as text.
    """
    if column.doubts and not options.yes:
        doubt = column.doubts[0]
        readings = " or ".join(f"{value} ({option})" for value, option in doubt.readings)
        raise DataError(
            f"{at(found, doubt.row, column)}: {said(doubt.cell)} may be {readings}, and nothing in the table decides. "
            "Say which; --yes takes the first."
        )
    if column.odd is not None:
        odd = column.odd
        if odd.count == 0:
            marks = " ".join(
                f"--{each} {mark}" for each in ("decimal", "thousands") if (mark := getattr(options, each))
            )
            raise DataError(
                f"{at(found, odd.row, column)}: expected a number{f' that fits {marks}' if marks else ''}, in one "
                f"writing with the others, got {said(odd.cell)}. "
                f"{f'Leave {marks} out' if marks else 'Write all alike'}; if the column holds names, say {as_text}."
            )
        if options.header is False and odd.row == 0 and odd.count == 1:
            raise DataError(
                f"{at(found, odd.row, column)}: expected a number, as in others of its cells, got {said(odd.cell)}. "
                f"If the first row holds names, leave --no-header out; if the column holds names, say {as_text}."
            )
        more = f", and text in {odd.count - 1:,} more of its cells" if odd.count > 1 else ""
        raise DataError(
            f"{at(found, odd.row, column)}: expected a number, as in others of its cells, got {said(odd.cell)}{more}. "
            f"If that is a gap, say --missing-values {said(odd.cell)}; if the column holds names, say {as_text}."
        )
    if column.values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            beyond = np.abs(column.values) > LARGEST
        if beyond.any():
            row = int(beyond.argmax())
            value = float(column.values[row])
            expected = "a finite number" if math.isinf(value) else f"a number of at most {LARGEST:g} in size"
            raise DataError(
                f"{at(found, row, column)}: expected {expected}, got {value:g}. Correct it, or say that it is a gap: "
                f"--missing-values {value:g}."
            )
