"""The report's chapters that have runs of their own: one idea a file, with its work, its numbers and its facts."""

from chainrule.lab.report.chapters.activations import Activations
from chainrule.lab.report.chapters.biases import Biases
from chainrule.lab.report.chapters.chapter import Chapter
from chainrule.lab.report.chapters.digits import Digits
from chainrule.lab.report.chapters.going_wrong import GoingWrong
from chainrule.lab.report.chapters.hidden_units import HiddenUnits
from chainrule.lab.report.chapters.learning_rates import LearningRates
from chainrule.lab.report.chapters.linear_network import LinearNetwork
from chainrule.lab.report.chapters.mnist1d import Mnist1D
from chainrule.lab.report.chapters.on_images import Pooling, Regularization
from chainrule.lab.report.chapters.one_weight import OneWeight
from chainrule.lab.report.chapters.optimizers import Optimizers
from chainrule.lab.report.chapters.search import Search

CHAPTERS: dict[str, Chapter] = {
    chapter.name: chapter
    for chapter in (
        LinearNetwork(),
        LearningRates(),
        Biases(),
        OneWeight(),
        HiddenUnits(),
        Activations(),
        Optimizers(),
        GoingWrong(),
        Digits(),
        Mnist1D(),
        Pooling(),
        Regularization(),
        Search(),
    )
}
"""By name, in the order of the page: first the three that answer the reference's questions."""
