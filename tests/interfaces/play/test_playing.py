"""A page's run: what commands do to it, and what its frames hold."""

import io
import json
import math
import pickle
from queue import SimpleQueue

import numpy as np
import pytest

import chainrule as cr
from chainrule.interfaces.play import player
from chainrule.interfaces.play.course import MOST_ROWS, Course
from chainrule.interfaces.play.frames import parsed
from chainrule.interfaces.play.moments import MOST_MOMENTS
from chainrule.interfaces.play.pictures import COLUMNS, PER_LAYER
from chainrule.interfaces.play.plane_maps import ANSWER_MAP, UNIT_MAP
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import Scene
from played import obey, refusals, scene_of, seen


@pytest.mark.parametrize("batch_size", [None, 5])
def test_steps_are_the_librarys_own(batch_size: int | None):
    playing = Playing(Scene(batch_size=batch_size))
    stage = playing.stage
    training = cr.iterate(stage.network, stage.learnt.x, stage.learnt.y, **stage.settings())
    obey(playing, "step")
    training.advance()
    np.testing.assert_array_equal(playing.training.state.parameters.theta, training.state.parameters.theta)
    obey(playing, "step", unit="epoch")
    assert (playing.training.state.batch, playing.training.state.epoch) == (0, 2 - (batch_size is not None))


def test_a_frame_shows_the_networks_numbers():
    playing = Playing(Scene(hidden=({"units": 3, "activation": "tanh"},)))
    obey(playing, "view", units="a", left=0, right=1, bottom=0, top=1)
    for _ in range(3):
        obey(playing, "step")
    head, arrays = seen(playing)
    stage, theta = playing.stage, playing.training.state.parameters.theta
    assert head["step"] == 3
    np.testing.assert_allclose(arrays["weight"], theta, rtol=1e-6)
    assert arrays["units"].shape == (4, UNIT_MAP, UNIT_MAP)
    middle = (np.arange(ANSWER_MAP) + 0.5) / ANSWER_MAP
    corner = stage.network.predict(theta, [[middle[0], middle[-1]]])  # left and top: the first pixel
    assert arrays["answer"][0, 0, 0] == int(255 * corner[0, 0])
    loss, gradient = stage.network.loss_and_gradient(theta, stage.learnt.x, stage.learnt.y, cr.HalfSquaredError())
    row = arrays["course"][-1]
    assert len(row) == COLUMNS + PER_LAYER * 2
    assert row[1] == pytest.approx(loss)
    np.testing.assert_allclose(arrays["gradient"], gradient, rtol=1e-5, atol=1e-9)


def test_a_frame_is_made_while_the_page_draws_another_and_no_more():
    playing = Playing()
    first, _ = parsed(playing.next_frame())
    assert playing.next_frame() is None  # nothing is new
    obey(playing, "step")
    second, arrays = parsed(playing.next_frame())
    assert (second["step"], second["from"], len(arrays["course"])) == (1, 0, 2)  # all that the page may lack
    obey(playing, "step")
    assert playing.next_frame() is None
    obey(playing, "seen", frame=first["frame"], history=first["course"], rows=first["rows"])
    third, arrays = parsed(playing.next_frame())
    assert (third["step"], third["from"], len(arrays["course"])) == (2, 1, 2)
    obey(playing, "seen", frame=second["frame"], history=second["course"], rows=second["rows"])
    obey(playing, "seen", frame=third["frame"], history=third["course"], rows=third["rows"])
    obey(playing, "step")
    fourth, arrays = parsed(playing.next_frame())
    assert (fourth["step"], fourth["from"], len(arrays["course"])) == (3, 3, 1)


def test_what_was_seen_of_another_process_holds_no_frame_back():
    playing = Playing()
    obey(playing, "seen", frame=57, history=0, rows=9)  # of a process that has died
    head, _ = parsed(playing.next_frame())
    assert (head["frame"], head["from"]) == (1, 0)


