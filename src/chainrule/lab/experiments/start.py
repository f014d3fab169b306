"""A start written by hand, such as a textbook's worked example: the weights and biases of layers, in a TOML file."""

import tomllib
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.core.architecture import without_randomness
from chainrule.core.arrays import Array
from chainrule.core.blocks import Block, blocks_of
from chainrule.core.errors import SettingError, choices, listing
from chainrule.core.foreign import said
from chainrule.core.network import Network
from chainrule.training.files.limits import check_text
from chainrule.training.files.reading import name_of, reading

EXAMPLE = "[layer.1] with weights = [[0.15, 0.2], [0.25, 0.3]] and bias = [0.35, 0.35]"
"""How a layer is written: a row of weights for each unit, a column for each input."""


def contents(file: str) -> dict[str, Any]:
    """What a file holds, unchecked. Raises FileError for what isn't TOML."""
    with reading(file, f"a start in TOML, such as {EXAMPLE}", "correct it there") as source:
        text = source.text("save it as TOML in UTF-8")
        check_text(source.name, text)
        return tomllib.loads(text)


def written(theta: Array, network: Network, file: str) -> Array:
    r"""The parameters theta, (P,) or (K, P), with those that a file holds in their places.

    The file has a table for each layer, counted from 1 as in `explain`: an activation belongs to the layer in front of
    it. `weights` has a row for each unit and in it a column for each input, as W in z = W a + b; `bias` a number for
    each unit, or one number for all. Layers of other parameters have them by their own names, such as `scale`.
    Raises FileError for what isn't TOML, SettingError for layers, names or shapes that the network doesn't have.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from chainrule.core.network import mlp
    >>> network = mlp(2, 2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "start.toml"
    ...     _ = file.write_text("[layer.1]\nweights = [[0.15, 0.2], [0.25, 0.3]]\nbias = 0.35\n")
    ...     written(network.initialize(), network, str(file))
    array([0.15, 0.2 , 0.35, 0.25, 0.3 , 0.35])
    """
    theta = theta.copy()
    blocks = blocks_of(without_randomness(network.places))
    learning = {str(each.number): each for each in blocks if each.head.learns and not each.head.branch}
    found, name = contents(file), name_of(file)
    layers = found.get("layer")
    if found.keys() != {"layer"} or not isinstance(layers, Mapping) or not layers:
        raise SettingError(f"{name}: expected a table for each layer, as {EXAMPLE}; got {said(found)}.")
    for number, table in layers.items():
        if number not in learning:
            known = "; ".join(f"{n} {each.name}" for n, each in learning.items())
            raise SettingError(f"{name}: there is no layer {said(number)} with weights; there are {known}.")
        _write(f"{name}, layer {number}", learning[number], theta, table)
    return theta


def _write(where: str, block: Block, theta: Array, table: Any) -> None:
    """Write the numbers of a layer's table to their places in theta."""
    views = block.head.named(theta)
    if not isinstance(table, Mapping):
        raise SettingError(f"{where}: expected {listing(views)}, as {EXAMPLE}; got {said(table)}.")
    for name, values in table.items():
        if name not in views:
            raise SettingError(f"{where}: {block.name} has no {said(name)}{choices(name, views)}.")
        shape = views[name].shape[theta.ndim - 1 :]
        views[name][...] = _numbers(f"{where}, {name}", values, shape, one_for_all=name == "bias")


def _numbers(where: str, values: Any, shape: tuple[int, ...], one_for_all: bool) -> Array:
    """The numbers as an array of this shape."""
    wanted = "a row for each unit, in it a column for each input" if len(shape) > 1 else "a number for each unit"
    try:
        array = np.array(values)
    except ValueError:
        raise SettingError(f"{where}: expected {wanted}, {shape}; got rows of different lengths.") from None
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise SettingError(f"{where}: expected finite numbers, {wanted}; got {said(values)}.")
    if array.shape != shape and not (one_for_all and array.shape == ()):
        turned = " These are its columns: write its rows." if array.shape == shape[::-1] != shape else ""
        raise SettingError(f"{where}: expected {wanted}, {shape}; got {array.shape}.{turned}")
    return np.asarray(array, dtype=np.float64)
