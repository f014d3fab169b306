"""What a check returns where it finds its problem."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.lab.diagnose.measurements import MeasuredLayer


@dataclass(frozen=True)
class Observation:
    """The numbers measured, by name; the layer they are of; and what else the rule's sentences name.

    changes: settings of `train` to try, where the check has tried them.
    """

    evidence: Mapping[str, float]
    layer: MeasuredLayer | int | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
