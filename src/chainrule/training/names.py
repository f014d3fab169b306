"""The names that data bring along: of a frame's columns, of a series, and of classes that are text."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, as_array, count
from chainrule.core.errors import DataError, listing
from chainrule.core.foreign import said
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.training.data.columns.frames import is_frame, names_of, table_of


@dataclass(frozen=True)
class Names:
    """features: of the columns of x.  targets: of those of y.  classes: by their numbers, sorted; () without such."""

    features: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    @classmethod
    def of(cls, network: Network, loss: Loss, x: Any, y: Any) -> "Names":
        """The names in x and y. Raises DataError where classes of text are another number than the network answers."""
        features = names_of(x) if is_frame(x) else ()
        n_outputs = network.output_shape[0]
        labels = _text(loss, y)
        classes = () if labels is None else tuple(np.unique(labels).tolist())
        if classes and len(classes) != max(2, n_outputs):
            raise DataError(
                f"y should hold {max(2, n_outputs)} classes, as many as the network answers, got {len(classes)}: "
                f"{said(list(classes))}. Change the network's last layer, or the classes."
            )
        return cls(features if len(features) == count(network.input_shape) else (), names_of(y), classes)

    def arrays(self, loss: Loss, x: Any, y: Any, name: str = "") -> tuple[Any, Any]:
        """Samples and targets as arrays: frames by these names, in their order, and text as the numbers of classes.

        Raises DataError for a column that is missing, and for a class that isn't among these.
        """
        x, y = (table_of(names or names_of(t), t) for names, t in ((self.features, x), (self.targets, y)))
        labels = _text(loss, y)
        if labels is None or not self.classes:
            return x, y
        numbers = np.searchsorted(self.classes, labels).clip(max=len(self.classes) - 1)
        unknown = labels[np.array(self.classes)[numbers] != labels]
        if unknown.size:
            raise DataError(f"{name}y should hold classes among {listing(self.classes)}, got {said(str(unknown[0]))}.")
        return x, numbers


def _text(loss: Loss, y: Any) -> Array | None:
    """Classes as text (n,) or (n, 1), for a loss that learns classes; None for anything else."""
    if loss.link == "identity" or y is None:
        return None
    kind = getattr(getattr(y, "dtype", None), "kind", "O")
    if kind in "biuf":
        return None
    labels = as_array(table_of(names_of(y), y), "y")
    return labels if labels.dtype.kind == "U" and labels.shape[1:] in ((), (1,)) else None
