"""A working as plain lists, numbers and strings, ready for JSON; numbers to the last digit."""

from typing import Any

from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import (
    Expression,
    Function,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from chainrule.lab.explain.derivation import Working
from chainrule.lab.explain.notations.text import TEXT


def page(working: Working) -> dict[str, Any]:
    """All of it."""
    found: dict[str, Any] = {"title": working.title, "lead": working.lead}
    found |= {"name": TEXT.symbol(working.symbol), "value": working.value}
    if working.difference is not None:
        found |= {"difference": working.difference, "error": working.error}
    found["sections"] = [
        {"title": each.title, "note": TEXT.words(each.remark), "equations": [equation(one) for one in each.equations]}
        for each in working.sections
    ]
    return found


def equation(which: Equation) -> dict[str, Any]:
    """A name, its value, and the expression that makes it: as text, and as a tree."""
    shown = which.shown
    found: dict[str, Any] = {"name": TEXT.symbol(which.symbol), "value": which.shown_value.value}
    if shown is not None:
        found |= {"text": TEXT.write(shown, numbers=False), "made_of": tree(shown)}
    if which.remark:
        found["note"] = TEXT.words(which.remark)
    return found


def tree(expression: Expression) -> Any:
    """A number as itself, or as its name and value; anything else as {operation: parts}.

    >>> from chainrule.lab.explain.algebra.expression import ONE, minus
    >>> from chainrule.lab.explain.algebra.symbols import Symbol
    >>> tree(minus(ONE, Number(0.25, Symbol("a", 1, (2,)))))
    {'sum': [1.0, {'negative': {'name': 'a⁽¹⁾₂', 'value': 0.25}}]}
    """
    match expression:
        case Number(value, None):
            return value
        case Number(value, symbol) if symbol is not None:
            return {"name": TEXT.symbol(symbol), "value": value}
        case Sum(terms):
            return {"sum": [tree(each) for each in terms]}
        case Negative(inner):
            return {"negative": tree(inner)}
        case Product(factors):
            return {"product": [tree(each) for each in factors]}
        case Quotient(over, under):
            return {"quotient": [tree(over), tree(under)]}
        case Power(base, exponent):
            return {"power": [tree(base), exponent]}
        case Function(name, arguments):
            return {name: [tree(each) for each in arguments]}
    raise TypeError(f"an expression of a known kind was expected, got {expression!r}.")
