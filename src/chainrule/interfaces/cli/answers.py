"""A model's answers to data: as the reference lab's rows, as a table, and how good they are."""

import itertools
import sys
from collections.abc import Iterator
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
from chainrule.lab.report.reference import TASKS, accuracy_line
from chainrule.training.data.columns.kinds import Number
from chainrule.training.data.targets import varies
from chainrule.training.metrics.classes import accuracy
from chainrule.training.metrics.quantities import mean_squared_error, r2
from chainrule.training.model import Model

WORDS = ("Sample", "True", "Predicted")
"""The words of a row."""

UNDEFINED = "not defined: the target never varies"
"""R² where Σ (y - mean of y)², by which it divides, is 0."""

MOST_ROWS = 20
"""The most rows that are printed in a terminal, where no number is given."""


@dataclass(frozen=True, eq=False)
class Answers:
    """A model's answers to data, and the true ones.

    outputs (n, O): through the loss's link.  chosen (n,): the classes, as numbers or names; None for quantities.
    true: the classes (n,), or the quantities (n, O); None where they aren't known.
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
        its probability (for a squared error: its output).
        """
        sample, true, predicted = ("Iter", "Ground Truth", "Prediction") if self.is_of_reference else WORDS
        by_class = self.chosen is not None and (bool(self.model.classes) or self.outputs.shape[1] > 1)
        for i, outputs in enumerate(self.outputs):
            truth = "" if self.true is None else f"{true}: {_text(self.true[i])}  "
            prediction = _text(outputs)
            if self.chosen is not None and by_class:
                prediction = f"{_text(self.chosen[i])}  {self._output_name}: {_of_chosen(outputs):.6f}"
            yield f"{sample} {i}  {truth}{predicted}: {prediction}"

    @property
    def is_of_reference(self) -> bool:
        """Whether the data are one of the reference lab's two tasks."""
        return self.data.name in TASKS

    def verdict(self) -> list[str]:
        """The accuracy in percent; for quantities the mean squared error and R². Nothing without the truth."""
        if self.true is None:
            return []
        if self.chosen is not None:
            return [accuracy_line(float(accuracy(self.true, self.chosen)))]
        error = float(mean_squared_error(self.true, self.outputs))
        score = f"{float(r2(self.true, self.outputs)):.6f}" if varies(self.true) else UNDEFINED
        return [f"Test Mean Squared Error: {_number(error)}", f"Test R²: {score}"]

    def table(self) -> Iterator[list[Any]]:
        """A header, then one row per sample, with all digits: features, target where known, prediction, outputs."""
        columns = [self.data.cells]
        names = list(self.data.features)
        if self.true is not None:
            columns.append(self.true.reshape(len(self.true), -1))
            names += _numbered(self.data.target, columns[-1].shape[1])
        if self.chosen is None:
            columns.append(self.outputs)
            names += _numbered("prediction", self.outputs.shape[1])
        else:
            columns += [self.chosen[:, np.newaxis], self.outputs]
            names += ["prediction", *(f"{self._output_name.lower()}_{each}" for each in self._classes_of_outputs)]
        yield names
        for parts in zip(*(column.tolist() for column in columns), strict=True):
            yield [cell for part in parts for cell in part]

    def plane(self) -> Plane | None:
        """The answers as points in a plane, if they are classes and the features are two."""
        x, kinds = self.data.x, self.data.kinds
        in_plane = self.model.network.input_shape == (2,) == x.shape[1:] and all(isinstance(k, Number) for k in kinds)
        if not in_plane or np.isnan(x).any() or self.chosen is None or self.chosen.ndim > 1:
            return None
        return Plane(self.model, self.data.x, self.data.features, self.chosen, self.true)

    @property
    def _output_name(self) -> str:
        return "Probability" if _has_link(self.model) else "Output"

    @property
    def _classes_of_outputs(self) -> tuple[str, ...]:
        """The class that each output stands for; a single output stands for class 1."""
        n_outputs = self.outputs.shape[1]
        names = self.model.classes or tuple(str(k) for k in range(max(2, n_outputs)))
        return names[1:2] if n_outputs == 1 else names


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
        return Answers(model, data, outputs, None, data.y)
    true = None
    if data.y is not None:
        true = data.class_numbers
        if model.classes and not (true.min() >= 0 and true.max() < len(model.classes)):
            raise DataError(
                f"{data.name} has classes from {true.min()} to {true.max()}, but the model knows "
                f"{', '.join(model.classes)}; give it data of those classes, or without targets."
            )
        true = np.array(model.classes)[true] if model.classes else true
    return Answers(model, data, outputs, model.classify(data.table), true)


def _are_classes(model: Model, data: Samples) -> bool:
    """Whether the answers to these data are classes, right or wrong, rather than quantities."""
    if data.y is None:
        return bool(model.classes) or _has_link(model)
    y = data.y.reshape(len(data), -1)
    if y.shape[1] > 1 or (y != np.floor(y)).any():
        return False
    within_one = y.min() >= 0 and y.max() <= 1
    one_of_two = data.n_classes == 2 or (within_one and isinstance(model.network.last_layer, Sigmoid))
    return bool(model.classes) or _has_link(model) or one_of_two or model.network.output_shape[0] > 1


def _has_link(model: Model) -> bool:
    """Whether outputs become probabilities."""
    return model.loss is not None and model.loss.link != "identity"


def _of_chosen(outputs: Array) -> float:
    """The output of the class that was chosen. One output is that of class 1; class 0 has the rest to 1."""
    return float(max(outputs[0], 1 - outputs[0]) if len(outputs) == 1 else outputs.max())


def _text(value: Any) -> str:
    """A class as it is; a quantity with six decimals, or with six digits where it is large."""
    values = np.atleast_1d(value)
    return " ".join(_number(each) if values.dtype.kind == "f" else visible(str(each)) for each in values)


def _number(value: float) -> str:
    return f"{value:.6f}" if abs(value) < 1000 else f"{value:.6g}"


def _numbered(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}{k}" for k in range(1, count + 1)]
