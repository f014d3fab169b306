"""Settings that suit the data: those of the reference lab for points in the plane, others for images and for files."""

from typing import Any

from chainrule.core.description import check_kind
from chainrule.core.initializers import Normal
from chainrule.core.losses import BinaryCrossEntropy, HalfSquaredError, Loss, SoftmaxCrossEntropy, SquaredError
from chainrule.lab.experiments.data import REAL, DataFile, DataSet, described
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.rates import usual_optimizer
from chainrule.lab.experiments.samples import Samples
from chainrule.lab.experiments.settings import with_settings
from chainrule.training.data.targets import are_questions

POINTS: dict[str, Any] = {
    "network": Perceptron((4, 4), "sigmoid", initializer=Normal()),
    "optimizer": "sgd",
    "epochs": 100_000,
}
"""For points in the plane: the reference lab's settings."""

IMAGES: dict[str, Any] = {
    "network": Perceptron((64,), "relu"),
    "optimizer": "adam",
    "batch_size": 32,
    "epochs": 30,
}
"""For the real data sets."""

FILES: dict[str, Any] = {
    "network": Perceptron((16,), "tanh"),
    "optimizer": "adam",
    "epochs": 1000,
}
"""For files: suits most tables of numbers, standardised."""


def experiment_for(data: str | DataSet | DataFile, samples: Samples | None = None, **settings: Any) -> Experiment:
    """One run on these data, with settings that suit them where none are given.

    samples: those of the data, where they have been read already.  settings: by name, as `compare` takes them, one
    value each; an optimizer by its name has its usual learning rate.
    Raises SettingError for a setting that is unknown or out of range, and what is wrong with the data.

    >>> experiment_for("xor", epochs=500)
    Experiment(DataSet('xor'), network=Perceptron(initializer=Normal()), optimizer=SGD(0.2), epochs=500, starts=1)
    >>> experiment_for("xor", optimizer="adam", layers=(8,), epochs=500).optimizer
    Adam(0.01)
    """
    data = described(data)
    samples = data.read() if samples is None else check_kind("samples", Samples, "those of data.read()", samples)
    usual = FILES if isinstance(data, DataFile) else IMAGES if data.name in REAL else POINTS
    name = settings.pop("optimizer", usual["optimizer"])
    optimizer = usual_optimizer(name, data) if isinstance(name, str) else name
    experiment = Experiment(data, loss=usual_loss(data, samples), starts=1, **usual | {"optimizer": optimizer})
    return with_settings(experiment, settings)


def usual_loss(data: DataSet | DataFile, samples: Samples) -> Loss:
    """The loss that suits the targets; for points of two classes the reference lab's."""
    if samples.n_classes > 2:
        return SoftmaxCrossEntropy()
    if isinstance(data, DataSet):
        return HalfSquaredError()
    is_yes_or_no = samples.n_classes or (samples.y is not None and are_questions(samples.y))
    return BinaryCrossEntropy() if is_yes_or_no else SquaredError()
