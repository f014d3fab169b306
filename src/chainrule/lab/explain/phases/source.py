"""The lines of source that a pass runs, read from the file of whoever wrote them: the library's, or one's own."""

import ast
import inspect
import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FORWARD, BACKWARD, BOTH = (0,), (1,), (0, 1)
"""Which of the two rows that `bind` returns."""

MAKERS = {"Calls", "call", "partial", "stepped", "of_step", "branch"}
"""What makes calls, beside functions whose names begin with bind."""

ROOT = Path(__file__).parents[4]
"""Files below are named from here: chainrule/core/activations.py."""


@dataclass(frozen=True)
class Line:
    """A line of a file, as it stands there. runs: whether it makes a call of the pass; else it names what is used."""

    number: int
    text: str
    runs: bool


@dataclass(frozen=True)
class Source:
    """Lines of a function, in order. sentence: why there are none, where its file can't be read.

    law: the first line of the docstring of what it belongs to: the equation in general.
    """

    title: str
    file: str
    law: str = ""
    lines: tuple[Line, ...] = ()
    sentence: str = ""


def source_of(function: Callable[..., Any], rows: tuple[int, ...] = BOTH, to_input: bool = True) -> tuple[Source, ...]:
    """The lines of a `bind` that make these of its two rows, and those of functions that make a part of them.

    to_input: whether the gradient goes on to the input, which it doesn't in the first layer that learns.

    >>> from chainrule.core.activations import Tanh
    >>> (source,) = source_of(Tanh.bind, FORWARD)
    >>> source.title, source.file, source.law
    ('Tanh.bind', 'chainrule/core/activations.py', 'a = tanh(z), slope 1 - a².')
    >>> [line.text.strip() for line in source.lines if line.runs]
    ['forward = call(np.tanh, z, out=a)']
    """
    return _read(inspect.unwrap(function), rows, to_input)


@lru_cache(maxsize=256)
def _read(function: Callable[..., Any], rows: tuple[int, ...], to_input: bool) -> tuple[Source, ...]:
    title = getattr(function, "__qualname__", type(function).__name__)
    code = getattr(function, "__code__", None)
    if code is None:
        return (Source(title, "", sentence=f"{title} isn't written in Python; its lines can't be shown."),)
    path = Path(code.co_filename)
    file = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    lines = linecache.getlines(code.co_filename, function.__globals__)
    definition = _definition("".join(lines), code.co_firstlineno, function.__name__)
    if definition is None:
        return (
            Source(title, file, sentence=f"The source of {title} can't be read; keep it in a file to see it here."),
        )
    found = _Rows(function, definition, rows, to_input)
    numbers = found.numbers
    shown = tuple(Line(n, lines[n - 1].rstrip("\n"), numbers[n]) for n in sorted(numbers))
    others = (each for other in found.others if other is not function for each in _read(other, rows, to_input))
    own = (Source(title, file, _law(function), shown),) if shown else ()
    return (*own, *others)


def _owner(function: Callable[..., Any]) -> Any:
    """The class that a method is written in; None of a function, or of a class inside of something."""
    return function.__globals__.get(function.__qualname__.rpartition(".")[0])


def _law(function: Callable[..., Any]) -> str:
    said = (_owner(function) or function).__doc__
    return said.strip().partition("\n")[0] if isinstance(said, str) else ""


