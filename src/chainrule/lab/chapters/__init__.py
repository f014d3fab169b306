"""The report's comparisons: one chapter a file, each with what it changes and the sentences it comes to."""

from chainrule.lab.chapters import (
    activations,
    biases,
    hidden_units,
    learning_rates,
    linear_network,
    optimizers,
    pooling,
    regularization,
)
from chainrule.lab.chapters.chapter import Chapter

COMPARED: dict[str, Chapter] = {
    "learning-rates": learning_rates.CHAPTER,
    "hidden-units": hidden_units.CHAPTER,
    "linear-network": linear_network.CHAPTER,
    "biases": biases.CHAPTER,
    "optimizers": optimizers.CHAPTER,
    "activations": activations.CHAPTER,
    "pooling": pooling.CHAPTER,
    "regularization": regularization.CHAPTER,
}
"""The chapters by name, in the order of the page."""
