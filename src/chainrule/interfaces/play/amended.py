"""A learnt sample with another input or another target: the scene that has it, in which all else stays."""

from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.errors import DataError
from chainrule.interfaces.play.messages import Amend
from chainrule.interfaces.play.scene import IMAGES, OWN, TABLE, Data, OwnTable, Point, Scene
from chainrule.interfaces.play.stage import Stage, held_out_places

MOST_FIELDS = 16
"""The most inputs of a sample that are shown as fields."""

COORDINATES = ("x1", "x2")


def amended(stage: Stage, command: Amend) -> Scene:
    """The scene with the sample as it is now. A data set with a name becomes points of one's own, learnt as before.

    >>> from chainrule.interfaces.play.playing import Playing
    >>> stage = Playing().stage
    >>> scene = amended(stage, Amend(kind="amend", sample=0, column=1, value=0.5))
    >>> scene.data.name, scene.data.points[0]
    ('own', Point(x1=0.0, x2=0.5, y=0.0))
    """
    if stage.scene.data.name == IMAGES:
        raise DataError("images of a data set stay as they are; draw on the large image instead.")
    if command.sample >= len(stage.learnt):
        raise DataError(f"expected a learnt point from 0 to {len(stage.learnt) - 1}, got {command.sample}; take one.")
    columns = _columns(stage)
    if command.column is None:
        _check_target(stage, command)
    elif command.column >= len(columns):
        raise DataError(f"expected a column from 0 to {len(columns) - 1}, got {command.column}; take one of these.")
    data = _of_table(stage, command) if stage.scene.data.name == TABLE else _of_points(stage, command)
    return stage.scene.model_copy(update={"data": data})


def fields_of(stage: Stage, sample: int) -> dict[str, Any] | None:
    """What can be changed of a learnt sample: its first inputs by name, and its target. None of an image.

    classes: how many there are; 0 where the target is a quantity.  becomes_own: whether a change leaves the data set.
    """
    learnt, name = stage.learnt, stage.scene.data.name
    if name == IMAGES:
        return None
    numbers = (learnt.x if name == TABLE else learnt.points)[sample]
    return {
        "inputs": list(zip(_columns(stage)[:MOST_FIELDS], map(float, numbers), strict=False)),
        "target": float(learnt.shown[sample]),
        "classes": stage.n_classes,
        "becomes_own": name not in (OWN, TABLE),
    }


def _columns(stage: Stage) -> tuple[str, ...]:
    """The names of what a sample is given by."""
    table = stage.scene.data.table
    return table.inputs if table is not None and stage.scene.data.name == TABLE else COORDINATES


def _check_target(stage: Stage, command: Amend) -> None:
    """Raise DataError for a target with which the network would be another one."""
    n = stage.n_classes
    if not n:
        return
    if command.value not in range(n):
        raise DataError(f"expected a class from 0 to {n - 1}, got {command.value:g}; take one of these.")
    table = stage.scene.data.table
    if stage.scene.data.name == TABLE and table is not None and table.classes:
        return
    others = np.concatenate([np.delete(stage.learnt.shown, command.sample), stage.test.shown, [command.value]])
    if n > 2 and others.max() < n - 1:
        raise DataError(f"this is the last point of class {n - 1}, without which the network has no output; keep it.")


def _of_points(stage: Stage, command: Amend) -> Data:
    """Points of one's own, in an order in which the same ones are learnt."""
    data, n_test = stage.scene.data, len(stage.test)
    n = len(stage.learnt) + n_test
    rows = np.empty((n, 3))
    is_test = held_out_places(n, n_test / n)
    for which, samples in ((~is_test, stage.learnt), (is_test, stage.test)):
        rows[which] = np.array(samples.as_rows()).reshape(-1, 3)
    row = int(np.flatnonzero(~is_test)[command.sample])
    if data.name == OWN:
        row, points = int(stage.learnt.rows[command.sample]), list(data.points)
    else:
        points = [_point(each) for each in rows]
    name = "y" if command.column is None else COORDINATES[command.column]
    points[row] = points[row].model_copy(update={name: command.value})
    if data.name == OWN:
        return data.model_copy(update={"points": tuple(points)})
    own = {"name": OWN, "points": tuple(points), "test": n_test / n, "n": None, "noise": None}
    return data.model_copy(update=own)


def _point(row: Array) -> Point:
    return Point(x1=float(row[0]), x2=float(row[1]), y=float(row[2]))


def _of_table(stage: Stage, command: Amend) -> Data:
    """The table with another number; the rows that are held out stay these."""
    data, row = stage.scene.data, int(stage.learnt.rows[command.sample])
    table = data.table
    if table is None:
        raise DataError("expected a table, got none; drop a CSV file on the page.")
    return data.model_copy(
        update={"table": _with_number(table, row, command), "held_out": tuple(stage.test.rows.tolist())}
    )


def _with_number(table: OwnTable, row: int, command: Amend) -> OwnTable:
    if command.column is None:
        return table.model_copy(update={"y": _put(table.y, row, command.value)})
    return table.model_copy(update={"x": _put(table.x, row, _put(table.x[row], command.column, command.value))})


def _put(of: tuple[Any, ...], at: int, value: Any) -> tuple[Any, ...]:
    return (*of[:at], value, *of[at + 1 :])
