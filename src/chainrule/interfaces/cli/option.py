"""An option made from a field of an experiment, or of one of its parts; and commands that take such options.

The field's own kind and rule say what the option takes: a text, a number within bounds, or a switch.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any

import typer

from chainrule.core.description import Description
from chainrule.core.optimizers import Optimizer
from chainrule.interfaces.cli.readers import Reader, as_it_is, number
from chainrule.lab.experiments.data import DataFile, DataSet
from chainrule.lab.experiments.perceptron import Perceptron


@dataclass(frozen=True)
class Option:
    """A field as an option.

    of: the class that has the field.  help, default: as the help page shows them, the default in brackets.
    name: the option's, where it isn't the field's.  read: turns what was typed into the field's value.
    """

    of: type[Description]
    field: str
    metavar: str
    help: str
    default: str = ""
    name: str = ""
    read: Reader = as_it_is
    panel: str = ""

    @property
    def key(self) -> str:
        """The option's name as Python has it: `learning_rate`."""
        return self.name or self.field

    @property
    def part(self) -> str | None:
        """The part of an experiment that has the field; None for the experiment itself."""
        parts = {"data": (DataSet, DataFile), "network": (Perceptron,), "optimizer": (Optimizer,)}
        return next((name for name, kinds in parts.items() if issubclass(self.of, kinds)), None)

    @property
    def kind(self) -> Any:
        """The kind of value that is typed: str, int or float; bool for a switch."""
        return self._field.metadata["kind"]

    @property
    def flag(self) -> str:
        """The option as it is typed; for a switch that is on by default the one that turns it off."""
        return f"--{'no-' * self._is_on}{self.key.replace('_', '-')}"

    @property
    def _field(self) -> Any:
        return next(each for each in fields(self.of) if each.name == self.field)  # type: ignore[arg-type]  # a dataclass

    @property
    def _is_on(self) -> bool:
        return self.kind is bool and self._field.default is True

    def parameter(self) -> inspect.Parameter:
        """The parameter of a command that typer turns into this option."""
        flag, rule = self.flag, self._field.metadata["rule"]
        if self.kind is bool:
            flag = f" /{flag}" if self._is_on else f"{flag}/--no-{flag[2:]}"
        bounds = {} if rule is None else {"min": 0 if rule.holds(0) else 1}
        return self.parameter_of(self.kind, flag, **bounds)

    def parameter_of(self, kind: Any, flag: str, **bounds: Any) -> inspect.Parameter:
        """A parameter of this kind; it is None where the option isn't given."""
        words = self.help + (f" \\[{self.default}]" if self.default else "")
        more = bounds | ({"parser": number} if kind is float else {})
        annotation = Annotated[kind | None, own(words, self.metavar, self.panel, flag, **more)]
        return inspect.Parameter(self.key, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def own(words: str, metavar: str = "", panel: str | None = None, *flags: str, **more: Any) -> Any:
    """An option of a command's own, for `Annotated`; its default is told in the words, in brackets.

    flags: how it is typed, where not by its parameter's name.  more: bounds, or a parser, as typer takes them.
    """
    return typer.Option(*flags, metavar=metavar, help=words, rich_help_panel=panel, show_default=False, **more)


def silence(panel: str | None = None) -> Any:
    """The option --quiet: `in_sentences` reads it, and what prints details asks whether it was given."""
    return own("Print the result and errors alone.", "", panel, "--quiet", "-q")


def takes(*options: Option) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator that gives a command these options; it receives the values of those given as a dict, `settings`.

    On the help page they stand behind the command's arguments, and in front of its keyword-only options.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [each for each in inspect.signature(command).parameters.values() if each.name != "settings"]
        behind = [each for each in own if each.kind is inspect.Parameter.KEYWORD_ONLY]
        before = [each for each in own if each.kind is not inspect.Parameter.KEYWORD_ONLY]

        @functools.wraps(command)
        def run(**typed: Any) -> None:
            given = {each: typed.pop(each.key, None) for each in options}
            settings = {each.key: each.read(each.flag, text) for each, text in given.items() if text not in (None, [])}
            command(**typed, settings=settings)

        parameters = [*before, *(each.parameter() for each in options), *behind]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
        return run

    return decorate
