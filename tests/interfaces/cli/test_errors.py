"""Errors: one sentence on stderr, no traceback, and exit code 2 for bad input, 1 for a failed run."""

import re
from pathlib import Path

import numpy as np
import pytest

import chainrule
from commands import invoke, lines_of, output_of, told

FILES = {
    "good.csv": "a,b,y\n1,2,0\n3,4,1\n5,6,0\n",
    "ragged.csv": "a,b,y\n1,2,0\n3,4\n",
    "inf.csv": "a,b,y\n1,inf,0\n",
    "text.csv": "a,b,y\n1,2,0\n2,3,0\n3,x,1\n",
    "empty.csv": "",
    "header.csv": "a,b,y\n",
    "one.csv": "a,b,y\n1,2,cat\n3,4,cat\n",
    "flat.csv": "a,b,y\n1,2,0.5\n3,4,0.5\n",
    "rounded.csv": "a,b,y\n1,2,0.3\n3,4,0.30000000000000004\n",
    "row.csv": "a,b,y\n1,2,0.5\n",
    "cat.csv": "a,b,y\n1,2,cat\n",
    "wide.csv": "a,b,c,d,y\n1,2,3,4,0\n",
    "prices.csv": "a,b,y\n1,2,0.5\n3,4,1000\n5,6,7.5\n",
    "notes.npz": "this is not a model",
}

