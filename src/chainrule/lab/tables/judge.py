"""From a table as it was found to one that can be learnt from: its target, its inputs, and the rows that have both."""

from chainrule.core.errors import DataError, SettingError, choices
from chainrule.core.foreign import said
from chainrule.lab.tables.found import Found
from chainrule.lab.tables.inputs import Input, judge_input
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
    kept = [each for each in found.columns if each.name not in dropped]
    if not kept:
        raise SettingError(f"{found.name}: --drop leaves no column. Leave out fewer.")
    targets = kept[-1:] if target is None else chosen(found, target)
    answer = judge_target(found, targets, options)
    inputs = []
    for column in found.columns:
        if column.name in dropped:
            inputs.append(Input(column, None, left_out="--drop"))
        elif column.name not in answer.names:
            is_wanted = not wanted or column.name in wanted
            no_input = Input(column, None, left_out="not in --columns")
            inputs.append(judge_input(found, column, options) if is_wanted else no_input)
    if not any(each.kind is not None for each in inputs):
        raise DataError(f"{found.name} has no input beside the target {', '.join(answer.names)}; expected one or more.")
    return Table.of(found, tuple(inputs), answer)


def _check_names(found: Found, options: Options) -> None:
    """Raise SettingError for a column of an option that isn't there."""
    there = {each.name for each in found.columns}
    for option in ("columns", "drop", "categorical"):
        for name in getattr(options, option):
            if name not in there:
                raise SettingError(f"--{option}: {found.name} has no column {said(name)}{choices(name, there)}.")
