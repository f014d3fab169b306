"""Inputs as they were given: in their own units, with the names of their columns, before they were standardised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.core.checks import check_samples
from chainrule.core.description import check_kind, check_names
from chainrule.core.errors import SettingError
from chainrule.core.network import Network
from chainrule.training.data.standardizer import Standardizer


@dataclass(frozen=True, eq=False)
class Given:
    """x (n, features) in its own units, the names of the features, and what standardises them; None for nothing."""

    x: Array
    names: tuple[str, ...] = ()
    standardizer: Standardizer | None = None

    @classmethod
    def of(cls, network: Network, x: Array, standardizer: Standardizer | None, features: Sequence[str]) -> "Given":
        """Checked. Raises SettingError for names or scales that don't fit the network's input."""
        check_kind("standardizer", (Standardizer, type(None)), "a Standardizer or None", standardizer)
        names, n_inputs = check_names("features", features), count(network.input_shape)
        if len(names) not in (0, n_inputs):
            raise SettingError(
                f"features must be {n_inputs} names, one for each input of the network; got {len(names)}."
            )
        return cls(x, names, standardizer)

    def standardised(self, network: Network) -> Array:
        """The inputs as the network takes them."""
        if self.standardizer is None:
            return self.x
        return check_samples(network.input_shape, self.standardizer.apply(self.x)).astype(np.float64)

    def name(self, feature: int) -> str:
        """What to call a feature, counted from 0, beside x₁; "" where it has no name but that."""
        name = self.names[feature] if self.names else ""
        return "" if name == f"x{feature + 1}" else name

    @property
    def is_said(self) -> bool:
        """Whether there is anything to say of the inputs: names or scales, of features on one axis."""
        return self.x.ndim == 2 and (self.standardizer is not None or any(map(self.name, range(self.x.shape[1]))))

    def pick(self, samples: Sequence[int]) -> "Given":
        """Some of the samples."""
        return Given(self.x[list(samples)], self.names, self.standardizer)
