"""Numbers as bytes, which a page paints."""

import numpy as np

from chainrule.core.arrays import Array


def as_bytes(numbers: Array, largest: Array) -> Array:
    """Numbers from -largest to largest as 1 to 255; 0 is 128."""
    scaled = np.divide(numbers, largest, out=np.zeros_like(numbers), where=largest > 0)
    pixels: Array = (128 + 127 * np.clip(np.nan_to_num(scaled), -1, 1)).astype(np.uint8)
    return pixels


def enlarged(maps: Array, side: int) -> Array:
    """Maps (n, H, W) as (n, side, side): each pixel of these is the number of the one that lies there.

    >>> enlarged(np.array([[[1, 2], [3, 4]]]), 4)[0].tolist()
    [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    """
    height, width = maps.shape[1:]
    places = np.arange(side)
    larger: Array = maps[:, (places * height // side)[:, np.newaxis], places * width // side]
    return larger
