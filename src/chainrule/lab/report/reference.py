"""The reference lab: one small network, two tasks, many starts, and the numbers that the reference report prints."""

import math
from dataclasses import dataclass

from chainrule.core.description import COUNT, SEED, Description, whole
from chainrule.core.initializers import Normal
from chainrule.core.losses import HalfSquaredError
from chainrule.core.network import Network, mlp
from chainrule.core.optimizers import SGD
from chainrule.lab.experiments.rates import REFERENCE_RATES
from chainrule.lab.report.published import LINEAR, XOR, Published
from chainrule.training.data.sets.points import Points, load

LOG_ROWS = 20
"""The number of epochs at which the reference prints its loss."""

RECORDS_PER_ROW = 10
"""Points of a curve per row of the log."""


@dataclass(frozen=True)
class Draw:
    """A data set by its name and settings: `points()` draws it, and its text is the line of Python that does.

    >>> print(Draw("linear", (("n", 100), ("seed", 7))))
    cr.datasets.linear(n=100, seed=7)
    """

    name: str
    settings: tuple[tuple[str, int], ...] = ()

    def points(self) -> Points:
        """X (n, 2) and y (n, 1)."""
        return load(self.name, **dict(self.settings))

    def __str__(self) -> str:
        return f"cr.datasets.{self.name}({', '.join(f'{name}={value}' for name, value in self.settings)})"


@dataclass(frozen=True)
class LabTask:
    """One of the lab's two tasks: its points, its learning rate, and the reference's numbers.

    drawn: whether each start has points drawn for it, and all are tested on one more draw; else the points are fixed,
        and are the test too.
    learning_rate: the reference doesn't say its own; with this one its curve lies in the band of our starts.
    """

    name: str
    published: Published
    drawn: bool
    learning_rate: float

    def points(self, seed: int) -> Draw:
        """The points drawn with a seed, or the fixed ones.

        >>> print(TASKS["linear"].points(7), TASKS["xor"].points(7))
        cr.datasets.linear(n=100, seed=7) cr.datasets.xor()
        """
        return Draw(self.name, (("n", 100), ("seed", seed)) if self.drawn else ())


TASKS = {
    "linear": LabTask("linear", LINEAR, True, REFERENCE_RATES["linear"]),
    "xor": LabTask("xor", XOR, False, REFERENCE_RATES["xor"]),
}
"""The two tasks by name."""


@dataclass(frozen=True, repr=False)
class Lab(Description):
    """The settings of the reference lab. Start k has the seed `seed` + k, for its weights and, on linear, its points.

    >>> Lab(epochs=1000, starts=8)
    Lab(1000, starts=8)
    >>> Lab().log_epochs[:3], Lab().log_epochs[-1], Lab().record_every
    ((0, 5000, 10000), 95000, 500)
    """

    epochs: int = whole(COUNT, 100_000)
    starts: int = whole(COUNT, 32)
    seed: int = whole(SEED, 0)

    @property
    def network(self) -> Network:
        """Two inputs, two hidden layers of four units, one output; sigmoid after each; standard normal weights."""
        return mlp(2, 4, 4, 1, initializer=Normal())

    @property
    def loss(self) -> HalfSquaredError:
        """Half the mean squared error, whose gradient is the reference's equation (2)."""
        return HalfSquaredError()

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each start."""
        return tuple(range(self.seed, self.seed + self.starts))

    def optimizer(self, task: LabTask) -> SGD:
        """Gradient descent, on all points at once."""
        return SGD(task.learning_rate)

    def training(self, task: LabTask, start: int) -> Draw:
        """The points that a start learns from."""
        return task.points(self.seed + start)

    def test(self, task: LabTask) -> Draw:
        """The test points of all starts: drawn with the first seed that no start has.

        >>> print(Lab().test(TASKS["linear"]))
        cr.datasets.linear(n=100, seed=32)
        """
        return task.points(self.seed + self.starts)

    @property
    def record_every(self) -> int:
        """Epochs from one point of a curve to the next: a divisor of the epochs from row to row of the log."""
        return math.ceil(math.ceil(self.epochs / LOG_ROWS) / RECORDS_PER_ROW)

    @property
    def log_epochs(self) -> tuple[int, ...]:
        """The epochs of the log: at most 20, evenly spaced from 0."""
        step = math.ceil(math.ceil(self.epochs / LOG_ROWS) / self.record_every) * self.record_every
        return tuple(range(0, self.epochs, step))


def log_line(epoch: int, loss: float) -> str:
    """A line of the training log as the reference prints it; a loss of a million or more in six significant digits.

    >>> log_line(5000, 0.006943)
    'Epoch 5000 Loss: 0.006943'
    """
    return f"Epoch {epoch} Loss: {loss:.6f}" if loss < 1e6 else f"Epoch {epoch} Loss: {loss:.6g}"


def prediction_line(i: int, truth: int, prediction: float) -> str:
    """A row of the predictions as the reference prints it.

    >>> prediction_line(3, 1, 0.9911)
    'Iter 3  Ground Truth: 1  Prediction: 0.991100'
    """
    return f"Iter {i}  Ground Truth: {truth}  Prediction: {prediction:.6f}"


def accuracy_line(accuracy: float) -> str:
    """The line below the predictions as the reference prints it; `accuracy` is from 0 to 1.

    >>> accuracy_line(0.99)
    'Test Accuracy: 99.00%'
    """
    return f"Test Accuracy: {100 * accuracy:.2f}%"
