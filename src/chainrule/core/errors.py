"""What bad input gets: one sentence that says what was expected, what came, and what to do."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

Choice = TypeVar("Choice")


class ChainruleError(Exception):
    """The family of all errors that chainrule raises on purpose."""


class ShapeError(ChainruleError, ValueError):
    """An array whose shape doesn't fit."""


class DataError(ChainruleError, ValueError):
    """Data that can't be learnt from: NaN, no samples, labels that don't fit the loss."""


class SettingError(ChainruleError, ValueError):
    """A setting that is unknown, of the wrong kind or out of range."""


class FileError(ChainruleError, ValueError):
    """A file that is missing, or is not what it claims to be."""


class MissingExtraError(ChainruleError, RuntimeError):
    """A part of chainrule whose extra dependencies are not installed."""


class DivergenceError(ChainruleError, RuntimeError):
    """A single run whose loss became NaN or infinite. `run` is what it had until then."""

    run: object = None


def choose(kind: str, name: str, table: Mapping[str, Choice]) -> Choice:
    """The entry of a table, or a sentence that lists the known names.

    >>> choose("fruit", "kiwi", {"apple": 1, "pear": 2})
    Traceback (most recent call last):
    chainrule.core.errors.SettingError: unknown fruit 'kiwi'; choose from apple, pear
    """
    if isinstance(name, str) and name in table:
        return table[name]
    raise SettingError(f"unknown {kind} {name!r}; choose from {listing(table)}")


def listing(names: Iterable[str]) -> str:
    """Names in alphabetical order, as a sentence lists them."""
    return ", ".join(sorted(names))
