"""A finding of `diagnose`: a problem, its layer, the numbers measured, and what to try."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array
from chainrule.core.description import check_kind
from chainrule.core.errors import SettingError
from chainrule.lab.figures.numbers import significant
from chainrule.training.data.standardizer import Standardizer
from chainrule.training.data.targets import balanced_weights

STANDARDIZED = {"x": "standardizer", "y": "target_standardizer"}
"""The keys in `changes` of what x and y go through first, as a `Model` names them."""


BALANCED = "balanced"
"""The `sample_weight` in `changes` that gives all classes the same weight, n / (classes · rows of the class)."""


@dataclass(frozen=True)
class Finding:
    """One problem of one run.

    illness: the problem's name.  sentence: what was found, with the numbers.  advice: one thing to try.
    evidence: the numbers that were measured, by name; finite ones.
    layer: the number of the layer, counted as `explain` does: from 1, an activation with the layer in front of it;
        None where it is no single one.
    changes: what to try as settings of `train`, and `standardizer`, which x goes through first, or
        `target_standardizer`, which y does; a `sample_weight` of "balanced" gives all classes the same weight; empty
        where no setting says it. `treated` applies them.
    may_pass: whether it may pass if a run under way goes on.

    >>> finding = Finding("plateau", "The loss stays at 0.25.", "Try Adam(0.01).", {"loss": 0.25})
    >>> print(finding)
    Plateau: The loss stays at 0.25. Try Adam(0.01).
    """

    illness: str
    sentence: str
    advice: str
    evidence: Mapping[str, float] = field(hash=False)
    layer: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    may_pass: bool = False

    def __post_init__(self) -> None:
        for name in ("illness", "sentence", "advice"):
            check_kind(f"Finding's {name}", str, "text", getattr(self, name))
        for name in ("evidence", "changes"):
            check_kind(f"Finding's {name}", Mapping, 'values by name, such as {"loss": 0.25}', getattr(self, name))
        measured = {name: float(value) for name, value in self.evidence.items() if math.isfinite(value)}
        object.__setattr__(self, "evidence", measured)

    def __str__(self) -> str:
        return f"{self.illness[0].upper()}{self.illness[1:]}: {self.sentence} {self.advice}"

    def treated(self, **settings: Any) -> dict[str, Any]:
        """The arguments of `train` by name (network, x, y, loss, ...), with the changes to try in them.

        Raises SettingError where x or y is to be standardised and isn't given.

        >>> Finding("plateau", "", "", {}, changes={"epochs": 20}).treated(epochs=10, seed=1)
        {'epochs': 20, 'seed': 1}
        """
        changed = settings | dict(self.changes)
        for place, (name, key) in enumerate(STANDARDIZED.items()):
            standardizer = changed.pop(key, None)
            if standardizer is None:
                continue
            if name not in settings:
                raise SettingError(
                    f"treated() needs {name}, which is to be standardised; got none. Give {name}=, as to train."
                )
            changed[name] = _standardized(standardizer, changed[name], name)
            if changed.get("validation") is not None:
                held_out = list(changed["validation"])
                held_out[place] = _standardized(standardizer, held_out[place], name)
                changed["validation"] = tuple(held_out)
        if isinstance(changed.get("sample_weight"), str):
            changed["sample_weight"] = balanced_weights(np.asarray(settings["y"]))
        return changed

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and texts, ready for JSON; None where a change takes a setting away."""
        return {
            "illness": self.illness,
            "layer": self.layer,
            "sentence": self.sentence,
            "advice": self.advice,
            "evidence": {name: significant(value, 6) for name, value in self.evidence.items()},
            "changes": {name: None if value is None else repr(value) for name, value in self.changes.items()},
        }


def _standardized(standardizer: Standardizer, values: ArrayLike, name: str) -> Array:
    """Samples, or targets as columns (n, O)."""
    return standardizer.apply(np.reshape(values, (len(np.asarray(values)), -1)) if name == "y" else values)
