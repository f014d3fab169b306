"""A model: a network with its parameters. It predicts, keeps itself in a file, and belongs to no thread."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from chainrule.core import evaluate
from chainrule.core.arrays import Array, count
from chainrule.core.calls import arithmetic
from chainrule.core.checks import check_samples, check_state, check_theta
from chainrule.core.description import check_kind, check_member
from chainrule.core.errors import ChainruleError, SettingError, choose
from chainrule.core.foreign import said
from chainrule.core.losses import Loss
from chainrule.core.network import Network
from chainrule.training.data.columns.columns import Columns
from chainrule.training.data.columns.frames import is_frame, raw_of, table_of
from chainrule.training.data.columns.kinds import Number
from chainrule.training.data.standardizer import Standardizer
from chainrule.training.files.limits import LIMIT, Size
from chainrule.training.files.reading import reading
from chainrule.training.files.storage import FilePath
from chainrule.training.links import LINKS
from chainrule.training.metrics.by_name import METRICS, OF_QUANTITIES, answers_to_questions, class_numbers, of_answers
from chainrule.training.model_file import fields_of, read_model, write_model


@dataclass(frozen=True, eq=False)
class Model:
    """A network and its theta, (P,), or (K, P) for a population; `model[k]` is one member.

    loss: the loss it was trained by, whose link `probabilities` and `classify` apply.
    columns: what makes the network's inputs of a table's columns, where the model is of a table.
    standardizer: applied to every x then, where there is one.
    target_standardizer: of the targets that the network learnt; undone in what it predicts.
    classes: names for the class numbers 0, 1, ...
    features: names for the network's inputs; those of the columns, where there are some.
    targets: names for the columns of y.
    state: the running statistics that the network predicts by, (S,) or (K, S); S is 0 where no layer keeps any.
    engine: what made the calls of its training, in words.

    What a run doesn't know of its data is added to its model: `dataclasses.replace(run.model, standardizer=...)`.

    >>> from chainrule.core.network import mlp
    >>> network = mlp(2, 4, 1)
    >>> Model(network, np.zeros(network.n_parameters)).predict([[0.0, 1.0]])
    array([[0.5]])
    """

    network: Network
    theta: Array = field(repr=False)
    loss: Loss | None = None
    standardizer: Standardizer | None = None
    target_standardizer: Standardizer | None = None
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    state: Array = field(default=None, repr=False)  # type: ignore[arg-type]  # never None once checked
    engine: str = field(default="", repr=False)
    columns: Columns | None = None
    targets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_kind("a Model's network", Network, "a Network such as mlp(2, 4, 1)", self.network)
        check_kind("a Model's loss", (Loss, type(None)), "a loss such as SquaredError() or None", self.loss)
        for standardizer in (self.standardizer, self.target_standardizer):
            check_kind("a Model's standardizer", (Standardizer, type(None)), "a Standardizer or None", standardizer)
        object.__setattr__(self, "theta", check_theta(self.network, self.theta).copy())
        lead, dtype = self.theta.shape[:-1], self.theta.dtype
        object.__setattr__(self, "state", check_state(self.network, self.state, lead, dtype).copy())
        n_outputs = self.network.output_shape[0]
        if self.target_standardizer is not None and len(self.target_standardizer.mean) != n_outputs:
            raise SettingError(
                f"a Model's target_standardizer must be of {n_outputs} outputs; got {self.target_standardizer}."
            )
        n_inputs = count(self.network.input_shape)
        check_kind("a Model's columns", (Columns, type(None)), "Columns or None", self.columns)
        if self.columns is not None:
            if len(self.columns.inputs) != n_inputs:
                raise SettingError(
                    f"a Model's columns must become {n_inputs} inputs, those of its network; "
                    f"got {len(self.columns.inputs)}."
                )
            object.__setattr__(self, "features", self.columns.inputs)
        _check_names("classes", self.classes, max(2, n_outputs))
        _check_names("features", self.features, n_inputs)
        _check_names("targets", self.targets)
        check_kind("a Model's engine", str, "a text", self.engine)

    @property
    def population(self) -> int | None:
        """K, or None for a single network."""
        return len(self.theta) if self.theta.ndim == 2 else None

    def __getitem__(self, k: int) -> "Model":
        """Member k of a population, as a model of its own."""
        if self.population is None:
            raise SettingError("this model is a single network; only a population has members to choose from.")
        check_member(k)
        if not -self.population <= k < self.population:
            raise IndexError(
                f"a population of {self.population} has members 0 to {self.population - 1}; got {said(k)}."
            )
        return replace(self, network=self.network.member(k), theta=self.theta[k], state=self.state[k])

    def __iter__(self) -> Iterator["Model"]:
        return (self[k] for k in range(1 if self.population is None else self.population))

    def encoded(self, x: Any) -> Any:
        """Samples as the network takes them, but for the standardizer: a frame by its names, an array by its positions.

        With columns, what they make of x (n, *input_shape); with the names of features, a frame's columns in their
        order, which may be more than needed; else x as it is.
        Raises DataError for a column that is missing or of another type, ShapeError for another number of columns.
        """
        if self.columns is not None:
            x = self.columns.apply(raw_of(self.columns.kinds, x))
        elif self.features and is_frame(x):
            x = raw_of([Number(name) for name in self.features], x)
        else:
            return x
        return x.reshape(len(x), *self.network.input_shape)

    def inputs(self, x: Any) -> Any:
        """What the network takes for x: encoded, then standardised. `predict` checks what is not standardised.

        Raises what `encoded` raises; with a standardizer also ShapeError and DataError for samples that don't fit.
        """
        x = self.encoded(x)
        if self.standardizer is None:
            return x
        return self.standardizer.apply(check_samples(self.network.input_shape, x))

    def predict(self, x: Any) -> Array:
        """The last layer's output for x, in the targets' unit: (n, O), or (K, n, O).

        x: an array (n, *input_shape), or (n, columns) for a model of columns, by position; or a frame, by names.
        """
        outputs = evaluate.predict(self.network, self.theta, self.state, self.inputs(x))
        if self.target_standardizer is not None:
            scale, mean = np.array((self.target_standardizer.scale, self.target_standardizer.mean), outputs.dtype)
            outputs = outputs * scale + mean
        return outputs

    def probabilities(self, x: Any) -> Array:
        """The outputs through the loss's link: a sigmoid or softmax for a cross-entropy, else as they are.

        x as `predict` takes it; (n, O), or (K, n, O). Raises what `predict` raises.
        """
        outputs = self.predict(x)
        with arithmetic():
            return LINKS[self.loss.link if self.loss is not None else "identity"](outputs)

    def classify(self, x: Any) -> Array:
        """The most probable class of each sample: its number or name, (n,) or (K, n).

        One output is class 1 where it is 0.5 or more. With several outputs the largest wins, unless the loss is
        a binary cross-entropy: then each output is a question of its own, and the result is (n, O) of 0 and 1.
        """
        chosen = self._chosen(self.probabilities(x))
        return np.array(self.classes)[chosen] if self.classes and not self._asks_questions else chosen

    @property
    def _asks_questions(self) -> bool:
        """Whether each output answers a yes/no question of its own."""
        return self.loss is not None and self.loss.link == "sigmoid" and self.network.output_shape[0] > 1

    def _chosen(self, probabilities: Array) -> Array:
        """The numbers of the most probable classes."""
        if self._asks_questions:
            return (probabilities >= 0.5).astype(np.intp)
        if probabilities.shape[-1] == 1:
            return (probabilities[..., 0] >= 0.5).astype(np.intp)
        return np.asarray(probabilities.argmax(axis=-1))

    def score(self, x: Any, y: Any, metric: str | None = None) -> Any:
        """Score the model on x and y by a metric: accuracy for a cross-entropy, else R², unless named.

        `metric`: of classes accuracy, log_loss, confusion_matrix, and a value per class of precision, recall, f1; of
        two classes roc_auc, average_precision; of quantities r2, mean_squared_error, root_mean_squared_error,
        mean_absolute_error. The functions of these names say more.
        x as `predict` takes it; y as `train` takes it, (n,) or (n, O), a series or a frame; classes by their numbers,
        by the model's names, or as one-hot columns. A float, or (K,).
        Raises SettingError for an unknown metric, DataError for a class that the model doesn't have.
        """
        if metric is None:
            metric = "r2" if self.loss is None or self.loss.link == "identity" else "accuracy"
        measure = choose("metric", metric, METRICS)
        metric, y = measure.__name__, table_of(self.targets, y)
        if metric in OF_QUANTITIES:
            return measure(y, self.predict(x))
        probabilities = self.probabilities(x)
        if self._asks_questions:
            truth = answers_to_questions(metric, y, probabilities.shape[-2:])
        else:
            truth = class_numbers(metric, y, self.classes, probabilities.shape[-1])
        return of_answers(metric, truth, self._chosen(probabilities), probabilities)

    def save(self, path: FilePath) -> None:
        """Write the model to a NumPy file (.npz): theta, state, the description as JSON, and a checksum of the three.

        The file is written whole, or not at all.

        Raises FileError where the file can't be written.
        """
        write_model(path, {each.name: getattr(self, each.name) for each in fields(self)})

    @staticmethod
    def load(path: FilePath, max_size: Size = LIMIT) -> "Model":
        """The model that `save` wrote. Nothing in the file is executed.

        `max_size`: the most bytes that its arrays may take, or a text such as "4 GiB".
        Raises FileError for a file that isn't there, isn't a model, is damaged or was changed, is larger than that, or
        lays out its parameters otherwise.
        """
        expected, mend = "a chainrule model that can be read here", "train it, and save it again with Model.save()"
        with reading(path, expected, mend, max_size) as source:
            arrays, description = read_model(source)
            try:
                return Model(**fields_of(arrays, description))
            except ChainruleError as error:
                raise ValueError(str(error)) from None


def _check_names(what: str, names: object, n: int | None = None) -> None:
    """Raise SettingError unless these are names: n of them, or none at all."""
    if not isinstance(names, tuple) or not all(isinstance(each, str) for each in names):
        raise SettingError(f"a Model's {what} must be a tuple of names; got {said(names)}.")
    if n is not None and len(names) not in (0, n):
        raise SettingError(f"a Model's {what} must be {n} names; got {said(names)}.")
