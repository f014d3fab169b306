"""Command lines that can't be read: one sentence, in our words, for what typer would refuse in its own.

Values are read by `readers.py`, so what is left are names: of commands and options, and values that are missing or too
many.
"""

import re
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from chainrule.core.errors import choices, known_name, nearest
from chainrule.core.foreign import in_brief
from chainrule.interfaces.cli.option import Misread
from chainrule.interfaces.cli.terminal.output import BAD_INPUT, complain

USAGE_ERROR: Any = typer.BadParameter.__mro__[1]
"""The base of what typer raises for a command line; its module differs between the versions of typer."""

OTHER_NAMES = {
    "lr": "learning-rate",
    "hidden": "layers",
    "optimiser": "optimizer",
    "initialiser": "initializer",
    "standardise": "standardize",
    "no-standardise": "no-standardize",
}
"""Names of options that people type, and the options that they mean."""


def as_named(typed: str) -> str:
    """The name of an option or a command as typer knows it: in lower case, with "-", and by its own name.

    >>> as_named("Learning_Rate"), as_named("lr")
    ('learning-rate', 'learning-rate')
    """
    name = typed.lower().replace("_", "-")
    return OTHER_NAMES.get(name, name)


class Command(TyperCommand):
    """A command whose mistyped options end in a sentence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except USAGE_ERROR as error:
            refuse(_sentence(error, ctx))


class Commands(TyperGroup):
    """The commands; a name that isn't one of them ends in a sentence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        is_empty = not args
        try:
            return super().parse_args(ctx, args)
        except USAGE_ERROR as error:
            if is_empty:
                raise  # it asks for the help page
            refuse(_sentence(error, ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if known_name(args[0], self.commands) is None:
            refuse(f"there is no command {_shown(args[0])}{choices(args[0], self.commands)}.")
        return super().resolve_command(ctx, args)


def refuse(sentence: str) -> NoReturn:
    """Print the sentence, and exit."""
    complain(in_brief(sentence))
    raise typer.Exit(BAD_INPUT)


def _sentence(error: Any, ctx: Any) -> str:
    """What is wrong with a command line, and what to write. Typer's errors are told apart by what they hold."""
    command, params = ctx.command_path, ctx.command.get_params(ctx)
    by_flag: dict[str, Any] = {flag: each for each in params for flag in (*each.opts, *each.secondary_opts)}
    param: Any = getattr(error, "param", None)
    if isinstance(error, Misread):
        return f"{param.opts[0]} {error.message.strip()}"
    if hasattr(error, "possibilities"):
        near = _nearest(error.option_name, by_flag)
        meant = f", did you mean {near}?" if near else "."
        return f"{command} has no option {_shown(error.option_name)}{meant} See {command} --help"
    if hasattr(error, "option_name"):
        option: Any = by_flag.get(error.option_name)
        if getattr(option, "is_flag", False):
            return f"{error.option_name} takes no value; write {error.option_name} alone."
        return f"{error.option_name} expects a value behind it; write {error.option_name} {option.metavar or 'VALUE'}"
    if hasattr(error, "param_type"):
        return (
            f"{command} expects {param.metavar or param.name.upper()}: {_without_end(param.help)}. See {command} --help"
        )
    if param is not None:
        return f"{param.opts[0]} isn't a text that can be read; write letters and digits."
    places = " ".join(each.metavar or each.name.upper() for each in params if each.param_type_name == "argument")
    typed = re.search(r" \((.*)\)$", error.message)
    more = f", and got {_shown(typed[1])} besides" if typed else ""
    return f"{command} takes {places or 'options'}{more}; a text with blanks needs quotes. See {command} --help"


def _nearest(typed: str, flags: Any) -> str | None:
    """The option that is most like what was typed, by any of its names."""
    names = {name for flag in flags for name in (flag.lstrip("-"),) if flag.startswith("--")}
    names |= {other for other, name in OTHER_NAMES.items() if name in names}
    near = nearest(typed.lstrip("-"), sorted(names))
    return f"--{near}" if near else None


def _shown(typed: str) -> str:
    """What was typed, quoted where a terminal can't show it."""
    return typed if typed.isprintable() and typed.strip() == typed and typed else repr(typed)


def _without_end(words: str | None) -> str:
    words = (words or "a value").rstrip(".")
    return words[0].lower() + words[1:]
