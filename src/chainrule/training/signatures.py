"""Functions that hand everything on, with the signature of what they hand it to."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


def takes(receiver: Callable[Given, Any]) -> Callable[[Callable[..., Result]], Callable[Given, Result]]:
    """Give a function that hands everything on the signature of what it hands it to."""
    signature = inspect.signature(receiver)

    def decorate(function: Callable[..., Result]) -> Callable[Given, Result]:
        @functools.wraps(function)
        def handing_on(*data: Given.args, **settings: Given.kwargs) -> Result:
            try:
                signature.bind(*data, **settings)
            except TypeError as error:
                raise TypeError(f"{function.__name__}() {error}; it takes {', '.join(signature.parameters)}.") from None
            return function(*data, **settings)

        answer = inspect.signature(function).return_annotation
        handing_on.__signature__ = signature.replace(return_annotation=answer)  # type: ignore[attr-defined]
        return handing_on

    return decorate
