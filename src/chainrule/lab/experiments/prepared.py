"""From a description to a run: read the data, split, shape and scale them, build the network; and finish the model."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule.core.arrays import Array, count
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.core.layers.dense import Dense
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.core.streams import Seed
from chainrule.lab.experiments.data import DataFile
from chainrule.lab.experiments.held_out import hold_out, unlike
from chainrule.lab.experiments.run_description import RunDescription
from chainrule.lab.experiments.samples import Samples
from chainrule.lab.experiments.start import written
from chainrule.training.data.columns.columns import Columns
from chainrule.training.data.standardizer import Standardizer
from chainrule.training.data.targets import are_questions, balanced_weights, count_classes, targets_for, varies
from chainrule.training.loop import iterate
from chainrule.training.model import Model
from chainrule.training.run import Run
from chainrule.training.training import Training

OF_RUN = (
    *("loss", "optimizer", "epochs", "batch_size", "penalty", "clip"),
    *("dtype", "seed", "early_stopping", "engine"),
)
"""The settings of an experiment that `train` takes as they are."""


MOST_NUMBERS = 2**20
"""Tables are standardised in pieces of about so many numbers."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A described run with its data and its network, ready to begin.

    learnt, validation, test: the samples, in their own units; in the shape of the network's input, or as raw columns.
    tested_on: what the test is, in words.
    columns: what makes inputs of raw columns, fitted on the samples to learn; None for samples without kinds.
    standardizer, target_standardizer: fitted on the samples to learn; None where data are learnt as they are.
    """

    experiment: RunDescription
    network: Network
    learnt: Samples
    validation: Samples | None
    test: Samples
    tested_on: str
    columns: Columns | None
    standardizer: Standardizer | None
    target_standardizer: Standardizer | None

    @property
    def metric(self) -> str:
        """The metric of the test: accuracy for classes and for yes/no questions, else r2."""
        y, loss = self.test.targets, self.experiment.loss
        if y.ndim > 1 and y.shape[1] > 1:
            is_class = loss.labelled or (loss.link == "sigmoid" and are_questions(y))
        else:
            is_class = loss.labelled or self.test.n_classes > 0
        return "accuracy" if is_class else "r2"

    def check_target(self) -> None:
        """Raise DataError where the samples to learn, two or more, have one target: there is nothing to learn.

        One sample may be learnt: a textbook's worked step has one.
        """
        learnt = self.learnt
        if len(learnt) < 2 or varies(learnt.targets):
            return
        first = learnt.classes[0] if learnt.classes else learnt.targets.reshape(-1)[0]
        shown = first if learnt.n_classes or isinstance(first, str) else f"{first:g}"
        raise DataError(
            f"{learnt.name}: the target {learnt.target} is {shown} in all {len(learnt):,} samples to learn; expected "
            f"{'two classes or more' if learnt.n_classes else 'one that varies'}. Add samples with another, or choose "
            "another target."
        )

    @property
    def notes(self) -> list[str]:
        """What is to be said of the parts: classes that are learnt and not tested, or tested and not learnt."""
        return unlike(self.learnt, self.test)

    def encoded(self, samples: Samples) -> Array:
        """Samples as the network takes them, but in their own units."""
        return encoded(self.columns, samples, self.network)

    def targets(self, samples: Samples) -> Array:
        """Targets in the form in which the loss takes them, but in their own units."""
        return targets_for(self.experiment.loss, samples.targets, samples.n_classes)[0]

    def arrays(self, samples: Samples) -> tuple[Array, Array]:
        """Samples as the run takes them: x (n, *network.input_shape) and targets y, both standardised where wanted."""
        x, y = self._inputs(samples), self.targets(samples)
        if self.target_standardizer is not None:
            y = self.target_standardizer.apply(y.reshape(len(y), -1))
        return x, y

    def _inputs(self, samples: Samples) -> Array:
        """Samples as the network takes them, standardised where wanted; of a table in pieces, to hold it only twice."""
        if self.standardizer is None:
            return self.encoded(samples)
        if self.columns is None:
            return self.standardizer.apply(samples.x)
        x = np.empty((len(samples), *self.network.input_shape))
        rows = max(1, MOST_NUMBERS // len(self.columns.inputs))
        for start in range(0, len(x), rows):
            piece = replace(samples, x=samples.x[start : start + rows])
            x[start : start + rows] = self.standardizer.apply(self.encoded(piece))
        return x

    def begin(self, network: Network | None = None, **changes: Any) -> Training:
        """The run under way. network, changes: in place of the experiment's own, as `train` takes them.

        Raises what is wrong with the settings or the data.
        """
        settings = {name: getattr(self.experiment, name) for name in OF_RUN}
        settings["sample_weight"] = self.sample_weight
        if self.experiment.start is not None:
            settings["theta"] = self.start(network, changes.get("seed"))
        if self.validation is not None:
            settings["validation"] = self.arrays(self.validation)
        return iterate(network or self.network, *self.arrays(self.learnt), **settings | changes)

    def start(self, network: Network | None = None, seed: Seed | None = None) -> Array:
        """The parameters that the run starts from, (P,) or (K, P): those of the experiment's file, else drawn.

        network, seed: in place of the experiment's own.
        """
        network, seed = network or self.network, self.experiment.seed if seed is None else seed
        theta = network.initialize(seed)
        return theta if self.experiment.start is None else written(theta, network, self.experiment.start)

    @property
    def sample_weight(self) -> Array | None:
        """How much each sample to learn counts, (n,): by its own weight times that of its class; None: all alike."""
        learnt, weights = self.learnt, self.learnt.weights
        if self.experiment.class_weight is None:
            return weights
        if not count_classes(learnt.targets) and not learnt.n_classes:
            raise SettingError(
                f"class_weight expects a target of classes, but {learnt.target} of {learnt.name} is a quantity; "
                "leave class_weight out."
            )
        balanced = balanced_weights(learnt.targets)
        return balanced if weights is None else balanced * weights

    def model(self, run: Run) -> Model:
        """The model of a run, with what it must know of the data: columns, scales, and names."""
        return replace(
            run.model,
            columns=self.columns,
            standardizer=self.standardizer,
            target_standardizer=self.target_standardizer,
            classes=self.classes,
            features=self.features,
            targets=self.learnt.target_names,
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; where the samples have one class alone, another stands for its absence."""
        names = self.learnt.classes
        return (*names, f"not {names[0]}") if len(names) == 1 else names

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the inputs that a file's columns become; () for other data."""
        if self.columns is not None:
            return self.columns.inputs
        is_table = isinstance(self.experiment.data, DataFile) and len(self.network.input_shape) == 1
        return self.learnt.features if is_table else ()


