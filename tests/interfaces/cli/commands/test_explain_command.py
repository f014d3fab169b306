"""`chainrule explain`: the page, its forms, its options, and sentences for bad input."""

import dataclasses
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.engine.extension import _engine
from chainrule.interfaces.cli.commands.explain import EXAMPLES
from chainrule.lab.report.reference import TASKS, Lab
from commands import invoke, lines_of, output_of


def page(*arguments: str | Path) -> str:
    """What `explain` prints; it must end well."""
    return output_of("explain", *arguments)


def reference(**settings) -> cr.Explanation:
    lab, task = Lab(), TASKS["xor"]
    x, y = cr.datasets.xor()
    return cr.explain(lab.network, lab.network.initialize(0), x, y, lab.loss, lab.optimizer(task), **settings)


def test_a_weight_of_the_reference_network():
    said = page("xor", "--sample", "3", "--weight", "2:1:3", "--steps", "10")
    assert said == str(reference(samples=3, steps=10).weight(2, 1, 3)) + "\n"
    assert "Numeric check" in said


def test_the_same_as_latex_and_json():
    derivation = reference(samples=3).weight(2, 1, "bias")
    assert page("xor", "--sample", "3", "--weight", "2:1:bias", "--latex") == derivation.latex()
    assert json.loads(page("xor", "--sample", "3", "--weight", "2:1:bias", "--json")) == derivation.to_dict()


def test_a_page_is_written(tmp_path: Path):
    out = tmp_path / "weight.html"
    assert page("xor", "--weight", "3:1:2", "--html", out) == ""
    text = out.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert text.count("<svg") == 2
    assert "<math" in text


def test_a_unit_and_the_whole_step():
    assert page("xor", "--sample", "3", "--unit", "2:4") == str(reference(samples=3).unit(2, 4)) + "\n"
    assert page("xor", "--sample", "3,5") == str(reference(samples=(3, 5)).overview()) + "\n"


@pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")
def test_the_program_of_a_step():
    said = page("moons", "--layers", "8", "--optimizer", "adam", "--clip", "1", "--program")
    assert re.match(r"compiled \(\w+, \d+ operations, 0 in Python\)\n\nloss and gradient\n", said)
    assert re.search(r"product +8 × 3 3 × 200 -> 8 × 200 +dot\n", said)
    assert re.search(r"tabled .* write_numbers\n", said)
    assert "Error: --program lists the step" in invoke("explain", "xor", "--program", "--weight", "2:1:3").stderr


def test_images_kernels_and_other_settings():
    arguments = ("digits", "--network", "conv(2,3) tanh pool(2) flatten dense(10)", "--sample", "0")
    said = page(*arguments, "--weight", "1:2:1,3,3", "--optimizer", "rmsprop", "--penalty", "0.01", "--clip", "0.1")
    assert "∂L/∂w⁽¹⁾₂,₁,₃,₃ = " in said
    assert "RMSprop(0.01), step 1." in said
    assert "λ · w⁽¹⁾₂,₁,₃,₃" in said
    assert "Layer 1: unit 2,6,6" in page(*arguments, "--unit", "1:2,6,6")


def test_a_saved_model_is_explained_where_it_ended(tmp_path: Path):
    save = tmp_path / "xor.npz"
    lines_of("train", "xor", "--epochs", "30", "--save", save)
    said = page("xor", "--model", save, "--sample", "20", "--weight", "1:2:1")
    model = cr.Model.load(save)
    x, y = cr.datasets.xor()
    step = cr.explain(model.network, model.theta, x, y, model.loss, cr.SGD(0.2), samples=20)
    assert said == str(dataclasses.replace(step, model="xor.npz").weight(1, 2, 1)) + "\n"
    assert "A step of the trained model xor.npz, on sample 20." in said
    assert page("xor", "--model", save).startswith("One more step of SGD(0.2)\n")


def test_a_file_is_standardised_as_train_does(tmp_path: Path):
    table = tmp_path / "table.csv"
    rng = np.random.default_rng(0)
    table.write_text(
        "a,b,kind\n" + "".join(f"{a:.3f},{b:.3f},{'xy'[a > 50]}\n" for a, b in rng.uniform(0, 100, (20, 2)).tolist())
    )
    found = json.loads(page(table, "--sample", "2", "--weight", "1:1:2", "--json"))
    inputs, forward, loss = found["sections"][:3]
    assert loss["note"].startswith("BinaryCrossEntropy(). ")
    x = np.loadtxt(table, delimiter=",", skiprows=1, usecols=(0, 1))
    expected = ((x - x.mean(axis=0)) / x.std(axis=0))[2]
    assert [each["label"] for each in inputs["equations"]] == ["a", "b"]
    np.testing.assert_allclose([each["value"] for each in inputs["equations"]], expected, rtol=1e-12)
    assert inputs["equations"][0]["made_of"]["quotient"][0]["sum"][0] == x[2, 0]
    terms = forward["equations"][0]["made_of"]["sum"][:2]
    np.testing.assert_allclose([each["product"][1]["value"] for each in terms], expected, rtol=1e-12)


