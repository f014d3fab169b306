"""The loss as logs, curves and tables show it: for squared errors the full mean, as in the reference lab."""

from collections.abc import Sequence

from chainrule.core.losses import HalfSquaredError, Loss, SquaredError
from chainrule.core.network import Network


def loss_factor(loss: Loss, network: Network) -> float:
    """The factor from a loss to the one that is shown: 2 / outputs for half the squared error, else 1.

    >>> from chainrule.core.network import mlp
    >>> loss_factor(HalfSquaredError(), mlp(2, 4, 1)), loss_factor(SquaredError(), mlp(2, 4, 1))
    (2.0, 1.0)
    """
    return 2.0 / network.output_shape[0] if isinstance(loss, HalfSquaredError) else 1.0


def loss_name(losses: Sequence[Loss]) -> str:
    """The name of the loss that is shown.

    >>> loss_name([HalfSquaredError(), SquaredError()])
    'mean squared error'
    """
    return "mean squared error" if all(isinstance(each, SquaredError | HalfSquaredError) for each in losses) else "loss"
