"""Readers: from what is typed behind an option to its value, or to a sentence that shows how it is written."""

import math
import re
import sys
from collections.abc import Callable
from typing import Any

from chainrule.core.description import COUNT_OR_ZERO, NUMBER, PART, Rule
from chainrule.core.engine.choice import check_engine
from chainrule.core.errors import SettingError
from chainrule.core.foreign import said
from chainrule.lab.experiments.held_out import LAST

Reader = Callable[[str, Any], Any]
"""A function of the option's flag, for sentences, and of what was typed."""


def as_it_is(flag: str, value: Any) -> Any:
    """The value as it was typed."""
    return value


def number(rule: Rule = NUMBER) -> Reader:
    """A reader of numbers that obey a rule; they have a decimal point.

    >>> number()("--noise", "0,5")
    Traceback (most recent call last):
    chainrule.core.errors.SettingError: --noise must be a finite number, such as 0.5; got '0,5'. Write 0.5.
    """
    return lambda flag, text: _obeying(float, rule, "0.5", flag, text)


def whole(rule: Rule) -> Reader:
    """A reader of whole numbers that obey a rule.

    >>> whole(COUNT_OR_ZERO)("--seed", "1e3")
    Traceback (most recent call last):
    chainrule.core.errors.SettingError: --seed must be a whole number of 0 or more, such as 10; got '1e3'. Write 1000.
    """
    return lambda flag, text: _obeying(int, rule, "10", flag, text)


def _obeying(kind: type, rule: Rule, example: str, flag: str, text: str) -> Any:
    """The value of a text, if it is of a kind and obeys a rule."""
    for value in _values(kind, text):
        if rule.holds(value):
            return value
    meant = next((each for each in _values(kind, _in_digits(text)) if rule.holds(each)), None)
    better = "" if meant is None else f" Write {meant}."
    raise SettingError(f"{flag} must be {rule.words}, such as {example}; got {said(text)}.{better}")


def _values(kind: type, text: str) -> list[Any]:
    """The number that a text is: one, or none."""
    try:
        value = kind(text)
        return [value] if math.isfinite(value) else []
    except (ValueError, OverflowError):
        return []


def _in_digits(text: str) -> str:
    """How a number is written that was typed in another way: "1e3", "1,000", "0,5" or "25%"."""
    text = text.strip()
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", text):
        return text.replace(",", "")
    text = re.sub(r"^([+-]?\d+),(\d+)", r"\1.\2", text)
    if re.fullmatch(r"[\d.]+ ?%", text):
        return f"{float(text.rstrip(' %')) / 100:g}" if _values(float, text.rstrip(" %")) else text
    return next((str(int(each)) for each in _values(float, text) if each.is_integer() and abs(each) < 1e15), text)


def part(flag: str, text: str) -> float | str:
    """A part to hold out, from "0.25", or from "last:0.25".

    >>> part("--test", "0.25"), part("--test", "last:0.25")
    (0.25, 'last:0.25')
    """
    share = text.strip().lower()
    fraction: float = number(PART)(flag, share.removeprefix(LAST))
    return f"{LAST}{fraction:g}" if share.startswith(LAST) else fraction


def row_count(flag: str, text: str) -> int:
    """The most prediction rows to print, from "20", or from "all".

    >>> row_count("--rows", "20"), row_count("--rows", "all") == sys.maxsize
    (20, True)
    """
    if text.strip().lower() == "all":
        return sys.maxsize
    rule = Rule(f"{COUNT_OR_ZERO.words}, or all", COUNT_OR_ZERO.holds)
    count: int = whole(rule)(flag, text)
    return count


def column(flag: str, target: str) -> str | int:
    """A column by its position where a whole number is typed, else by its name.

    >>> column("--target", "kind"), column("--target", "-1")
    ('kind', -1)
    """
    position = _values(int, target) if target.removeprefix("-").isdecimal() else []
    return position[0] if position else target


def lower_case(flag: str, name: str) -> str:
    """A name in lower case: `float32` for Float32."""
    return name.lower()


def engine_name(flag: str, name: str) -> str:
    """The name of an engine that is here."""
    return check_engine(flag, name.lower())


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
            f"{flag} must be whole numbers with commas between, such as 4,4, or none; got {said(layers)}."
        ) from None


def layer_lists(flag: str, text: str) -> list[tuple[int, ...]]:
    """The units of the hidden layers of several networks, with colons between.

    >>> layer_lists("--layers", "4,4:8:none")
    [(4, 4), (8,), ()]
    """
    return [units(flag, each) for each in text.split(":")]


def yes_or_no(flag: str, text: str) -> bool:
    """A switch, from "yes" or "no"."""
    return {"yes": True, "no": False}[text.lower()]


LISTS: dict[type, tuple[Callable[[Rule], Reader], str]] = {
    str: (lambda rule: as_it_is, "names with commas between"),
    float: (number, "numbers with commas between, such as 0.01,0.1,1"),
    int: (whole, "whole numbers with commas between, such as 8,16"),
    bool: (lambda rule: yes_or_no, "yes, no, or yes,no"),
}
"""For each kind of option how one value is read, and a list of values in words."""


def several(kind: type, rule: Rule | None = None, none: str = "") -> Reader:
    """A reader of lists of this kind; the word `none`, if there is one, stands for None.

    >>> several(float, none="none")("--clip", "0.5,1,none"), several(bool)("--bias", "yes,no")
    ([0.5, 1.0, None], [True, False])
    """
    reader, words = LISTS[kind]
    read = reader(rule or NUMBER)
    words += f", each {rule.words}" if rule else ""

    def values(flag: str, text: str) -> list[Any]:
        each = [word.strip() for word in text.split(",")]
        try:
            return [None if none and word.lower() == none else read(flag, word) for word in each]
        except (SettingError, KeyError):
            pointed = re.sub(r"(?<![\d.])0,(?=\d)", "0.", text)
            point = f" A decimal number has a point: write {pointed}." if kind is float and pointed != text else ""
            raise SettingError(
                f"{flag} must be {words}{f', or {none}' if none else ''}; got {said(text)}.{point}"
            ) from None

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
        raise SettingError(f"{flag} expects {layout}, such as {example}; got {said(text)}.")
    found: tuple[Any, ...] = tuple(each if len(each) > 1 else each[0] for each in numbers)
    return (*found, last) if is_name else found
