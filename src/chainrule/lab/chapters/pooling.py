"""Pooling: the largest number of a window, its mean, or none at all but a convolution that strides."""

from typing import Any

from chainrule.core.activations import ReLU
from chainrule.core.layers import AveragePool, Conv2D, Dense, Flatten, MaxPool
from chainrule.core.layers.base import Layer
from chainrule.core.network import Network
from chainrule.lab.chapters.chapter import Chapter, Scale
from chainrule.lab.chapters.words import best_of_images
from chainrule.lab.experiment import Experiment


def network(first: list[Layer], second: list[Layer]) -> Network:
    """Two blocks, each of which halves the sides of its maps, and a Dense layer."""
    return Network((1, 8, 8), [*first, *second, Flatten(), Dense(10)])


def pooled(pool: Layer) -> Network:
    """Convolutions, each with ReLU and a pool behind it."""
    first, second = (Conv2D(channels, 3, padding="same") for channels in (8, 16))
    return network([first, ReLU(), pool], [second, ReLU(), pool])


def strided() -> Network:
    """Convolutions that move two places at a time, with ReLU behind them."""
    first, second = (Conv2D(channels, 3, stride=2, padding="same") for channels in (8, 16))
    return network([first, ReLU()], [second, ReLU()])


NETWORKS = {pooled(MaxPool(2)): "maximum", pooled(AveragePool(2)): "average", strided(): "stride"}
"""With what each does to halve the sides of its maps."""


def tasks(scale: Scale) -> dict[str, Experiment]:
    """Handwritten digits."""
    return {"digits": scale.images(next(iter(NETWORKS)))}


def conclude(found: dict[str, Any]) -> list[str]:
    """Which of them answers most of the images held out rightly, and which least."""
    return [best_of_images(each["rows"]) for each in found.values()]


CHAPTER = Chapter(
    title="Pooling",
    question="How should a network look at larger and larger parts of an image: by the largest number of each two by "
    "two, by their mean, or by a convolution that moves two places at a time?",
    asks="halving",
    about="Handwritten digits; two convolutions of 8 and 16 channels, three by three, with ReLU, each halved in height "
    "and width, then a Dense layer of ten; batches of 32, cross-entropy, Adam(0.003); only the halving differs.",
    settings={"network": list(NETWORKS)},
    tasks=tasks,
    conclude=conclude,
    names=tuple(NETWORKS.items()),
    level=0.05,
)
