"""Experiments as TOML: tables for the parts, plain keys for the rest; an error names its key."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from chainrule.core.catalogue import every_kind
from chainrule.core.description import Description
from chainrule.core.errors import ChainruleError, SettingError, choices, choose, known_name, nearest
from chainrule.core.extras import missing_extra
from chainrule.core.foreign import said
from chainrule.core.losses import LOSSES
from chainrule.core.optimizers import OPTIMIZERS
from chainrule.lab.experiments.data import DataFile, DataSet, described
from chainrule.lab.experiments.network_text import NetworkText
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.rates import taken_over, usual_optimizer
from chainrule.lab.experiments.run_description import RunDescription
from chainrule.training.files.limits import check_text
from chainrule.training.files.reading import Source, in_memory, reading

Described = TypeVar("Described", bound=RunDescription)

MAIN = {"Experiment": ("data", "network", "loss", "optimizer", "epochs", "batch_size", "seed", "starts")} | {
    "Perceptron": ("layers", "activation")
}
"""The settings that are written even where they have their default."""

ALL = "all"
"""The batch size of all samples: TOML has no word for None, and digits would else get their usual 32."""

ALWAYS = ("learning_rate",)
"""Settings that are written even where they have the default of their class: what is left out has the usual value."""

UNNAMED = ("Experiment", "Perceptron", "DataSet", "DataFile")
"""The descriptions that are recognised by their place and their keys, and need no `type`."""


def write(experiment: RunDescription) -> str:
    """An experiment as TOML. Raises MissingExtraError without tomli-w, of the extra `cli`."""
    try:
        import tomli_w
    except ImportError:
        raise missing_extra("to_toml() needs tomli-w", "cli") from None
    return tomli_w.dumps(_plain(experiment))


def _plain(value: Any) -> Any:
    """A value as TOML writes it: a description without settings to show is its name alone."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if not isinstance(value, Description):
        return value
    kind = type(value).__name__
    table = {} if kind in UNNAMED else {"type": kind}
    for field, inner in value.settings():
        shown = field.default is MISSING or inner != field.default or field.name in (*MAIN.get(kind, ()), *ALWAYS)
        if field.name == "batch_size":
            inner = ALL if inner is None else inner
        if shown and inner is not None:
            table[field.name] = _plain(inner)
    if isinstance(value, DataSet) and set(table) == {"name"}:
        return value.name
    if isinstance(value, NetworkText) and set(table) == {"type", "text"}:
        return value.text
    return kind if set(table) == {"type"} else table


def read(source: str | Path, kind: type[Described]) -> Described:
    """The experiment, of this kind, in a text or a file. Raises FileError, or SettingError that names the key."""
    return kind(**settings(source, kind))


def settings(
    source: str | Path, kind: type[RunDescription], data: DataSet | DataFile | None = None, optimizer: str | None = None
) -> dict[str, Any]:
    """The settings that a text or a file gives, by name: those that it leaves out are left to the caller.

    data: what is learnt, in place of the file's data. An optimizer without a learning rate has its usual one there.
    optimizer: the name of one in place of the file's, whose settings it takes over as far as it has them.
    Raises FileError, or SettingError that names the key.
    """
    is_text = isinstance(source, str) and "=" in source
    held = in_memory("the text", str(source).encode("utf-8", "surrogatepass")) if is_text else source
    with reading(held, "an experiment in TOML", "correct it there") as opened:
        text = opened.text("save it as TOML in UTF-8")
        check_text(opened.name, text)
        found = tomllib.loads(text)
        _check_keys("an experiment", found, kind)
        in_file = found.pop("optimizer", None)
        values = {key: _named(opened, key, value, _READERS.get(key, _any)) for key, value in found.items()}
        if in_file is not None:
            on = described(data or values.get("data", "xor"))
            values["optimizer"] = _named(opened, "optimizer", in_file, lambda value: _optimizer(value, on, optimizer))
        for key, value in values.items():  # each alone first, so that an error names its key
            others = {} if key == "data" else {"data": "xor"}
            _named(opened, key, value, lambda value, key=key, others=others: kind(**others | {key: value}))
        if "data" not in values and data is None:
            raise SettingError(f'{opened.name}: expected a key data, such as data = "xor"; add it.')
        return values


