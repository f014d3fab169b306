"""The protocol of a bound batch: what a training loop asks, however the batch is run."""

from typing import Protocol

from chainrule.core.arrays import Array
from chainrule.core.calls import Calls
from chainrule.core.parameters import Parameters


class BoundBatch(Protocol):
    """An objective bound to the memory of n samples: a plan, or several that share the work.

    Samples and targets are set, and stay as they are until they are set again: a batch may copy them at once, or read
    them whenever it runs. The passes are rows of calls; calling one makes all of its calls.
    """

    n: int
    parameters: Parameters
    value: Array
    """The objective at theta, (), or (K,)."""
    forward: Calls
    """The outputs."""
    evaluate: Calls
    """The outputs, and the value."""
    value_and_gradient: Calls
    """The outputs, the value, and its gradient with respect to theta."""

    def set_input(self, x: Array) -> None:
        """Set the samples: (n, *shape), or (K, n, *shape) where each member has its own."""

    def set_targets(self, rows: Array) -> None:
        """Set the targets in the form of `Loss.rows`: values (..., n, O), or class numbers (..., n)."""

    def set_weights(self, weights: Array) -> None:
        """Set the samples' weights, (..., n)."""

    def close(self) -> None:
        """End the threads that the batch runs in, if any; the next run starts them again."""
