"""The page's sentences on the main runs follow the numbers: opposite results turn them round."""

import copy

import pytest

from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.reference import TASKS, Lab
from chainrule.lab.report.results import results
from chainrule.lab.report.starts import train_task
from chainrule.lab.report.training import Trained
from sections import conclusions, section

STARTS = 4


@pytest.fixture(scope="module")
def computed():
    lab = Lab(400, STARTS)
    return results(lab, Scale(80), Trained({task: train_task(lab, task) for task in TASKS}))


@pytest.fixture
def found(computed):
    return copy.deepcopy(computed)


def log(**verdicts):
    """A log whose rows are named by their epoch, such as e5000, and say where the reference lies."""
    losses = dict.fromkeys(("loss", "low", "median", "high", "reference"), 0.25)
    return [{"epoch": int(epoch[1:]), **losses, "verdict": verdict} for epoch, verdict in verdicts.items()]


def said(found, name, task, which=0):
    """A section's sentence on a task: the first one, or the one of this number."""
    return [each for each in conclusions(name, found) if each.startswith(f"On {task} ")][which]


def test_the_coverage(found):
    task = found["tasks"]["xor"]
    task["log"] = log(e0="inside", e5000="inside", e10000="inside")
    assert said(found, "glance", "xor").endswith(
        "at all 3 epochs that both logs have: the learning rate, 0.2, was chosen by trial so that it does."
    )
    task["log"] = log(e0="inside", e5000="below", e10000="above")
    sentence = said(found, "glance", "xor")
    assert "at 1 of the 3 epochs that both logs have, although the learning rate, 0.2, was chosen by trial" in sentence
    assert sentence.endswith("it lies below it at epoch 5,000 and above it at epoch 10,000.")
    task["log"] = log(e0="below", e5000="below", e10000="above")
    sentence = said(found, "glance", "xor")
    assert "at none of the 3 epochs" in sentence
    assert sentence.endswith("below it at epochs 0 and 5,000 and above it at epoch 10,000.")
    task["log"] = log(**{f"e{1000 * i}": "above" for i in range(6)})
    assert said(found, "glance", "xor").endswith("it lies above it at 6 epochs from 0 to 5,000.")


def test_one_epoch_has_a_sentence_of_its_own(found):
    only = "On xor only epoch 0, before any step, can be compared: the reference’s loss lies"
    for verdict, sentence in (
        ("inside", f"{only} inside the 5–95 % band."),
        ("above", f"{only} above the 5–95 % band."),
        (None, "On xor there is no epoch to compare with the reference."),
    ):
        found["tasks"]["xor"]["log"] = log(e0=verdict)
        assert said(found, "glance", "xor") == sentence


def test_one_start_has_sentences_of_its_own(found):
    found["settings"]["starts"] = 1
    task, xor = found["tasks"]["linear"], found["tasks"]["xor"]
    task["starts"] = [{"seed": 9, "final_loss": 0.25, "training_accuracy": 0.5, "accuracy": 0.52, "undecided": False}]
    task["shown"]["start"] = xor["shown"]["start"] = 0
    task["reached"] |= {"of": 1, "99": 0, "100": 0}
    task["log"] = log(e0="above", e5000="below")
    assert said(found, "glance", "linear") == (
        "On linear the reference’s loss lies below ours at epoch 5,000 and above ours at epoch 0; "
        "a band needs more than one start."
    )
    end = "ends at 52 %, with a training loss of 0.250000."
    assert said(found, "glance", "linear", 1) == f"On linear the one start (seed 9) {end}"
    task |= {"learnt": 500, "final": {"low": 0.1, "median": 0.1, "high": 0.1}}
    xor |= {"learnt": None, "final": {"low": 0.2, "median": 0.2, "high": 0.2}}
    speed, final = conclusions("curves", found)
    assert final == "After the last epoch the loss is 0.100000 on linear and 0.200000 on xor."
    assert "xor isn’t: the loss falls below 0.1 by epoch 500 on linear" in speed
    task["log"] = log(e0="inside")
    assert "the reference’s loss lies where ours does; a band" in said(found, "glance", "linear")


def test_answers_of_one_half_are_not_counted(found):
    task = found["tasks"]["xor"]
    task["shown"]["start"] = 0
    for start in task["starts"]:
        start |= {"accuracy": 0.145, "final_loss": 0.25, "undecided": True}
    task["reached"] |= {"99": 0, "100": 0}
    assert "the worst start (seed 0) answers 0.5 everywhere" in said(found, "glance", "xor", 1)
    assert said(found, "predictions", "xor").startswith("On xor the start shown answers 0.5 everywhere:")
    assert "14.5 %" not in section("starts", found)


