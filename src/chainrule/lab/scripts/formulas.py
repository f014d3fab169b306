"""Activations, losses and optimizers as lines of NumPy, of all units and samples at once; as in a textbook.

A column is a sample: z, a and y are (units, n). `tests/lab/scripts` compares each with the library's.
"""

from dataclasses import dataclass

from chainrule.core.activations import ELU, GELU, LeakyReLU, ReLU, Sigmoid, Softplus, Tanh
from chainrule.core.layers.base import Layer
from chainrule.core.losses import BinaryCrossEntropy, HalfSquaredError, Loss, SoftmaxCrossEntropy, SquaredError
from chainrule.core.optimizers import SGD, Adam, Momentum, Optimizer


@dataclass(frozen=True)
class Formula:
    """An activation a = f(z), and its slope, of z and a. The names of a layer's settings stand in braces.

    first: lines that the slope needs.
    """

    name: str
    a: str
    slope: str
    first: tuple[str, ...] = ()


IDENTITY = Formula("identity", "z", "np.ones_like(z)")

ACTIVATIONS: dict[type[Layer], Formula] = {
    ELU: Formula(
        "elu",
        "np.where(z > 0, z, {alpha} * np.expm1(np.minimum(z, 0)))",
        "np.where(a > 0, 1, a + {alpha})",
    ),
    GELU: Formula(
        "gelu",
        "z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))",
        "(1 + t) / 2 + z / 2 * (1 - t**2) * np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z**2)",
        ("t = np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))",),
    ),
    LeakyReLU: Formula("leaky_relu", "np.where(z > 0, z, {slope} * z)", "np.where(a > 0, 1, {slope})"),
    ReLU: Formula("relu", "np.maximum(z, 0)", "np.where(a > 0, 1, 0)"),
    Sigmoid: Formula("sigmoid", "1 / (1 + np.exp(-z))", "a * (1 - a)"),
    Softplus: Formula("softplus", "np.logaddexp(0, z)  # log(1 + e^z)", "1 - np.exp(-a)"),
    Tanh: Formula("tanh", "np.tanh(z)", "1 - a**2"),
}
"""Each activation's formula."""

LOSSES: dict[type[Loss], tuple[tuple[str, ...], tuple[str, ...]]] = {
    BinaryCrossEntropy: (
        ("loss = np.mean(np.logaddexp(0, a[-1]) - y * a[-1])  # -y log p - (1 - y) log(1 - p)",),
        ("p = 1 / (1 + np.exp(-a[-1]))", "da = (p - y) / a[-1].size"),
    ),
    HalfSquaredError: (
        ("loss = np.sum((a[-1] - y) ** 2) / (2 * n)",),
        ("da = (a[-1] - y) / n",),
    ),
    SoftmaxCrossEntropy: (
        (
            "p = np.exp(a[-1] - a[-1].max(axis=0))  # the maximum keeps exp() below overflow",
            "p /= p.sum(axis=0)",
            "loss = -np.sum(y * np.log(p)) / n",
        ),
        ("da = (p - y) / n",),
    ),
    SquaredError: (
        ("loss = np.mean((a[-1] - y) ** 2)",),
        ("da = 2 * (a[-1] - y) / a[-1].size",),
    ),
}
"""Each loss of the outputs a[-1] and the targets y, and its derivative in the outputs."""

OPTIMIZERS: dict[type[Optimizer], tuple[str, ...]] = {
    SGD: ("w -= {learning_rate} * g",),
    Momentum: ("v[:] = {momentum} * v + g", "w -= {learning_rate} * v"),
    Adam: (
        "m[:] = {beta1} * m + (1 - {beta1}) * g",
        "v[:] = {beta2} * v + (1 - {beta2}) * g**2",
        "m_hat, v_hat = m / (1 - {beta1} ** (step + 1)), v / (1 - {beta2} ** (step + 1))",
        "w -= {learning_rate} * m_hat / (np.sqrt(v_hat) + {epsilon})",
    ),
}
"""Each optimizer's step of a weight w with the gradient g, and with what it keeps of w: its slots."""

UNCORRECTED = (*OPTIMIZERS[Adam][:2], "w -= {learning_rate} * m / (np.sqrt(v) + {epsilon})")
"""Adam without its correction of the bias."""
