"""PyTorch, eager, with the optimizer that updates all parameters in one call."""

from functools import partial

from benchmarks.contenders import pytorch

train = partial(pytorch.train, fused=True)
