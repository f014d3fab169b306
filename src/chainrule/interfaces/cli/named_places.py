"""Weights, units and samples as they are written on the command line."""

from typing import Any

from chainrule.core.errors import SettingError

PLACES = {
    "--weight": ("LAYER:TO:FROM", "2:1:3, 2:1:bias or, in a convolution, 1:2:1,3,3"),
    "--unit": ("LAYER:UNIT", "2:4 or, of feature maps, 1:2,6,6"),
}
"""What is written behind an option, and examples."""


def place_in(option: str, text: str) -> tuple[Any, ...]:
    """The layer, the unit and what stands behind it, from "2:1:3", "2:1:bias" or "1:2:1,3,3".

    >>> place_in("--weight", "2:1:bias"), place_in("--weight", "1:2:1,3,3"), place_in("--unit", "2:4")
    ((2, 1, 'bias'), (1, 2, (1, 3, 3)), (2, 4))
    """
    layout, example = PLACES[option]
    words = text.split(":")
    *first, last = words
    is_name = option == "--weight" and last.isalpha()
    try:
        numbers = [tuple(map(int, word.split(","))) for word in (first if is_name else words)]
    except ValueError:
        numbers = []
    if len(words) != len(layout.split(":")) or not numbers:
        raise SettingError(f"{option} expects {layout}, such as {example}; got {text!r}.")
    found: tuple[Any, ...] = tuple(each if len(each) > 1 else each[0] for each in numbers)
    return (*found, last) if is_name else found


def samples_in(text: str) -> tuple[int, ...]:
    """Whole numbers with commas between."""
    try:
        return tuple(int(each) for each in text.split(","))
    except ValueError:
        raise SettingError(
            f"--sample expects whole numbers with commas between, such as 3 or 3,7,20; got {text!r}."
        ) from None
