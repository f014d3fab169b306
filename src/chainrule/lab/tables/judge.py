"""From a table as it was found to one that can be learnt from: its target, its inputs, and the rows that have both."""

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError, SettingError, choices
from chainrule.core.foreign import said
from chainrule.lab.tables.found import Found, FoundColumn
from chainrule.lab.tables.header import numbered
from chainrule.lab.tables.inputs import Input, judge_input, said_name
from chainrule.lab.tables.options import Options
from chainrule.lab.tables.places import at, check_readable
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
    kept = [each for each in found.columns if each.name not in (*dropped, options.sample_weight)]
    if not kept:
        raise SettingError(f"{found.name}: --drop leaves no column. Leave out fewer.")
    targets = _last(kept) if target is None else chosen(found, target)
    for each in targets:
        if each.name in dropped:
            raise SettingError(f"--drop and the target name one column, {each.name}; leave one of them out.")
    answer = judge_target(found, targets, options)
    inputs = []
    for column in found.columns:
        if column.name in dropped:
            inputs.append(Input(column, None, left_out="--drop"))
        elif column.name == options.sample_weight:
            inputs.append(Input(column, None, left_out="it weighs the rows"))
        elif column.name not in answer.names:
            is_wanted = not wanted or column.name in wanted
            no_input = Input(column, None, left_out="not in --columns")
            inputs.append(judge_input(found, column, options) if is_wanted else no_input)
    if not any(each.kind is not None for each in inputs):
        raise DataError(f"{found.name} has no input beside the target {', '.join(answer.names)}; expected one or more.")
    return Table.of(found, tuple(inputs), answer, weights_of(found, answer.names, options))


def _last(kept: list[FoundColumn]) -> list[FoundColumn]:
    """The last column; the one before it where rows that end in a delimiter have made a nameless, empty one."""
    is_made = kept[-1].name == numbered(kept[-1].position + 1) and bool(kept[-1].gaps().all())
    return kept[-2:-1] if is_made and len(kept) > 1 else kept[-1:]


def weights_of(found: Found, targets: tuple[str, ...], options: Options) -> Array | None:
    """The weights of the rows (n,), from the column that says them; None where there is none."""
    name = options.sample_weight
    if name is None:
        return None
    if name in targets:
        raise SettingError(f"--sample-weight and the target are one column, {name}; name two.")
    column = next(each for each in found.columns if each.name == name)
    check_readable(found, column, options, f"--drop {said_name(name)}")
    if column.values.dtype.kind != "f":
        raise DataError(f"{at(found, 0, column)}: expected weights, numbers of 0 or more, got {column.values.dtype}.")
    wrong = np.flatnonzero(~(column.values >= 0))
    if len(wrong):
        cell = column.values[wrong[0]]
        got = "a gap" if np.isnan(cell) else f"{cell:g}"
        raise DataError(f"{at(found, int(wrong[0]), column)}: expected a weight of 0 or more, got {got}; correct it.")
    return column.values.copy()


def _check_names(found: Found, options: Options) -> None:
    """Raise SettingError for a column of an option that isn't there."""
    there = {each.name for each in found.columns}
    named = {option: getattr(options, option) for option in ("columns", "drop", "categorical")}
    named["sample-weight"] = () if options.sample_weight is None else (options.sample_weight,)
    for option, names in named.items():
        for name in names:
            if name not in there:
                raise SettingError(f"--{option}: {found.name} has no column {said(name)}{choices(name, there)}.")
