"""Pooling: the largest number of a window, its mean, or none at all but a convolution that strides."""

from chainrule.core.activations import ReLU
from chainrule.core.layers import AveragePool, Conv2D, Dense, Flatten, MaxPool
from chainrule.core.layers.base import Layer
from chainrule.core.network import Network
from chainrule.lab.report.chapters.on_images import chapter_on_images


def network(*pool: Layer, stride: int = 1) -> Network:
    """Two convolutions with ReLU, each with the pool behind it, if there is one."""
    first, second = ([Conv2D(channels, 3, stride, "same"), ReLU(), *pool] for channels in (8, 16))
    return Network((1, 8, 8), [*first, *second, Flatten(), Dense(10)])


NETWORKS = {network(MaxPool(2)): "maximum", network(AveragePool(2)): "average", network(stride=2): "stride"}
"""With what each does to halve the sides of its maps."""

CHAPTER = chapter_on_images(
    NETWORKS,
    title="Pooling",
    question="How should a network look at larger and larger parts of an image: by the largest number of each two by "
    "two, by their mean, or by a convolution that moves two places at a time?",
    asks="halving",
    about="Handwritten digits; two convolutions of 8 and 16 channels, three by three, with ReLU, each halved in height "
    "and width, then a Dense layer of ten; batches of 32, cross-entropy, Adam(0.003); only the halving differs.",
)
