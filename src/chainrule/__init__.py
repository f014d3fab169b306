"""Train small neural networks with NumPy alone, as fast as a CPU allows, and see every number on the way.

import chainrule as cr

x, y = cr.datasets.xor()
network = cr.mlp(2, 4, 4, 1, activation="sigmoid")
run = cr.train(network, x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(0.5), epochs=100_000)
run.model.predict(x)
"""

from typing import TYPE_CHECKING

from chainrule.names import lazily
from chainrule.version import __version__ as __version__

if TYPE_CHECKING:
    from chainrule.core.activations import ELU as ELU
    from chainrule.core.activations import GELU as GELU
    from chainrule.core.activations import LeakyReLU as LeakyReLU
    from chainrule.core.activations import ReLU as ReLU
    from chainrule.core.activations import Sigmoid as Sigmoid
    from chainrule.core.activations import Softplus as Softplus
    from chainrule.core.activations import Tanh as Tanh
    from chainrule.core.catalogue import from_dict as from_dict
    from chainrule.core.description import Description as Description
    from chainrule.core.engine.choice import engine as engine
    from chainrule.core.errors import ChainruleError as ChainruleError
    from chainrule.core.errors import DataError as DataError
    from chainrule.core.errors import DivergenceError as DivergenceError
    from chainrule.core.errors import FileError as FileError
    from chainrule.core.errors import MissingExtraError as MissingExtraError
    from chainrule.core.errors import SettingError as SettingError
    from chainrule.core.errors import ShapeError as ShapeError
    from chainrule.core.gradient_check import LayerCheck as LayerCheck
    from chainrule.core.gradient_check import check_gradient as check_gradient
    from chainrule.core.initializers import Glorot as Glorot
    from chainrule.core.initializers import He as He
    from chainrule.core.initializers import Initializer as Initializer
    from chainrule.core.initializers import LeCun as LeCun
    from chainrule.core.initializers import Normal as Normal
    from chainrule.core.initializers import Uniform as Uniform
    from chainrule.core.initializers import Zeros as Zeros
    from chainrule.core.layers.base import Layer as Layer
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
    from chainrule.core.losses import BinaryCrossEntropy as BinaryCrossEntropy
    from chainrule.core.losses import HalfSquaredError as HalfSquaredError
    from chainrule.core.losses import Loss as Loss
    from chainrule.core.losses import SoftmaxCrossEntropy as SoftmaxCrossEntropy
    from chainrule.core.losses import SquaredError as SquaredError
    from chainrule.core.network import Network as Network
    from chainrule.core.network import mlp as mlp
    from chainrule.core.optimizers import SGD as SGD
    from chainrule.core.optimizers import Adam as Adam
    from chainrule.core.optimizers import AdamW as AdamW
    from chainrule.core.optimizers import Momentum as Momentum
    from chainrule.core.optimizers import Nesterov as Nesterov
    from chainrule.core.optimizers import Optimizer as Optimizer
    from chainrule.core.optimizers import RMSprop as RMSprop
    from chainrule.core.penalties import L2 as L2
    from chainrule.core.schedules import Constant as Constant
    from chainrule.core.schedules import Cosine as Cosine
    from chainrule.core.schedules import Exponential as Exponential
    from chainrule.core.schedules import Schedule as Schedule
    from chainrule.core.schedules import StepDecay as StepDecay
    from chainrule.core.schedules import WarmUp as WarmUp
    from chainrule.interfaces.play.door import play as play
    from chainrule.lab.diagnose.diagnosis import diagnose as diagnose
    from chainrule.lab.diagnose.doctor import Doctor as Doctor
    from chainrule.lab.diagnose.finding import Finding as Finding
    from chainrule.lab.experiments.compare import compare as compare
    from chainrule.lab.experiments.comparison import Comparison as Comparison
    from chainrule.lab.experiments.data import DataFile as DataFile
    from chainrule.lab.experiments.data import DataSet as DataSet
    from chainrule.lab.experiments.defaults import experiment_for as experiment_for
    from chainrule.lab.experiments.experiment import Experiment as Experiment
    from chainrule.lab.experiments.network_text import NetworkText as NetworkText
    from chainrule.lab.experiments.perceptron import Perceptron as Perceptron
    from chainrule.lab.explain.derivation import Derivation as Derivation
    from chainrule.lab.explain.explanation import Explanation as Explanation
    from chainrule.lab.explain.explanation import explain as explain
    from chainrule.lab.scripts.door import numpy_script as numpy_script
    from chainrule.lab.scripts.door import script as script
    from chainrule.lab.tables.read_table import read_table as read_table
    from chainrule.lab.tables.table import Table as Table
    from chainrule.training.data import datasets as datasets
    from chainrule.training.data.augmentation import Flip as Flip
    from chainrule.training.data.augmentation import Noise as Noise
    from chainrule.training.data.augmentation import Shift as Shift
    from chainrule.training.data.split import split as split
    from chainrule.training.data.standardizer import Standardizer as Standardizer
    from chainrule.training.history import History as History
    from chainrule.training.history import Record as Record
    from chainrule.training.loop import iterate as iterate
    from chainrule.training.loop import train as train
    from chainrule.training.metrics.classes import accuracy as accuracy
    from chainrule.training.metrics.classes import by_class as by_class
    from chainrule.training.metrics.classes import confusion_matrix as confusion_matrix
    from chainrule.training.metrics.classes import f1 as f1
    from chainrule.training.metrics.classes import precision as precision
    from chainrule.training.metrics.classes import recall as recall
    from chainrule.training.metrics.quantities import mean_absolute_error as mean_absolute_error
    from chainrule.training.metrics.quantities import mean_squared_error as mean_squared_error
    from chainrule.training.metrics.quantities import r2 as r2
    from chainrule.training.metrics.quantities import root_mean_squared_error as root_mean_squared_error
    from chainrule.training.metrics.ranking import average_precision as average_precision
    from chainrule.training.metrics.ranking import log_loss as log_loss
    from chainrule.training.metrics.ranking import roc_auc as roc_auc
    from chainrule.training.model import Model as Model
    from chainrule.training.run import Run as Run
    from chainrule.training.stopping import EarlyStopping as EarlyStopping
    from chainrule.training.stopping import Ending as Ending
    from chainrule.training.training import Training as Training

