"""A loss bound to a network's outputs, with the targets and the samples' shares of the mean."""

import numpy as np

from chainrule.core.arrays import Array, Shape
from chainrule.core.calls import Calls, one_by_one, take, total
from chainrule.core.errors import SettingError
from chainrule.core.losses import Loss, LossBuffers
from chainrule.core.plan.binding import Binder
from chainrule.core.plan.layout import Storage


class BoundLoss:
    """The loss of outputs (..., O, n), and its gradient with respect to them.

    lead: (K,) where each member of a population has samples of its own, else ().
    weighted: whether samples have weights.
    of: how many samples the loss is the mean of, where these n are a part of them.
    """

    def __init__(
        self, loss: Loss, output: Array, d_output: Array, binder: Binder, lead: Shape, *, weighted: bool, of: int
    ) -> None:
        n, dtype, n_outputs = binder.n, output.dtype, output.shape[-2]
        self.targets = binder.memory((n_outputs,), False, lead, n, dtype)
        self.value = np.zeros(output.shape[:-2], dtype)
        self._factor = loss.factor(n_outputs)
        self._share = binder.memory((1,), False, lead, n, dtype) if weighted else None
        if loss.labelled:
            self._labels = np.empty((*lead, n), np.intp)
            self._units = np.eye(n_outputs, dtype=dtype)
            self._by_output = np.moveaxis(self.targets, -2, 0)  # (O, ..., n): as it lies in memory
        at = LossBuffers(
            output=output,
            targets=self.targets,
            d_output=d_output,
            value=self.value,
            share=np.array(self._factor / of, dtype) if self._share is None else self._share,
            scratch=binder.scratch(Storage((n_outputs,)), (n_outputs,), {}),  # its own: kept from forward to backward
        )
        self.forward, self.backward = (Calls(*one_by_one(each)) for each in loss.bind(at))

    def set_targets(self, rows: Array) -> None:
        """Copy targets in the form of `Loss.rows`: values (..., n, O), or class numbers (..., n)."""
        if rows.ndim == self.targets.ndim:
            self.targets[...] = rows.mT
        else:
            self._labels[...] = rows
            take(self._units, self._labels, axis=1, out=self._by_output, mode="clip")

    def set_weights(self, weights: Array, of: Array | None = None) -> None:
        """Set each sample's share (..., n) of the mean: its weight divided by the sum of weights.

        of: the weights of all samples that the loss is the mean of, where these are a part of them.
        """
        if self._share is None:
            raise SettingError("this plan is bound for samples without weights; got weights. Bind with weighted=True.")
        share = self._share[..., 0, :]
        share[...] = weights
        sums = total(weights if of is None else of, axis=-1, keepdims=True).astype(share.dtype)
        np.divide(share, np.maximum(sums, np.finfo(share.dtype).tiny), out=share)
        np.multiply(share, self._factor, out=share)