BAD_INPUT = {
    "train xorr": "no data set and no file 'xorr', did you mean xor? Choose from circles, digits, gaussians, linear",
    "train nothing.csv": "there is no file nothing.csv",
    "train ragged.csv": "ragged.csv, line 3: expected 3 cells, got 2",
    "train inf.csv": "inf.csv, line 2, column b: expected a finite number, got inf",
    "train text.csv": "text.csv, line 4, column b: expected a number, as in others of its cells, got 'x'",
    "train empty.csv": "empty.csv holds no table",
    "train header.csv": "header.csv has a header but no samples",
    "train one.csv": "one.csv: the target y is cat in all 2 samples to learn; expected two classes or more",
    "train flat.csv": "flat.csv: the target y is 0.5 in all 2 samples to learn; expected one that varies",
    "train zeros.npz": "zeros.npz: the target y is 0 in all 3 samples to learn; expected one that varies",
    "train rounded.csv": "the target y is 0.3 in all 2 samples to learn; expected one that varies",
    "compare flat.csv --learning-rate 1,2": "flat.csv: the target y is 0.5 in all 2 samples to learn",
    "train notes.npz": "notes.npz isn't an .np",
    "train features.npz": "holds no targets; save both: np.savez",
    "train good.csv --target z": "good.csv has no column 'z'; choose from a, b, y",
    "train good.csv --points 5": "--points is for the data sets that have a name",
    "train xor --points 5": "the data set xor has no --points",
    "train digits --points 5": "the data set digits has no --points; leave it out",
    "data digits --noise 1": "the data set digits has no setting 'noise'; it has none, leave it out",
    "train moons --noise -1": "noise must be a number of 0 or more",
    "train xor --target y": "--target is for files; xor is a data set that has a name",
    "train xor --activation relo": "unknown activation 'relo', did you mean relu? Choose from elu, gelu",
    "train xor --output relo": "unknown activation 'relo'",
    "train xor --loss mse": "unknown loss 'mse', did you mean squared_error? Choose from binary_cross_entropy",
    "train xor --optimizer adamm": "unknown optimizer 'adamm', did you mean adam? Choose from adam, adamw",
    "train xor --initializer Xavier": "unknown initializer 'Xavier', did you mean glorot? Choose from glorot, he",
    "train xor --initializer none": "unknown initializer 'none'; choose from glorot, he",
    "train xor --momentum 0.9": "sgd has no --momentum; it has --learning-rate.",
    "train xor --no-bias-correction": "sgd has no --no-bias-correction",
    "train xor --learning-rate -1": "--learning-rate must be a number above 0, such as 0.5; got '-1'.",
    "train xor --learning-rate nan": "--learning-rate must be a number above 0, such as 0.5; got 'nan'.",
    "train xor --layers 4,x": "--layers must be whole numbers with commas between, such as 4,4, or none; got '4,x'",
    "train xor --layers 4,0": "layers must be a whole number of 1 or more; got 0",
    "train xor --dtype float16": "dtype must be float64 or float32",
    "train xor --penalty -1": "--penalty must be a number of 0 or more, such as 0.5; got '-1'.",
    "train xor --clip 0": "clip must be a number above 0",
    "train xor --test 1.5": "--test must be a fraction above 0 and below 1, such as 0.5; got '1.5'.",
    "train xor --test 0.5 --validation 0.5": "leave nothing to learn",
    "train xor --test 0.01": "test=0.01 of 21 samples would be 0 to test",
    "train xor --loss binary_cross_entropy --output sigmoid": "takes logits",
    "train prices.csv --loss softmax_cross_entropy": "would need 1,001 outputs for 3 samples",
    "train prices.csv --loss binary_cross_entropy": "expects targets from 0 to 1",
    "train xor --save no/m.npz": "no; create it first",
    "train xor --history no/h.csv": "no; create it first",
    "train xor --save .": "expected the name of a file to write, got the folder",
    "predict nothing.npz xor": "there is no file nothing.npz",
    "predict notes.npz xor": "notes.npz isn't a chainrule model",
    "predict good.csv xor": "good.csv isn't a chainrule model",
    "predict xor.npz xorr": "no data set and no file 'xorr'",
    "predict xor.npz wide.csv": "wide.csv: the model takes 2 columns by their positions",
    "predict xor.npz ragged.csv": "line 3: expected 3 cells, got 2",
    "predict xor.npz good.csv --csv no/out.csv": "no; create it first",
    "predict many.npz xor": "many.npz is a population of 3",
    "predict pets.npz one.csv": "should hold classes that the model knows (mouse, rat), got 'cat' in line 2 of one.csv",
    "predict pets.npz three.npz": "three.npz has classes from 0 to 2, but the model knows mouse, rat",
    "trian xor": "there is no command trian, did you mean train? Choose from check, compare, data",
    "train": "there is no DATA: name a data set or a file",
    "compare": "chainrule compare expects DATA: a data set's name; a table's file. See chainrule compare --help",
    "predict xor.npz": "chainrule predict expects DATA: a table or an .npz",
    "train xor moons": "chainrule train takes DATA, and got moons besides",
    "--versoin": "chainrule has no option --versoin, did you mean --version?",
    "train xor --hiden 4": "chainrule train has no option --hiden, did you mean --hidden? See chainrule train --help",
    "train xor --epoch 3": "chainrule train has no option --epoch, did you mean --epochs?",
    "train xor --learnrate 3": "did you mean --learning-rate?",
    "train xor --hlep": "did you mean --help?",
    "train xor --epochs": "--epochs expects a value behind it; write --epochs N",
    "train xor --quiet=3": "--quiet takes no value; write --quiet alone.",
    "train xor --lr 0,5": "--learning-rate must be a number above 0, such as 0.5; got '0,5'. Write 0.5.",
    "train xor --lr fast": "--learning-rate must be a number above 0, such as 0.5; got 'fast'.",
    "train moons --noise -1,5": "--noise must be a finite number, such as 0.5; got '-1,5'. Write -1.5.",
    "compare xor --lr 1,2 --level 0,05": "--level must be a finite number, such as 0.5; got '0,05'. Write 0.05.",
    "compare xor --lr 0.1,0,5": "each a number above 0; got '0.1,0,5'. A decimal number has a point: write 0.1,0.5.",
    "compare xor --lr 0,5": "got '0,5'. A decimal number has a point: write 0.5.",
    "compare xor --processes x --lr 1,2": "--processes must be a whole number of 1 or more, such as 10; got 'x'.",
    "data moons --noise 0,1": "got '0,1'. Write 0.1.",
    "train xor --rows few": "--rows must be a whole number of 0 or more, or all, such as 10; got 'few'.",
    "predict xor.npz xor --rows -1": "got '-1'",
    "train xor --epochs 0": "--epochs must be a whole number of 1 or more, such as 10; got '0'.",
    "train xor --epochs 1e3": "got '1e3'. Write 1000.",
    "train xor --epochs 100,000": "got '100,000'. Write 100000.",
    "train xor --seed 1,5": "--seed must be a whole number of 0 or more, such as 10; got '1,5'.",
    "train xor --test 1,5": "--test must be a fraction above 0 and below 1, such as 0.5; got '1,5'.",
    "train xor --test 25%": "got '25%'. Write 0.25.",
    "explain xor --sample 1,x": "--sample must be whole numbers with commas between",
    "explain xor --steps -1": "--steps must be a whole number of 0 or more",
    "report --starts 0": "--starts must be a whole number of 1 or more",
    "report --out good.csv": "--out expects a folder, got the file good.csv",
    "report --out r.png": "--out expects a folder, and r.png is the name of a figure; leave .png out, and add "
    "--figures png for its figures.",
    "report --out lab.JSON": "--out expects a folder, and lab.JSON is the name of a JSON file; leave .json out.",
    "report --figures gif": "unknown form of figures 'gif'; choose from pdf, png, svg",
    "compare xor --lr 1,2 --keep runs.csv": "--keep expects a folder, and runs.csv is the name of a table",
    "compare xor --lr 1,2 --out r.html": "a figure's file name must end in .svg, .png or .pdf; got r.html",
    "compare xor --lr 1,2 --csv r.pdf": "--csv writes a table, and r.pdf is the name of a figure; end it in .csv.",
    "explain xor --html page.png": "--html writes a page, and page.png is the name of a figure; end it in .html.",
    "explain xor --html page.tex": "--html writes a page, and page.tex is the name of a LaTeX file; end it in .html.",
    "train xor --save m.csv": "--save writes a model, and m.csv is the name of a table; end it in .npz.",
    "train xor --history h.npz": "--history writes a table, and h.npz is the name of a model; end it in .csv.",
    "data xor --out xor.npz": "--out writes a table, and xor.npz is the name of a model; end it in .csv.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with good and bad files."""
    folder = tmp_path_factory.mktemp("files")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    np.savez(folder / "features.npz", x=np.zeros((3, 2)))
    np.savez(folder / "zeros.npz", x=np.eye(3), y=np.zeros(3))
    np.savez(folder / "three.npz", x=np.zeros((3, 2)), y=np.arange(3))
    network = chainrule.mlp(2, 1)
    chainrule.Model(network, network.initialize()).save(folder / "xor.npz")
    chainrule.Model(network, network.initialize(population=3)).save(folder / "many.npz")
    chainrule.Model(network, network.initialize(), classes=("mouse", "rat")).save(folder / "pets.npz")
    return folder


def complaint(folder: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """The exit code of a command and its output on stderr. Its stdout must be empty: no work was done."""
    monkeypatch.chdir(folder)
    result = invoke(*command.split())
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.exit_code, told(result)


@pytest.mark.parametrize(("command", "sentence"), BAD_INPUT.items())
def test_bad_input_gets_its_sentence(folder: Path, command: str, sentence: str, monkeypatch: pytest.MonkeyPatch):
    code, said = complaint(folder, command, monkeypatch)
    assert code == 2
    assert said.startswith("Error: ")
    assert said.count("\n") == 1
    assert sentence in said


@pytest.mark.parametrize("name", ["one.csv", "flat.csv", "rounded.csv", "zeros.npz"])
def test_explain_and_check_take_a_target_that_never_varies(folder: Path, name: str):
    assert invoke("explain", folder / name, "--weight", "2:1:1").exit_code == 0
    assert output_of("check", folder / name).endswith("The gradient is right: no error is above 1e-07.\n")


def test_one_row_may_be_learnt(folder: Path):
    *_, row, _, error, score = lines_of("train", folder / "row.csv", "--epochs", "200")
    assert row.startswith("Sample 0  True: 0.500000  Predicted: 0.5")
    assert re.fullmatch(r"Training Root Mean Squared Error: \S+ \(always the mean: 0\)", error)
    assert score == "Training R²: not defined: there is one sample"
    *_, row, area, loss, score = lines_of("train", folder / "cat.csv", "--epochs", "200", "--save", folder / "cat.npz")
    assert row.startswith("Sample 0  True: cat  Predicted: cat  Probability: 0.9")
    assert area == "Training ROC AUC: not defined: all samples are of class cat"
    assert loss.endswith("(always the classes' shares: 0.000000)")
    assert score == "Training Accuracy: 100.00% (always cat: 100.00%)"
    out = lines_of("compare", folder / "row.csv", "--learning-rate", "0.1,0.2", "--epochs", "5", "--processes", "1")
    assert [line.split()[-1] for line in out[:3]] == ["r2", "-", "-"]
    assert out[3] == "R² is not defined: the target never varies."


def test_a_run_that_diverges_fails_and_keeps_its_history(tmp_path: Path):
    history, model = tmp_path / "h.csv", tmp_path / "m.npz"
    arguments = ["train", "moons", "--loss", "squared_error", "--learning-rate", "1e9", "--activation", "relu"]
    result = invoke(*arguments, "--history", history, "--save", model)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the run diverged: the loss became ")
    assert "with SGD(1000000000.0). Diagnosis: Learning rate too high: " in result.stderr
    assert "Try SGD(0.01). Options: --learning-rate 0.01." in result.stderr
    assert history.read_text().startswith("epoch,step,loss\n0,0,")
    assert not model.exists()


def test_a_position_of_thousands_of_digits_is_no_column(folder: Path, monkeypatch: pytest.MonkeyPatch):
    code, said = complaint(folder, f"train flat.csv --target -{'9' * 5000}", monkeypatch)
    assert code == 2
    assert "flat.csv has no column '-999" in said
    assert len(said) < 1100


@pytest.mark.parametrize(
    "line",
    ["W", "--W", "train W", "train --W", "train xor --save W", "compare xor --clip 1,2 --keep W", "report --out W"],
)
def test_what_is_echoed_is_echoed_in_brief(folder: Path, line: str, monkeypatch: pytest.MonkeyPatch):
    code, said = complaint(folder, line.replace("W", "w" * 50_000), monkeypatch)
    assert code == 2
    assert len(said) < 1100
