"""The options of compare: the same settings with several values, commas between them."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from chainrule.core.errors import SettingError
from chainrule.interfaces.cli.option import Option, Read
from chainrule.interfaces.cli.options import OPTIONS, units
from chainrule.lab.experiments.labels import label


def yes_or_no(word: str) -> bool:
    """A truth, by its word."""
    return {"yes": True, "no": False}[word]


WORDS: dict[type, tuple[Callable[[str], Any], str]] = {
    str: (str, "names with commas between"),
    float: (float, "numbers with commas between, such as 0.01,0.1,1"),
    int: (int, "whole numbers with commas between, such as 8,16"),
    bool: (yes_or_no, "yes, no, or yes,no"),
}
"""By the kind of an option: how one of its values is read, and what a list of them is in words."""


def split(kind: type, none: str = "") -> Read:
    """A reader of lists of this kind; the word `none`, if there is one, stands for None.

    >>> split(float, none="none")("--clip", "0.5,1,none"), split(bool)("--bias", "yes,no")
    ([0.5, 1.0, None], [True, False])
    """
    read, words = WORDS[kind]

    def values(flag: str, text: str) -> list[Any]:
        try:
            return [None if each.strip() == none else read(each.strip()) for each in text.split(",")]
        except (ValueError, KeyError):
            raise SettingError(f"{flag} must be {words}{f', or {none}' if none else ''}; got {text!r}.") from None

    return values


def layer_lists(flag: str, text: str) -> list[tuple[int, ...]]:
    """The units of the hidden layers of several networks, colons between.

    >>> layer_lists("--layers", "4,4:8:none")
    [(4, 4), (8,), ()]
    """
    return [units(flag, each) for each in text.split(":")]


def networks(flag: str, texts: list[str]) -> list[str] | None:
    """Networks as text, each from an option of its own; None where there are none."""
    return list(texts) or None


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


def _several(name: str, metavar: str, words: str = "", default: str = "", none: str = "", read: Any = None) -> Several:
    row = OPTIONS[name]
    read = read or split(row.kind, none)
    return Several(row.of, row.field, metavar, words or row.help, default, row.name, read, "Settings to compare")


COMPARED = (
    _several("optimizer", "NAME,...", "Each at its usual rate, unless --learning-rate gives one."),
    _several("learning_rate", "RATE,..."),
    _several("momentum", "NUMBER,..."),
    _several("beta1", "NUMBER,..."),
    _several("epochs", "N,...", default="20,000; for a file 1,000"),
    _several("batch_size", "N,...", "Samples per step, or all.", "all", none="all"),
    _several("clip", "NORM,...", "Largest norm of a gradient, or none.", none="none"),
    _several("network", "TEXT", "All layers, as text; once for each network.", read=networks),
    _several("layers", "N,N:N:...", "Units of the hidden layers, a colon between: 4,4:8:none.", read=layer_lists),
    _several("activation", "NAME,...", "Activation functions."),
    _several("bias", "yes,no", "Units with and without a bias."),
    _several("initializer", "NAME,...", "Initializers of the weights."),
    _several("loss", "NAME,...", "Losses; each shows its own value."),
    _several("penalty", "STRENGTH,..."),
    _several("noise", "DEVIATION,..."),
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
