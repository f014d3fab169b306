"""Inputs and targets as they were given: in their own units, with the names of their columns, not yet standardised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_numbers, count
from chainrule.core.description import check_kind, check_names
from chainrule.core.errors import SettingError, ShapeError
from chainrule.core.network import Network
from chainrule.training.data.standardizer import Standardizer


@dataclass(frozen=True, eq=False)
class Given:
    """x (n, features), or targets, in their own units; the names of the columns; what standardises them, or None.

    filled: which of the numbers stand in for a gap, bool; None: none of them.
    """

    x: Array
    names: tuple[str, ...] = ()
    standardizer: Standardizer | None = None
    filled: Array | None = None

    @classmethod
    def of_targets(cls, y: ArrayLike, standardizer: Standardizer | None, names: Sequence[str]) -> "Given | None":
        """Targets y (n,) or (n, outputs); None where they are learnt as they are. Raises SettingError for the rest."""
        check_kind("target_standardizer", (Standardizer, type(None)), "a Standardizer or None", standardizer)
        if standardizer is None:
            return None
        of_each = as_numbers(y, "y").astype(np.float64)
        of_each = of_each.reshape(len(of_each), -1) if of_each.ndim else of_each
        names = check_names("targets", names)
        if len(names) not in (0, len(standardizer.mean)):
            raise SettingError(f"targets must be {len(standardizer.mean)} names, one for each; got {len(names)}.")
        return cls(of_each, names, standardizer)

    @classmethod
    def of(
        cls,
        network: Network,
        x: Array,
        standardizer: Standardizer | None,
        features: Sequence[str],
        filled: ArrayLike | None,
    ) -> "Given":
        """Checked. Raises SettingError, ShapeError for names, scales or `filled` that don't fit the network."""
        check_kind("standardizer", (Standardizer, type(None)), "a Standardizer or None", standardizer)
        names, n_inputs = check_names("features", features), count(network.input_shape)
        if len(names) not in (0, n_inputs):
            raise SettingError(
                f"features must be {n_inputs} names, one for each input of the network; got {len(names)}."
            )
        of_each = None if filled is None else as_numbers(filled, "filled").astype(bool)
        if of_each is not None and (of_each.size != x.size or len(of_each) != len(x)):
            raise ShapeError(f"filled should have the shape of x, {x.shape}, got {of_each.shape}; leave it out.")
        return cls(x, names, standardizer, None if of_each is None else of_each.reshape(x.shape))

    def standardised(self) -> Array:
        """The numbers as they are learnt."""
        return self.x if self.standardizer is None else self.standardizer.apply(self.x)

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
        rows = list(samples)
        filled = None if self.filled is None else self.filled[rows]
        return Given(self.x[rows], self.names, self.standardizer, filled)
