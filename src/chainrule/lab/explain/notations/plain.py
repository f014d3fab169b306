"""A derivation as plain lists, numbers and strings, ready for JSON; numbers to the last digit."""

from typing import Any

from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Function, Negative, Number, Power, fold
from chainrule.lab.explain.content import Content
from chainrule.lab.explain.notations.text import TEXT


def page(content: Content) -> dict[str, Any]:
    """The whole derivation."""
    found: dict[str, Any] = {"title": content.title, "lead": content.lead}
    found |= {"name": TEXT.symbol(content.symbol), "value": content.value}
    if content.difference is not None:
        found |= {"difference": content.difference, "error": content.error}
    found["sections"] = [
        {"title": each.title, "note": TEXT.note(each.remark), "equations": [equation(one) for one in each.equations]}
        for each in content.sections
    ]
    return found


def equation(which: Equation) -> dict[str, Any]:
    """A name, its value, and the expression that makes it: as text, and as a tree."""
    shown = which.shown
    found: dict[str, Any] = {"name": TEXT.symbol(which.symbol), "value": which.shown_value.value}
    if which.label:
        found["label"] = which.label
    if shown is not None:
        found |= {"text": TEXT.write(shown), "made_of": fold(shown, tree)}
    if which.remark:
        found["note"] = TEXT.note(which.remark)
    return found


def tree(node: Expression, parts: tuple[Any, ...]) -> Any:
    """A number as itself, or as its name and value; anything else as {operation: parts}.

    >>> from chainrule.lab.explain.algebra.symbols import Symbol
    >>> fold(1 - Number(0.25, Symbol("a", 1, (2,))), tree)
    {'sum': [1.0, {'negative': {'name': 'a⁽¹⁾₂', 'value': 0.25}}]}
    """
    match node, parts:
        case Number(value, symbol), _:
            return value if symbol is None else {"name": TEXT.symbol(symbol), "value": value}
        case Negative(), (inner,):
            return {"negative": inner}
        case Power(_, exponent), (base,):
            return {"power": [base, exponent]}
        case Function(_, name), arguments:
            return {name: [*arguments]}
    return {type(node).__name__.lower(): [*parts]}  # sum, product, quotient
