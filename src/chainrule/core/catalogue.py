"""The catalogue: every description by its name in files, and the way back from a file to a description.

A class enters when its module is imported. Those of `core` are all here; each layer's module is imported only when a
file names that layer.
"""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

from chainrule.core import activations, initializers, layers, losses, network, optimizers, penalties, schedules  # noqa: F401  # they enter the catalogue  # noqa: F401
from chainrule.core.description import Description
from chainrule.core.errors import FileError, listing
from chainrule.core.foreign import said


def from_dict(data: Mapping[str, Any]) -> Description:
    """The description that `to_dict` wrote. It calls nothing but the classes of the catalogue.

    Raises FileError where no class has the name, or the class has other fields, SettingError for a value out of range.

    >>> from_dict({"type": "SGD", "learning_rate": 0.5})
    SGD(0.5)
    """
    kind: Any = data.get("type") if isinstance(data, Mapping) else None
    if not isinstance(kind, str):
        raise FileError(f"unknown description {said(data)}; it should be a table whose type is the name of a class.")
    if kind in layers.__all__:
        getattr(layers, kind)  # imports it
    if kind not in Description.known or not is_dataclass(Description.known[kind]):
        import difflib  # only for the sentence

        near = listing(difflib.get_close_matches(str(kind), every_kind(), n=5, cutoff=0.0))
        raise FileError(f"unknown description {said(kind)}; the nearest are {near}. Import the module that defines it.")
    values = {name: _value(value) for name, value in data.items() if name != "type"}
    try:
        return Description.known[kind](**values)
    except TypeError as error:
        raise FileError(f"the description of {kind} doesn't have the fields it should: {error}.") from None


def every_kind() -> Mapping[str, type[Description]]:
    """Every class by its name in files: all of `core`, and whatever else has been imported.

    >>> "Conv2D" in every_kind()
    True
    """
    for name in layers.__all__:
        getattr(layers, name)
    return Description.known


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return from_dict(value)
    return tuple(_value(each) for each in value) if isinstance(value, list) else value
