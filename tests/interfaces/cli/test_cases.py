"""What people did with their tables, in public reports: each case gives what is right, in a shell or in Python."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import chainrule as cr
from commands import invoke

CASES = Path(__file__).parents[2] / "lab" / "tables" / "cases"

SHORT = ("--epochs", "60", "--rows", "2")


@dataclass(frozen=True)
class Case:
    """A file, what is done with it, and what must be said: patterns, in stdout and stderr together.

    refused: whether the command stops with a sentence.  never: what must not be said.
    """

    file: str
    words: tuple[str, ...]
    said: tuple[str, ...]
    refused: bool = False
    never: str = "(?!)"
    command: str = "train"


ALL = (
    Case("P01_wetter.csv", (), ("semicolons between cells", "Temperatur, °C", "Target Klasse.*one of 2 classes")),
    Case("P03_noten.csv", (), ("Note.*decimal comma", "--target-type quantity or --target-type class"), refused=True),
    Case("P03_noten.csv", ("--yes",), ("a quantity", r"R²: 0\.9"), never="Accuracy"),
    Case("P04_messung.csv", (), ("decimal comma", "Target Kraft.*a quantity", r"R²: 0\.[89]"), never="Accuracy"),
    Case("P06_mpg.data", (), ("blanks between cells", "Target mpg", "R²")),
    Case("P06_mpg_noheader.data", (), ("blanks between cells", "no names in the first row", "40 rows")),
    Case("P09_sorten.csv", (), ("cp1252", "Fläche", "(früh|spät)")),
    Case("P10_rent.csv", (), ("line 2, column sqft: '1,421' may be 1421 .--thousands ,. or 1.421",), refused=True),
    Case("P10_rent.csv", ("--thousands", ","), (r"640 \.\.\. 3100", "R²")),
    Case("P13_cells.data", (), ("30 rows", "no names in the first row", "number, gaps filled", "gaps are filled")),
    Case("P15_groesse.csv", ("--target", "Größe"), ("Target Größe",)),
    Case("P15_groesse.csv", ("--target", "Gro\u0308\u00dfe"), ("Target Größe",)),
    Case("P16_weather.arff", (), ("ARFF", "Target play")),
    Case("P18_logger.csv", (), ("2 lines skipped", "Target state", "time_s: a row number in disguise")),
    Case("P20_ship.csv", ("--test", "0.25"), ("sex.*one-hot, 2 levels", "Test Accuracy: [89]")),
    Case("P26_wdbc_like.data", ("--target", "1"), ("column 1: every value differs", "Target column 2.*2 classes")),
    Case("P26_wdbc_like.data", ("--target", "1", "--drop", "column 1"), ("left out: --drop", "Accuracy: (100|9)")),
    Case("P27_voice.data", ("--target", "status"), ("column name: text with 60 .*--drop name",), refused=True),
    Case("P27_voice.data", ("--target", "status", "--drop", "name"), ("Target status", "Accuracy")),
    Case("P29_survey.csv", (), ("per cent", r"0 \.\.\. 0\.95", r"R²: (0\.9|1)")),
    Case("P30_seeds.csv", (), ("one of 3 classes .whole numbers.*--target-type quantity", "Predicted: [123]  Prob")),
    Case("P30_seeds.csv", ("--target-type", "quantity"), ("a quantity", "R²"), never="Accuracy"),
    Case("P32_iris_numbers.csv", (), ("one of 3 classes .whole numbers.*--target-type quantity", "Accuracy")),
    Case("P34_rare.csv", ("--test", "0.25"), (r"too rare.*rare \(1 row\)", "Accuracy")),
    Case("P35_cards.csv", ("--test", "0.25"), ("always ok: 95", "fraud +5", "precision +recall")),
    Case("P35_cards.csv", ("--class-weight", "balanced"), ("fraud +20 +[0-9.]+% +[5-9]",)),
    Case("P37_one_class.csv", (), ("target state is ok in all 20",), refused=True),
    Case("P37_one_number.csv", (), ("target state is 1 in all 20",), refused=True),
    Case("P40_energy.csv", ("--target", "Y1,Y2"), ("2 quantities", "Y1 ", "Y2 ", "mean over 2 targets")),
    Case("P65_outlier.csv", (), ("line 9, column b: expected a number.*1e.300",), refused=True),
    Case("P66_years.csv", ("--target", "2021"), ("2019, 2020, 2021, is taken for names", "20 rows", "Target 2021")),
    Case("P68_flat.csv", (), ("a: always the same", "No input varies: all 40 rows")),
    Case("P69_contradict.csv", (), ("72 of 72 rows.*12 of 12 different inputs", "Diagnosis.*12 of 12")),
    Case("P75_leak.csv", (), ("f3: alone answers the target",)),
    Case("P75_leak.csv", (), ("f3: alone answers the target", "!"), command="look"),
    Case("P82_xor4.csv", (), ("4 rows", "one of 2 classes")),
    Case("P82_xor4_noheader.csv", (), ("4 rows", "no names in the first row")),
    Case("P83_pets.csv", ("--sample", "0", "--weight", "1:1:1"), (r"weight.*4(\.0)? - ",), command="explain"),
)


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.file.split('.')[0]} {' '.join(case.words)}".strip())
def test_what_is_right(case: Case) -> None:
    done = invoke(case.command, CASES / case.file, *case.words, *(SHORT if case.command == "train" else ()))
    said = done.stdout + done.stderr
    assert (done.exit_code == 2) == case.refused, said
    for each in case.said:
        assert re.search(each, said), f"{each} isn't in:\n{said}"
    assert not re.search(case.never, done.stdout)
    if case.refused:
        assert done.stderr.count("Error:") == 1
        assert not done.stdout


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of weight and height."""
    path = tmp_path_factory.mktemp("cases") / "pets.npz"
    assert invoke("train", CASES / "P50_train.csv", "--save", path, *SHORT).exit_code == 0
    return path


