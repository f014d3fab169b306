"""Errors for bad input: each is one sentence that says what was expected, what came, and what to do."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

Choice = TypeVar("Choice")


class ChainruleError(Exception):
    """The base of all errors that chainrule raises on purpose."""


class ShapeError(ChainruleError, ValueError):
    """An array has a shape that doesn't fit."""


class DataError(ChainruleError, ValueError):
    """Data can't be learnt from: NaN, no samples, labels that don't fit the loss."""


class SettingError(ChainruleError, ValueError):
    """A setting is unknown, of the wrong kind or out of range."""


class FileError(ChainruleError, ValueError):
    """A file is missing, or is not what it claims to be."""


class MissingExtraError(ChainruleError, RuntimeError):
    """A part of chainrule needs an extra that is not installed."""


class DivergenceError(ChainruleError, RuntimeError):
    """The loss of a single run became NaN or infinite. `run` holds the run up to there."""

    run: object = None


def choose(kind: str, name: str, table: Mapping[str, Choice]) -> Choice:
    """The entry of a table by its name, or a SettingError that lists the known names.

    >>> choose("fruit", "kiwi", {"apple": 1, "pear": 2})
    Traceback (most recent call last):
    chainrule.core.errors.SettingError: unknown fruit 'kiwi'; choose from apple, pear
    """
    if isinstance(name, str) and name in table:
        return table[name]
    raise SettingError(f"unknown {kind} {name!r}; choose from {listing(table)}")


def listing(names: Iterable[str]) -> str:
    """Names in alphabetical order, separated by commas."""
    return ", ".join(sorted(names))
