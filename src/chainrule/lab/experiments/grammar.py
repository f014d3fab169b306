"""The grammar of networks as text: what stands where. What the names mean is said elsewhere; nothing is evaluated."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from chainrule.core.errors import MissingExtraError, SettingError

if TYPE_CHECKING:
    from lark import Lark, Token, Tree, UnexpectedInput

GRAMMAR = r"""
    ?start: chain
    chain: call+
    call: NAME ("(" (argument ("," argument)*)? ")")?
    argument: [NAME "="] (number | pair | chain)
    number: NUMBER
    pair: "(" NUMBER "," NUMBER ")"

    NAME: /[a-z_][a-z0-9_]*/i
    NUMBER: /[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?/i
    %ignore /\s+/
"""

WORDS = {
    "$END": "the end",
    "COMMA": "','",
    "EQUAL": "'='",
    "LPAR": "'('",
    "NAME": "a name",
    "NUMBER": "a number",
    "RPAR": "')'",
}
"""The terminals of the grammar, for a person."""

DEEPEST = 20
"""So many parentheses may be open at once."""

EXAMPLE = "Write layers such as conv(8, 3, stride=2) relu flatten dense(10)."

Number = int | float
Span = tuple[int, int]
"""Where something stands in the text: its first character, and the one behind its last."""


@dataclass(frozen=True)
class Call:
    """A name, with what stands in its parentheses."""

    name: str
    arguments: tuple["Argument", ...]
    span: Span


@dataclass(frozen=True)
class Argument:
    """A number, a pair of them, or names in a row; under a name of its own if it has one."""

    name: str | None
    value: Number | tuple[Number, Number] | tuple[Call, ...]
    span: Span


def parse(text: str) -> tuple[Call, ...]:
    """The calls of a text. Raises SettingError that points at what the grammar doesn't know.

    >>> [call.name for call in parse("conv(8, 3) relu")]
    ['conv', 'relu']
    """
    depths = accumulate((each == "(") - (each == ")") for each in text)
    too_deep = next((i for i, depth in enumerate(depths) if depth > DEEPEST), None)
    if too_deep is not None:
        raise complaint_at(text, (too_deep, too_deep + 1), f"expected at most {DEEPEST} open parentheses. Close some.")
    parser = _parser()
    from lark import UnexpectedInput

    try:
        return _chain(parser.parse(text))
    except UnexpectedInput as error:
        raise _complaint(text, error) from None


def complaint_at(text: str, span: Span, sentence: str) -> SettingError:
    """A sentence with the column it is about, and below it the line of the text with a mark under that place.

    >>> print(complaint_at("dense(4) rellu", (9, 14), "there is no rellu."))
    column 10: there is no rellu.
        dense(4) rellu
                 ^^^^^
    """
    start, stop = span
    line_start = text.rfind("\n", 0, start) + 1
    line = text[line_start:].partition("\n")[0]
    column = start - line_start
    before = "".join(each if each.isspace() else " " for each in line[:column])  # a tab stays one
    marks = "^" * max(1, min(stop - start, len(line) - column))
    place = f"line {text.count(chr(10), 0, start) + 1}, column" if "\n" in text.strip() else "column"
    return SettingError(f"{place} {column + 1}: {sentence}\n    {line}\n    {before}{marks}")


@cache
def _parser() -> "Lark":
    """The parser, made once. Needs Lark, of the extra `cli`."""
    try:
        from lark import Lark
    except ImportError:
        raise MissingExtraError('a network as text needs Lark: pip install "chainrule[cli]".') from None
    return Lark(GRAMMAR, parser="lalr", lexer="basic", propagate_positions=True)


def _complaint(text: str, error: "UnexpectedInput") -> SettingError:
    from lark import UnexpectedToken

    start = error.pos_in_stream or 0
    if not isinstance(error, UnexpectedToken):
        return complaint_at(text, (start, start), f"{text[start]!r} has no place in a network. {EXAMPLE}")
    got = error.token
    at_end = got.type == "$END"
    span = (len(text.rstrip()),) * 2 if at_end else (start, start + len(got))
    *others, last = sorted(WORDS[name] for name in error.accepts or error.expected)
    expected = f"{', '.join(others)} or {last}" if others else last
    advice = "Close the parenthesis, or put a comma between settings." if "')'" in others else EXAMPLE
    return complaint_at(text, span, f"expected {expected}, got {'the end' if at_end else repr(str(got))}. {advice}")


def _chain(tree: "Tree[Token]") -> tuple[Call, ...]:
    return tuple(_call(each) for each in _subtrees(tree))


def _call(tree: "Tree[Token]") -> Call:
    return Call(str(tree.children[0]), tuple(_argument(each) for each in _subtrees(tree)), _span(tree))


def _argument(tree: "Tree[Token]") -> Argument:
    name = tree.children[0]
    (value,) = _subtrees(tree)
    return Argument(None if name is None else str(name), _value(value), _span(tree))


def _value(tree: "Tree[Token]") -> Number | tuple[Number, Number] | tuple[Call, ...]:
    if tree.data == "chain":
        return _chain(tree)
    numbers = [float(str(token)) for token in tree.scan_values(lambda token: True)]
    whole = [int(each) if each.is_integer() else each for each in numbers]
    return (whole[0], whole[1]) if tree.data == "pair" else whole[0]


def _subtrees(tree: "Tree[Token]") -> "Iterator[Tree[Token]]":
    return (each for each in tree.children if not isinstance(each, str | None))


def _span(tree: "Tree[Token]") -> Span:
    return tree.meta.start_pos, tree.meta.end_pos
