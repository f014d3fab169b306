"""chainrule with NumPy alone: every call as it is."""

import os

os.environ["CHAINRULE_ENGINE"] = "numpy"  # of this process, and of those that it starts; it is read at the first run

from benchmarks.contenders.chainrule_ import compare, predict, products, remark, train

__all__ = ["compare", "predict", "products", "remark", "train"]
