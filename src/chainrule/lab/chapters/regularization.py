"""Batch normalisation and dropout, on and off."""

from typing import Any

from chainrule.core.activations import ReLU
from chainrule.core.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool
from chainrule.core.network import Network
from chainrule.lab.chapters.chapter import Chapter, Scale
from chainrule.lab.chapters.words import best_of_images
from chainrule.lab.experiment import Experiment


def network(normalized: bool, dropped: bool) -> Network:
    """Two convolutions with what is asked for, and a Dense layer."""
    norm, drop = [BatchNorm()] * normalized, [Dropout(0.3)] * dropped
    first, second = ([Conv2D(channels, 3, padding="same"), *norm, ReLU(), MaxPool(2)] for channels in (8, 16))
    return Network((1, 8, 8), [*first, *second, Flatten(), *drop, Dense(10)])


NETWORKS = {
    network(False, False): "neither",
    network(True, False): "normalisation",
    network(False, True): "dropout",
    network(True, True): "both",
}
"""With what each has."""


def tasks(scale: Scale) -> dict[str, Experiment]:
    """Handwritten digits."""
    return {"digits": scale.images(next(iter(NETWORKS)))}


def conclude(found: dict[str, Any]) -> list[str]:
    """Which answers most of the images held out rightly, and which least."""
    return [best_of_images(each["rows"]) for each in found.values()]


CHAPTER = Chapter(
    title="Batch normalisation and dropout",
    question="What is gained where the sums of each channel are brought to one scale, batch by batch, and where units "
    "are left out at random, so that none can rely on another?",
    asks="extras",
    about="Handwritten digits; two convolutions of 8 and 16 channels, three by three, each with ReLU and a pool behind "
    "it, then a Dense layer of ten; batch normalisation between convolution and ReLU, dropout of 0.3 in front of "
    "Dense; batches of 32, cross-entropy, Adam(0.003). The losses are of training as it goes, dropout and all, but for "
    "the last one.",
    settings={"network": list(NETWORKS)},
    tasks=tasks,
    conclude=conclude,
    names=tuple(NETWORKS.items()),
    level=0.05,
)
