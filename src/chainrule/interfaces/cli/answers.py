"""A model's answers to data: as the reference lab's rows, and as a table."""

import itertools
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.core.activations import Sigmoid
from chainrule.core.arrays import Array
from chainrule.core.errors import DataError
from chainrule.core.foreign import visible
from chainrule.interfaces.cli.terminal.output import detail
from chainrule.interfaces.cli.terminal.plot_data import Plane
from chainrule.lab.experiments.samples import Samples
from chainrule.lab.report.reference import TASKS
from chainrule.training.data.columns.kinds import Number
from chainrule.training.data.targets import are_questions
from chainrule.training.model import Model

WORDS = ("Sample", "True", "Predicted")
"""The words of a row."""

MOST_ROWS = 20
"""The most rows that are printed in a terminal, where no number is given."""


@dataclass(frozen=True, eq=False)
class Answers:
    """A model's answers to data, and the true ones.

    outputs (n, O): through the loss's link.
    chosen: classes by their numbers, (n,); zeros and ones (n, O), for several yes/no questions; None for quantities.
    true: likewise; for quantities (n, O). None where the truth isn't known.
    """

    model: Model
    data: Samples
    outputs: Array
    chosen: Array | None
    true: Array | None

    def rows(self) -> Iterator[str]:
        """One row per sample, counted from 0: `Sample 0  True: 1  Predicted: 0.960788`.

        For the reference lab's two tasks it has their form: `Iter 0  Ground Truth: 1  Prediction: 0.960788`.
        The prediction is the output itself; where classes have names, or an output each, it is the class chosen, with
        its probability (for a squared error: its output). Quantities have as many digits as tell them apart.
        """
        sample, true, predicted = ("Iter", "Ground Truth", "Prediction") if self.is_of_reference else WORDS
        by_class = self.chosen is not None and (bool(self.model.classes) or self.outputs.shape[1] > 1)
        measured = self.outputs if self.true is None or self.chosen is not None else self.true
        places = [PLACES if self.chosen is not None else places_of(column) for column in measured.T]
        of_true = [0 if np.all(column == np.floor(column)) else n for column, n in zip(measured.T, places, strict=True)]
        for i, outputs in enumerate(self.outputs):
            truth = "" if self.true is None else f"{true}: {self._text(self.true[i], of_true)}  "
            prediction = _quantities(outputs, places)
            if self.chosen is not None and by_class:
                prediction = self._text(self.chosen[i], places)
                if self.chosen.ndim == 1:
                    prediction += f"  {self._output_name}: {_of_chosen(outputs):.6f}"
            yield f"{sample} {i}  {truth}{predicted}: {prediction}"

    def _text(self, value: Any, places: Sequence[int]) -> str:
        """One true or chosen value: classes by their names, quantities with so many places."""
        if self.chosen is None:
            return _quantities(np.atleast_1d(value), places)
        return " ".join(visible(str(each)) for each in np.atleast_1d(self.named(value)))

    def named(self, classes: Any) -> Any:
        """Classes by their names, where they have some."""
        is_named = self.model.classes and self.chosen is not None and self.chosen.ndim == 1
        return np.array(self.model.classes)[classes] if is_named else classes

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of their numbers, by their names or by their numbers."""
        return self.model.classes or tuple(str(k) for k in range(max(2, self.outputs.shape[1])))

    @property
    def target_names(self) -> list[str]:
        """A name for each column of the target."""
        n = self.outputs.shape[1]
        return list(self.data.target_names) if len(self.data.target_names) == n else _numbered(self.data.target, n)

    @property
    def are_probabilities(self) -> bool:
        """Whether the outputs are probabilities of classes or of a yes."""
        one_sigmoid = self.outputs.shape[1] == 1 and isinstance(self.model.network.last_layer, Sigmoid)
        return has_link(self.model) or one_sigmoid

    @property
    def is_of_reference(self) -> bool:
        """Whether the data are one of the reference lab's two tasks."""
        return self.data.name in TASKS

    def table(self) -> Iterator[list[Any]]:
        """A header, then one row per sample, with all digits: features, target where known, prediction, outputs."""
        columns = [self.data.cells]
        names = list(self.data.features)
        if self.true is not None:
            columns.append(self.named(self.true).reshape(len(self.true), -1))
            names += _numbered(self.data.target, columns[-1].shape[1])
        if self.chosen is None:
            columns.append(self.outputs)
            names += _numbered("prediction", self.outputs.shape[1])
        else:
            chosen = self.named(self.chosen).reshape(len(self.chosen), -1)
            columns += [chosen, self.outputs]
            names += _numbered("prediction", chosen.shape[1])
            names += [f"{self._output_name.lower()}_{each}" for each in self._classes_of_outputs]
        yield names
        for parts in zip(*(column.tolist() for column in columns), strict=True):
            yield [cell for part in parts for cell in part]

    def plane(self) -> Plane | None:
        """The answers as points in a plane, if they are classes and the features are two."""
        x, kinds = self.data.x, self.data.kinds
        in_plane = self.model.network.input_shape == (2,) == x.shape[1:] and all(isinstance(k, Number) for k in kinds)
        if not in_plane or np.isnan(x).any() or self.chosen is None or self.chosen.ndim > 1:
            return None
        true = None if self.true is None else self.named(self.true)
        return Plane(self.model, self.data.x, self.data.features, self.named(self.chosen), true)

    @property
    def _output_name(self) -> str:
        return "Probability" if has_link(self.model) else "Output"

    @property
    def _classes_of_outputs(self) -> tuple[str, ...]:
        """The class that each output stands for; a single output stands for class 1."""
        return self.class_names[1:2] if self.outputs.shape[1] == 1 else self.class_names