@pytest.mark.parametrize("file", ["question", "blank", "id", "order", "semicolon_comma_header"])
def test_a_file_without_answers_is_answered(file: str, model: Path) -> None:
    """P50 and P51: the target empty or missing, an id before, another order, another delimiter."""
    (path,) = CASES.glob(f"P5?_test_{file}.csv")
    done = invoke("predict", model, path)
    assert done.exit_code == 0, done.stderr
    predicted = re.findall(r"Sample \d  Predicted: (\w+)", done.stdout)
    assert predicted == ["cat", "dog"] * 3
    assert "Accuracy" not in done.stdout


def test_a_file_with_answers_is_judged_wherever_they_stand(model: Path) -> None:
    done = invoke("predict", model, CASES / "P51_test_target_first.csv")
    assert (done.exit_code, "Accuracy: 100.00%" in done.stdout) == (0, True), done.stderr + done.stdout


def test_a_wide_file_of_few_rows_is_said_to_be_learnt(tmp_path: Path) -> None:
    """P61: 30 samples of 1,500 genes, nothing held out."""
    random = np.random.default_rng(61)
    names = ",".join(f"g{k}" for k in range(1500))
    rows = [",".join(f"{each:.2f}" for each in random.normal(size=1500)) + f",{'ab'[i % 2]}" for i in range(30)]
    (tmp_path / "genes.csv").write_text("\n".join([f"{names},group", *rows]) + "\n")
    done = invoke("train", tmp_path / "genes.csv", "--epochs", "5", "--rows", "0")
    assert "1,481 more, alike" in done.stderr
    assert "Training Accuracy" in done.stdout
    assert "--test 0.25" in done.stderr


