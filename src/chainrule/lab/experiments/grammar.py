"""The grammar of networks as text, and a parser for it. `network_text` knows what the names mean.

network   =  chain, the end
chain     =  call call ...
call      =  name   or   name ( )   or   name ( argument , argument ... )
argument  =  value   or   name = value
value     =  number   or   ( number , number )   or   chain
"""

import re
from dataclasses import dataclass

from chainrule.core.errors import SettingError
from chainrule.core.foreign import said, visible

TOKENS = {
    "(": r"\(",
    ")": r"\)",
    ",": r",",
    "=": r"=",
    "a name": r"[A-Za-z_][A-Za-z0-9_]*",
    "a number": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?",
    "the end": r"\Z",
}
"""The tokens, as an error calls them, and how each is written. Spaces may stand between them."""

DEEPEST = 20
"""The most parentheses that may be open at once: the parser calls itself for each."""

LONGEST = 10_000
"""The most characters of a text, some 600 layers; an error shows the line that it is about."""

EXAMPLE = "Write layers such as conv(8, 3, stride=2) relu flatten dense(10)."

Span = tuple[int, int]
"""A place in the text: the first character, and the one after the last."""


@dataclass(frozen=True)
class Call:
    """A name, and the arguments in its parentheses."""

    name: str
    arguments: tuple["Argument", ...]
    span: Span


@dataclass(frozen=True)
class Argument:
    """An argument's value, and its name if it is written as name=value."""

    name: str | None
    value: "Value"
    span: Span


Value = float | tuple[float, float] | tuple[Call, ...]


def parse(text: str) -> tuple[Call, ...]:
    """Parse a text into its calls. Raises SettingError that points at the first place which doesn't fit the grammar.

    >>> [call.name for call in parse("conv(8, 3) relu")]
    ['conv', 'relu']
    """
    if len(text) > LONGEST:
        raise SettingError(
            f"a network's text has at most {LONGEST:,} characters, got {len(text):,}. Build a Network in Python."
        )
    parser = Parser(text)
    calls = parser.chain()
    parser.take("the end")
    return calls


COLUMNS = 200
"""The columns of a line that an error shows at most."""


def complaint_at(text: str, span: Span, sentence: str) -> SettingError:
    """An error about a place in a text: its column, the sentence, and the line with marks under that place.

    >>> print(complaint_at("dense(4) rellu", (9, 14), "there is no rellu."))
    column 10: there is no rellu.
        dense(4) rellu
                 ^^^^^
    """
    start, stop = span
    line_start = text.rfind("\n", 0, start) + 1
    line = text[line_start:].partition("\n")[0]
    column = start - line_start
    first = max(0, column - COLUMNS // 2) if len(line) > COLUMNS else 0  # a long line is cut around the place
    before, marked = visible(line[first:column]), visible(line[column : first + COLUMNS][: stop - start])
    marks = " " * len(before) + "^" * max(1, len(marked))
    place = f"line {text.count(chr(10), 0, start) + 1}, column" if "\n" in text.strip() else "column"
    return SettingError(f"{place} {column + 1}: {sentence}", line[first : first + COLUMNS], marks)


class Parser:
    """A recursive-descent parser: one method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = len(text) - len(text.lstrip())  # where the next token begins
        self.end = 0  # where the last one ended
        self.depth = 0  # open parentheses
        self.tried: set[str] = set()  # the tokens that could have stood at the position

    def chain(self, first: str | None = None) -> tuple[Call, ...]:
        calls = [self.call(first or self.take("a name"))]
        while name := self.accept("a name"):
            calls.append(self.call(name))
        return tuple(calls)

    def call(self, name: str) -> Call:
        start = self.end - len(name)
        arguments = []
        if self.accept("(") and not self.accept(")"):
            arguments.append(self.argument())
            while self.accept(","):
                arguments.append(self.argument())
            self.take(")")
        return Call(name, tuple(arguments), (start, self.end))

    def argument(self) -> Argument:
        start = self.position
        name = self.accept("a name")
        if name and self.accept("="):
            return Argument(name, self.value(self.accept("a name")), (start, self.end))
        return Argument(None, self.value(name), (start, self.end))

    def value(self, name: str | None) -> Value:
        if name:
            return self.chain(name)
        if not self.accept("("):
            return self.number()
        first = self.number()
        self.take(",")
        second = self.number()
        self.take(")")
        return first, second

    def number(self) -> float:
        number = float(self.take("a number"))
        return int(number) if number.is_integer() else number

    def accept(self, token: str) -> str | None:
        """Read this token and move on; return None if another one stands here."""
        found = re.compile(rf"({TOKENS[token]})\s*").match(self.text, self.position)
        if found is None:
            self.tried.add(token)
            return None
        self.depth += (token == "(") - (token == ")")
        if self.depth > DEEPEST:
            raise complaint_at(self.text, found.span(1), f"expected at most {DEEPEST} open parentheses. Close some.")
        self.tried.clear()
        self.end, self.position = found.end(1), found.end()
        return found[1]

    def take(self, token: str) -> str:
        """Read this token, or raise an error that names every token that could stand here."""
        found = self.accept(token)
        if found is None:
            raise self.complaint()
        return found

    def complaint(self) -> SettingError:
        """The error at a token that fits no rule."""
        got = re.compile("|".join(TOKENS.values())).match(self.text, self.position)
        if got is None:
            character, span = self.text[self.position], (self.position, self.position)
            return complaint_at(self.text, span, f"{said(character)} has no place in a network. {EXAMPLE}")
        *others, last = sorted(each if len(each) > 1 else repr(each) for each in self.tried)
        expected = f"{', '.join(others)} or {last}" if others else last
        advice = "Close the parenthesis, or put a comma between settings." if "')'" in others else EXAMPLE
        word, span = (repr(got[0]), got.span()) if got[0] else ("the end", (self.end, self.end))
        return complaint_at(self.text, span, f"expected {expected}, got {word}. {advice}")