def _definition(text: str, first: int, name: str) -> ast.FunctionDef | None:
    """The function of this name whose lines begin there; None where the text is another one."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    named = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name == name)
    return next((each for each in named if first in (each.lineno, *(one.lineno for one in each.decorator_list))), None)


class _Rows:
    """The lines of a function that make rows of calls, found from what it returns.

    numbers: whether a call is made there, by the line's number.  others: functions that make a part of the rows.
    """

    def __init__(
        self, function: Callable[..., Any], definition: ast.FunctionDef, rows: tuple[int, ...], to_input: bool
    ) -> None:
        self.numbers: dict[int, bool] = {}
        self.others: list[Callable[..., Any]] = []
        self._function = function
        self._globals = function.__globals__
        self._taken: set[ast.AST] = set()
        self._named: dict[str, list[ast.stmt]] = {}
        for each in _statements(definition.body):
            for name in _names(each):
                self._named.setdefault(name, []).append(each)
        for value in _returned(definition, to_input):
            self._take_returned(value, rows)
        if not self.numbers and not self.others:  # returned in a way of its own: all of it is shown
            self._mark(definition, runs=True)

    def _take_returned(self, value: ast.expr, rows: tuple[int, ...]) -> None:
        if isinstance(value, ast.Tuple) and len(value.elts) == len(BOTH):
            for row in rows:
                self._take_row(value.elts[row])
        elif isinstance(value, ast.Call) and (made := self._function_named(value.func)) is not None:
            self.others.append(made)
        else:
            self._take_row(value)

    def _take_row(self, value: ast.expr) -> None:
        is_empty = isinstance(value, ast.Call) and not value.args
        if not is_empty and not (isinstance(value, ast.Name) and value.id in self._named):
            self._mark(value, runs=True)
        self._follow(value)

    def _follow(self, inside: ast.AST) -> None:
        """Take what is named inside, and the functions that make a part of the calls."""
        for node in ast.walk(inside):
            if isinstance(node, ast.Name):
                for statement in self._named.get(node.id, []):
                    if statement not in self._taken:
                        self._taken.add(statement)
                        self._mark(statement, runs=isinstance(statement, ast.FunctionDef) or _makes_calls(statement))
                        self._follow(statement)
            elif isinstance(node, ast.Call) and (other := self._part(node.func)) is not None:
                self.others.append(other)

    def _mark(self, node: ast.stmt | ast.expr, runs: bool) -> None:
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            self.numbers[number] = self.numbers.get(number, False) or runs

    def _part(self, called: ast.expr) -> Callable[..., Any] | None:
        """A method that binds a part of the row, or the bind of another description: `Adam(...).bind`."""
        if not isinstance(called, ast.Attribute) or not called.attr.lstrip("_").startswith("bind"):
            return None
        if isinstance(called.value, ast.Name) and called.value.id == "self":
            return _python(getattr(_owner(self._function), called.attr, None))
        if isinstance(called.value, ast.Call) and isinstance(called.value.func, ast.Name):
            return _python(getattr(self._globals.get(called.value.func.id), called.attr, None))
        return None

    def _function_named(self, called: ast.expr) -> Callable[..., Any] | None:
        """A function of the same file that makes both rows; None for `Calls`."""
        made = self._globals.get(called.id) if isinstance(called, ast.Name) else None
        return _python(made)


def _python(made: Any) -> Callable[..., Any] | None:
    return made if inspect.isfunction(made) else None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements in order, those inside of others too; not those inside of functions."""
    for each in body:
        yield each
        if not isinstance(each, ast.FunctionDef | ast.ClassDef):
            for inner in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(each, inner, []))


def _names(statement: ast.stmt) -> list[str]:
    """The names that a statement gives to something."""
    if isinstance(statement, ast.FunctionDef):
        return [statement.name]
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return []
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return [node.id for each in targets for node in ast.walk(each) if isinstance(node, ast.Name)]


def _returned(definition: ast.FunctionDef, to_input: bool) -> list[ast.expr]:
    """What is returned, where the gradient goes on to the input, or where it doesn't: `if dx is None: return ...`."""
    at_end: list[ast.expr] = []
    without: list[ast.expr] = []
    conditions = [each for each in _statements(definition.body) if isinstance(each, ast.If) and _is_none(each.test)]
    early = {inner for each in conditions for inner in _statements(each.body)}
    for each in _statements(definition.body):
        if isinstance(each, ast.Return) and each.value is not None:
            (without if each in early else at_end).append(each.value)
    return at_end if to_input or not without else without


def _is_none(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is)


def _makes_calls(statement: ast.stmt) -> bool:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in MAKERS or name.lstrip("_").startswith("bind"):
                return True
    return False
