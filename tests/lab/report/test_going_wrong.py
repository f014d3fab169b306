"""The report's three runs that go wrong: true to `train` and `diagnose`, and their sentences follow the numbers."""

import contextlib
import copy
import io
import json

import pytest

from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.chapters.going_wrong import RUNS, GoingWrong, go_wrong
from chainrule.lab.report.example import example
from sections import conclusions, results_of, section

SCALE = Scale(4_000)


@pytest.fixture(scope="module")
def found():
    chapter, steps = GoingWrong(), []
    ((function, arguments), total) = chapter.work(SCALE)["runs"]
    assert function is go_wrong
    found = chapter.results(SCALE, {"runs": go_wrong(*arguments, report=lambda *step: steps.append(step))})
    assert steps == [(i + 1, total) for i in range(total)]
    return json.loads(json.dumps(found, allow_nan=False))


def test_the_doctor_finds_something_and_its_advice_helps(found):
    assert list(found["runs"]) == list(RUNS)
    for each in found["runs"].values():
        assert each["findings"]
        assert each["tried"]
        sick, cured = each["sick"]["final_loss"], each["cured"]["final_loss"]
        assert sick is None or cured < sick


def test_ten_layers_of_sigmoids_answer_one_half_everywhere(found):
    """Their logits are 0 within 1e-6: an accuracy would count rounding."""
    assert [each["sick"]["undecided"] for each in found["runs"].values()] == [True, False, False]
    said = conclusions("going-wrong", results_of(going_wrong=found))[0]
    assert "(answers 0.5 everywhere); with the doctor’s advice" in said


def test_the_example_prints_the_same(found):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example("going-wrong", GoingWrong().constants(SCALE)), {})
    said = printed.getvalue()
    for each in found["runs"].values():
        assert each["findings"][0]["sentence"] in said
        for run in ("sick", "cured"):
            loss = each[run]["final_loss"]
            assert loss is None or any(each == pytest.approx(loss, rel=1e-9) for each in numbers(said))


def numbers(text):
    """The words of a text that are numbers."""
    for word in text.split():
        with contextlib.suppress(ValueError):
            yield float(word)


def test_each_run_has_its_words_its_finding_and_a_figure(found):
    words = section("going-wrong", results_of(going_wrong=found))
    for each in found["runs"].values():
        assert each["findings"][0]["advice"] in words
        assert each["tried"] in words
    for text in ("Deeper must be better", "to be done sooner", "a thousand times as large"):
        assert text in words
    assert list(GoingWrong().figures(found, {})) == [f"going-wrong-{name}" for name in RUNS]


def test_the_sentences_turn_round(found):
    other = copy.deepcopy(found)
    run = other["runs"]["deep"]
    run["findings"][0]["illness"] = "plateau"
    run["sick"] |= {"final_loss": 0.6931, "accuracy": 0.5, "undecided": False}
    run["cured"] |= {"final_loss": 0.0123, "accuracy": 0.995}

    def concluded():
        return conclusions("going-wrong", results_of(going_wrong=other))[0]

    assert concluded() == (
        "Ten layers of sigmoids: plateau. It ends at a loss of 0.693 (50 % correct); "
        "with the doctor’s advice, at a loss of 0.0123 (99.5 % correct)."
    )
    run["sick"]["undecided"] = True
    assert "at a loss of 0.693 (answers 0.5 everywhere); with" in concluded()
    run["sick"]["final_loss"] = run["cured"]["final_loss"] = None
    assert concluded().endswith(
        "with a loss that is no number; with the doctor’s advice, with a loss that is no number."
    )
    run["sick"]["final_loss"], run["findings"] = 0.01, []
    assert concluded() == "Ten layers of sigmoids: the doctor finds nothing; the loss is 0.01."
    assert "The doctor finds nothing." in section("going-wrong", results_of(going_wrong=other))