def prepare(experiment: RunDescription, samples: Samples | None = None) -> Prepared:
    """Read the data, unless its samples are given, and build the network. Raises what is wrong with them.

    >>> prepared = prepare(RunDescription("moons", test=0.25))
    >>> prepared.network.n_parameters, len(prepared.learnt), prepared.tested_on
    (37, 150, '50 samples held out')
    """
    samples = experiment.data.read() if samples is None else samples
    columns: Columns | None = None
    if samples.kinds:
        parts = hold_out(samples, experiment.test, experiment.validation, experiment.seed)
        columns = Columns.fit(samples.kinds, parts.learnt.x)
        network = build_network(experiment, samples, columns)
    else:
        network = build_network(experiment, samples, None)
        shaped = samples.shaped(network.input_shape)
        parts = hold_out(shaped, experiment.test, experiment.validation, experiment.seed)
    learnt = parts.learnt
    is_standardized = experiment.is_standardized
    if len(learnt) == 1 and experiment.standardize is None:
        is_standardized = False  # one sample has no deviation: all of its numbers would become 0
    standardizer = target_standardizer = None
    if is_standardized:
        x = encoded(columns, learnt, network)
        standardizer = Standardizer.fit(x) if columns is None or x.ndim > 2 else columns.standardizer(x)
    if is_standardized and learnt.n_classes == 0 and learns_scale(network, experiment.loss):
        target_standardizer = Standardizer.fit(learnt.targets.reshape(len(learnt), -1))
    return Prepared(experiment, network, *parts, columns, standardizer, target_standardizer)


def encoded(columns: Columns | None, samples: Samples, network: Network) -> Array:
    """The inputs x (n, *network.input_shape) of samples, in their own units."""
    return samples.x if columns is None else columns.apply(samples.x).reshape(len(samples), *network.input_shape)


def learns_scale(network: Network, loss: Loss) -> bool:
    """Whether quantities should be standardised for this network: whether its outputs are unbounded."""
    return isinstance(network.last_layer, Dense) and loss.link == "identity"


def build_network(experiment: RunDescription, samples: Samples, columns: Columns | None) -> Network:
    """The experiment's network for these samples, or for what the columns make of them.

    Raises ShapeError for a network of another number of inputs.
    """
    loss, network = experiment.loss, experiment.network
    _, n_outputs = targets_for(loss, samples.targets, samples.n_classes)
    shape = samples.x.shape[1:] if columns is None else (len(columns.inputs),)
    built = network if isinstance(network, Network) else network.build(shape, n_outputs, loss)
    if columns is not None and count(built.input_shape) != count(shape):
        raise ShapeError(
            f"the network expects samples of shape {built.input_shape}, got {len(columns.inputs)} inputs: "
            f"{', '.join(columns.inputs)}. Change the network's input shape."
        )
    return built
