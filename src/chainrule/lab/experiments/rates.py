"""The usual learning rate of each optimizer, which it has where it is named without one."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from chainrule.core.errors import choose
from chainrule.core.optimizers import OPTIMIZERS, SGD, Optimizer
from chainrule.lab.experiments.data import DataFile, DataSet

REFERENCE_RATES = {"linear": 0.8, "xor": 0.2}
"""The learning rates of the reference lab's two tasks: the ones that hold its curves in the band of our starts."""

RATES = {
    "sgd": 0.5,
    "momentum": 0.05,
    "nesterov": 0.05,
    "rmsprop": 0.01,
    "adam": 0.01,
    "adamw": 0.01,
}
"""The usual learning rate of each optimizer."""


def usual_optimizer(name: str, data: DataSet | DataFile, **settings: Any) -> Optimizer:
    """The optimizer of a name, at its usual learning rate unless the settings have one; for the reference lab's tasks
    SGD has theirs.

    >>> usual_optimizer("sgd", DataSet("xor")), usual_optimizer("Momentum", DataSet("xor"), momentum=0.5)
    (SGD(0.2), Momentum(0.05, momentum=0.5))
    """
    kind: Any = choose("optimizer", name, OPTIMIZERS)
    rate = choose("optimizer", name, RATES)
    if kind is SGD and isinstance(data, DataSet):
        rate = REFERENCE_RATES.get(data.name, rate)
    optimizer: Optimizer = kind(**{"learning_rate": rate} | settings)
    return optimizer


def taken_over(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those settings of an optimizer that the optimizer of a name has too.

    >>> taken_over("momentum", {"learning_rate": 0.1, "beta1": 0.8})
    {'learning_rate': 0.1}
    """
    known = {each.name for each in fields(choose("optimizer", name, OPTIMIZERS))}  # type: ignore[arg-type]  # dataclasses
    return {setting: value for setting, value in settings.items() if setting in known}
