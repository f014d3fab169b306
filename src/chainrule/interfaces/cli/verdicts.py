"""How good answers are: lines of the result, each beside what no learning would reach, and tables class by class."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.foreign import visible
from chainrule.interfaces.cli.answers import Answers, places_of, quantity
from chainrule.interfaces.cli.terminal.output import QUIET, detail, note, say
from chainrule.interfaces.cli.terminal.tables import show_table
from chainrule.lab.report.reference import accuracy_line
from chainrule.training.data.targets import varies
from chainrule.training.metrics.classes import accuracy, by_class, confusion_matrix
from chainrule.training.metrics.quantities import mean_absolute_error, r2, root_mean_squared_error
from chainrule.training.metrics.ranking import average_precision, log_loss, roc_auc

WIDEST = 80
"""A confusion matrix is drawn up to this width; of a wider one the most frequent confusions are listed."""

MOST_CONFUSIONS, MOST_CLASSES = 10, 20
"""The most confusions that are listed; the most classes in a terminal."""

TO_HOLD_OUT = (
    "Advice: these samples were learnt; how well others are answered shows on samples held out, with --test 0.25."
)
"""The advice beside a result on what was learnt."""

FEWEST_TO_HOLD_OUT = 8
"""Of fewer samples none can be spared for a test."""

NOT_DEFINED, NEVER_VARIES = "not defined", "the target never varies"
"""What is said in place of a number; and why of R², which divides by the target's variance."""


class Printed(NamedTuple):
    """A table to print: its columns, the first of which is text, and its rows; sentences below it."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    below: Sequence[str] = ()


class Verdict(NamedTuple):
    """Tables, and lines without their first word: `Test`, or `Training`; what matters most comes last."""

    tables: Sequence[Printed]
    lines: Sequence[str]


def show_verdict(answers: Answers, is_learnt: bool = False) -> None:
    """Print how good answers are: nothing where the truth isn't known, one line for the reference lab's tasks.

    is_learnt: whether the samples are those that the model has learnt.
    """
    if answers.true is None:
        return
    if answers.is_of_reference and answers.chosen is not None:
        say(accuracy_line(float(accuracy(answers.true, answers.chosen))))
        return
    kind = of_quantities if answers.chosen is None else of_classes if answers.chosen.ndim == 1 else of_questions
    verdict = kind(answers)
    for table in () if QUIET.get() else verdict.tables:
        _show(table)
    for line in verdict.lines:
        say(f"{'Training' if is_learnt else 'Test'} {line}")
    if is_learnt and len(answers.data) >= FEWEST_TO_HOLD_OUT:
        note(TO_HOLD_OUT)


def of_classes(answers: Answers) -> Verdict:
    """The verdict on classes: class by class, what is taken for what, and how probable the truth was."""
    truth, chosen, names = answers.true, answers.chosen, [visible(each) for each in answers.class_names]
    counts = confusion_matrix(truth, chosen, range(len(names)))  # type: ignore[arg-type]  # the truth is known
    there = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    largest = int(counts.sum(axis=1).argmax())
    lines = _of_probabilities(answers, names) if answers.are_probabilities else []
    right, always = (100 * n / counts.sum() for n in (np.trace(counts), counts[largest].sum()))
    lines.append(f"Accuracy: {right:.2f}% (always {names[largest]}: {always:.2f}%)")
    if len(there) < 2:
        return Verdict([], lines)
    return Verdict([_by_class(counts, names, there), _confusions(counts, names, there)], lines)


def _by_class(counts: Array, names: Sequence[str], there: Array) -> Printed:
    """A row for each class: of how many samples, and how well it is found."""
    truth, chosen = np.divmod(np.repeat(np.arange(counts.size), counts.reshape(-1)), len(names))
    found = by_class(truth, chosen, range(len(names)))
    columns = [_percent(each) for each in found[:3]]
    rows = [(names[k], f"{found.support[k]:,}", *(each[k] for each in columns)) for k in there]
    never = [names[k] for k in there if not counts[:, k].sum()]
    absent = [names[k] for k in there if not found.support[k]]
    below = [f"Never answered, so that its precision isn't defined: {each}." for each in never]
    below += [f"No sample is of it, so that its recall isn't defined: {each}." for each in absent]
    return Printed(("class", "samples", "precision", "recall", "F1"), rows, below)


def _confusions(counts: Array, names: Sequence[str], there: Array) -> Printed:
    """What is taken for what: the matrix where it isn't too wide, else the most frequent confusions."""
    rows = [(names[k], *(f"{n:,}" for n in counts[k, there])) for k in there]
    columns = ("true\\predicted", *(names[k] for k in there))
    if sum(max(map(len, column)) + 2 for column in zip(columns, *rows, strict=True)) <= WIDEST:
        return Printed(columns, rows)
    wrong = counts - np.diag(np.diag(counts))
    pairs = np.argsort(-wrong, axis=None, kind="stable")[:MOST_CONFUSIONS]
    of = counts.sum(axis=1)
    places = [divmod(int(each), len(names)) for each in pairs if wrong.flat[each]]
    confused = [(names[i], names[j], f"{wrong[i, j]:,}", f"{of[i]:,}") for i, j in places]
    return Printed(("true", "predicted", "samples", "of"), confused)


