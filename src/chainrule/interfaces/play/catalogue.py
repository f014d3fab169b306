"""What a page offers: the library's data sets, layers, losses, optimizers and schedules, with their settings."""

import inspect
from dataclasses import MISSING, fields
from typing import Any

from chainrule.core.activations import ACTIVATIONS
from chainrule.core.description import Description
from chainrule.core.losses import LOSSES
from chainrule.core.optimizers import OPTIMIZERS
from chainrule.core.schedules import Cosine, Exponential, StepDecay, WarmUp
from chainrule.interfaces.play.scene import (
    IMAGES,
    MOST_CLASSES,
    MOST_CONVOLUTIONS,
    MOST_FILTERS,
    MOST_LAYERS,
    MOST_POINTS,
    MOST_UNITS,
    Scene,
)
from chainrule.interfaces.play.stage import FIRST_IMAGES
from chainrule.lab.experiments.settings import INITIALIZERS
from chainrule.training.data.plane import INPUTS
from chainrule.training.data.sets.points import BY_NAME

OF_IMAGES: dict[str, Any] = {
    "hidden": (),
    "loss": "softmax_cross_entropy",
    "optimizer": {"type": "Adam", "learning_rate": 0.01},
    "batch_size": 32,
}
"""The settings of a scene that suit images, where its own suit points."""

SCHEDULES = (StepDecay, Exponential, Cosine, WarmUp)


def catalogue() -> dict[str, Any]:
    """Everything that can be chosen, by kind; settings as their name, kind, default and rule in words.

    >>> catalogue()["optimizers"]["SGD"]
    [{'name': 'learning_rate', 'kind': 'float', 'default': None, 'rule': 'a number above 0'}]
    """
    return {
        "data": {**{name: _parameters(function) for name, function in BY_NAME.items()}, IMAGES: {"n": FIRST_IMAGES}},
        "suits": {"images": OF_IMAGES, "points": {name: Scene().model_dump()[name] for name in OF_IMAGES}},
        "inputs": list(INPUTS),
        "activations": ["identity", *ACTIVATIONS] if "identity" not in ACTIVATIONS else list(ACTIVATIONS),
        "initializers": [kind.__name__ for kind in INITIALIZERS.values()],
        "losses": list(LOSSES),
        "optimizers": {kind.__name__: _settings(kind) for kind in OPTIMIZERS.values()},
        "schedules": {kind.__name__: _settings(kind) for kind in SCHEDULES},
        "most": {
            "points": MOST_POINTS,
            "layers": MOST_LAYERS,
            "units": MOST_UNITS,
            "classes": MOST_CLASSES,
            "convolutions": MOST_CONVOLUTIONS,
            "filters": MOST_FILTERS,
        },
    }


def _parameters(function: Any) -> dict[str, Any]:
    """The settings of a data set that the page has a control for, with their defaults."""
    known = inspect.signature(function).parameters
    return {name: each.default for name, each in known.items() if name in ("n", "noise")}


def _settings(kind: type[Description]) -> list[dict[str, Any]]:
    """The settings of a description that are numbers, or yes and no."""
    found = []
    for field in fields(kind):  # type: ignore[arg-type]  # every description is a dataclass
        plain = field.metadata.get("kind")
        if plain not in (float, int, bool):
            continue
        rule = field.metadata.get("rule")
        default = None if field.default is MISSING else field.default
        words = "" if rule is None else rule.words
        found.append({"name": field.name, "kind": plain.__name__, "default": default, "rule": words})
    return found
