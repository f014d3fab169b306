"""Convolution on real images: a small network learns handwritten digits, from several starts and splits."""

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.core.activations import ReLU
from chainrule.core.arrays import Array
from chainrule.core.layers.convolution import Conv2D
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.pooling import MaxPool
from chainrule.core.layers.regularize import Dropout
from chainrule.core.layers.shape import Flatten
from chainrule.core.losses import SoftmaxCrossEntropy
from chainrule.core.network import Network
from chainrule.core.optimizers import Adam
from chainrule.core.schedules import Cosine
from chainrule.lab.figures.files import Figure
from chainrule.lab.report.bands import Results, band, number, rounded
from chainrule.lab.report.chapters.chapter import Answers, Chapter, Scale, Work
from chainrule.lab.report.chapters.digits_figures import draw
from chainrule.training.data.sets.real import digits
from chainrule.training.data.split import split
from chainrule.training.loop import iterate

NETWORK = Network(
    (1, 8, 8),
    [
        *(Conv2D(16, 3, padding="same"), ReLU(), Conv2D(16, 3, padding="same"), ReLU(), MaxPool(2)),
        *(Conv2D(32, 3, padding="same"), ReLU(), MaxPool(2)),
        *(Flatten(), Dropout(0.3), Dense(64), ReLU(), Dense(10)),
    ],
)
"""A small LeNet: convolutions whose outputs see more and more of the image, then dense layers."""

SPLITS, STARTS = 5, 3
"""Ways of splitting the images into learnt and held out, and starts of the network per split."""

HELD_OUT, BATCH, RATE = 0.25, 32, 0.003
"""The fraction of the images held out, the batch size, and the learning rate at the start."""

EPOCHS_OF_A_COMPARISON = 1_000
"""Epochs of a comparison per epoch here, which is 43 steps of a much larger network."""

SHOWN_MAPS = 8
"""Feature maps shown per layer."""

MOST_WRONG = 24
"""The most misclassified images that are shown."""


