"""The numbers that the reference report prints: one run per task, whose start and learning rate it doesn't state."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """The report's numbers of one task.

    losses: the mean squared error at epochs 0, 5,000, ... 95,000.  accuracy: on the test points, from 0 to 1.
    answers: the range of its predictions for class 0 and for class 1, where it says so.
    """

    losses: tuple[float, ...]
    accuracy: float
    answers: tuple[tuple[float, float], tuple[float, float]] | None = None

    def by_epoch(self) -> dict[int, float]:
        """The losses by epoch.

        >>> LINEAR.by_epoch()[95_000]
        0.000205
        """
        return {5_000 * i: loss for i, loss in enumerate(self.losses)}


def _column(text: str) -> tuple[float, ...]:
    return tuple(float(each) for each in text.split())


LINEAR = Published(
    _column("""
        0.249764 0.006943 0.004522 0.003242 0.002395 0.001813 0.001405 0.001113 0.000900 0.000741
        0.000621 0.000527 0.000454 0.000395 0.000347 0.000308 0.000275 0.000248 0.000225 0.000205
    """),
    accuracy=0.99,
)

XOR = Published(
    _column("""
        0.310752 0.246487 0.208476 0.057058 0.012353 0.004461 0.002455 0.001638 0.001210 0.000952
        0.000780 0.000659 0.000569 0.000500 0.000445 0.000401 0.000364 0.000334 0.000308 0.000285
    """),
    accuracy=1.0,
    answers=((0.015, 0.015), (0.960788, 0.996463)),
)
