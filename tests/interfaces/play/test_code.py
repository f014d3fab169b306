"""The code of a page's run: whatever was done on the page, the scripts give the weights that it shows."""

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.interfaces.play.code import INPUTS
from chainrule.interfaces.play.playing import Playing
from chainrule.training.data import plane
from chainrule.training.data.sets.points import BY_NAME
from drawn import examples
from executed import executed
from played import obey, refusals, scene_of

RUFF = Path(sys.executable).with_name("ruff")


def scripts(playing: Playing) -> dict[str, Any]:
    """What the page is shown."""
    obey(playing, "code")
    return json.loads(json.dumps(playing.answers.pop()))


def assert_repeats(playing: Playing) -> None:
    """The scripts that there are end at the run's weights."""
    found, theta = scripts(playing), playing.training.state.parameters.theta
    run = executed(found["library"]["text"])[0]["run"]
    if found["step"]:
        assert np.array_equal(run.model.theta, theta), found["library"]["text"]
    if "text" in found["numpy"] and 0 < found["step"] <= 100:
        names, parameters = executed(found["numpy"]["text"])[0], playing.stage.network.parameters(theta)
        for weights, each in zip(names["W"], [each for each in parameters if each], strict=True):
            assert np.allclose(weights, each["weights"], rtol=1e-12, atol=1e-12), found["numpy"]["text"]


OPTIMIZERS: list[dict[str, Any]] = [
    {"type": "Adam", "learning_rate": 0.03},
    {"type": "SGD", "learning_rate": 0.3},
    {"type": "SGD", "learning_rate": {"type": "Cosine", "start": 0.1, "steps": 50}},
    {"type": "Momentum", "learning_rate": 0.03},
    {"type": "RMSprop", "learning_rate": 0.01},
]

ANEW = st.one_of(
    st.fixed_dictionaries(
        {
            "data": st.fixed_dictionaries(
                {"name": st.sampled_from(sorted(BY_NAME)), "seed": st.integers(0, 3)},
                optional={"n": st.integers(20, 60), "noise": st.floats(0.0, 0.5), "test": st.sampled_from([0.0, 0.5])},
            )
        }
    ),
    st.fixed_dictionaries({"inputs": st.lists(st.sampled_from(sorted(INPUTS)), min_size=1, max_size=4, unique=True)}),
    st.fixed_dictionaries({"batch_size": st.sampled_from([None, 4, 7])}),
    st.fixed_dictionaries(
        {"loss": st.sampled_from(["squared_error", "softmax_cross_entropy", "binary_cross_entropy"])}
    ),
    st.fixed_dictionaries({"hidden": st.sampled_from([[], [{"units": 3, "activation": "elu", "dropout": 0.2}]])}),
)
ON_THE_WAY = st.one_of(
    st.fixed_dictionaries({"optimizer": st.sampled_from(OPTIMIZERS)}),
    st.fixed_dictionaries({"penalty": st.sampled_from([0.0, 0.01])}),
    st.fixed_dictionaries({"clip": st.sampled_from([None, 0.5])}),
)
STEPS = st.tuples(st.just("steps"), st.integers(1, 30))
ACTIONS = st.one_of(
    STEPS,
    st.tuples(st.just("set"), ON_THE_WAY),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("set"), st.one_of(ANEW, ON_THE_WAY)),
    st.tuples(st.sampled_from(["redo", "reset", "points", "file", "edit", "amend", "back"]), st.integers(0, 5)),
)
"""Half of what is drawn is a change and its undoing, with steps between."""


def done(playing: Playing, kind: str, what: Any) -> None:
    """Do what a visitor may do."""
    if kind == "set":
        obey(playing, "set", scene=scene_of(playing, **what))
    elif kind == "steps":
        for _ in range(what):
            obey(playing, "step")
    elif kind == "points":
        generator = np.random.default_rng(what)
        rows = [{"x1": x1, "x2": x2, "y": float(k % 2)} for k, (x1, x2) in enumerate(generator.random((6 + what, 2)))]
        obey(playing, "set", scene=scene_of(playing, data={"name": "own", "points": rows}))
    elif kind == "edit":
        for layer in (1, what):  # a layer that there may not be
            obey(playing, "edit", layer=layer, unit=1, source="bias", value=0.1 * what, grip=what)
    elif kind == "amend":
        obey(playing, "amend", sample=what, column=what % 3, value=0.1 * what)
    elif kind == "back":
        for go in ["next"] * 14 + ["back"] * 4 * what:  # two steps, and back some of the way
            obey(playing, "phase", go=go)
    elif kind == "file":
        obey(playing, "open", file=json.loads(json.dumps(playing.kept())))
    else:
        obey(playing, kind)


@given(actions=st.lists(st.tuples(STEPS, ACTIONS), min_size=2, max_size=6))
@examples(40)
def test_whatever_was_done_on_the_page_its_code_repeats_the_run(actions: list[Any]):
    playing = Playing()
    for kind, what in itertools.chain(*actions):
        done(playing, kind, what)
    done(playing, "steps", 3)
    if playing._ended is None:
        assert_repeats(playing)