def show_rows(answers: Answers, most: int | None) -> None:
    """Print at most so many rows. None: a terminal gets 20, but all of the reference lab's tasks; a pipe gets all."""
    if most is None:
        in_full = answers.is_of_reference or not sys.stdout.isatty()
        most = len(answers.data) if in_full else MOST_ROWS
    for row in itertools.islice(answers.rows(), most):
        detail(row)
    left = len(answers.data) - most
    if most and left > 0:
        detail(f"... and {left:,} {'row' if left == 1 else 'rows'} more; --rows all prints all.")


def answer(model: Model, data: Samples) -> Answers:
    """The answers of a model to these data. Raises DataError for classes that the model doesn't know."""
    outputs = model.probabilities(data.table)
    if not _are_classes(model, data):
        return Answers(model, data, outputs, None, None if data.y is None else data.y.reshape(len(data), -1))
    chosen = model.classify(data.table)
    if chosen.ndim > 1:
        return Answers(model, data, outputs, chosen, None if data.y is None else data.y.astype(np.intp))
    if model.classes:
        chosen = np.vectorize({name: k for k, name in enumerate(model.classes)}.get, otypes=[np.intp])(chosen)
    true = None
    if data.y is not None:
        true = data.y.argmax(axis=1) if _is_one_hot(data.y) else data.class_numbers
        if model.classes and not (true.min() >= 0 and true.max() < len(model.classes)):
            raise DataError(
                f"{data.name} has classes from {true.min()} to {true.max()}, but the model knows "
                f"{', '.join(model.classes)}; give it data of those classes, or without targets."
            )
    return Answers(model, data, outputs, chosen, true)


def _is_one_hot(y: Array) -> bool:
    """Whether each row has a one among zeros."""
    return are_questions(y) and bool((y.sum(axis=1) == 1).all())


def _are_classes(model: Model, data: Samples) -> bool:
    """Whether the answers to these data are classes, right or wrong, rather than quantities."""
    if data.y is None:
        return bool(model.classes) or has_link(model)
    y = data.y.reshape(len(data), -1)
    if y.shape[1] > 1:
        asks = model.loss is not None and model.loss.link == "sigmoid"
        return are_questions(y) if asks else _is_one_hot(y)
    if (y != np.floor(y)).any():
        return False
    within_one = y.min() >= 0 and y.max() <= 1
    one_of_two = data.n_classes == 2 or (within_one and isinstance(model.network.last_layer, Sigmoid))
    return bool(model.classes) or has_link(model) or one_of_two or model.network.output_shape[0] > 1


def has_link(model: Model) -> bool:
    """Whether outputs become probabilities."""
    return model.loss is not None and model.loss.link != "identity"


def _of_chosen(outputs: Array) -> float:
    """The output of the class that was chosen. One output is that of class 1; class 0 has the rest to 1."""
    return float(max(outputs[0], 1 - outputs[0]) if len(outputs) == 1 else outputs.max())


PLACES = 6
"""The decimal places of a probability."""

DIGITS = 6
"""The significant digits of a number, and of the width of the range in which quantities are told apart."""


def places_of(column: Array) -> int:
    """The decimal places that tell quantities apart: six digits of the width of their range. Below 0: tens and more.

    >>> places_of(np.array([0.25, 1.0])), places_of(np.array([1e6, 1e6 + 20])), places_of(np.array([1e-5, 3e-5]))
    (6, 4, 10)
    """
    finite = column[np.isfinite(column)]
    width = float(np.ptp(finite)) if finite.size else 0.0
    if width == 0 or not math.isfinite(width):
        width = float(np.abs(finite).max(initial=0.0)) or 1.0
    return DIGITS - 1 - math.floor(math.log10(width))


def _quantities(values: Array, places: Sequence[int]) -> str:
    return " ".join(quantity(each, of) for each, of in zip(values.tolist(), places, strict=True))


def quantity(value: float, places: int) -> str:
    """A number with so many decimal places, or with a power of ten where it would be long.

    >>> quantity(12.5, 3), quantity(1.5e-9, 15), quantity(2e20, -15)
    ('12.500', '1.500000e-09', '2.00000e+20')
    """
    if not math.isfinite(value) or value == 0 or (places <= 12 and abs(value) < 1e15):
        return f"{value:.{min(max(places, 0), 12)}f}"
    return f"{value:.{min(max(places + math.floor(math.log10(abs(value))), 0), 15)}e}"


def _numbered(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}{k}" for k in range(1, count + 1)]
