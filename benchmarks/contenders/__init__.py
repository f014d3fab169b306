"""The contenders: one module each, with one function for each kind of work that it can do.

`train(work)` returns a function of epochs, which trains from the start and returns what was learnt; `predict(work)` one
of times, which returns the outputs. What is done once for many runs (data brought to the contender's own form,
compiling) is done before they return, or in their first run.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Contender:
    """A contender: the module of its code, the packages that it needs, and how to install them.

    needs: a package, a program if it begins with "$", or a header of C.
    """

    module: str
    needs: str
    install: str

    @property
    def is_there(self) -> bool:
        """Whether what it needs is installed."""
        if self.needs.endswith(".h"):
            return has_header(self.needs)
        return (shutil.which(self.needs[1:]) if self.needs.startswith("$") else find_spec(self.needs)) is not None


TORCH = ("torch", "pip install torch")

CONTENDERS = {
    "chainrule": Contender("chainrule_", "chainrule", "pip install ."),
    "chainrule, NumPy": Contender("chainrule_numpy", "chainrule", "pip install ."),
    "textbook NumPy": Contender("textbook", "numpy", "pip install numpy"),
    "scikit-learn": Contender("scikit_learn", "sklearn", "pip install scikit-learn"),
    "PyTorch eager": Contender("pytorch", *TORCH),
    "PyTorch eager, fused": Contender("pytorch_fused", *TORCH),
    "PyTorch vmap": Contender("pytorch_vmap", *TORCH),
    "JAX": Contender("jax_", "jax", "pip install jax"),
    "MLX": Contender("mlx_", "mlx", "pip install 'mlx[cpu]'"),
    "nn-engine-core": Contender("nn_engine", "nn_core", "pip install nn-engine-core"),
    "libfann": Contender("fann", "doublefann.h", "apt install libfann-dev, and a C compiler named cc"),
    "C": Contender("c", "$cc", "install a C compiler named cc"),
}
"""The contenders, by the names that the tables show."""

OURS, NUMPY = "chainrule", "chainrule, NumPy"
"""chainrule as it chooses its engine, and with NumPy alone."""


def has_header(name: str) -> bool:
    """Whether the C compiler finds a header."""
    command = ["cc", "-E", "-include", name, "-x", "c", os.devnull]
    return shutil.which("cc") is not None and subprocess.run(command, capture_output=True).returncode == 0


def missing(names: list[str]) -> dict[str, str]:
    """The contenders that aren't installed, and how to install them."""
    return {name: CONTENDERS[name].install for name in names if not CONTENDERS[name].is_there}
