"""With and without biases; and circles, which a tanh network cannot learn without."""

from typing import ClassVar

from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.chapters.comparing import NETWORK, Comparing, on_points

ODD = Perceptron((4, 4), activation="tanh", output="sigmoid", initializer=NETWORK.initializer)
"""Without biases its outputs at x and -x add up to 1, whatever its weights, so it can't give both one class."""


class Biases(Comparing):
    """Networks with biases and without, on three tasks."""

    name = "biases"
    title = "What are weights and biases for?"
    asks = "biases"
    settings: ClassVar = {"bias": [True, False]}
    labels = ((True, "with"), (False, "without"))

    def tasks(self, scale: Scale) -> dict[str, Experiment]:
        """The reference's network on both tasks, and the odd one on circles around the origin."""
        return super().tasks(scale) | {"circles": on_points(scale, "circles", ODD)}
