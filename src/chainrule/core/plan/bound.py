"""The protocol of a bound batch: what a training loop asks, however the batch is run."""

from collections.abc import Sequence
from typing import Protocol

from chainrule.core.arrays import Array
from chainrule.core.calls import Calls
from chainrule.core.parameters import Parameters


class BoundBatch(Protocol):
    """An objective bound to the memory of n samples: a plan, or several that share the work.

    It is bound to arrays of samples as well, and learns from what they hold: `load` copies them, or they are read at
    each run. Both are rows of calls; calling one makes all of its calls.
    """

    n: int
    parameters: Parameters
    value: Array
    """The objective at theta, (), or (K,)."""
    load: Calls
    """Copies the samples, if the batch has memory for them."""
    loaded: Sequence[Array]
    """What `load` writes that is read after it."""
    evaluate: Calls
    """The outputs and the value; in micro-batches, the gradient, too."""
    value_and_gradient: Calls
    """The outputs, the value, and its gradient with respect to theta."""

    def close(self) -> None:
        """End the threads that the batch runs in, if any; the next run starts them again."""
