"""An experiment with other values of settings, wherever these are: in it, its data, its network or its optimizer."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from chainrule.core.description import COUNT, check_whole
from chainrule.core.errors import SettingError, choose, known_name
from chainrule.core.foreign import said
from chainrule.core.initializers import Glorot, He, Initializer, LeCun, Normal, Zeros
from chainrule.core.losses import LOSSES
from chainrule.core.optimizers import OPTIMIZERS, Optimizer
from chainrule.core.penalties import L2
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.labels import label
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.rates import taken_over

PARTS = ("data", "network", "loss", "optimizer")
"""The settings that have settings of their own, which are set after them."""

SHARED = ("seed", "starts", "dtype", "test", "engine")
"""The settings that all runs of a comparison share."""

INITIALIZERS: dict[str, type[Initializer]] = {
    "glorot": Glorot,
    "he": He,
    "lecun": LeCun,
    "normal": Normal,
    "zeros": Zeros,
}
"""The initializers that need no settings, by name."""


def with_settings(experiment: Experiment, settings: Mapping[str, Any]) -> Experiment:
    """The experiment with these values of settings, by name. Raises SettingError for what isn't known or allowed.

    >>> with_settings(Experiment("xor"), {"learning_rate": 0.1, "optimizer": "momentum", "layers": (8,)})
    Experiment(DataSet('xor'), network=Perceptron((8,)), optimizer=Momentum(0.1))
    """
    for name in parts_first(settings):
        experiment, _ = with_setting(experiment, name, settings[name])
    return experiment


def parts_first(names: Iterable[str]) -> list[str]:
    """The names of settings in the order in which they are set."""
    return sorted(names, key=lambda name: name not in PARTS)


def with_setting(experiment: Experiment, name: str, value: Any) -> tuple[Experiment, Any]:
    """The experiment with another value of a setting; and the value as it is held there, or its name.

    An optimizer by its name keeps the settings that it shares with the present one. `units` is the width of every
    hidden layer.

    >>> with_setting(Experiment("moons"), "noise", 0.3)[0].data
    DataSet('moons', noise=0.3)
    >>> with_setting(Experiment("xor"), "optimizer", "momentum")
    (Experiment(DataSet('xor'), optimizer=Momentum(0.25)), 'momentum')
    """
    if name == "optimizer" and isinstance(value, str):
        return replace(experiment, optimizer=_optimizer(experiment.optimizer, value)), known_name(value, OPTIMIZERS)
    if name == "loss" and isinstance(value, str):
        return replace(experiment, loss=choose("loss", value, LOSSES)()), known_name(value, LOSSES)
    if name == "initializer" and isinstance(value, str):
        value = choose("initializer", value, INITIALIZERS)()
    if name == "units":
        width = check_whole("units", COUNT, value)
        if not isinstance(experiment.network, Perceptron):
            raise SettingError("units is a setting of a Perceptron; compare network=[...] for other networks.")
        return with_setting(experiment, "layers", (width,) * len(experiment.network.layers))[0], width
    home = choose("setting", name, homes(experiment))
    if home is None:
        changed = replace(experiment, **{name: value})
        held = getattr(changed, name)
        return changed, held.strength if isinstance(held, L2) and not isinstance(value, L2) else held
    part = replace(getattr(experiment, home), **{name: value})
    return replace(experiment, **{home: part}), getattr(part, name)


def homes(experiment: Experiment) -> dict[str, str | None]:
    """The home of each setting: None for the experiment itself, else the name of the part that has it.

    >>> found = homes(Experiment("xor"))
    >>> found["epochs"], found["learning_rate"], found["noise"], found["activation"]
    (None, 'optimizer', 'data', 'network')
    """
    found: dict[str, str | None] = {"units": "network"}
    for home in ("data", "network", "optimizer"):
        found |= dict.fromkeys((each.name for each in fields(getattr(experiment, home))), home)
    found |= dict.fromkeys(each.name for each in fields(Experiment))
    return {name: home for name, home in found.items() if name not in ("name", "file")}


def _optimizer(now: Optimizer, name: str) -> Optimizer:
    """The optimizer of a name, with those settings of the present one that it has too."""
    given = {field.name: value for field, value in now.settings() if value != field.default}
    return choose("optimizer", name, OPTIMIZERS)(**taken_over(name, given))


def cross(experiment: Experiment, settings: Mapping[str, Sequence[Any]]) -> dict[tuple[Any, ...], Experiment]:
    """The experiments of a full grid, by their values, each as the experiment holds it.

    >>> grid = cross(Experiment("xor"), {"learning_rate": [0.1, 1], "units": [2, 8]})
    >>> list(grid), grid[1.0, 8].network
    ([(0.1, 2), (0.1, 8), (1.0, 2), (1.0, 8)], Perceptron((8, 8)))
    """
    if not settings:
        raise SettingError("compare() expects a setting with its values, such as learning_rate=[0.1, 0.5, 1.0].")
    lists = {}
    for name, values in settings.items():
        if isinstance(values, str | Mapping) or not isinstance(values, Sequence | np.ndarray) or not len(values):
            raise SettingError(
                f"{name} must be a list of the values to compare, such as [0.1, 1.0]; got {said(values)}."
            )
        lists[name] = values.tolist() if isinstance(values, np.ndarray) else list(values)
    grid: dict[tuple[Any, ...], Experiment] = {}
    for values in itertools.product(*lists.values()):
        changed, held = experiment, dict(zip(lists, values, strict=True))
        for name in parts_first(lists):
            choose("setting to compare", name, {each: None for each in homes(changed) if each not in SHARED})
            changed, held[name] = with_setting(changed, name, held[name])
        if tuple(held.values()) in grid:
            raise SettingError(f"each value should be named once; got {label(tuple(held.values()))} twice.")
        grid[tuple(held.values())] = changed
    return grid
