"""The options of compare: the same settings with several values, commas between them."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from chainrule.core.errors import SettingError, choose
from chainrule.core.optimizers import OPTIMIZERS
from chainrule.interfaces.cli.option import Option, Read
from chainrule.interfaces.cli.options import OPTIONS, units
from chainrule.lab.experiments.labels import label
from chainrule.lab.experiments.settings import INITIALIZERS

Value = TypeVar("Value")


@dataclass(frozen=True)
class Several(Option):
    """An option that takes several values."""

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return f"--{self.key.replace('_', '-')}"

    def parameter(self) -> inspect.Parameter:
        """A text that `read` splits into values; a network's text is given once for each."""
        return self.parameter_of(list[str] if self.key == "network" else str, self.flag)


def split(flag: str, text: str, read: Callable[[str], Value], kind: str, by: str = ",") -> list[Value]:
    """The values of a list. Raises a SettingError that shows how one is written."""
    values = []
    for each in text.split(by):
        try:
            values.append(read(each.strip()))
        except ValueError:
            raise SettingError(f"{flag} must be {kind}; got {text!r}.") from None
    return values


def numbers(none: str | None = None) -> Read:
    """A reader of numbers, such as 0.01,0.1,1; the word `none` stands for None.

    >>> numbers(none="none")("--clip", "0.5,1,none")
    [0.5, 1.0, None]
    """
    kind = f"numbers with commas between, such as 0.01,0.1,1{f', or {none}' if none else ''}"
    return lambda flag, text: split(flag, text, lambda each: None if each == none else float(each), kind)


def wholes(none: str | None = None) -> Read:
    """A reader of whole numbers, such as 8,16; the word `none` stands for None.

    >>> wholes(none="all")("--batch-size", "8,all")
    [8, None]
    """
    kind = f"whole numbers with commas between, such as 8,16{f', or {none}' if none else ''}"
    return lambda flag, text: split(flag, text, lambda each: None if each == none else int(each), kind)


def words(table: Mapping[str, Any] | None = None) -> Read:
    """A reader of names, such as sgd,adam; each one that the table knows.

    >>> words(OPTIMIZERS)("--optimizer", "sgd, adam")
    ['sgd', 'adam']
    """

    def read(flag: str, text: str) -> list[str]:
        names = split(flag, text, str, "names with commas between")
        for name in names if table is not None else ():
            choose(flag.removeprefix("--"), name, table or {})
        return names

    return read


def yes_or_no(flag: str, text: str) -> list[bool]:
    """Truths, such as yes,no.

    >>> yes_or_no("--bias", "yes,no")
    [True, False]
    """

    def read(word: str) -> bool:
        if word not in ("yes", "no"):
            raise ValueError
        return word == "yes"

    return split(flag, text, read, "yes, no, or yes,no")


def layer_lists(flag: str, text: str) -> list[tuple[int, ...]]:
    """The units of the hidden layers of several networks, colons between.

    >>> layer_lists("--layers", "4,4:8:none")
    [(4, 4), (8,), ()]
    """
    return [units(flag, each) for each in text.split(":")]


def networks(flag: str, texts: list[str]) -> list[str] | None:
    """Networks as text, each from an option of its own; None where there are none."""
    return list(texts) or None


def _several(name: str, read: Read, metavar: str, words: str = "", default: str = "") -> Several:
    row = OPTIONS[name]
    return Several(row.of, row.field, metavar, words or row.help, default, row.name, read, "Settings to compare")


COMPARED = (
    _several("optimizer", words(OPTIMIZERS), "NAME,...", "Each at its usual rate, unless --learning-rate gives one."),
    _several("learning_rate", numbers(), "RATE,..."),
    _several("momentum", numbers(), "NUMBER,..."),
    _several("beta1", numbers(), "NUMBER,..."),
    _several("epochs", wholes(), "N,...", default="20,000; for a file 1,000"),
    _several("batch_size", wholes(none="all"), "N,...", "Samples per step, or all.", "all"),
    _several("clip", numbers(none="none"), "NORM,...", "Largest norm of a gradient, or none."),
    _several("network", networks, "TEXT", "All layers, as text; once for each network."),
    _several("layers", layer_lists, "N,N:N:...", "Units of the hidden layers, a colon between: 4,4:8:none."),
    _several("activation", words(), "NAME,...", "Activation functions."),
    _several("bias", yes_or_no, "yes,no", "Units with and without a bias."),
    _several("initializer", words(INITIALIZERS), "NAME,...", "Initializers of the weights."),
    _several("loss", words(), "NAME,...", "Losses; each shows its own value."),
    _several("penalty", numbers(), "STRENGTH,..."),
    _several("noise", numbers(), "DEVIATION,..."),
)
"""The settings that can be compared."""

SHARED = (
    replace(OPTIONS["starts"], panel="Runs"),
    replace(OPTIONS["seed"], panel="Runs", help="Start k has this seed + k."),
    replace(OPTIONS["test"], panel="Runs"),
)
"""The settings that all runs share."""


def cells(values: Iterable[Any]) -> list[str]:
    """A setting's values as the cells of a table."""
    return [{True: "yes", False: "no"}[each] if isinstance(each, bool) else label((each,)) for each in values]
