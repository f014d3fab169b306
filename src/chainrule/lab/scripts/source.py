"""Values as Python source, in lines of at most 120 characters."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import Description
from chainrule.core.errors import SettingError
from chainrule.core.foreign import said

WIDTH = 120


def value(of: Any) -> str:
    """A setting as source, on one line.

    >>> from chainrule.core.layers.dense import Dense
    >>> from chainrule.core.schedules import Cosine
    >>> value([Dense(4, bias=False), Cosine(0.1, steps=50)]), value("tanh"), value(None)
    ('[cr.Dense(4, bias=False), cr.Cosine(0.1, steps=50)]', '"tanh"', 'None')
    """
    if isinstance(of, Description):
        return _description(of)
    if isinstance(of, str):
        return text(of)
    if isinstance(of, Sequence):
        return f"[{', '.join(map(value, of))}]"
    if of is None or isinstance(of, bool | int | float):
        return repr(of)
    raise SettingError(f"a script can't hold {said(of)}; expected numbers, names and the library's own parts.")


def text(of: str) -> str:
    """A text as source, whatever is in it.

    >>> print(text("moons"), text('a"b'))
    "moons" 'a"b'
    """
    plain = repr(of)
    return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in plain and "\\'" not in plain else plain


def _description(of: Description) -> str:
    """A description as a call: the first setting by its place, of the others those that aren't defaults."""
    if "." in of.kind():
        raise SettingError(f"a script can't hold {said(of)}, of a class from outside chainrule; take the library's.")
    shown = [
        value(each) if place == 0 else f"{field.name}={value(each)}"
        for place, (field, each) in enumerate(of.settings())
        if field.default is MISSING or each != field.default
    ]
    return f"cr.{type(of).__name__}({', '.join(shown)})"


def call(function: str, arguments: Sequence[str], settings: Mapping[str, str], notes: Mapping[str, str]) -> list[str]:
    """A call: on one line where it fits and has no notes, else with a line for each argument.

    notes: remarks behind arguments, by their names.

    >>> call("cr.train", ["x"], {"epochs": "100"}, {})
    ['cr.train(x, epochs=100)']
    """
    listed = [*arguments, *(f"{name}={each}" for name, each in settings.items())]
    whole = f"{function}({', '.join(listed)})"
    if len(whole) <= WIDTH and not notes:
        return [whole]
    lines = [f"    {each}," for each in listed]
    for place, name in enumerate(settings, len(arguments)):
        lines[place] += f"  # {notes[name]}" if name in notes else ""
    return [f"{function}(", *lines, ")"]


def array(of: Array, indent: int = 0) -> list[str]:
    """The numbers of an array in nested lists, each number with all its digits.

    >>> array(np.array([[0.0, 0.1 + 0.2], [1.0, 2.0]]))
    ['[[0.0, 0.30000000000000004], [1.0, 2.0]]']
    """
    room, before = WIDTH - indent, " " * indent
    whole = repr(of.tolist())
    if len(whole) <= min(room, 100):
        return [before + whole]
    if of.ndim > 1:
        inner = [line for each in of for line in _with_comma(array(each, indent + 4))]
        return [before + "[", *inner, before + "]"]
    lines, line = [before + "["], before + "   "
    for each in of.tolist():
        if len(line) + len(repr(each)) + 2 > WIDTH:
            lines.append(line)
            line = before + "   "
        line += f" {each!r},"
    return [*lines, line, before + "]"]


def _with_comma(lines: list[str]) -> list[str]:
    return [*lines[:-1], lines[-1] + ","]


def named(name: str, of: Array, dtype: str = "", then: str = "") -> list[str]:
    """An assignment of an array of numbers. dtype: an argument. then: what follows the array, as ".T".

    >>> named("x", np.array([[0.0, 1.0]]), then=".T"), named("b", np.zeros((4, 1)))
    (['x = np.array([[0.0, 1.0]]).T'], ['b = np.zeros((4, 1))'])
    """
    lines = numbers(of, dtype)
    lines[0] = f"{name} = {lines[0]}"
    lines[-1] += then
    return lines


def numbers(of: Array, dtype: str = "") -> list[str]:
    """An array as a call of NumPy."""
    dtype = f", dtype={text(dtype)}" if dtype else ""
    if of.size > 1 and not of.any() and not np.signbit(of).any():
        return [f"np.zeros({of.shape}{dtype})"]
    if not np.isfinite(of).all():
        raise SettingError("a script can't hold weights that are no finite numbers; begin from others.")
    lines = array(of)
    if len(lines) == 1 and len(lines[0]) + len(dtype) < WIDTH - 20:
        return [f"np.array({lines[0]}{dtype})"]
    return ["np.array(", *_with_comma(array(of, 4)), *([f"    {dtype[2:]},"] if dtype else []), ")"]
