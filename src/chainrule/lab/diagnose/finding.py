"""What the doctor says: an illness, where it sits, what was measured, and what to try."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array
from chainrule.core.errors import SettingError
from chainrule.training.data.standardizer import Standardizer

TARGETS = "target_standardizer"
"""The key in `changes` of what y goes through, as a `Model` calls it."""


@dataclass(frozen=True)
class Finding:
    """One illness of one run.

    illness: its name.  sentence: what was found, with the numbers.  advice: one thing to try.
    evidence: the numbers that were measured, by name; finite ones.
    layer: the number of the layer, counted as `explain` does: from 1, an activation with the layer in front of it;
        None where it is no single one.
    changes: what to try as settings of `train`, and `standardizer`, which x goes through first, or
        `target_standardizer`, which y does; empty where no setting says it. `treated` applies them.
    may_pass: whether it may pass if the run goes on. Only of a run under way.

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
        measured = {name: float(value) for name, value in self.evidence.items() if math.isfinite(value)}
        object.__setattr__(self, "evidence", measured)

    def __str__(self) -> str:
        return f"{self.illness[0].upper()}{self.illness[1:]}: {self.sentence} {self.advice}"

    def treated(self, **settings: Any) -> dict[str, Any]:
        """The arguments of `train` by name (network, x, y, loss, ...), with what is to be tried in them.

        >>> Finding("plateau", "", "", {}, changes={"epochs": 20}).treated(epochs=10, seed=1)
        {'epochs': 20, 'seed': 1}
        """
        changed = settings | dict(self.changes)
        standardizers = {name: changed.pop(key, None) for name, key in (("x", "standardizer"), ("y", TARGETS))}
        for place, (name, standardizer) in enumerate(standardizers.items()):
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
        return changed

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and texts, ready for JSON; None where a change takes a setting away."""
        return {
            "illness": self.illness,
            "layer": self.layer,
            "sentence": self.sentence,
            "advice": self.advice,
            "evidence": {name: float(f"{value:.6g}") for name, value in self.evidence.items()},
            "changes": {name: None if value is None else repr(value) for name, value in self.changes.items()},
        }


def _standardized(standardizer: Standardizer, values: ArrayLike, name: str) -> Array:
    """Samples, or targets as columns (n, O)."""
    return standardizer.apply(np.reshape(values, (len(np.asarray(values)), -1)) if name == "y" else values)


def said(value: float, digits: int = 3) -> str:
    """A number in a sentence.

    >>> said(1013.2), said(0.0123456), said(8.9e-08, 1), said(20.0, 1), said(float("inf"))
    ('1,010', '0.0123', '9e-08', '20', 'infinity')
    """
    if value == float("inf"):
        return "infinity"
    short = float(f"{value:.{digits}g}")
    return f"{short:,g}" if 1e-3 <= abs(short) < 1e5 else f"{short:.{digits}g}"


def in_words(setting: object) -> str:
    """A setting as it is written, an optimizer with its rate where that is the default, too.

    >>> from chainrule.core.optimizers import Adam, AdamW
    >>> in_words(Adam()), in_words(AdamW(weight_decay=1.0)), in_words(Adam(0.01))
    ('Adam(0.001)', 'AdamW(0.001, weight_decay=1.0)', 'Adam(0.01)')
    """
    text = repr(setting)
    name, _, rest = text.partition("(")
    rate = getattr(setting, "learning_rate", None)
    if rate is None or rest.startswith(repr(rate)):
        return text
    return f"{name}({rate!r})" if rest == ")" else f"{name}({rate!r}, {rest}"
