"""Values of settings as people read them."""

from collections.abc import Sequence
from typing import Any

from chainrule.core.description import Description
from chainrule.core.foreign import visible
from chainrule.lab.experiments.network_text import NetworkText


def plain(value: Any) -> Any:
    """A setting's value in a table: a number, True or False, or a text.

    >>> from chainrule.core.optimizers import Adam
    >>> plain(0.5), plain((8, 4)), plain(()), plain(Adam(0.01))
    (0.5, '8-4', 'none', 'Adam(0.01)')
    """
    if isinstance(value, NetworkText) and value.initializer is None:
        return value.text
    if isinstance(value, Description):
        return repr(value)
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return "none" if value is None else value


def words(name: str) -> str:
    """A setting's name in words.

    >>> words("learning_rate")
    'learning rate'
    """
    return name.replace("_", " ")


def label(values: Sequence[Any]) -> str:
    """The values of a setting, or of several crossed, as people read them.

    >>> label((0.5, (4, 4))), label((1e-05, None))
    ('0.5, 4-4', '1e-05, none')
    """
    return visible(", ".join(f"{each:g}" if isinstance(each, float) else str(plain(each)) for each in values))
