"""Comparisons of networks on handwritten digits: three ways of pooling, and batch normalisation and dropout."""

from typing import ClassVar

from chainrule.core.activations import ReLU
from chainrule.core.layers import AveragePool, BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool
from chainrule.core.layers.base import Layer
from chainrule.core.losses import SoftmaxCrossEntropy
from chainrule.core.network import Network
from chainrule.core.optimizers import Adam
from chainrule.lab.experiments.data import DataSet
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.chapters.comparing import DTYPE, Comparing
from chainrule.lab.report.chapters.ranking import Row, by_accuracy

EPOCHS_OF_A_COMPARISON = 2_000
"""Epochs on points per epoch on images, which is 42 steps of a much larger network."""


class OnImages(Comparing):
    """A comparison of networks on handwritten digits, a quarter of them held out."""

    level = 0.05
    """A start succeeds at this cross-entropy of the images learnt."""

    def tasks(self, scale: Scale) -> dict[str, Experiment]:
        """The digits."""
        experiment = Experiment(
            DataSet("digits"),
            network=self.settings["network"][0],
            loss=SoftmaxCrossEntropy(),
            optimizer=Adam(0.003),
            epochs=max(1, scale.epochs // EPOCHS_OF_A_COMPARISON),
            batch_size=32,
            dtype=DTYPE,
            starts=scale.starts,
            seed=scale.seed,
        )
        return {"digits": experiment}

    def rank(self, row: Row) -> tuple[float, ...]:
        """By the accuracy on the images held out."""
        return by_accuracy(row)


def pooled(*pool: Layer, stride: int = 1) -> Network:
    """Two convolutions with ReLU, each followed by the pool, if there is one."""
    first, second = ([Conv2D(channels, 3, stride, "same"), ReLU(), *pool] for channels in (8, 16))
    return Network((1, 8, 8), [*first, *second, Flatten(), Dense(10)])


class Pooling(OnImages):
    """Pooling: the largest number of a window, its mean, or none at all but a convolution that strides."""

    name = "pooling"
    title = "Pooling"
    asks = "halving"
    labels = ((pooled(MaxPool(2)), "maximum"), (pooled(AveragePool(2)), "average"), (pooled(stride=2), "stride"))
    settings: ClassVar = {"network": [network for network, _ in labels]}


def regularized(normalized: bool, dropped: bool) -> Network:
    """Two convolutions and a Dense layer, with batch normalisation and dropout where asked."""
    norm, drop = [BatchNorm()] * normalized, [Dropout(0.3)] * dropped
    first, second = ([Conv2D(channels, 3, padding="same"), *norm, ReLU(), MaxPool(2)] for channels in (8, 16))
    return Network((1, 8, 8), [*first, *second, Flatten(), *drop, Dense(10)])


class Regularization(OnImages):
    """Batch normalisation and dropout, on and off."""

    name = "regularization"
    title = "Batch normalisation and dropout"
    asks = "extras"
    labels = (
        (regularized(False, False), "neither"),
        (regularized(True, False), "normalisation"),
        (regularized(False, True), "dropout"),
        (regularized(True, True), "both"),
    )
    settings: ClassVar = {"network": [network for network, _ in labels]}
