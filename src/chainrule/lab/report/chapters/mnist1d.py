"""Convolution on series: MNIST-1D as in its authors' table, and shuffled, where neighbours mean nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.core.activations import ReLU
from chainrule.core.layers.base import Layer
from chainrule.core.layers.convolution import Conv1D
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.regularize import Dropout
from chainrule.core.layers.shape import Flatten
from chainrule.core.losses import SoftmaxCrossEntropy
from chainrule.core.network import Network
from chainrule.core.optimizers import Adam
from chainrule.core.schedules import Cosine, Schedule
from chainrule.lab.report.bands import Results, number
from chainrule.lab.report.chapters.chapter import Answers, Chapter, Scale, Work
from chainrule.training.data.sets.real import mnist1d
from chainrule.training.loop import iterate
from chainrule.training.model import Model

STARTS = 5
"""Starts of each network."""

LAST = 10
"""A run's accuracy is the median over the models after its last epochs, since it fluctuates: their number."""

NEAR = 0.015
"""A median this near to the authors' number, 15 of the 1,000 test series, agrees with it."""

BATCH, STEPS_AN_EPOCH = 100, 40
"""4,000 series are learnt in batches of 100."""


@dataclass(frozen=True)
class Contender:
    """One row of the table. theirs: the authors' accuracy on the series and on shuffled ones, where they published it.

    steps: of the whole run at full scale.  anneal: whether the learning rate falls to 0 along a cosine.
    """

    name: str
    network: Network
    rate: float
    steps: int
    theirs: tuple[float, float] | None = None
    anneal: bool = False

    def epochs(self, scale: Scale) -> int:
        """Epochs of its runs: at full scale, which is 20,000 epochs of a comparison, they come to `steps`."""
        return max(1, self.steps * scale.epochs // 20_000 // STEPS_AN_EPOCH)

    def learning_rate(self, epochs: int) -> float | Schedule:
        """The constant rate, or the cosine along which it falls."""
        return Cosine(self.rate, epochs * STEPS_AN_EPOCH) if self.anneal else self.rate

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants of the series that it learns: the authors' networks learn shuffled ones too."""
        return ("plain", "shuffled") if self.theirs else ("plain",)


def _block(channels: int, kernel: int) -> tuple[Layer, ...]:
    return Conv1D(channels, kernel, stride=2, padding="same", bias=False), BatchNorm(), ReLU()


CONTENDERS = {
    "logistic": Contender("logistic regression", Network((1, 40), [Flatten(), Dense(10)]), 0.01, 6_000, (0.32, 0.32)),
    "mlp": Contender(
        "MLP, 40-100-100-10",
        Network((1, 40), [Flatten(), Dense(100), ReLU(), Dense(100), ReLU(), Dense(10)]),
        0.01,
        6_000,
        (0.68, 0.68),
    ),
    "cnn": Contender(
        "CNN, three convolutions of 25 channels",
        Network(
            (1, 40),
            [
                *(Conv1D(25, 5, stride=2, padding=1), ReLU()),
                *(Conv1D(25, 3, stride=2, padding=1), ReLU()),
                *(Conv1D(25, 3, stride=2, padding=1), ReLU()),
                *(Flatten(), Dense(10)),
            ],
        ),
        0.01,
        6_000,
        (0.94, 0.56),
    ),
    "mlp, extras": Contender(
        "MLP, with batch normalisation and dropout",
        Network(
            (1, 40),
            [
                *(Flatten(), Dense(100, bias=False), BatchNorm(), ReLU()),
                *(Dense(100, bias=False), BatchNorm(), ReLU(), Dropout(0.1), Dense(10)),
            ],
        ),
        0.01,
        3_000,
        anneal=True,
    ),
    "cnn, extras": Contender(
        "CNN, with batch normalisation and dropout",
        Network(
            (1, 40),
            [*_block(25, 5), *_block(25, 3), *_block(25, 3), Flatten(), Dropout(0.1), Dense(10)],
        ),
        0.01,
        3_000,
        anneal=True,
    ),
}
"""The rows of the table, by name. The last two have the same steps, optimizer and extras."""


class Mnist1D(Chapter):
    """The use of convolution on series, and on shuffled series, where neighbours mean nothing."""

    name = "mnist1d"
    title = "Convolution: series"

    def work(self, scale: Scale) -> Work:
        """One job per contender and variant: all its starts as one population."""
        work = {}
        for name, contender in CONTENDERS.items():
            epochs = contender.epochs(scale)
            for variant in contender.variants:
                work[f"{name}, {variant}"] = ((learn, (name, variant, epochs, scale.seed)), epochs)
        return work

    def results(self, scale: Scale, answers: Answers) -> Results:
        """One row per contender."""
        rows = []
        for name, contender in CONTENDERS.items():
            row: Results = {
                "name": contender.name,
                "network": repr(contender.network),
                "parameters": contender.network.n_parameters,
                "optimizer": repr(Adam(contender.learning_rate(contender.epochs(scale)))),
                "steps": contender.epochs(scale) * STEPS_AN_EPOCH,
            }
            for i, variant in enumerate(contender.variants):
                accuracy = answers[f"{name}, {variant}"]
                row[variant] = {
                    "starts": accuracy,
                    "median": number(np.median(accuracy)),
                    "lowest": min(accuracy),
                    "highest": max(accuracy),
                    "theirs": contender.theirs and contender.theirs[i],
                }
            rows.append(row)
        return {"rows": rows, "starts": STARTS, "seed": scale.seed, "batch": BATCH, "last": LAST}

    def constants(self, scale: Scale) -> dict[str, Any]:
        """The settings of the authors' CNN, which the example trains."""
        return {"EPOCHS": CONTENDERS["cnn"].epochs(scale), "SEED": scale.seed}

    def shown(self, found: Results) -> Results:
        """Its numbers, each contender's row by name, and how near the authors' table it comes.

        ahead: by how much the authors' CNN is better than their MLP, on series as they are and on shuffled ones.
        compared, near: how many of our medians the authors have a number for, and how many differ from it by at most
        `NEAR`.  furthest: the name and the variant whose median differs most, and by how much.
        """
        rows = dict(zip(CONTENDERS, found["rows"], strict=True))
        mlp, cnn = rows["mlp"], rows["cnn"]
        off = [
            {"name": row["name"], "variant": variant, "by": round(row[variant]["median"] - row[variant]["theirs"], 3)}
            for row in found["rows"]
            for variant in ("plain", "shuffled")
            if variant in row and row[variant]["theirs"]
        ]
        return {
            **found,
            "mlp": mlp,
            "cnn": cnn,
            "mlp_with_extras": rows["mlp, extras"],
            "cnn_with_extras": rows["cnn, extras"],
            "ahead": {each: cnn[each]["median"] - mlp[each]["median"] for each in ("plain", "shuffled")},
            "compared": len(off),
            "near": sum(abs(each["by"]) <= NEAR for each in off),
            "furthest": max(off, key=lambda each: abs(each["by"])),
        }


def learn(name: str, variant: str, epochs: int, seed: int, report: Callable[[int, int], object]) -> list[float]:
    """The accuracy of each start on the 1,000 test series: the median over the models after its last epochs."""
    contender = CONTENDERS[name]
    x, y, x_test, y_test = mnist1d(shuffled=variant == "shuffled")
    training = iterate(
        contender.network,
        x,
        y,
        loss=SoftmaxCrossEntropy(),
        optimizer=Adam(contender.learning_rate(epochs)),
        epochs=epochs,
        batch_size=BATCH,
        population=STARTS,
        seed=seed,
        dtype="float32",
        record_every=1,
    )
    scores = []
    for record in training:
        report(record.epoch, epochs)
        if record.epoch > first_asked(epochs):
            model = Model(contender.network, record.theta, SoftmaxCrossEntropy(), state=record.state)
            scores.append(model.score(x_test, y_test, "accuracy"))
    scores.append(training.result().model.score(x_test, y_test, "accuracy"))
    report(epochs, epochs)
    return [number(each) for each in np.median(scores, axis=0)]


def first_asked(epochs: int) -> int:
    """The epoch after which models are measured, so that there are the last ten of them.

    >>> first_asked(150), first_asked(3)
    (140, 0)
    """
    return max(0, epochs - LAST)
