"""A frame: one moment of a run as bytes, numbers by name in front and arrays behind.

    4 bytes: the length of the head, little-endian    the head, as JSON    the arrays, one after another

The head holds plain numbers, and in `arrays` the name, type, shape and first byte of each array, counted from the end
of the head; each begins at a multiple of 8. The page reads them without copying.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.core.arrays import Array

ALIGNED = 8

LARGEST = float(np.finfo(np.float32).max)
"""Larger numbers are sent as this one; NaN stays what it is."""


def frame(head: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """A frame of these numbers and arrays; float64 is sent as float32.

    >>> whole = frame({"step": 3}, {"theta": np.zeros(2)})
    >>> len(whole) % 8, parsed(whole)[0]["step"], parsed(whole)[1]["theta"].tolist()
    (0, 3, [0.0, 0.0])
    """
    places, parts, at = [], [], 0
    for name, array in arrays.items():
        kind = "u1" if array.dtype == np.uint8 else "f4"
        numbers = array if kind == "u1" else np.clip(array, -LARGEST, LARGEST).astype("<f4")
        data = np.ascontiguousarray(numbers).tobytes()
        data += bytes(-len(data) % ALIGNED)
        places.append({"name": name, "type": kind, "shape": list(array.shape), "start": at})
        parts.append(data)
        at += len(data)
    text = json.dumps({**head, "arrays": places}, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 4) % ALIGNED)
    return b"".join([len(text).to_bytes(4, "little"), text, *parts])


def parsed(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """The numbers and the arrays of a frame."""
    start = 4 + int.from_bytes(data[:4], "little")
    head = json.loads(data[4:start])
    arrays = {}
    for each in head.pop("arrays"):
        dtype = np.dtype(np.uint8) if each["type"] == "u1" else np.dtype("<f4")
        flat = np.frombuffer(data, dtype, int(np.prod(each["shape"])), start + each["start"])
        arrays[each["name"]] = flat.reshape(each["shape"])
    return head, arrays
