"""How good answers are said to be: beside what no learning reaches, class by class; what isn't defined is said so."""

import re
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.interfaces.cli.answers import Answers, answer, places_of, quantity
from chainrule.interfaces.cli.verdicts import of_classes, of_quantities, of_questions, show_verdict
from chainrule.lab.experiments.samples import Samples
from commands import invoke, lines_of


def answered(true, chosen=None, outputs=None, names=(), loss=None, target="y"):
    """Answers to these targets, as a model with so many outputs gives them."""
    true = np.asarray(true)
    outputs = np.asarray(outputs, dtype=float)
    layers = [cr.Dense(outputs.shape[1])]
    network = cr.Network((1,), layers)
    model = cr.Model(network, np.zeros(network.n_parameters), loss or cr.SquaredError(), classes=names)
    samples = Samples("table", np.zeros((len(true), 1)), true, ("x1",), target)
    return Answers(model, samples, outputs, None if chosen is None else np.asarray(chosen), true)


def test_a_rare_class_is_not_hidden_by_the_accuracy():
    p = np.array([[0.1], [0.2], [0.3], [0.1], [0.4], [0.2], [0.1], [0.2], [0.3], [0.2]])
    verdict = of_classes(
        answered([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0] * 10, 1 - p, ("fraud", "ok"), cr.BinaryCrossEntropy())
    )
    assert verdict.lines[-1] == "Accuracy: 90.00% (always fraud: 90.00%)"
    by_class, confusions = verdict.tables
    assert by_class.rows == [("fraud", "9", "90.0%", "100.0%", "94.7%"), ("ok", "1", "-", "0.0%", "0.0%")]
    assert by_class.below == ["Never answered, so that its precision isn't defined: ok."]
    assert confusions.rows == [("fraud", "9", "0"), ("ok", "1", "0")]
    truth = np.array([1] + [0] * 9)
    assert verdict.lines[0] == f"ROC AUC: {cr.roc_auc(truth, 1 - p):.4f} (by chance: 0.5)"
    assert verdict.lines[1] == f"Average Precision of ok: {cr.average_precision(truth, 1 - p):.4f} (by chance: 0.1000)"
    assert verdict.lines[2].startswith(
        f"Log Loss: {cr.log_loss(truth, 1 - p):.6f} (always the classes' shares: 0.325083)"
    )


def test_the_rarer_class_is_the_one_whose_precision_is_asked():
    p = np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8], [0.4, 0.6]])
    lines = of_classes(answered([0, 1, 1, 1], [0, 1, 1, 1], p, ("no", "yes"), cr.SoftmaxCrossEntropy())).lines
    assert lines[1] == "Average Precision of no: 1.0000 (by chance: 0.2500)"


def test_a_wide_confusion_matrix_becomes_a_list():
    names = tuple(f"a rather long name {k}" for k in range(6))
    true, chosen = [0, 1, 2, 3, 4, 5, 5, 5], [0, 1, 2, 3, 4, 4, 4, 0]
    tables = of_classes(answered(true, chosen, np.eye(6)[chosen], names)).tables
    assert tables[1].columns == ("true", "predicted", "samples", "of")
    assert tables[1].rows == [(names[5], names[4], "2", "3"), (names[5], names[0], "1", "3")]


def test_one_class_alone_has_nothing_to_rank():
    verdict = of_classes(answered([0, 0], [0, 0], [[0.1], [0.2]], ("cat", "dog"), cr.BinaryCrossEntropy()))
    assert verdict.tables == []
    assert verdict.lines[0] == "ROC AUC: not defined: all samples are of class cat"


def test_questions_are_judged_one_by_one_and_together():
    y, p = np.array([[1, 0], [0, 0], [1, 0]]), np.array([[0.9, 0.2], [0.6, 0.1], [0.8, 0.3]])
    verdict = of_questions(answered(y, (p > 0.5).astype(int), p, loss=cr.BinaryCrossEntropy(), target="answer"))
    first, second = verdict.tables[0].rows
    assert first == ("answer1", "2", "66.7%", "66.7%", "66.7%", "100.0%", "80.0%", "1.0000", "1.0000")
    assert second == ("answer2", "0", "100.0%", "100.0%", "-", "-", "-", "-", "-")
    assert verdict.lines[1:] == [
        "Answers All Right: 66.67% of samples",
        "Accuracy: 83.33% (always the commoner answer: 83.33%)",
    ]


def test_quantities_in_their_unit_beside_the_mean():
    lines = of_quantities(answered([[1e6], [1e6 + 2], [1e6 + 4]], None, [[1e6], [1e6 + 3], [1e6 + 4]])).lines
    assert lines == [
        "Mean Absolute Error: 0.333333 (always the mean: 1.33333)",
        "Root Mean Squared Error: 0.577350 (always the mean: 1.63299)",
        "R²: 0.875000",
    ]
    for values, why in (([[2.0], [2.0]], "the target never varies"), ([[2.0]], "there is one sample")):
        assert of_quantities(answered(values, None, values)).lines[-1] == f"R²: not defined: {why}"
    two = of_quantities(answered([[1.0, 5.0], [3.0, 5.0]], None, [[1.0, 5.0], [3.0, 6.0]], target="out"))
    assert [(row[0], row[-1]) for row in two.tables[0].rows] == [("out1", "1.000000"), ("out2", "-")]
    assert two.lines == ["R²: not defined: the target never varies (mean over 2 targets)"]