CONVOLUTION = ("digits", "--network", "conv(2,3) relu flatten dense(10)", "--sample", "0")
NORMED = ("xor", "--network", "dense(3) batchnorm tanh dense(1)")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("xor", "--weight", "4:1:1"), "there is no layer 4: layers are counted from 1"),
        (("xor", "--weight", "2:1:9"), "layer 2 has no weights to 1 from 9"),
        (("xor", "--unit", "2:5"), "layer 2 has no unit 5"),
        (("xor", "--sample", "21"), "there is no sample 21: the data have 21, numbered 0 to 20."),
        (("xor", "--sample", "three"), "--sample must be whole numbers with commas between, such as 8,16"),
        (("xor", "--sample", "3,3"), "samples names 3 twice; name each sample once."),
        (("xor", "--sample", "3", "--follow", "4"), "sample 4 isn't in the step that is explained; it has 3."),
        (("xor", "--weight", "2:1"), "--weight expects LAYER:TO:FROM, such as 2:1:3, 2:1:bias or, in a convolution"),
        (("xor", "--weight", "a:b:c"), "--weight expects LAYER:TO:FROM, such as 2:1:3, 2:1:bias or, in a convolution"),
        (("xor", "--weight", "2:x:1"), "1:2:1,3,3; got '2:x:1'."),
        (("xor", "--unit", "2"), "--unit expects LAYER:UNIT, such as 2:4 or, of feature maps, 1:2,6,6; got '2'."),
        (
            (*CONVOLUTION, "--unit", "1:2"),
            "has units channel 1 to 2, row 1 to 6, column 1 to 6, each written channel,row,column.",
        ),
        (
            (*CONVOLUTION, "--weight", "1:9:1,1,1"),
            "they go to 1 to 2, from channel 1, row 1 to 3, column 1 to 3, or from bias.",
        ),
        (
            (*NORMED, "--sample", "3"),
            "needs 2 samples or more, got 1. Name several samples, or none to take all of them.",
        ),
        (("xor", "--optimizer", "sgd", "--decay", "0.9"), "sgd has no --decay; it has --learning-rate."),
        (("xor", "--optimizer", "adam", "--weight-decay", "0.9"), "--no-bias-correction"),
        (("xor", "--weight", "1:1:1", "--unit", "1:1"), "--weight and --unit are two things to explain; choose one."),
        (("xor", "--latex", "--json"), "--latex and --json both write to standard output"),
        (("xor", "--walk"), "--walk needs a terminal"),
        (("xor", "--walk", "--json"), "leave --unit, --html, --latex and --json out"),
        (("xor", "--html", "nowhere/page.html"), "there is no folder"),
        (("nonsense",), "there is no data set and no file 'nonsense'"),
    ],
)
def test_bad_input_gets_a_sentence(arguments: tuple[str, ...], sentence: str):
    result = invoke("explain", *arguments)
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_the_help_says_how_layers_are_counted():
    said = " ".join(page("--help").split())
    assert "Layers are counted from 1, as in a textbook" in said
    assert "chainrule explain xor --sample 3 --weight 2:1:3" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("form", [(), ("--json",), ("--latex",)])
def test_an_output_that_is_full_gets_a_sentence(form):
    command = [sys.executable, "-m", "chainrule", "explain", "xor", "--sample", "3", *form]
    with open("/dev/full", "w") as full:
        made = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert made.returncode == 1
    assert made.stderr.decode() == "Error: the output can't be written or read: No space left on device.\n"


def test_the_sample_that_is_followed_can_be_chosen():
    assert page("xor", "--weight", "2:1:3", "--follow", "5") == str(reference().weight(2, 1, 3, sample=5)) + "\n"
    assert "sample 5 is followed, as asked" in page("xor", "--follow", "5")
    assert "sample 4 is followed, as asked" in page("xor", "--unit", "2:1", "--follow", "4")
    assert "is followed, the one with the largest share of this gradient" in " ".join(
        page("xor", "--weight", "2:1:3").split()
    )


def test_the_example_of_a_convolution_teaches():
    """Its gradient isn't 0, as behind a ReLU that lets nothing through."""
    (command,) = [line for line in EXAMPLES.splitlines() if "conv(" in line]
    found = json.loads(page(*shlex.split(command)[3:], "--json"))
    assert abs(found["value"]) > 1e-3


def test_a_saved_model_numbers_the_classes_of_a_file(tmp_path: Path):
    """A file that holds dogs alone, whose number is the model's."""
    pets, dogs, cows = (tmp_path / f"{name}.csv" for name in ("pets", "dogs", "cows"))
    pets.write_text("weight,kind\n" + "4.5,cat\n20.0,dog\n" * 10)
    dogs.write_text("weight,kind\n20.0,dog\n21.0,dog\n")
    cows.write_text("weight,kind\n20.0,dog\n300.0,cow\n")
    saved = str(tmp_path / "pets.npz")
    output_of("train", pets, "--epochs", "5", "--save", saved, "--quiet")
    of_dogs, of_pets = (page(each, "--model", saved, "--sample", k) for each, k in ((dogs, "0"), (pets, "1")))
    assert of_dogs.partition("Inputs")[2] == of_pets.partition("Inputs")[2]
    refused = invoke("explain", cows, "--model", saved)
    assert refused.exit_code == 2
    assert "knows (cat, dog), got 'cow' in sample 1 of" in refused.stderr