def test_another_run_has_a_course_of_its_own_from_its_first_row():
    playing = Playing()
    seen(playing)  # the page has one row
    obey(playing, "set", scene=scene_of(playing, hidden=[{"units": 2}]))
    head, arrays = seen(playing)
    assert (head["from"], len(arrays["course"])) == (0, 1)


def test_a_rate_changes_on_the_way_and_a_layer_begins_anew():
    playing = Playing()
    obey(playing, "step")
    obey(playing, "set", scene=scene_of(playing, optimizer={"type": "SGD", "learning_rate": 0.5}))
    assert (playing.training.task.optimizer, playing.training.state.step) == (cr.SGD(0.5), 1)
    obey(playing, "set", scene=scene_of(playing, hidden=[{"units": 2}]))
    assert (playing.training.state.step, playing.stage.network.n_parameters) == (0, 9)


def test_what_was_changed_is_undone_with_its_weights():
    playing = Playing()
    for _ in range(3):
        obey(playing, "step")
    before = playing.training.state.parameters.theta.copy()
    obey(playing, "reset", start="next")
    assert (playing.scene.seed, playing.training.state.step) == (1, 0)
    obey(playing, "undo")
    np.testing.assert_array_equal(playing.training.state.parameters.theta, before)
    obey(playing, "step")
    obey(playing, "redo")
    assert (playing.scene.seed, playing.training.state.step) == (1, 0)
    for _ in range(MOST_MOMENTS + 5):
        obey(playing, "reset")
    assert playing.state()["undo"] == MOST_MOMENTS


def test_what_can_not_be_is_said_and_changes_nothing():
    playing = Playing()
    obey(playing, "step")
    theta = playing.training.state.parameters.theta.copy()
    wrong = [
        {"optimizer": {"type": "Adam", "learning_rate": -1.0}},
        {"optimizer": {"type": "Dense", "units": 3}},
        {"optimizer": {"type": "nothing"}},
        {"loss": "binary_cross_entropy", "data": {"name": "own", "target": "quantity", "points": []}},
        {"hidden": [{"units": 3, "activation": "sine"}]},
        {"data": {"name": "nowhere"}},
        {"inputs": ["x3"]},
    ]
    for parts in wrong:
        obey(playing, "set", scene=scene_of(playing, **parts))
    obey(playing, "undo")
    obey(playing, "treat", finding=0)
    obey(playing, "open", file={"format": "chainrule play 1", "scene": {}, "arrays": "AAAA"})
    assert len(refusals(playing)) == len(wrong) + 3
    np.testing.assert_array_equal(playing.training.state.parameters.theta, theta)


def test_a_saved_file_goes_on_with_the_same_numbers():
    first, second = Playing(Scene(batch_size=4)), Playing()
    for _ in range(7):
        obey(first, "step")
    obey(first, "save")
    file = json.loads(first.answers[-1]["text"])
    obey(second, "open", file=file)
    for playing in (first, second):
        obey(playing, "step", unit="epoch")
    np.testing.assert_array_equal(first.training.state.parameters.theta, second.training.state.parameters.theta)


def test_a_rate_of_a_hundred_is_diagnosed_and_treated():
    layers = ({"units": 4, "activation": "relu"},)
    playing = Playing(Scene(data={"name": "moons"}, hidden=layers, optimizer={"type": "SGD", "learning_rate": 100.0}))
    for _ in range(300):
        obey(playing, "step")
        seen(playing)
    obey(playing, "diagnose")
    playing.visits.wait()
    found = next(each for each in playing.answers if each["kind"] == "findings")["findings"]
    assert found[0]["treatable"]
    obey(playing, "treat", finding=0)
    assert playing.scene.optimizer["learning_rate"] < 100
    for _ in range(300):
        obey(playing, "step")
    state = playing.training.state
    assert playing.pictures.judged(True, state.parameters.theta, state.statistics)[0] < 0.1


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_a_rate_of_a_hundred_in_a_trained_network_is_named_at_once_and_what_is_advised_learns(activation):
    playing = Playing(Scene(data={"name": "spiral"}, hidden=({"units": 8, "activation": activation},) * 2))
    playing.training.advance(2000)
    obey(playing, "set", scene=scene_of(playing, optimizer={"type": "Adam", "learning_rate": 100.0}))
    assert playing.training.state.step == 2000
    found = visited(playing, 600)
    assert found[0]["illness"] == "learning rate too high"
    obey(playing, "treat", finding=0)
    assert visited(playing, 1000) == []
    state = playing.training.state
    assert playing.pictures.judged(True, state.parameters.theta, state.statistics)[0] < 0.01


