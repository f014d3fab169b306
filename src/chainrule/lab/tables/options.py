"""What a person may say of a table, where it isn't to be found out."""

import codecs
import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from chainrule.core.description import COUNT_OR_ZERO, Description, check_kind, flag, optional, setting, whole
from chainrule.core.errors import SettingError
from chainrule.core.foreign import said
from chainrule.training.files.limits import LIMIT, Size, check_size

DELIMITERS = {
    "tab": "\t",
    r"\t": "\t",
    "space": " ",
    "blank": " ",
    "blanks": " ",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
}
"""Delimiters by their names, where a shell makes the character itself hard to type."""

DECIMALS, THOUSANDS = (".", ","), (",", ".", " ", "'", "_", "\u00a0", "\u202f")
TARGET_TYPES = ("class", "quantity")

FORMS_OF = {
    "delimiter": "files of delimited text, such as CSV",
    "encoding": "text files",
    "header": "files of delimited text, and workbooks",
    "skip": "files of delimited text, and workbooks",
    "sheet": "workbooks",
    "table": "SQLite databases",
    "x": "NumPy's .npz files",
    "y": "NumPy's .npz files",
}
"""The options that only some forms of table have a use for, and which."""


@dataclass(frozen=True, repr=False)
class Options(Description):
    r"""How a table is to be read; None, or nothing: as is found in it.

    delimiter: between cells, one character, or tab, space.  decimal: "." or ",".  thousands: "," "." " " "'" or "_".
    encoding: of text, such as "cp1252".  header: whether the first row holds names.  skip: lines above it.
    missing_values: cells that are gaps, besides the usual ones.  columns, drop: the inputs that are used, or not, by
    name.  categorical: columns whose numbers are names.  target_type: "class" or "quantity".
    sample_weight: the column that says how much each row counts in the loss; it is no input.
    sheet: of a workbook.  table: of a database.  x, y: of NumPy's `.npz`, the names of inputs and targets.
    yes: take the first reading of what the table leaves open.  max_size: the most bytes that are read.

    >>> Options(delimiter="tab", missing_values="-9999,unknown")
    Options('\t', missing_values=('-9999', 'unknown'))
    """

    delimiter: str | None = optional(setting(lambda name, value: _delimiter(name, value)))
    decimal: str | None = optional(setting(lambda name, value: _one_of(name, value, DECIMALS)))
    thousands: str | None = optional(setting(lambda name, value: _one_of(name, value, THOUSANDS)))
    encoding: str | None = optional(setting(lambda name, value: _encoding(name, value)))
    header: bool | None = optional(
        setting(lambda name, value: check_kind(name, bool, "True or False", value), kind=bool)
    )
    skip: int | None = optional(whole(COUNT_OR_ZERO))
    missing_values: tuple[str, ...] = setting(lambda name, value: _listed(name, value), ())
    columns: tuple[str, ...] = setting(lambda name, value: _listed(name, value), ())
    drop: tuple[str, ...] = setting(lambda name, value: _listed(name, value), ())
    categorical: tuple[str, ...] = setting(lambda name, value: _listed(name, value), ())
    target_type: str | None = optional(setting(lambda name, value: _one_of(name, value, TARGET_TYPES)))
    sample_weight: str | None = optional(setting(lambda name, value: normalize("NFC", _column(name, value))))
    sheet: str | None = optional(setting(lambda name, value: check_kind(name, str, "a sheet's name", value)))
    table: str | None = optional(setting(lambda name, value: check_kind(name, str, "a table's name", value)))
    x: str | None = optional(setting(lambda name, value: check_kind(name, str, "an array's name", value)))
    y: str | None = optional(setting(lambda name, value: check_kind(name, str, "an array's name", value)))
    yes: bool = flag(False)
    max_size: Size = setting(lambda name, value: check_size(name, value), LIMIT)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.decimal is not None and self.decimal in (self.thousands, self.delimiter and self.delimiter.strip()):
            other = "thousands" if self.decimal == self.thousands else "delimiter"
            raise SettingError(f"decimal and {other} must differ; got {said(self.decimal)} for both.")

    @property
    def mark(self) -> str | None:
        """The decimal mark, where it is said, or follows from that between thousands."""
        return self.decimal or {",": ".", ".": ","}.get(self.thousands or "")

    def check_fit(self, name: str, form: str, fitting: Collection[str]) -> None:
        """Raise SettingError for an option that this form of table has no use for, so that none is silently ignored.

        >>> Options(sheet="May").check_fit("pets.csv", "a CSV file", ["delimiter"])
        Traceback (most recent call last):
            ...
        chainrule.core.errors.SettingError: pets.csv is read as a CSV file; --sheet is for workbooks. Leave it out.
        """
        for option, forms in FORMS_OF.items():
            value = getattr(self, option)
            if value is not None and option not in fitting:
                said_so = "no-header" if value is False else option
                raise SettingError(f"{name} is read as {form}; --{said_so} is for {forms}. Leave it out.")

    @classmethod
    def checked(cls, field: Any, value: Any) -> Any:
        """As `Description.checked`, but a sentence names the option alone, as in a shell and in `read_table`."""
        return field.metadata["check"](field.name, value)


def _delimiter(name: str, value: Any) -> str:
    found = DELIMITERS.get(value, value) if isinstance(value, str) else None
    if found is None or len(found) != 1 or found in '\r\n"\0':
        raise SettingError(f"{name} must be one character such as ',' or ';', or tab, or space; got {said(value)}.")
    return found


def _one_of(name: str, value: Any, known: Sequence[str]) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise SettingError(f"{name} must be one of {', '.join(map(repr, known))}; got {said(value)}.")


def _encoding(name: str, value: Any) -> str:
    try:
        "".encode(check_kind(name, str, "an encoding's name", value))  # not codecs.lookup: "hex" isn't of text
        return codecs.lookup(value).name
    except (LookupError, ValueError, UnicodeError):
        raise SettingError(f"{name} must be one that Python knows, such as cp1252; got {said(value)}.") from None


def _column(name: str, value: Any) -> str:
    column: str = check_kind(name, str, "a column's name", value)
    return column


def _listed(name: str, value: Any) -> tuple[str, ...]:
    """Texts in Unicode's form NFC, from a list, or from a text with commas between, as a row of CSV has them.

    >>> _listed("drop", 'a, "Druck, hPa"')
    ('a', 'Druck, hPa')
    """
    if isinstance(value, str):
        value = [each.strip() for row in csv.reader([value], skipinitialspace=True) for each in row if each.strip()]
    if isinstance(value, Sequence) and all(isinstance(each, str | int | float) for each in value):
        return tuple(normalize("NFC", str(each)) for each in value)
    raise SettingError(f'{name} must be a list such as ["a", "b"], or "a,b"; got {said(value)}.')
