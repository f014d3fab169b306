"""What a run makes small."""

from dataclasses import dataclass
from typing import Any

from chainrule.core.arrays import Array
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.penalties import L2
from chainrule.core.plan.plan import Plan


@dataclass(frozen=True)
class Objective:
    """A loss of a network's answers, and a penalty."""

    network: Network
    loss: Loss
    penalty: L2 | None = None

    def plan(
        self, n: int, theta: Array, state: Array | None, gradient: Array | None, weighted: bool, **settings: Any
    ) -> Plan:
        """A plan for n samples."""
        settings |= {"loss": self.loss, "penalty": self.penalty, "weighted": weighted}
        return Plan(self.network, n, theta, gradient, state=state, **settings)
