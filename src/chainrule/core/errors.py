"""Errors for bad input: each is one sentence that says what was expected, what came, and what to do."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

from chainrule.core.foreign import in_brief, said, visible

Choice = TypeVar("Choice")
Given = ParamSpec("Given")
Result = TypeVar("Result")


class ChainruleError(Exception):
    """The base of all errors that chainrule raises on purpose: one sentence, which a terminal can show safely.

    lines: the sentence; then, where it is about a place in a text, the line of the text, and marks under that place.
    """

    def __init__(self, *lines: object) -> None:
        super().__init__(*(in_brief(visible(each)) if isinstance(each, str) else each for each in lines))

    def __str__(self) -> str:
        return "\n    ".join(map(str, self.args))


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


SYNONYMS = {
    "mse": "squared_error",
    "l2": "squared_error",
    "bce": "binary_cross_entropy",
    "log_loss": "binary_cross_entropy",
    "logistic_loss": "binary_cross_entropy",
    "cross_entropy": "softmax_cross_entropy",
    "categorical_cross_entropy": "softmax_cross_entropy",
    "nll": "softmax_cross_entropy",
    "xavier": "glorot",
    "kaiming": "he",
    "gaussian": "normal",
    "zero": "zeros",
    "logistic": "sigmoid",
    "linear": "identity",
    "none": "identity",
    "gradient_descent": "sgd",
    "nag": "nesterov",
}
"""Other names of what has a name here: an error offers the name here."""


def choose(kind: str, name: str, table: Mapping[str, Choice]) -> Choice:
    """The entry of a table by its name, in any case and with - or _, or a SettingError that lists the known names.

    >>> choose("fruit", "Pear", {"apple": 1, "pear": 2})
    2
    >>> choose("fruit", "kiwi", {"apple": 1, "pear": 2})
    Traceback (most recent call last):
    chainrule.core.errors.SettingError: unknown fruit 'kiwi'; choose from apple, pear
    """
    known = known_name(name, table)
    if known is not None:
        return table[known]
    raise SettingError(f"unknown {kind} {said(name)}{choices(name, table)}")


def known_name(typed: object, names: Iterable[str]) -> str | None:
    """The name that was typed, whatever its case and whether its words are joined by - or _; None for another.

    >>> known_name("Leaky-ReLU", ["leaky_relu", "relu"]), known_name("SquaredError", ["squared_error"])
    ('leaky_relu', 'squared_error')
    """
    if not isinstance(typed, str):
        return None
    names = list(names)
    return typed if typed in names else next((each for each in names if _folded(each) == _folded(typed)), None)


def choices(typed: object, names: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the known name of the same thing, or one that is near, and all.

    >>> choices("Xavier", ["glorot", "he"])
    ', did you mean glorot? Choose from glorot, he'
    >>> choices("relo", ["elu", "relu", "tanh"])
    ', did you mean relu? Choose from elu, relu, tanh'
    """
    names = list(names)
    near, all_names = nearest(typed, names), listing(names)
    return f", did you mean {near}? Choose from {all_names}" if near else f"; choose from {all_names}"


def nearest(typed: object, names: Iterable[str]) -> str | None:
    """The known name of the same thing as what was typed, or the one that is most like it; None where none is near."""
    from difflib import get_close_matches  # here: only sentences need it

    by_folded = {_folded(each): each for each in names}
    folded = _folded(typed) if isinstance(typed, str) else ""
    same = [name for other, name in SYNONYMS.items() if _folded(other) == folded and name in by_folded.values()]
    return next(iter([*same, *(by_folded[each] for each in get_close_matches(folded, by_folded, n=1))]), None)


def _folded(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


def listing(names: Iterable[str]) -> str:
    """Names in alphabetical order, separated by commas."""
    return ", ".join(sorted(names))


def reason(error: BaseException) -> str:
    """What another library complains about: the first line of its error, short, safe to show in a terminal.

    >>> reason(RecursionError("maximum recursion depth exceeded")), reason(KeyError("theta")), reason(EOFError())
    ('nested too deeply', "no 'theta'", 'EOFError')
    """
    if isinstance(error, RecursionError):
        return "nested too deeply"
    first = str(error).strip().partition("\n")[0].rstrip(".")
    words = visible(first)
    words = words if len(words) <= 300 else f"{words[:300]}..."
    return f"no {words}" if isinstance(error, KeyError) else words or type(error).__name__


def takes(receiver: Callable[Given, Any]) -> Callable[[Callable[..., Result]], Callable[Given, Result]]:
    """Give a function that passes all its arguments on, before any work, the signature of what it passes them to."""
    signature = inspect.signature(receiver)

    def decorate(function: Callable[..., Result]) -> Callable[Given, Result]:
        @functools.wraps(function)
        def passing_on(*data: Given.args, **settings: Given.kwargs) -> Result:
            try:
                return function(*data, **settings)
            except TypeError:
                try:
                    signature.bind(*data, **settings)
                except TypeError as error:
                    names = ", ".join(signature.parameters)
                    raise TypeError(f"{function.__name__}() {error}; it takes {names}.") from None
                raise

        result = inspect.signature(function).return_annotation
        passing_on.__signature__ = signature.replace(return_annotation=result)  # type: ignore[attr-defined]
        return passing_on

    return decorate
