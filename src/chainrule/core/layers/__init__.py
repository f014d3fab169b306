"""The layers, one file per family; each file is imported when one of its layers is first used."""

from typing import TYPE_CHECKING

from chainrule.names import lazily

if TYPE_CHECKING:
    from chainrule.core.layers.base import Buffers as Buffers
    from chainrule.core.layers.base import Layer as Layer
    from chainrule.core.layers.base import Parameter as Parameter
    from chainrule.core.layers.base import Signature as Signature
    from chainrule.core.layers.convolution import Conv1D as Conv1D
    from chainrule.core.layers.convolution import Conv2D as Conv2D
    from chainrule.core.layers.dense import Dense as Dense
    from chainrule.core.layers.normalize import BatchNorm as BatchNorm
    from chainrule.core.layers.pooling import AveragePool as AveragePool
    from chainrule.core.layers.pooling import GlobalAveragePool as GlobalAveragePool
    from chainrule.core.layers.pooling import MaxPool as MaxPool
    from chainrule.core.layers.regularize import ChannelDropout as ChannelDropout
    from chainrule.core.layers.regularize import Dropout as Dropout
    from chainrule.core.layers.residual import Residual as Residual
    from chainrule.core.layers.shape import Flatten as Flatten
    from chainrule.core.layers.shape import Identity as Identity

_NAMES = {
    "base": "Buffers Layer Parameter Signature",
    "convolution": "Conv1D Conv2D",
    "dense": "Dense",
    "normalize": "BatchNorm",
    "pooling": "AveragePool GlobalAveragePool MaxPool",
    "regularize": "ChannelDropout Dropout",
    "residual": "Residual",
    "shape": "Flatten Identity",
}

__getattr__, __dir__, __all__ = lazily(__name__, _NAMES)
