"""Whether a network in which nothing bends would learn more if it did: both on trial, judged by samples held out.

On those that it learns a bent network always gets further, be they noise.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from chainrule.core.activations import Activation
from chainrule.core.layers.pooling import MaxPool
from chainrule.core.network import Network
from chainrule.core.streams import stream
from chainrule.lab.diagnose.trials.rates import LONGER
from chainrule.lab.diagnose.trials.trial import FEWEST_STEPS, LARGE_BATCH, LARGE_BUDGET, MOST_STEPS, cost
from chainrule.training.loop import train
from chainrule.training.stopping import EarlyStopping

if TYPE_CHECKING:
    from chainrule.lab.diagnose.case import Case

MOST_SAMPLES = 4000
"""So many samples are taken for it: with the 500 of the other trials MNIST-1D is learnt by heart, bent or not."""

HELD_OUT = 0.25

BETTER = 0.9
"""The bent one learns more where it leaves less than this part of the loss of samples held out.

In trials noise around straight lines came to 0.99 and more, MNIST-1D to 0.81, products of two features to 0.2.
"""


class Bends(NamedTuple):
    """The losses of samples held out: the lowest of the network begun anew and of the bent one, within so many steps,
    and that of the network as its run left it.
    """

    straight: float
    bent: float
    end: float
    steps: int

    @property
    def helps(self) -> bool:
        """Whether the bent one clearly gets further."""
        return self.bent < BETTER * min(self.straight, self.end)


def is_straight(network: Network) -> bool:
    """Whether nothing bends in the whole network: it is one affine map of the samples.

    >>> from chainrule.core.network import mlp
    >>> is_straight(mlp(2, 4, 1, activation="identity")), is_straight(mlp(2, 4, 1))
    (True, False)
    """
    return not any(isinstance(each.layer, Activation | MaxPool) for each in network.leaves)


def try_bent(case: "Case", bent: Network) -> Bends | None:
    """Train both from the run's start; `bent` has the same parameters."""
    setup, start, end = case.setup, case.start, case.end
    if setup is None or start is None or end is None or case.more is None or bent.n_parameters != len(start.theta):
        return None
    x, y = case.more(MOST_SAMPLES)
    mixed = stream(0, "look", 2).permutation(len(x))  # data may lie class by class
    x, y = x[mixed], y[mixed]
    cut = round((1.0 - HELD_OUT) * len(x))
    batch = min(cut, setup.batch_size or cut)
    if 10 * FEWEST_STEPS * batch * cost(bent) > LARGE_BUDGET:
        batch = max(min(batch, LARGE_BATCH), bent.least_samples)
    batches = -(-cut // batch)
    steps = np.clip(2 * LARGE_BUDGET / (batch * cost(bent)), FEWEST_STEPS, LONGER * MOST_STEPS)
    epochs = max(1, round(steps / batches))

    def lowest(network: Network) -> float:
        run = train(
            network,
            x[:cut],
            y[:cut],
            loss=case.loss,
            optimizer=setup.optimizer,
            epochs=epochs,
            batch_size=None if setup.batch_size is None and batch == cut else batch,
            population=1,  # one that diverges doesn't raise
            seed=setup.seeds,
            theta=start.theta[np.newaxis],
            state=start.state[np.newaxis],
            dtype=start.theta.dtype,
            penalty=setup.penalty,
            clip=setup.clip,
            record_every=epochs,
            validation=(x[cut:], y[cut:]),
            early_stopping=EarlyStopping(epochs),  # never stops, and keeps the best
        )
        return _or_infinite(run.final_validation_loss[0])

    with np.errstate(all="ignore"):
        at_end, _ = case.network.loss_and_gradient(end.theta, x[cut:], y[cut:], case.loss)
    return Bends(lowest(case.network), lowest(bent), _or_infinite(at_end), epochs * batches)


def _or_infinite(loss: Any) -> float:
    return float(loss) if np.isfinite(loss) else np.inf
