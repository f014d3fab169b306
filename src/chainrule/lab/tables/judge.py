"""From a table as it was found to one that can be learnt from: its target, its inputs, and the rows that have both."""

import numpy as np

from chainrule.core.errors import DataError, SettingError, choices
from chainrule.core.foreign import said
from chainrule.lab.tables.found import Found, FoundColumn
from chainrule.lab.tables.inputs import Input, is_listed, judge_input
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.table import Table
from chainrule.lab.tables.targets import Target, chosen, judge_target


def judge(found: Found, target: Target = None, options: Options | None = None) -> Table:
    """Decide what is learnt from which columns. target: the last column that isn't dropped where it is None.

    Raises SettingError for a column that isn't there, DataError for a table that can't be learnt from, and for whatever
    the table leaves open: the sentence has the place, the readings, and the option for each.
    """
    options = options or Options()
    if not found.columns or not len(found):
        raise DataError(f"{found.name} has no rows of data; expected one row per sample.")
    _check_names(found, options)
    wanted, dropped = frozenset(options.columns), frozenset(options.drop)
    kept = [each for each in found.columns if not is_listed(each, dropped)]
    if not kept:
        raise SettingError(f"{found.name}: --drop leaves no column. Leave out fewer.")
    targets = kept[-1:] if target is None else chosen(found, target)
    others = [each for each in found.columns if each not in targets]
    used = [each for each in others if not is_listed(each, dropped) and (not wanted or is_listed(each, wanted))]
    answer = judge_target(found, targets, _names(targets, "y", others), options)
    names = {id(column): name for column, name in zip(used, _names(used, "x", targets), strict=True)}
    inputs = []
    for column in others:
        if id(column) in names:
            inputs.append(judge_input(found, column, names[id(column)], options))
        else:
            reason = "--drop" if is_listed(column, dropped) else "not in --columns"
            inputs.append(Input(column, column.name or f"column {column.position + 1}", None, left_out=reason))
    learnt = [each for each in inputs if each.kind is not None]
    if not learnt:
        raise DataError(f"{found.name} has no input beside the target {', '.join(answer.names)}; expected one or more.")
    raw = np.stack([each.raw for each in learnt if each.raw is not None], axis=1)
    if len(answer.rows) < len(raw):
        raw = raw[answer.rows]
    return Table(found, raw, tuple(each.kind for each in learnt if each.kind is not None), tuple(inputs), answer)


def _check_names(found: Found, options: Options) -> None:
    """Raise SettingError for a column of an option that isn't there."""
    there = {each.name or str(each.position) for each in found.columns}
    for option in ("columns", "drop", "categorical"):
        for name in getattr(options, option):
            if name not in there:
                raise SettingError(f"--{option}: {found.name} has no column {said(name)}{choices(name, there)}.")


def _names(columns: list[FoundColumn], letter: str, others: list[FoundColumn]) -> tuple[str, ...]:
    """The columns' names; x1, x2, ... and y for those without one, as far as no other column is called so."""
    taken = {each.name for each in (*columns, *others)}
    names = []
    for k, column in enumerate(columns, start=1):
        name = column.name or (letter if letter == "y" and len(columns) == 1 else f"{letter}{k}")
        while not column.name and name in taken:
            name += "_"
        taken.add(name)
        names.append(name)
    return tuple(names)