def _named(source: Source, key: str, value: Any, reader: Any) -> Any:
    """The value that the reader returns; an error names the key."""
    source.place = f"key {said(key)}"
    try:
        return reader(value)
    except ChainruleError as error:
        raise SettingError(f"{key}: {error.args[0]}", *error.args[1:]) from None


def _check_keys(what: str, found: Mapping[str, Any], kind: type[Description]) -> None:
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # every description is a dataclass
    for key in found:
        if key not in known:
            raise SettingError(f"unknown key {said(key)} of {what}{choices(key, known)}.")


def _data(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    kind: type[Description] = DataFile if "file" in value else DataSet
    if not value.keys() & {"file", "name"}:
        raise SettingError('expected a name, as { name = "moons" }, or a file, as { file = "pets.csv" }.')
    return _build(kind, value)


def _network(value: Any) -> Any:
    if isinstance(value, str):
        return NetworkText(value)
    return _build(Perceptron, value) if isinstance(value, Mapping) and "type" not in value else _any(value)


def _loss(value: Any) -> Any:
    """A loss by either of its names, SquaredError or squared_error as on the command line, or by its table."""
    both = LOSSES | {each.__name__: each for each in LOSSES.values()}
    return choose("loss", value, both)() if isinstance(value, str) else _any(value)


def _optimizer(value: Any, data: DataSet | DataFile, other: str | None) -> Any:
    """An optimizer by either of its names or by its table, at its usual rate where that gives none.

    other: the name of one that takes over those settings in the table that it has.
    """
    table = {"type": value} if isinstance(value, str) else value
    if not isinstance(table, Mapping):
        return _any(value)
    typed: Any = table.get("type")
    if known_name(typed, OPTIMIZERS) is None and (not isinstance(typed, str) or known_name(typed, _kinds())):
        return _any(value)  # a user's own, or none
    kind = choose("optimizer", typed, OPTIMIZERS)
    settings = {key: _any(inner) for key, inner in table.items() if key != "type"}
    _check_keys(kind.__name__, settings, kind)
    if other is None:
        return usual_optimizer(typed, data, **settings)
    return usual_optimizer(other, data, **taken_over(other, settings))


_READERS = {"data": _data, "network": _network, "loss": _loss, "batch_size": lambda size: None if size == ALL else size}
"""The keys that are read in their own way."""


def _build(kind: type[Description], value: Mapping[str, Any]) -> Description:
    """The description of this kind that a table without its `type` stands for."""
    _check_keys(kind.__name__, value, kind)
    missing = [name for name in _required(kind) if name not in value]
    if missing:
        raise SettingError(f"expected {missing[0]}, which {kind.__name__} has no default for; add it.")
    return kind(**{key: _any(inner) for key, inner in value.items()})


def _any(value: Any) -> Any:
    """A value: a table is the description that its `type` names, in a list too."""
    if isinstance(value, list):
        return tuple(_any(each) for each in value)
    kinds = _kinds()
    if isinstance(value, str) and value in kinds:  # "Sigmoid" is the layer, "sigmoid" an activation's name
        return kinds[value]() if not _required(kinds[value]) else value
    if not isinstance(value, Mapping):
        return value
    typed = value.get("type")
    name = known_name(typed, kinds)
    if name is None:
        near = nearest(typed, kinds)
        meant = f", did you mean {near}?" if near else "."
        raise SettingError(
            f'expected a table with the type of a description, as type = "SGD"; got {said(typed)}{meant}'
        )
    return _build(kinds[name], {key: inner for key, inner in value.items() if key != "type"})


def _kinds() -> dict[str, type[Description]]:
    """Every description that a table can stand for, by its name."""
    return {name: kind for name, kind in every_kind().items() if is_dataclass(kind)}


def _required(kind: type[Description]) -> list[str]:
    """The settings without a default."""
    return [each.name for each in fields(kind) if each.default is MISSING]  # type: ignore[arg-type]  # as above