def epochs(scale: Scale) -> int:
    """Epochs of each run.

    >>> epochs(Scale(20_000)), epochs(Scale(500))
    (20, 1)
    """
    return max(1, scale.epochs // EPOCHS_OF_A_COMPARISON)


class Digits(Chapter):
    """How well a small network recognises digits, what it gets wrong, and what it has learnt to see."""

    name = "digits"
    title = "Convolution: handwritten digits"

    def work(self, scale: Scale) -> Work:
        """One job per split."""
        return {str(k): ((recognise, (k, epochs(scale), scale.seed)), epochs(scale)) for k in range(SPLITS)}

    def results(self, scale: Scale, answers: Answers) -> Results:
        """Its numbers.

        accuracy: one list of runs per split.  confusion (10, 10): counts over all runs, one row per true digit and one
        column per predicted one.  shown: the first split's run of median accuracy, whose images, filters and feature
        maps are shown.
        """
        x, y = digits()
        runs = [answers[str(k)] for k in range(SPLITS)]
        accuracy = np.array([(each["answers"] == y[each["rows"]]).mean(axis=1) for each in runs])
        confusion = np.zeros((10, 10), int)
        for each in runs:
            for answered in each["answers"]:
                np.add.at(confusion, (y[each["rows"]], answered), 1)
        first, k = runs[0], int(np.argsort(accuracy[0], kind="stable")[(STARTS - 1) // 2])
        rows, answered, theta = first["rows"], first["answers"][k], first["theta"][k]
        wrong = np.flatnonzero(answered != y[rows])
        image = x[rows[0]]
        losses, held_out = (np.concatenate([each[name] for each in runs], axis=1) for name in ("losses", "held_out"))
        return {
            "network": repr(NETWORK),
            "parameters": NETWORK.n_parameters,
            "epochs": epochs(scale),
            "seed": scale.seed,
            "splits": SPLITS,
            "starts": STARTS,
            "learnt": len(x) - len(rows),
            "held_out": len(rows),
            "accuracy": [[number(each) for each in some] for some in accuracy],
            "median": number(np.median(accuracy)),
            "confusion": confusion.tolist(),
            "curves": {"learnt": rounded(band(losses)), "held out": rounded(band(held_out))},
            "shown": {"start": scale.seed + k, "accuracy": number(accuracy[0, k]), "wrong": len(wrong)},
            "wrong": [
                {"image": _sixteenths(x[rows[i]]), "truth": int(y[rows[i]]), "answer": int(answered[i])}
                for i in wrong[:MOST_WRONG]
            ],
            "filters": rounded(NETWORK.parameters(theta)[0]["weights"][:, 0]),
            "image": {"pixels": _sixteenths(image), "truth": int(y[rows[0]]), "answer": int(answered[0])},
            "maps": feature_maps(theta, image),
            "worked": work_out(theta, image),
        }

    def constants(self, scale: Scale) -> dict[str, Any]:
        """The settings of its runs."""
        return {"EPOCHS": epochs(scale), "SEED": scale.seed}

    def shown(self, found: Results) -> Results:
        """Its numbers; the lowest and highest accuracy, all mistakes and the most frequent one, and the best epoch.

        often: the most frequent mistake, its number of times, and how many kinds of mistake are as frequent.
        lowest_at: the epoch before which the median loss on the images held out is lowest.
        """
        mistakes = np.array(found["confusion"])
        np.fill_diagonal(mistakes, 0)
        truth, answer = np.unravel_index(np.argmax(mistakes), mistakes.shape)
        every, held_out = np.array(found["accuracy"]), found["curves"]["held out"][1]
        return {
            **found,
            "lowest": every.min(),
            "highest": every.max(),
            "mistakes": int(mistakes.sum()),
            "often": {
                "truth": int(truth),
                "answer": int(answer),
                "times": int(mistakes[truth, answer]),
                "kinds": int((mistakes == mistakes[truth, answer]).sum()),
            },
            "median_held_out": held_out,
            "lowest_at": int(np.argmin(held_out)),
        }

    def figures(self, found: Results, answers: Answers) -> dict[str, Figure]:
        """Curves, mistakes, filters and feature maps."""
        return draw(found)


def recognise(k: int, epochs: int, seed: int, report: Callable[[int, int], object]) -> dict[str, Array]:
    """Train on the k-th split, all starts as one population. The images held out are used for measuring alone.

    Returns rows (n,), the numbers of the images held out; answers (STARTS, n), the digits predicted for them; losses
    and held_out (epochs, STARTS), the losses before each epoch; theta (STARTS, P).
    """
    x, y = digits()
    learnt, _, rows, _ = split(np.arange(len(x)), y, test=HELD_OUT, seed=k, stratify=True)
    steps = epochs * -(-len(learnt) // BATCH)
    training = iterate(
        NETWORK,
        x[learnt],
        y[learnt],
        loss=SoftmaxCrossEntropy(),
        optimizer=Adam(Cosine(RATE, steps)),
        epochs=epochs,
        batch_size=BATCH,
        population=STARTS,
        seed=seed,
        dtype="float32",
        record_every=1,
        validation=(x[rows], y[rows]),
    )
    for record in training:
        report(record.epoch, epochs)
    run = training.result()
    report(epochs, epochs)
    return {
        "rows": rows,
        "answers": run.model.classify(x[rows]),
        "losses": run.history["loss"],
        "held_out": run.history["validation_loss"],
        "theta": run.model.theta,
    }


def _sixteenths(image: Array) -> list[list[int]]:
    """The pixels of an image (1, 8, 8) as whole numbers from 0 to 16, which they are in the data set."""
    return [[round(16 * each) for each in row] for row in image[0].tolist()]


def feature_maps(theta: Array, image: Array) -> list[Results]:
    """The feature maps of an image (1, 8, 8): per layer its name, the number of its maps, and the first of them."""
    found = []
    for depth, layer in enumerate(NETWORK.layers, start=1):
        front = Network(NETWORK.input_shape, NETWORK.layers[:depth])
        if len(front.output_shape) == 1:
            break
        if not isinstance(layer, Conv2D):  # a convolution's maps are shown after its ReLU
            maps = front.predict(theta[: front.n_parameters], image[np.newaxis])[0]
            name = type(layer).__name__ if isinstance(layer, MaxPool) else "convolution, ReLU"
            found.append({"layer": name, "n": len(maps), "maps": rounded(maps[:SHOWN_MAPS])})
    return found


def work_out(theta: Array, image: Array) -> Results:
    """The largest output of the first convolution by hand: its kernel times the patch under it, plus the bias."""
    front = Network(NETWORK.input_shape, NETWORK.layers[:1])
    z = front.predict(theta[: front.n_parameters], image[np.newaxis])[0]  # (16, 8, 8)
    channel, row, column = (int(each) for each in np.unravel_index(np.argmax(z), z.shape))
    named = NETWORK.parameters(theta)[0]
    W, b = named["weights"][channel, 0].astype(float), float(named["bias"][channel])
    patch = np.pad(image[0], 1)[row : row + 3, column : column + 3]
    return {
        "channel": channel,
        "row": row,
        "column": column,
        "weights": [[number(each) for each in line] for line in W],
        "patch": [[number(each) for each in line] for line in patch],
        "products": [[number(each) for each in line] for line in W * patch],
        "bias": number(b),
        "sum": number((W * patch).sum() + b),
        "network": number(z[channel, row, column]),
    }
