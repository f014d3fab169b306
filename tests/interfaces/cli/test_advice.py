"""The diagnosis in the shell: the loss it speaks of, the columns' names, and options that do what is advised."""

import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from chainrule.interfaces.cli.terminal.output import note
from commands import invoke


def diagnosis(*arguments: str) -> list[str]:
    result = invoke("train", *arguments)
    assert result.exit_code in (0, 1), result.stderr
    lines = (result.stderr + "\n").partition("Diagnosis: ")[2]
    return [line for line in lines.splitlines() if line]


pytest.importorskip("sklearn")  # for digits

DIGITS = ("digits", "--epochs", "4")
SHORT = ("digits", "--epochs", "1", "--optimizer", "sgd", "--learning-rate", "0.05", "--batch-size", "128")
ADVICE = {
    ("xor", "--epochs", "300", "--learning-rate", "500"): r"--learning-rate \d+",
    ("xor", "--epochs", "300", "--learning-rate", "1e-9"): r"--learning-rate \d+",
    ("xor", "--epochs", "900", "--initializer", "zeros"): "--initializer glorot",
    (*DIGITS, "--penalty", "10"): r"(--penalty 0\.0\d+|without --penalty)",
    (*DIGITS, "--optimizer", "sgd", "--learning-rate", "0.1", "--clip", "1e-4"): r"(--clip [\d.]+|without --clip)",
    (
        "digits",
        "--epochs",
        "1",
        "--optimizer",
        "sgd",
        "--learning-rate",
        "0.05",
        "--batch-size",
        "128",
    ): r"--epochs \d+",
    ("circles", "--layers", "none", "--epochs", "500"): "--layers 16 --activation tanh --output sigmoid",
    ("circles", "--layers", "8,8", "--activation", "identity", "--output", "sigmoid", "--epochs", "500"): (
        "--activation tanh"
    ),
}


@pytest.mark.parametrize(("arguments", "options"), ADVICE.items())
def test_advice_is_given_as_options_that_change_the_diagnosis(arguments: tuple[str, ...], options: str):
    first = diagnosis(*arguments)[0]
    tried = re.search(rf" Options: ({options})\.", first)
    assert tried is not None, first
    settings = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    words = tried[1].replace("without ", "").split()
    given = dict(zip(words[::2], [*words[1::2], None], strict=False))
    settings = {name: value for name, value in (settings | given).items() if value is not None}
    again = diagnosis(arguments[0], *(word for pair in settings.items() for word in pair))
    assert not again or again[0].split(":")[:2] != first.split(":")[:2]


def test_the_diagnosis_speaks_of_the_logs_loss():
    """Of half the squared error the log shows the full one."""
    arguments = ("xor", "--epochs", "300", "--learning-rate", "500")
    logged = [float(each) for each in re.findall(r"Loss: ([\d.]+)", invoke("train", *arguments).stdout)]
    said = re.match(
        r"Learning rate too high: The loss ended at ([\d.]+), above ([\d.]+) at the start", diagnosis(*arguments)[0]
    )
    assert said is not None
    assert float(said[1]) == pytest.approx(logged[-1], rel=0.01)
    assert float(said[2]) == pytest.approx(logged[0], rel=0.01)


def test_a_stuck_output_is_advised_the_option():
    first = diagnosis("xor", "--epochs", "3000", "--activation", "relu")[0]
    assert first.startswith("Loss and output that don't fit: The output layer's ReLU() is 0 for 48% of the samples")
    assert first.endswith("Options: --output sigmoid.")
    assert diagnosis("xor", "--epochs", "3000", "--activation", "relu", "--output", "sigmoid") == []


def test_small_batches_are_advised_the_option():
    network = "dense(16) batchnorm relu dense(16) batchnorm relu dense(1)"
    first = diagnosis("circles", "--network", network, "--optimizer", "adam", "--epochs", "60", "--batch-size", "2")[0]
    assert first.startswith("Batches too small: ")
    assert first.endswith("Options: --batch-size 16.")


def test_a_terminal_breaks_sentences_at_blanks_and_a_pipe_at_none(monkeypatch: pytest.MonkeyPatch):
    sentence = " ".join(["The gradient of the activations vanishes on its way back through the sigmoids."] * 3)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "37")
    for file, breaks in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", file)
        note(sentence)
        lines = file.getvalue().splitlines()
        assert (len(lines) > 1) is breaks
        assert " ".join(line.rstrip() for line in lines) == sentence
        assert not breaks or max(map(len, lines)) <= 37


def test_columns_are_named(tmp_path: Path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 2)) * [1.0, 4000.0]
    rows = [f"{a},{b},{a > 0:d}" for a, b in x]
    path = tmp_path / "houses.csv"
    path.write_text("\n".join(["rooms,price,sold", *rows]))
    first = diagnosis(str(path), "--no-standardize", "--epochs", "50")[0]
    assert " in price, but" in first
    assert "Options: --standardize." in first


def test_a_quantity_that_is_not_standardised_is_advised_the_option(tmp_path: Path):
    x = np.linspace(-1, 1, 80)
    path = tmp_path / "prices.csv"
    path.write_text("\n".join(["size,price", *(f"{each},{5000 * np.sin(3 * each) + 20000}" for each in x)]))
    command = (str(path), "--epochs", "300", "--activation", "tanh")
    first = diagnosis(*command, "--no-standardize")[0]
    assert first.startswith("Unscaled targets: The targets lie around 20,000")
    assert "Options: --standardize" in first
    assert not any(each.startswith("Unscaled") for each in diagnosis(*command))


def test_a_rare_class_is_advised_the_option_by_its_name(tmp_path: Path):
    rng = np.random.default_rng(3)
    y = np.arange(600) < 18
    rows = [
        f"{a},{b},{'rare' if c else 'usual'}"
        for (a, b), c in zip(rng.normal(size=(600, 2)) + 1.7 * y[:, None], y, strict=True)
    ]
    path = tmp_path / "kinds.csv"
    path.write_text("\n".join(["a,b,kind", *rows]))
    command = (str(path), "--epochs", "60")
    first = diagnosis(*command)[0]
    assert first.startswith("A rare class: Only 3.0% of the rows are of class rare.")
    assert first.endswith("Options: --class-weight balanced.")
    assert diagnosis(*command, "--class-weight", "balanced") == []


def test_the_help_mentions_the_diagnosis():
    result = invoke("train", "--help")
    assert "is diagnosed" in result.stdout
