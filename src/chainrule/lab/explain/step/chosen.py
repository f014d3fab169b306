"""The samples that a step is explained on: their rows of the data, and their weights."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from chainrule.core.arrays import Array, as_numbers
from chainrule.core.calls import arithmetic, total
from chainrule.core.checks import check_batches, check_weights
from chainrule.core.description import COUNT_OR_ZERO, check_whole
from chainrule.core.errors import DataError, SettingError
from chainrule.core.network import Network


def check_chosen(samples: int | Sequence[int] | None, n: int) -> tuple[int, ...]:
    """The rows of the data to explain, checked to exist."""
    if samples is None:
        return tuple(range(n))
    chosen = tuple(samples) if isinstance(samples, Sequence | np.ndarray) else (samples,)
    for each in chosen:
        if check_whole("samples", COUNT_OR_ZERO, each) >= n:
            raise SettingError(f"there is no sample {each}: the data have {n}, numbered 0 to {n - 1}.")
    if len(set(chosen)) < len(chosen):
        twice = next(each for i, each in enumerate(chosen) if each in chosen[:i])
        raise SettingError(f"samples names {twice} twice; name each sample once.")
    if not chosen:
        raise SettingError("samples must be the numbers of one sample or more; got none.")
    return tuple(int(each) for each in chosen)


def check_enough(network: Network, chosen: Sequence[int]) -> None:
    """Raise unless these samples are enough for the network's variances, and say what to do."""
    try:
        check_batches(network, len(chosen))
    except DataError as error:
        raise DataError(f"{error} Name several samples, or none to take all of them.") from None


def chosen_weights(sample_weight: ArrayLike | None, chosen: Sequence[int]) -> Array | None:
    """The weights of these rows as they were given; relative to the largest where their sum is out of reach.

    >>> chosen_weights([2, 1, 4], [0, 2]), chosen_weights([1e308, 1e308, 0.0], [0, 1])
    (array([2., 4.]), array([1., 1.]))
    """
    if sample_weight is None:
        return None
    given = as_numbers(sample_weight, "sample_weight").astype(np.float64)[list(chosen)]
    relative = check_weights(given, len(given))
    with arithmetic():
        return given if np.finfo(given.dtype).tiny <= total(given) < np.inf else relative
