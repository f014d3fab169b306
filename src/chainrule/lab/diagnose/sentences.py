"""The wording of findings: templates, filled with what was measured, and numbers as a person writes them."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

from chainrule.lab.figures.numbers import short


class _Filled(Formatter):
    """`str.format`, with floats written by `short`, to as many digits as the field's format says: {loss}, {rate:1}."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        if isinstance(value, float) and (not format_spec or format_spec.isdigit()):
            return short(value, int(format_spec or 3))
        return super().format_field(value, format_spec)


def fill(template: str, words: Mapping[str, Any]) -> str:
    """The template with its fields filled.

    >>> fill("At {rate:1} the loss is {loss without}.", {"rate": 0.0499, "loss without": 1013.2})
    'At 0.05 the loss is 1,010.'
    """
    return _Filled().vformat(template, (), words)


def in_words(setting: object) -> str:
    """A setting as code; an optimizer always with its learning rate, even the default one.

    >>> from chainrule.core.optimizers import Adam, AdamW
    >>> in_words(Adam()), in_words(AdamW(weight_decay=1.0)), in_words(Adam(0.01))
    ('Adam(0.001)', 'AdamW(0.001, weight_decay=1.0)', 'Adam(0.01)')
    """
    text = repr(setting)
    name, _, rest = text.partition("(")
    rate = getattr(setting, "learning_rate", None)
    if rate is None or rest.startswith(repr(rate)):
        return text
    return f"{name}({rate!r})" if rest == ")" else f"{name}({rate!r}, {rest}"
