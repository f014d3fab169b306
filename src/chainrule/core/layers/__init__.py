"""The layers, a file a family."""

from chainrule.core.layers.base import Buffers as Buffers
from chainrule.core.layers.base import Layer as Layer
from chainrule.core.layers.base import Parameter as Parameter
from chainrule.core.layers.base import Signature as Signature
from chainrule.core.layers.dense import Dense as Dense
from chainrule.core.layers.normalize import BatchNorm as BatchNorm
from chainrule.core.layers.regularize import Dropout as Dropout
from chainrule.core.layers.residual import Residual as Residual
from chainrule.core.layers.shape import Flatten as Flatten
from chainrule.core.layers.shape import Identity as Identity