# Names are imported when they are first used, so that `import chainrule` costs little over NumPy.
_NAMES = {
    "core.activations": "ELU GELU LeakyReLU ReLU Sigmoid Softplus Tanh",
    "core.catalogue": "from_dict",
    "core.description": "Description",
    "core.engine.choice": "engine",
    "core.errors": "ChainruleError DataError DivergenceError FileError MissingExtraError SettingError ShapeError",
    "core.gradient_check": "LayerCheck check_gradient",
    "core.initializers": "Glorot He Initializer LeCun Normal Uniform Zeros",
    "core.layers.base": "Layer",
    "core.layers.convolution": "Conv1D Conv2D",
    "core.layers.dense": "Dense",
    "core.layers.pooling": "AveragePool GlobalAveragePool MaxPool",
    "core.layers.normalize": "BatchNorm",
    "core.layers.regularize": "ChannelDropout Dropout",
    "core.layers.residual": "Residual",
    "core.layers.shape": "Flatten Identity",
    "core.losses": "BinaryCrossEntropy HalfSquaredError Loss SoftmaxCrossEntropy SquaredError",
    "core.network": "Network mlp",
    "core.optimizers": "Adam AdamW Momentum Nesterov Optimizer RMSprop SGD",
    "core.penalties": "L2",
    "core.schedules": "Constant Cosine Exponential Schedule StepDecay WarmUp",
    "interfaces.play.door": "play",
    "lab.experiments.compare": "compare",
    "lab.experiments.comparison": "Comparison",
    "lab.diagnose.diagnosis": "diagnose",
    "lab.diagnose.doctor": "Doctor",
    "lab.diagnose.finding": "Finding",
    "lab.experiments.data": "DataFile DataSet",
    "lab.experiments.defaults": "experiment_for",
    "lab.experiments.experiment": "Experiment",
    "lab.explain.explanation": "Explanation explain",
    "lab.explain.derivation": "Derivation",
    "lab.scripts.door": "numpy_script script",
    "lab.tables.read_table": "read_table",
    "lab.tables.table": "Table",
    "lab.experiments.network_text": "NetworkText",
    "lab.experiments.perceptron": "Perceptron",
    "training.data": "datasets",
    "training.data.augmentation": "Flip Noise Shift",
    "training.stopping": "EarlyStopping Ending",
    "training.history": "History Record",
    "training.loop": "iterate train",
    "training.metrics.classes": "accuracy by_class confusion_matrix f1 precision recall",
    "training.metrics.quantities": "mean_absolute_error mean_squared_error r2 root_mean_squared_error",
    "training.metrics.ranking": "average_precision log_loss roc_auc",
    "training.model": "Model",
    "training.data.standardizer": "Standardizer",
    "training.data.split": "split",
    "training.run": "Run",
    "training.training": "Training",
}

__getattr__, __dir__, __all__ = lazily(__name__, _NAMES)