@pytest.mark.parametrize("scale", [1e-30, 1e-7, 1.0, 1e5, 1e14, 1e30])
@pytest.mark.parametrize("offset", [0, 1, 1e4])
def test_rows_are_told_apart_whatever_their_size(scale, offset):
    values = scale * (offset + np.linspace(0, 1, 50))
    shown = {quantity(each, places_of(values)) for each in values}
    assert len(shown) == 50
    assert max(map(len, shown)) <= 24


def test_several_questions_of_a_file_from_end_to_end(tmp_path: Path):
    x = np.random.default_rng(41).normal(size=(60, 3))
    y = np.stack([x[:, 0] > 0, x[:, 1] > 0.5], axis=1).astype(int)
    np.savez(tmp_path / "two.npz", x=x, y=y)
    words = (tmp_path / "two.npz", "--loss", "binary_cross_entropy", "--epochs", "60", "--save", tmp_path / "m.npz")
    out = lines_of("train", *words)
    score = cr.Model.load(tmp_path / "m.npz").score(x, y)
    assert out[-1].startswith(f"Training Accuracy: {100 * score:.2f}% (always the commoner answer: ")
    assert any(re.fullmatch(r"Sample 0  True: [01] [01]  Predicted: [01] [01]", line) for line in out)


def test_one_hot_targets_are_classes(tmp_path: Path):
    x = np.random.default_rng(1).normal(size=(40, 2))
    np.savez(tmp_path / "hot.npz", x=x, y=np.eye(3, dtype=int)[(x > 0).sum(axis=1)])
    out = lines_of("train", tmp_path / "hot.npz", "--loss", "softmax_cross_entropy", "--epochs", "20")
    assert out[-1].startswith("Training Accuracy: ")
    assert any(line.startswith("true\\predicted") for line in out)


def test_what_was_learnt_is_called_training_and_advice_follows(tmp_path: Path):
    x = np.random.default_rng(2).normal(size=(20, 2))
    cr.datasets.write_csv(tmp_path / "few.csv", x, (x[:, 0] > 0).astype(int), target="kind", classes=["no", "yes"])
    done = invoke("train", tmp_path / "few.csv", "--epochs", "20")
    assert done.stdout.splitlines()[-1].startswith("Training Accuracy: ")
    assert "Advice: these samples were learnt; " in done.stderr
    held_out = invoke("train", tmp_path / "few.csv", "--epochs", "20", "--test", "last:0.25")
    assert "Tested on the last 5 samples:" in held_out.stdout
    assert held_out.stdout.splitlines()[-1].startswith("Test Accuracy: ")
    assert "Advice" not in held_out.stderr
    quiet = invoke("train", tmp_path / "few.csv", "--epochs", "20", "--quiet")
    assert [line.split(":")[0] for line in quiet.stdout.splitlines()][-1] == "Training Accuracy"
    assert (len(quiet.stdout.splitlines()), quiet.stderr) == (4, "")


CASES = Path(__file__).parents[2] / "lab" / "tables" / "cases"


def test_a_rare_class_of_a_table_shows_that_it_is_not_found():
    done = invoke("train", CASES / "P35_cards.csv", "--test", 0.25)
    lines = done.stdout.splitlines()
    assert lines[-1] == "Test Accuracy: 95.00% (always ok: 95.00%)"
    assert any(line.split() == ["fraud", "5", "-", "0.0%", "0.0%"] for line in lines)
    assert "Diagnosis: A class never answered: Class fraud is never answered" in done.stderr
    assert "Options: --class-weight balanced." in done.stderr
    weighed = invoke("train", CASES / "P35_cards.csv", "--test", 0.25, "--class-weight", "balanced")
    assert not any("-" in line.split() for line in weighed.stdout.splitlines() if line.startswith("fraud"))
    assert "--class-weight" not in weighed.stderr


@pytest.mark.parametrize("seed", range(3))
def test_a_class_of_one_row_is_learnt_and_said(seed: int):
    done = invoke("train", CASES / "P34_rare.csv", "--test", 0.25, "--epochs", 5, "--seed", seed)
    assert "No sample of class rare is in the test; all of them are learnt." in done.stderr.splitlines()


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("P68_flat.csv", "No input varies: all 40 rows of x are the same"),
        ("P69_contradict.csv", "12 of 12 inputs have both answers"),
    ],
)
def test_tables_that_cannot_be_learnt_are_named(case: str, sentence: str):
    assert sentence in invoke("train", CASES / case, "--epochs", 50).stderr


def test_a_gap_to_the_test_is_spoken_of_without_validation(tmp_path: Path):
    rng = np.random.default_rng(61)
    cr.datasets.write_csv(
        tmp_path / "genes.csv",
        rng.normal(size=(30, 200)),
        np.arange(30) % 2,
        target="group",
        classes=["case", "control"],
    )
    done = invoke("train", tmp_path / "genes.csv", "--test", 0.25, "--epochs", 200)
    assert "Diagnosis: Overfitting: The 22 rows are learnt by heart" in done.stderr


def test_the_references_tasks_keep_their_form():
    for name in ("xor", "linear"):
        done = invoke("train", name, "--epochs", "3")
        assert done.stdout.splitlines()[-2].startswith("Iter ")
        assert "Advice" not in done.stderr


def test_nothing_is_said_where_the_truth_is_not_known(capsys: pytest.CaptureFixture[str]):
    network = cr.mlp(1, 1)
    model = cr.Model(network, np.zeros(network.n_parameters), cr.SquaredError())
    show_verdict(answer(model, Samples("new", np.zeros((2, 1)), None, ("x1",))))
    assert capsys.readouterr().out == ""
