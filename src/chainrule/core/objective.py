"""The objective: a network's loss plus its penalty, as a function of theta."""

from dataclasses import dataclass

from chainrule.core.architecture import Architecture
from chainrule.core.losses import Loss
from chainrule.core.penalties import L2


@dataclass(frozen=True)
class Objective:
    """loss(outputs of the network at theta, targets) + penalty(theta): what training minimises."""

    network: Architecture
    loss: Loss
    penalty: L2 | None = None
