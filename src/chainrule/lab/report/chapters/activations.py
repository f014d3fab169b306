"""Activation functions of the hidden layers: sigmoid, ReLU and tanh."""

from dataclasses import replace
from typing import ClassVar

from chainrule.lab.report.chapters.comparing import NETWORK, Comparing


class Activations(Comparing):
    """Three activation functions in the hidden layers. The output stays a sigmoid."""

    name = "activations"
    title = "Which activation function learns best?"
    asks = "activation function"
    labels = (
        (NETWORK, "sigmoid"),
        (replace(NETWORK, activation="relu", output="sigmoid"), "ReLU"),
        (replace(NETWORK, activation="tanh", output="sigmoid"), "tanh"),
    )
    settings: ClassVar = {"network": [network for network, _ in labels]}
