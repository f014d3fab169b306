"""The option --engine of commands that describe no run: all that they compute is computed by that engine."""

import functools
import inspect
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from chainrule.core.engine.choice import engine
from chainrule.interfaces.cli.options import OPTIONS

OPTION = replace(OPTIONS["engine"], panel=None)


def chooses_engine(command: Callable[..., None]) -> Callable[..., None]:
    """A decorator that gives a command the option, behind its others."""

    @functools.wraps(command)
    def run(**typed: Any) -> None:
        name = typed.pop(OPTION.key)
        with nullcontext() if name is None else engine(OPTION.read(name)):
            command(**typed)

    parameters = inspect.signature(command).parameters.values()
    run.__signature__ = inspect.Signature([*parameters, OPTION.parameter()])  # type: ignore[attr-defined]  # typer reads it
    return run