def test_arrays_of_questions_and_of_one_class(tmp_path: Path) -> None:
    """P41: three yes/no questions per sample in an .npz, and one-hot classes."""
    random = np.random.default_rng(41)
    x = random.normal(size=(200, 4))
    questions = np.stack([x[:, 0] > 0, x[:, 1] + x[:, 2] > 0, x[:, 3] > 1], axis=1).astype(int)
    np.savez(tmp_path / "multilabel.npz", x=x, y=questions)
    done = invoke("train", tmp_path / "multilabel.npz", *SHORT)
    assert "3 yes/no questions" in done.stderr
    assert re.search(r"Training Accuracy: 9\d", done.stdout)
    np.savez(tmp_path / "onehot.npz", x=x, y=np.eye(3)[(x[:, 0] > 0).astype(int) + (x[:, 1] > 0)])
    done = invoke("train", tmp_path / "onehot.npz", *SHORT)
    assert "one of 3 classes" in done.stderr
    assert "one-hot" in done.stderr
    assert re.search(r"Training Accuracy: [89]\d", done.stdout)


def learnt(x: object, y: object, loss: cr.Loss, n_outputs: int, epochs: int = 300) -> cr.Run:
    n_inputs = np.shape(x)[1]
    network = cr.mlp(n_inputs, 8, n_outputs, activation="tanh", output="identity")
    return cr.train(network, x, y, loss=loss, optimizer=cr.Adam(0.02), epochs=epochs)


def test_a_frame_in_another_order_goes_by_names() -> None:
    """P52: from R² 0.998 to -5.4 without a word."""
    random = np.random.default_rng(52)
    x = pd.DataFrame({"a": random.normal(size=90), "b": 10 * random.normal(size=90), "c": random.normal(size=90)})
    y = 2 * x["a"] - x["b"]
    model = learnt(x, y, cr.SquaredError(), 1).model
    assert model.score(x[["b", "a", "c"]], y) == model.score(x, y)
    with pytest.raises(cr.DataError, match="b"):
        model.score(x[["a", "c"]], y)


def test_a_model_is_scored_by_whatever_it_was_trained_on() -> None:
    """P70 and P72: one-hot columns as class numbers; (n,), (n, 1) and lists alike."""
    random = np.random.default_rng(72)
    x = random.normal(size=(90, 2))
    k = (x[:, 0] > 0.4).astype(int) + (x[:, 0] > -0.4)
    for y in (k, np.eye(3)[k], np.eye(3, dtype=bool)[k], np.array(["a", "b", "c"])[k]):
        assert learnt(x, y, cr.SoftmaxCrossEntropy(), 3).model.score(x, y) > 0.9
    t = x @ [1.0, -2.0]
    losses = {learnt(x, y, cr.SquaredError(), 1, 50).final_loss for y in (t, t[:, np.newaxis], t.tolist())}
    assert len(losses) == 1
    with pytest.raises(cr.ShapeError):
        learnt(x, t[np.newaxis], cr.SquaredError(), 1)


def test_kinds_of_arrays_are_taken_or_refused_in_a_sentence() -> None:
    """P73."""
    x = np.arange(20.0).reshape(10, 2) / 10
    y = x[:, 0]
    for taken in (x.tolist(), x.astype(object), x.astype(np.float16), np.asfortranarray(x)):
        assert np.isfinite(learnt(taken, y, cr.SquaredError(), 1, 5).final_loss)
    for refused in (np.where(x == 0, np.nan, x), np.ma.masked_equal(x, 0), x.astype(complex), x.astype("M8[s]")):
        with pytest.raises(cr.ChainruleError):
            learnt(refused, y, cr.SquaredError(), 1, 5)


def test_two_quantities_of_different_size_are_learnt_alike(tmp_path: Path) -> None:
    """P45."""
    random = np.random.default_rng(45)
    x = random.normal(size=(300, 3))
    y = np.stack([0.4 + 0.1 * np.tanh(x[:, 0]), -2200 + 300 * x[:, 1] * x[:, 2]], axis=1)
    np.savez(tmp_path / "two.npz", x=x, y=y)
    done = invoke("train", tmp_path / "two.npz", "--epochs", "600", "--rows", "0")
    assert len(re.findall(r"^y[12] .* 0\.9\d+$", done.stdout, re.MULTILINE)) == 2, done.stdout