def test_an_edited_weight_is_in_the_scripts_at_its_step():
    playing = Playing()
    obey(playing, "edit", layer=1, unit=2, source=1, value=0.5)
    done(playing, "steps", 20)
    assert "text" in scripts(playing)["numpy"]  # the run began with this weight
    assert_repeats(playing)
    obey(playing, "edit", layer=2, unit=1, source="bias", value=-0.25, grip=1)
    obey(playing, "edit", layer=2, unit=1, source="bias", value=-0.5, grip=1)
    assert_repeats(playing)
    done(playing, "steps", 5)
    done(playing, "file", None)
    done(playing, "steps", 5)
    assert_repeats(playing)
    found = scripts(playing)
    assert found["library"]["text"].count("training.edit(") == 1
    assert "20: [(b[1], (0, 0), -0.5)]," in found["numpy"]["text"]


def test_inputs_as_source_are_those_of_the_plane():
    points = np.random.default_rng(0).normal(size=(5, 2))
    for name in plane.INPUTS:
        names = {"np": np, "x1": points[:, 0], "x2": points[:, 1]}
        assert np.array_equal(eval(INPUTS[name], names), plane.plane_inputs(points, [name])[:, 0])


def test_a_table_stands_in_the_script_as_numbers_and_its_name_is_no_code():
    playing = Playing()
    rows = [[0.1 * k, 0.2 * k * k] for k in range(12)]
    name = 'of "pets"\n"""; import os\n.csv'
    table = {"file": name, "inputs": ["a", "b"], "x": rows, "y": [float(k % 3) for k in range(12)]}
    obey(playing, "set", scene=scene_of(playing, data={"name": "table", "table": table}))
    done(playing, "steps", 5)
    assert refusals(playing) == []
    text = scripts(playing)["library"]["text"]
    assert '# The rows of \'of "pets"\\n' in text
    assert "\nimport os" not in text
    assert_repeats(playing)


def test_a_run_from_a_file_that_does_not_say_how_it_began_has_no_code():
    playing = Playing()
    done(playing, "steps", 2)
    obey(playing, "open", file=playing.kept() | {"past": None})
    assert "how this run came to its weights isn't known" in scripts(playing)["library"]["sentence"]
    obey(playing, "reset")
    assert "text" in scripts(playing)["library"]
    obey(playing, "undo")
    assert "sentence" in scripts(playing)["numpy"]


@pytest.mark.parametrize(
    "change",
    [
        {"theta": [1.0, 2.0]},
        {"start": {"optimizer": {"type": "Nobody"}}},
        {"changes": [[0, {"optimizer": {"type": "SGD", "learning_rate": -1.0}}]]},
        {"changes": "none"},
        {"edits": [[0, 1000, 0.5]]},
        {"edits": [[0, -1, 0.5]]},
    ],
)
def test_a_past_that_does_not_fit_is_refused_and_changes_nothing(change: dict[str, Any]):
    playing = Playing()
    done(playing, "steps", 2)
    file = json.loads(json.dumps(playing.kept()))
    file["past"] |= change
    obey(playing, "open", file=file)
    assert len(refusals(playing)) == 1
    assert playing.training.state.step == 2
    assert_repeats(playing)


def test_scripts_pass_the_linter():
    playing = Playing()
    obey(playing, "set", scene=scene_of(playing, inputs=["x1", "x2²", "sin x1"], data={"name": "spiral", "seed": 4}))
    done(playing, "steps", 4)
    done(playing, "set", {"optimizer": OPTIMIZERS[2]})
    done(playing, "steps", 4)
    found = scripts(playing)
    assert "changed from step 5 on" in found["library"]["text"]
    assert "changed at step 5" in found["numpy"]["sentence"]
    command = [RUFF, "check", "-q", "--ignore", "INP", "-"]
    said = subprocess.run(command, input=found["library"]["text"], capture_output=True, text=True)
    assert said.stdout == ""


CHAIN = {"layer": 2, "unit": 1, "source": 3}


@pytest.mark.parametrize(
    ("form", "name", "whole"),
    [
        ("html", "step-3.html", "<!DOCTYPE html>"),
        ("latex", "step-3.tex", "\\documentclass"),
        ("json", "step-3.json", "{"),
    ],
)
@pytest.mark.parametrize("chain", [None, CHAIN, {"layer": 3, "unit": 1}])
def test_an_explanation_is_handed_out_as_a_file(form: str, name: str, whole: str, chain: Any):
    playing = Playing()
    done(playing, "steps", 2)
    obey(playing, "hand_out", format=form, chain=chain, sample=3)
    file = playing.answers.pop()
    assert (file["kind"], file["name"]) == ("file", name)
    assert file["text"].startswith(whole)
    if form == "json" and chain == CHAIN:
        obey(playing, "glass", chain=chain, sample=3)
        shown = playing.glass.shown(playing.stage, playing.training)["chain"]
        assert json.loads(file["text"])["title"] == shown["title"]


def test_a_chain_that_is_not_there_is_refused_in_a_sentence():
    playing = Playing()
    obey(playing, "hand_out", chain={"layer": 9, "unit": 1})
    assert len(refusals(playing)) == 1