def test_wrong_answers_are_named(found):
    task = found["tasks"]["linear"]
    task["predictions"] = [{"truth": 0, "prediction": i / 100} for i in range(20)]
    for wrong, sentence in (
        ([], "None is wrong."),
        ([3, 12], "Wrong: Iter 3 (0.030), 12 (0.120)."),
        (list(range(20)), "7 (0.070) and 12 more."),
    ):
        task["wrong"] = wrong
        assert sentence in section("predictions", found)


def test_the_starts_that_succeed(found):
    task = found["tasks"]["xor"]
    for start in task["starts"]:
        start |= {"accuracy": 1.0}
    task["reached"] |= {"99": STARTS, "100": STARTS}
    assert said(found, "glance", "xor", 1) == f"On xor all {STARTS} starts classify every test point correctly."
    task["starts"][2] |= {"accuracy": 11 / 21, "final_loss": 0.25}
    task["reached"] |= {"99": STARTS - 1, "100": 1}
    sentence = said(found, "glance", "xor", 1)
    assert f"1 of the {STARTS} starts classifies every test point correctly, and 3 reach 99 %" in sentence
    assert "the worst start (seed 2) ends at 52.4 %, with a training loss of 0.250000." in sentence
    task["reached"] |= {"99": 0, "100": 0}
    assert f"none of the {STARTS} starts classify" in said(found, "glance", "xor", 1)


def test_the_doctors_findings(found):
    task, alone = found["tasks"]["xor"], found["tasks"]["linear"]
    plateau, early, dead = ({"illness": name} for name in ("plateau", "stopped too soon", "dead units"))
    task["findings"], alone["findings"] = [None, plateau, plateau], [None]
    assert said(found, "starts", "xor") == (
        "On xor the doctor says “plateau” for 2 of the 3 starts, and nothing for the others."
    )
    assert said(found, "starts", "linear") == "On linear the doctor says nothing for the one start."
    task["findings"], alone["findings"] = [None, None], [early]
    assert said(found, "starts", "xor") == "On xor the doctor says nothing for any of the 2 starts."
    assert said(found, "starts", "linear") == "On linear the doctor says “stopped too soon” for it."
    task["findings"] = [plateau, plateau, plateau, early, early, dead]
    assert said(found, "starts", "xor") == (
        "On xor the doctor says “plateau” for 3 of the 6 starts, “stopped too soon” for 2 of the 6 starts and "
        "“dead units” for 1 of the 6 starts."
    )


def test_the_accuracy(found):
    for accuracy, sentence in (
        (0.98, "98 of 100 fresh points correctly: 98 %, less than the reference’s 99 %."),
        (0.99, "99 of 100 fresh points correctly: the same 99 % as the reference."),
        (1.0, "100 of 100 fresh points correctly: 100 %, more than the reference’s 99 %."),
    ):
        found["tasks"]["linear"]["accuracy"] = accuracy
        assert said(found, "predictions", "linear").endswith(sentence)


def test_the_answers(found):
    task = found["tasks"]["xor"]
    task["answers"] = {
        "0": {"lowest": 0.01, "median": 0.015, "highest": 0.02, "faintest_at": [0.5, 0.5]},
        "1": {"lowest": 0.96, "median": 0.99, "highest": 0.997, "faintest_at": [0.4, 0.6]},
    }
    sentence = said(found, "predictions", "xor", 1)
    assert "the lowest of them at (0.4, 0.6), near the centre." in sentence
    assert "The reference’s lie near 0.015, and between 0.960788 and 0.996463." in sentence
    task["answers"]["1"]["faintest_at"] = [1.0, 0.0]
    assert "the lowest of them at (1, 0)." in said(found, "predictions", "xor", 1)
    task["answers"]["0"] = None
    assert said(found, "predictions", "xor", 1) == "On xor the test points are all of one class."


def test_the_square_that_is_answered_surely(found):
    found["tasks"]["linear"]["sure"], found["tasks"]["xor"]["sure"] = 0.971, 0.6
    assert "which is 97 % of the square on linear and 60 % on xor; towards 0.5" in section("boundary", found)


@pytest.mark.parametrize(
    ("linear", "xor", "expected"),
    [
        (
            500,
            9_000,
            "Linear is learnt before xor, each at its own learning rate: the median loss falls below 0.1 by epoch 500",
        ),
        (9_000, 500, "Xor is learnt before linear, each"),
        (500, 500, "Both tasks are learnt equally soon"),
        (500, None, "Linear is learnt, xor isn’t"),
        (None, 500, "Xor is learnt, linear isn’t"),
        (None, None, "Neither task is learnt"),
    ],
)
def test_the_speed(found, linear, xor, expected):
    found["tasks"]["linear"]["learnt"], found["tasks"]["xor"]["learnt"] = linear, xor
    assert conclusions("curves", found)[0].startswith(expected)