def visited(playing, steps):
    """What the doctor finds after some more steps, ten of them shown."""
    for _ in range(10):
        playing.training.advance(steps // 10 - 1)
        obey(playing, "step")
        seen(playing)
    playing.answers.clear()
    obey(playing, "diagnose")
    playing.visits.wait()
    return next(each for each in playing.answers if each["kind"] == "findings")["findings"]


def test_points_of_another_size_are_standardised_as_the_doctor_advises():
    rng = np.random.default_rng(0)
    places = rng.normal(1000, 300, (40, 2))
    points = [{"x1": x1, "x2": x2, "y": 100 * x1 - 50} for x1, x2 in places.tolist()]
    data = {"name": "own", "target": "quantity", "points": points}
    playing = Playing()
    obey(playing, "set", scene=scene_of(playing, data=data, loss="squared_error"))
    obey(playing, "step", unit="epoch")
    playing.training.advance(300)
    playing.next_frame()
    obey(playing, "diagnose")
    playing.visits.wait()
    (found,) = (each["findings"] for each in playing.answers if each["kind"] == "findings")
    sizes = {each["illness"]: k for k, each in enumerate(found)}
    assert all(found[sizes[name]]["treatable"] for name in ("unscaled targets", "unscaled inputs"))
    obey(playing, "treat", finding=sizes["unscaled inputs"])
    x = np.array([[each.x1, each.x2, each.y] for each in playing.scene.data.points])
    np.testing.assert_allclose(x[:, :2].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(x[:, :2].std(axis=0), 1)
    np.testing.assert_allclose(x[:, 2], [each["y"] for each in points])
    obey(playing, "undo")
    assert playing.scene.data.points[0].x1 == points[0]["x1"]


def test_a_run_that_diverges_stands_still_until_something_changes():
    scene = Scene(
        data={"name": "own", "target": "quantity", "points": [{"x1": i, "x2": 1, "y": 9 * i} for i in range(9)]},
        loss="squared_error",
        hidden=(),
        optimizer={"type": "SGD", "learning_rate": 50.0},
    )
    playing = Playing(scene)
    obey(playing, "pace")
    obey(playing, "play")
    for _ in range(200):
        playing.train_a_while()
    assert not playing.is_playing
    assert "too large" in playing.state()["ended"]
    assert seen(playing)[0]["step"] > 0
    obey(playing, "play")
    assert refusals(playing)
    obey(playing, "reset")
    assert playing.state()["ended"] is None


def test_a_course_is_thinned_and_keeps_its_beginning_and_its_end():
    course = Course(1)
    for step in range(3 * MOST_ROWS):
        course.add(np.array([step]))
    rows = course.rows(-1, 0)[:, 0]
    assert (rows[0], rows[-1]) == (0, 3 * MOST_ROWS - 1)
    assert len(rows) <= MOST_ROWS
    assert (np.diff(rows) > 0).all()


def test_another_scene_is_kept_at_once_and_of_several_in_a_row_the_last(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(player, "KEEP_EVERY", math.inf)
    out, commands = io.BytesIO(), SimpleQueue()
    commands.put(pickle.dumps((None, None)))
    run = player._Player(out, commands)
    sets = [{"kind": "set", "scene": {"data": {"name": name}}} for name in ("moons", "gaussians")]
    for given in ([{"kind": "play"}], sets, [{"kind": "pause"}]):
        for each in given:
            commands.put(json.dumps(each).encode())
        while not commands.empty():
            run._obey_all(0.0)
            run._send_what_is_new()
    (kept,) = [part for part in out.getvalue().split(b'{"kind": ') if part.startswith(b'"kept"')]
    assert b'"name": "gaussians"' in kept
