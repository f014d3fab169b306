"""An option made from a field of an experiment, or of one of its parts; and commands that take such options.

The field's own kind and rule say what the option takes: a text, a number within bounds, or a switch.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any

import typer

from chainrule.core.description import NUMBER, Description, Rule
from chainrule.core.errors import SettingError
from chainrule.core.optimizers import Optimizer
from chainrule.interfaces.cli.readers import Reader, as_it_is, number, whole
from chainrule.lab.experiments.data import DataFile, DataSet
from chainrule.lab.experiments.perceptron import Perceptron


class Misread(typer.BadParameter):
    """A value that a reader refused; the message is its sentence without the option in front."""


@dataclass(frozen=True)
class Option:
    """A field as an option.

    of: the class that has the field.  help, default: as the help page shows them, the default in brackets.
    name: the option's, where it isn't the field's.  reader: turns what was typed into the field's value, where the kind
    doesn't say how.
    """

    of: type[Description]
    field: str
    metavar: str
    help: str
    default: str = ""
    name: str = ""
    reader: Reader | None = None
    panel: str | None = ""

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
    def rule(self) -> Rule | None:
        """The rule of a number."""
        rule: Rule | None = self._field.metadata["rule"]
        return rule

    def read(self, typed: Any) -> Any:
        """The field's value. Raises SettingError, a sentence with the option's name, for what can't be read."""
        by_kind: dict[type, Reader] = {float: number(self.rule or NUMBER), int: whole(self.rule or NUMBER)}
        return (self.reader or by_kind.get(self.kind, as_it_is))(self.flag, typed)

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
        if self.kind is not bool:
            return self.parameter_of(str, self.flag)
        return self.parameter_of(bool, f" /{self.flag}" if self._is_on else f"{self.flag}/--no-{self.flag[2:]}")

    def parameter_of(self, kind: Any, flag: str) -> inspect.Parameter:
        """A parameter of this kind: a switch, or a text that `read` reads; None where the option isn't given."""
        words = self.help + (f" \\[{self.default}]" if self.default else "")
        annotation = Annotated[kind | None, own(words, self.metavar, self.panel, flag)]
        return inspect.Parameter(self.key, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def own(words: str, metavar: str = "", panel: str | None = None, *flags: str, read: Reader | None = None) -> Any:
    """An option of a command's own, for `Annotated`; its default is told in the words, in brackets.

    flags: how it is typed, where not by its parameter's name.  read: reads what was typed, where that isn't a text.
    """

    def parse(typed: Any) -> Any:
        try:
            return read("", typed) if read is not None and isinstance(typed, str) else typed  # else the default
        except SettingError as error:
            raise Misread(str(error)) from None

    parser = None if read is None else parse
    return typer.Option(*flags, metavar=metavar, help=words, rich_help_panel=panel, show_default=False, parser=parser)


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
            settings = {each.key: each.read(text) for each, text in given.items() if text not in (None, [])}
            command(**typed, settings=settings)

        parameters = [*before, *(each.parameter() for each in options), *behind]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
        return run

    return decorate
