"""The layers, a file a family."""

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