def _of_probabilities(answers: Answers, names: Sequence[str]) -> list[str]:
    """How good probabilities are: of two classes how well they rank samples, the rarer class first; the log loss."""
    truth, p = np.asarray(answers.true), answers.outputs
    shares = np.bincount(truth, minlength=len(names)) / len(truth)
    lines = []
    if len(names) == 2:
        rare = 0 if 0 < shares[0] < shares[1] else 1
        score = p[:, -1] if rare else 1 - p[:, -1]
        one = f"{NOT_DEFINED}: all samples are of class {names[int(shares.argmax())]}"
        area, precise = float(roc_auc(truth == rare, score)), float(average_precision(truth == rare, score))
        lines.append(f"ROC AUC: {one if shares.max() == 1 else f'{area:.4f} (by chance: 0.5)'}")
        if shares.max() < 1:
            lines.append(f"Average Precision of {names[rare]}: {precise:.4f} (by chance: {shares[rare]:.4f})")
    loss = float(log_loss(truth, p))
    return [*lines, f"Log Loss: {loss:.6f} (always the classes' shares: {_entropy(shares):.6f})"]


def of_questions(answers: Answers) -> Verdict:
    """The verdict on several yes/no questions: one row for each, and the accuracy over all of them."""
    truth, chosen, p = np.asarray(answers.true), np.asarray(answers.chosen), answers.outputs
    found = by_class(truth, chosen)
    shares = truth.mean(axis=0)
    usual = np.maximum(shares, 1 - shares)
    unsure = np.mean([_entropy(np.array([each, 1 - each])) for each in shares])
    columns = [
        [visible(each) for each in answers.target_names],
        [f"{n:,}" for n in found.support],
        *(_percent(each) for each in ((truth == chosen).mean(axis=0), usual, *found[:3])),
        *(_decimals(each) for each in (roc_auc(truth, p), average_precision(truth, p))),
    ]
    names = ("question", "yes", "accuracy", "always", "precision", "recall", "F1", "ROC AUC", "average precision")
    lines = [
        f"Log Loss: {np.mean(log_loss(truth, p)):.6f} (always the answers' shares: {unsure:.6f})",
        f"Answers All Right: {100 * (truth == chosen).all(axis=1).mean():.2f}% of samples",
        f"Accuracy: {100 * (truth == chosen).mean():.2f}% (always the commoner answer: {100 * usual.mean():.2f}%)",
    ]
    return Verdict([Printed(names, list(zip(*columns, strict=True)))], lines)


def of_quantities(answers: Answers) -> Verdict:
    """The verdict on quantities: the errors in their unit, beside those of always answering the mean, and R²."""
    truth, outputs = np.asarray(answers.true, dtype=np.float64), answers.outputs
    errors = []
    for k in range(truth.shape[1]):
        y, mean = truth[:, k], np.full(len(truth), truth[:, k].mean())
        measures = (mean_absolute_error, root_mean_squared_error)
        errors.append([_number(float(of(y, each))) for of in measures for each in (outputs[:, k], mean)])
    defined = len(truth) > 1 and all(varies(truth[:, k]) for k in range(truth.shape[1]))
    why = NEVER_VARIES if len(truth) > 1 else "there is one sample"
    score = f"{float(r2(truth, outputs)):.6f}" if defined else f"{NOT_DEFINED}: {why}"
    if len(errors) == 1:
        mae, mae_of_mean, rmse, rmse_of_mean = errors[0]
        return Verdict(
            [],
            [
                f"Mean Absolute Error: {mae} (always the mean: {mae_of_mean})",
                f"Root Mean Squared Error: {rmse} (always the mean: {rmse_of_mean})",
                f"R²: {score}",
            ],
        )
    scores = [f"{float(r2(y, p)):.6f}" if varies(y) else "-" for y, p in zip(truth.T, outputs.T, strict=True)]
    rows = [(visible(name), *each, of) for name, each, of in zip(answers.target_names, errors, scores, strict=True)]
    names = ("target", "mean absolute error", "of the mean", "root mean squared error", "of the mean", "R²")
    return Verdict([Printed(names, rows)], [f"R²: {score} (mean over {len(rows)} targets)"])


def _number(value: float) -> str:
    """An error with six significant digits."""
    return quantity(value, places_of(np.array([value]))) if value else "0"


def _entropy(shares: Array) -> float:
    """The log loss of always answering the shares of the classes."""
    there = shares[shares > 0]
    return float((there * np.log(1 / there)).sum())


def _percent(values: Array) -> list[str]:
    return ["-" if np.isnan(each) else f"{100 * each:.1f}%" for each in values]


def _decimals(values: Array | float) -> list[str]:
    return ["-" if np.isnan(each) else f"{each:.4f}" for each in np.atleast_1d(values)]


def _show(table: Printed) -> None:
    """Print a table, in a terminal with its first rows alone."""
    most = MOST_CLASSES if sys.stdout.isatty() else len(table.rows)
    show_table(table.columns, table.rows[:most])
    if len(table.rows) > most:
        detail(f"... and {len(table.rows) - most:,} rows more; a pipe or a file gets all.")
    for line in table.below:
        detail(line)
