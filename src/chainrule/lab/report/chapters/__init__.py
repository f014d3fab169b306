"""The report's comparisons: one chapter a file, each with what it changes and the sentences it comes to."""

from chainrule.lab.report.chapters import (
    activations,
    biases,
    hidden_units,
    learning_rates,
    linear_network,
    optimizers,
    pooling,
    regularization,
)
from chainrule.lab.report.chapters.chapter import Chapter

ON_POINTS: dict[str, Chapter] = {
    "learning-rates": learning_rates.CHAPTER,
    "hidden-units": hidden_units.CHAPTER,
    "linear-network": linear_network.CHAPTER,
    "biases": biases.CHAPTER,
    "optimizers": optimizers.CHAPTER,
    "activations": activations.CHAPTER,
}
"""The chapters on the reference's tasks by name, in the order of the page."""

ON_IMAGES: dict[str, Chapter] = {"pooling": pooling.CHAPTER, "regularization": regularization.CHAPTER}
"""Those on images."""

COMPARED = ON_POINTS | ON_IMAGES
"""All of them."""
