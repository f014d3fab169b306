"""Readers: from what is typed behind an option to its value, or to a sentence that shows how it is written."""

import re
import sys
from collections.abc import Callable
from typing import Any

import typer

from chainrule.core.errors import SettingError

Reader = Callable[[str, Any], Any]
"""A function of the option's flag, for sentences, and of what was typed."""


def as_it_is(flag: str, value: Any) -> Any:
    """The value that typer understood."""
    return value


def number(text: str) -> float:
    """A number, which has a decimal point.

    >>> number("0.5")
    0.5
    """
    try:
        return float(text.replace("\N{MINUS SIGN}", "-"))  # as the doctor and the page write it
    except ValueError:
        decimal_comma = re.fullmatch(r"[+-]?\d+,\d+(e[+-]?\d+)?", text.strip(), re.IGNORECASE)
        better = f"; write {text.strip().replace(',', '.')}" if decimal_comma else " such as 0.5"
        raise typer.BadParameter(f"{text!r} is not a number{better}.") from None


def row_count(text: str) -> int:
    """The most prediction rows to print, from "20", or from "all".

    >>> row_count("20"), row_count("all") == sys.maxsize
    (20, True)
    """
    if text.strip().lower() == "all":
        return sys.maxsize
    if not text.strip().isdecimal():
        raise typer.BadParameter(f"expected a whole number of 0 or more, or all; got {text!r}.")
    return int(text)


def column(flag: str, target: str) -> str | int:
    """A column by its position where a whole number is typed, else by its name.

    >>> column("--target", "kind"), column("--target", "-1")
    ('kind', -1)
    """
    return int(target) if target.removeprefix("-").isdecimal() else target


def lower_case(flag: str, name: str) -> str:
    """A name in lower case: `float32` for Float32."""
    return name.lower()


def fraction(flag: str, value: float) -> float:
    """A fraction of the samples, which leaves some on either side."""
    if not 0 < value < 1:
        raise SettingError(f"{flag} must be a fraction above 0 and below 1; got {value}.")
    return value


def units(flag: str, layers: str) -> tuple[int, ...]:
    """The units of each hidden layer, from "4,4"; none from "" or "none".

    >>> units("--layers", "8, 4"), units("--layers", "none")
    ((8, 4), ())
    """
    if layers.strip() in ("", "none"):
        return ()
    try:
        return tuple(int(each) for each in layers.split(","))
    except ValueError:
        raise SettingError(
            f"{flag} must be whole numbers with commas between, such as 4,4, or none; got {layers!r}."
        ) from None


def layer_lists(flag: str, text: str) -> list[tuple[int, ...]]:
    """The units of the hidden layers of several networks, with colons between.

    >>> layer_lists("--layers", "4,4:8:none")
    [(4, 4), (8,), ()]
    """
    return [units(flag, each) for each in text.split(":")]


LISTS: dict[type, tuple[Callable[[str], Any], str]] = {
    str: (str, "names with commas between"),
    float: (float, "numbers with commas between, such as 0.01,0.1,1"),
    int: (int, "whole numbers with commas between, such as 8,16"),
    bool: ({"yes": True, "no": False}.__getitem__, "yes, no, or yes,no"),
}
"""For each kind of option a function that reads one value, and a list of values in words."""


def several(kind: type, none: str = "") -> Reader:
    """A reader of lists of this kind; the word `none`, if there is one, stands for None.

    >>> several(float, none="none")("--clip", "0.5,1,none"), several(bool)("--bias", "yes,no")
    ([0.5, 1.0, None], [True, False])
    """
    read, words = LISTS[kind]

    def values(flag: str, text: str) -> list[Any]:
        try:
            return [None if each.strip() == none else read(each.strip()) for each in text.split(",")]
        except (ValueError, KeyError):
            raise SettingError(f"{flag} must be {words}{f', or {none}' if none else ''}; got {text!r}.") from None

    return values


def rates(flag: str, text: str) -> list[Any]:
    """Learning rates with commas between; "0,5" is no list of them, since none is 0."""
    values: list[Any] = several(float)(flag, text)
    if re.fullmatch(r"0,\d+", text.strip()):
        one = text.strip().replace(",", ".")
        raise SettingError(f"{flag} must be numbers above 0 with commas between; got {text!r}. For one, write {one}.")
    return values


PLACES = {
    "--weight": ("LAYER:TO:FROM", "2:1:3, 2:1:bias or, in a convolution, 1:2:1,3,3"),
    "--unit": ("LAYER:UNIT", "2:4 or, of feature maps, 1:2,6,6"),
}
"""How weights and units are written behind these options, and examples."""


def place(flag: str, text: str) -> tuple[Any, ...]:
    """The layer, the unit and the source, from "2:1:3", "2:1:bias" or "1:2:1,3,3".

    >>> place("--weight", "2:1:bias"), place("--weight", "1:2:1,3,3"), place("--unit", "2:4")
    ((2, 1, 'bias'), (1, 2, (1, 3, 3)), (2, 4))
    """
    layout, example = PLACES[flag]
    words = text.split(":")
    *first, last = words
    is_name = flag == "--weight" and last.isalpha()
    try:
        numbers = [tuple(map(int, word.split(","))) for word in (first if is_name else words)]
    except ValueError:
        numbers = []
    if len(words) != len(layout.split(":")) or not numbers:
        raise SettingError(f"{flag} expects {layout}, such as {example}; got {text!r}.")
    found: tuple[Any, ...] = tuple(each if len(each) > 1 else each[0] for each in numbers)
    return (*found, last) if is_name else found
