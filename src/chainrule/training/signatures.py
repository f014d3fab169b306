"""Functions whose mistaken calls are answered with the names of what they take."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


def takes(receiver: Callable[Given, Any]) -> Callable[[Callable[..., Result]], Callable[Given, Result]]:
    """Give a function that passes all its arguments on the signature of the function that it passes them to."""
    signature = inspect.signature(receiver)

    def decorate(function: Callable[..., Result]) -> Callable[Given, Result]:
        @functools.wraps(function)
        def passing_on(*data: Given.args, **settings: Given.kwargs) -> Result:
            try:
                signature.bind(*data, **settings)
            except TypeError as error:
                raise TypeError(f"{function.__name__}() {error}; it takes {', '.join(signature.parameters)}.") from None
            return function(*data, **settings)

        result = inspect.signature(function).return_annotation
        passing_on.__signature__ = signature.replace(return_annotation=result)  # type: ignore[attr-defined]
        return passing_on

    return decorate


def naming_its_arguments(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """The function, with a TypeError that names what it takes."""
    return takes(function)(function)
