"""Batch normalisation and dropout, on and off."""

from chainrule.core.activations import ReLU
from chainrule.core.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool
from chainrule.core.network import Network
from chainrule.lab.report.chapters.on_images import chapter_on_images


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


CHAPTER = chapter_on_images(
    NETWORKS,
    title="Batch normalisation and dropout",
    question="What is gained where the sums of each channel are brought to one scale, batch by batch, and where units "
    "are left out at random, so that none can rely on another?",
    asks="extras",
    about="Handwritten digits; two convolutions of 8 and 16 channels, three by three, each with ReLU and a pool behind "
    "it, then a Dense layer of ten; batch normalisation between convolution and ReLU, dropout of 0.3 in front of "
    "Dense; batches of 32, cross-entropy, Adam(0.003). The losses are of training as it goes, dropout and all, but for "
    "the last one.",
)
