"""Names as people type them: in any case, with - or _, by the short names of options that other programs have."""

from pathlib import Path

import pytest

import chainrule as cr
from chainrule.interfaces.cli.described import describe
from chainrule.interfaces.cli.mistyped import OTHER_NAMES
from chainrule.interfaces.cli.options import OPTIONS
from commands import invoke, lines_of

PLAIN = "train xor --learning-rate 0.5 --layers 3 --activation sigmoid --optimizer adam --loss squared_error --epochs 9"

TYPED = {
    "other names": PLAIN.replace("--learning-rate", "--lr").replace("--layers", "--hidden"),
    "British ones": PLAIN.replace("--optimizer", "--optimiser"),
    "capitals": "TRAIN XOR --Learning-Rate 0.5 --LAYERS 3 --activation Sigmoid --optimizer Adam --loss SquaredError "
    "--epochs 9",
    "joined otherwise": PLAIN.replace("--learning-rate", "--learning_rate").replace("squared_error", "squared-error"),
}


@pytest.mark.parametrize("how", TYPED)
def test_a_command_is_understood(how: str):
    assert lines_of(*TYPED[how].split()) == lines_of(*PLAIN.split())


def test_other_names_stand_for_options_that_there_are():
    flags = {each.removeprefix("no-") for each in OTHER_NAMES.values()}
    assert flags <= {each.flag.removeprefix("--") for each in OPTIONS.values()}


def test_an_experiment_holds_the_names_of_the_tables():
    typed = cr.experiment_for("Moons", optimizer="AdamW", activation="Leaky-ReLU", loss="SquaredError")
    assert typed == cr.experiment_for("moons", optimizer="adamw", activation="leaky_relu", loss="squared_error")
    assert typed.network.activation == "leaky_relu"
    comparison = cr.compare(cr.Experiment("xor", epochs=2, starts=1), optimizer=["SGD", "Adam"])
    assert comparison.values == (("sgd",), ("adam",))


def test_a_file_of_this_name_comes_before_the_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("Xor").write_text("a,b,y\n1,2,0\n3,4,1\n")
    assert isinstance(describe("Xor", {})[0].data, cr.DataFile)
    assert describe("XOR", {})[0].data == cr.DataSet("xor")


def test_a_chapter_is_known_in_any_form():
    said = invoke("report", "--only", "learning_ratse")
    assert said.exit_code == 2
    assert "unknown chapter 'learning_ratse', did you mean learning-rates? Choose from" in said.stderr
