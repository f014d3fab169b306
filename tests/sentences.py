"""The sentences that the source of a program holds."""

import ast
import itertools
from collections.abc import Iterator


def written(node: ast.expr) -> Iterator[str]:
    """The texts that an expression of the source may be, where it is one, with "7" for what changes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*written(node.body), *written(node.orelse))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):  # "text" * whether
        yield from (*written(node.left), "")
    elif isinstance(node, ast.JoinedStr):
        parts = [
            [*written(each.value if isinstance(each, ast.FormattedValue) else each)] or ["7"] for each in node.values
        ]
        yield from map("".join, itertools.product(*parts))
