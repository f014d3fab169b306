"""A program as text: its operations, what each computes on which shapes, and the calls that it stands for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

import numpy as np

from chainrule.core.calls import Call, Calls, check_finite
from chainrule.core.engine.nodes import Elementwise, Key, Node, Operation

IN_PYTHON = "in Python"
BY_MEMBERS = "member by member"


def listing(
    nodes: Sequence[Node],
    stored: Sequence[set[Key]],
    kinds: Sequence[str],
    by_members: Collection[int],
    times: Sequence[float | None],
) -> str:
    """One line per operation, and a line that counts them.

    stored: what each node writes to memory.  kinds: what does it.  by_members: the nodes that are done for one member
    of a population after the other.  times: the nanoseconds that each takes; None: unknown.
    """
    shown = [f"{each:8,.0f} ns  " if each is not None else "" for each in times] if any(times) else [""] * len(nodes)
    columns_of = [(took + kind, *_columns(node)) for node, kind, took in zip(nodes, kinds, shown, strict=True)]
    notes = [
        ", ".join(filter(None, [_kept(node, keys), BY_MEMBERS if i in by_members else ""]))
        for i, (node, keys) in enumerate(zip(nodes, stored, strict=True))
    ]
    lines = [(*columns, note) for columns, note in zip(columns_of, notes, strict=True)]
    widths = [max((len(line[i]) for line in lines), default=0) for i in range(3)]
    text = []
    for number, line in enumerate(lines, start=1):
        columns = [column.ljust(width) for column, width in zip(line, widths, strict=False)]
        text.append("  ".join([f"{number:3}", *columns, line[-1]]).rstrip())
    n_calls = sum(len(calls_of(node)) for node in nodes)
    counted = f"{len(nodes)} operations for {n_calls} calls, {kinds.count(IN_PYTHON)} of them in Python"
    counted += f", {len(by_members)} {BY_MEMBERS}" if by_members else ""
    counted += f", in {sum(each or 0.0 for each in times):,.0f} ns" if any(times) else ""
    return "\n".join([*text, counted])


def listing_of_calls(calls: Calls) -> str:
    """One line per call of NumPy's: its name, the shapes that it reads, and that of its result."""
    made = [inner for each in calls for inner in (each if isinstance(each, Calls) else [each])]
    lines = [f"{number:3}  {_call(each)}" for number, each in enumerate(made, start=1)]
    return "\n".join([*lines, f"{len(made)} calls"])


def _call(call: Call) -> str:
    operands: list[Any] = [*call.args, *call.keywords.values()] if isinstance(call, partial) else []
    if isinstance(call, partial) and call.func is np.copyto:
        operands.reverse()
    shapes = [_shape(each) for each in operands if isinstance(each, np.ndarray)]
    writes = len(shapes) > 1 and call.func is not check_finite  # type: ignore[attr-defined]  # it is bound, then
    read = ", ".join(shapes[:-1] if writes else shapes)
    return f"{_name(call):16}  {read}{f' -> {shapes[-1]}' if writes else ''}".rstrip()


def _columns(node: Node) -> tuple[str, str]:
    """The shapes that an operation works on, and the names of its calls."""
    if isinstance(node, Elementwise):
        return _shape(node.instructions[0].out.array), ", ".join(map(_name, calls_of(node)))
    if isinstance(node, Operation):
        *inputs, out = node.operands
        arrow = f" -> {_shape(out)}" if node.writes else ""
        return " ".join(map(_shape, inputs)) + arrow, ", ".join(map(_name, calls_of(node)))
    return " ".join(_shape(view.array) for view in node.reads), _name(node.call)


def calls_of(node: Node) -> list[Call]:
    """The calls that a node stands for."""
    if isinstance(node, Elementwise):
        return [each.call for each in node.instructions]
    then = node.then if isinstance(node, Operation) else None
    return [node.call] if then is None else [node.call, then]


def _kept(node: Node, stored: set[Key]) -> str:
    """How many results are never written to memory."""
    if isinstance(node, Elementwise) and not stored:
        return "left out"
    n = len({view.key for view in node.writes} - stored) if isinstance(node, Elementwise) else 0
    return f"{n} in registers" if n else ""


def _shape(array: Any) -> str:
    return " × ".join(map(str, array.shape)) or "1"


def _name(call: Call) -> str:
    """The name of a call's function, as `add.reduce`."""
    function: Any = call.func if isinstance(call, partial) else call
    name: str = getattr(function, "__name__", type(function).__name__)
    return f"{function.__self__.__name__}.{name}" if name == "reduce" else name
