"""Images in place of a plane: what a page shows of them is the library's, and one draws an image of one's own."""

import base64
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from axe import faults_in_schemes
from chainrule.core.network import Network
from chainrule.interfaces.play.advice import treated
from chainrule.interfaces.play.beginning import scene_of_data
from chainrule.interfaces.play.catalogue import OF_IMAGES
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import command
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import Scene
from chainrule.interfaces.play.stage import set_up
from chainrule.lab.experiments.data import DataSet
from pages import saved
from played import obey, refusals, scene_of, seen

pytest.importorskip("sklearn")

Opened = Callable[..., Any]

TWO = [
    {"units": 3, "kernel": 3, "activation": "tanh", "pool": False},
    {"units": 2, "kernel": 2, "activation": "sigmoid", "pool": True},
]


def of_images(**parts: Any) -> Scene:
    return Scene.model_validate({"data": {"name": "digits", "n": 60}, **OF_IMAGES, **parts})


def drawing(seed: int = 0) -> list[float]:
    return np.random.default_rng(seed).random(64).round(3).tolist()


def test_images_are_those_of_the_data_set_and_steps_are_the_librarys():
    playing = Playing(of_images())
    x, _ = cr.datasets.digits()
    rows = np.random.default_rng(0).permutation(len(x))[:60]
    state, stage = playing.state(), playing.stage
    shown = np.frombuffer(base64.b64decode(state["images"]), np.uint8).reshape(-1, 8, 8) / state["ink"]
    np.testing.assert_array_equal(shown, np.concatenate([stage.learnt.x, stage.test.x])[:, 0])
    assert sorted(map(bytes, shown)) == sorted(map(bytes, np.ascontiguousarray(x[rows, 0])))
    assert stage.network == Network((1, 8, 8), (cr.Conv2D(6, 3), cr.ReLU(), cr.MaxPool(2), cr.Flatten(), cr.Dense(10)))
    for _ in range(3):
        obey(playing, "step", unit="epoch")
    loss, optimizer = cr.SoftmaxCrossEntropy(), cr.Adam(0.01)
    learnt = stage.learnt
    run = cr.train(stage.network, learnt.x, learnt.y, loss=loss, optimizer=optimizer, batch_size=32, epochs=3)
    np.testing.assert_allclose(playing.training.state.parameters.theta, run.model.theta, rtol=1e-9, atol=1e-12)
    places = [tuple(each[:2]) for each in [*state["learnt"], *state["test"]]]
    assert len(set(places)) == 60
    assert min(row for _, row in places[45:]) > max(row for _, row in places[:45])


@pytest.mark.parametrize("filters", [[{}], TWO, []], ids=["one", "two", "none"])
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "half_squared_error"])
def test_the_answer_its_maps_and_its_origin_are_the_librarys(filters: list[Any], loss: str):
    hidden = [{"units": 5, "activation": "tanh"}]
    playing = Playing(of_images(filters=filters, hidden=hidden, loss=loss))
    obey(playing, "step", unit="epoch")
    network, theta = playing.stage.network, playing.training.state.parameters.theta
    own = np.array(drawing()).reshape(1, 1, 8, 8)
    obey(playing, "view", drawing=drawing())
    head, arrays = seen(playing)
    outputs = network.predict(theta, own)
    shares = np.exp(outputs) / np.exp(outputs).sum() if loss.startswith("softmax") else outputs
    np.testing.assert_allclose(head["image"]["answers"], shares[0], rtol=1e-9)
    winner = int(outputs.argmax())
    assert (head["image"]["winner"], head["image"]["truth"], head["image"]["sample"]) == (winner, None, None)
    h = 1e-6
    moved = [network.predict(theta, own + sign * h * np.eye(64).reshape(64, 1, 8, 8))[:, winner] for sign in (1, -1)]
    slopes = ((moved[0] - moved[1]) / (2 * h)).reshape(8, 8)
    for shown, numbers, largest in zip(
        arrays["relevance"], (slopes, slopes * own[0, 0]), head["image"]["largest"], strict=True
    ):
        assert largest == pytest.approx(np.abs(numbers).max(), rel=1e-5)
        np.testing.assert_allclose(shown, 128 + 127 * numbers / largest, atol=1.01)
    named = network.parameters(theta)[0]
    if filters:
        first = Network((1, 8, 8), (*network.layers[:2], cr.Flatten()))
        maps = first.predict(theta[: first.n_parameters], own).reshape(len(named["weights"]), -1)
        np.testing.assert_allclose(arrays["ranges"][: len(maps)], np.stack([maps.min(1), maps.max(1)], 1), rtol=1e-6)
        means = named["weights"].mean(axis=(1, 2, 3))
        np.testing.assert_allclose(arrays["weight"][: 2 * len(means) : 2], means, rtol=1e-5)
    assert len(arrays["units"]) == sum(each["units"] for each in playing.state()["layers"])
    assert refusals(playing) == []


@pytest.mark.parametrize("layer", [0, 1])
def test_a_number_of_a_feature_map_is_worked_out(layer: int):
    playing = Playing(of_images(filters=TWO))
    obey(playing, "step")
    obey(playing, "view", image=50, pixel={"layer": layer, "unit": 1, "row": 2, "column": 3})
    patch = seen(playing)[0]["patch"]
    network, theta = playing.stage.network, playing.training.state.parameters.theta
    named = [each for each in network.parameters(theta) if each][layer]
    x = playing.stage.test.x[5:6]
    before = x if layer == 0 else np.tanh(_convolved(x, network.parameters(theta)[0]))
    side = (3, 2)[layer]
    np.testing.assert_allclose(patch["patch"], before[0, :, 2 : 2 + side, 3 : 3 + side], rtol=1e-12)
    np.testing.assert_array_equal(patch["kernel"], named["weights"][1])
    np.testing.assert_allclose(patch["products"], np.multiply(patch["patch"], patch["kernel"]), rtol=1e-12)
    assert patch["sum"] == pytest.approx(np.sum(patch["products"]), rel=1e-12)
    assert patch["z"] == pytest.approx(patch["sum"] + patch["bias"], rel=1e-12)
    assert patch["z"] == pytest.approx(_convolved(before, named)[0, 1, 2, 3], rel=1e-12)
    assert patch["a"] == pytest.approx((np.tanh, lambda z: 1 / (1 + np.exp(-z)))[layer](patch["z"]), rel=1e-12)
    assert patch["field"] == {"row": 2, "column": 3, "side": (3, 4)[layer]}
    obey(playing, "view", pixel={"layer": layer, "unit": 1, "row": 90, "column": 0})
    assert seen(playing)[0]["patch"] is None


def _convolved(x: np.ndarray, named: Any) -> np.ndarray:
    """A convolution, naively: x (n, C, H, W) to z (n, O, H', W')."""
    weights, bias = named["weights"], named["bias"]
    side = weights.shape[-1]
    windows = np.lib.stride_tricks.sliding_window_view(x, (side, side), axis=(2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, weights) + bias[:, np.newaxis, np.newaxis]


def test_a_pool_before_a_patch_widens_what_it_sees():
    playing = Playing(of_images(filters=[{"pool": True}, {"kernel": 2, "pool": False}]))
    obey(playing, "view", pixel={"layer": 1, "unit": 0, "row": 1, "column": 0})
    assert seen(playing)[0]["patch"]["field"] == {"row": 2, "column": 0, "side": 6}


def test_a_drawing_follows_the_run_and_an_image_is_chosen():
    playing = Playing(of_images())
    obey(playing, "view", drawing=drawing())
    first = seen(playing)[0]["image"]["answers"]
    obey(playing, "step")
    assert seen(playing)[0]["image"]["answers"] != first
    for image, is_learnt, row in ((3, True, 3), (47, False, 2), (999, False, 14)):
        obey(playing, "view", image=image)
        shown = seen(playing)[0]["image"]
        samples = playing.stage.learnt if is_learnt else playing.stage.test
        assert (shown["is_learnt"], shown["row"], shown["truth"]) == (is_learnt, row, samples.shown[row])
    _, arrays = seen_after(playing, units="delta", image=3)
    assert arrays["ranges"].any()
    _, arrays = seen_after(playing, units="delta", image=47)
    assert not arrays["ranges"].any()


def seen_after(playing: Playing, **view: Any) -> Any:
    obey(playing, "view", **view)
    return seen(playing)


def test_batch_norm_leaves_the_origin_out():
    playing = Playing(of_images(hidden=[{"units": 4, "batch_norm": True}]))
    obey(playing, "step")
    head, arrays = seen(playing)
    assert "relevance" not in arrays
    assert "largest" not in head["image"]
    assert len(head["image"]["answers"]) == 10


def test_a_saved_file_goes_on_and_going_back_from_images_is_undone():
    playing = Playing()
    scene = of_images().model_dump(mode="json")
    obey(playing, "set", scene=scene)
    obey(playing, "step", unit="epoch")
    theta = playing.training.state.parameters.theta.copy()
    other = Playing()
    obey(playing, "view", drawing=drawing())
    file = json.loads(json.dumps(playing.kept()))
    obey(other, "open", file=file)
    np.testing.assert_array_equal(other.training.state.parameters.theta, theta)
    assert other.answers[-1] == {"kind": "drawing", "drawing": tuple(drawing())}
    assert other.kept()["drawing"] == tuple(drawing())
    np.testing.assert_array_equal(seen(other)[1]["image"], seen(playing)[1]["image"])
    del file["drawing"]  # an older file
    obey(other, "open", file=file)
    assert other.kept()["drawing"] is None
    for wrong in ([0.5] * 63, [2.0] * 64, "none"):
        obey(other, "open", file=file | {"drawing": wrong})
    assert [each.split("(")[0] for each in refusals(other)] == ["this isn't a file that the playground saved "] * 3
    obey(playing, "undo")
    assert playing.scene.data.name == "xor"
    obey(playing, "redo")
    np.testing.assert_array_equal(playing.training.state.parameters.theta, theta)
    obey(playing, "amend", sample=0, column=0, value=1.0)
    assert refusals(playing) == ["images of a data set stay as they are; draw on the large image instead."]
    obey(playing, "set", scene=scene_of(playing, filters=[{"kernel": 5}, {"kernel": 5}]))
    assert len(refusals(playing)) == 2
    np.testing.assert_array_equal(playing.training.state.parameters.theta, theta)


def test_the_script_of_a_run_on_images_repeats_it():
    playing = Playing(of_images())
    obey(playing, "step", unit="epoch")
    obey(playing, "code")
    found: dict[str, Any] = {}
    exec(compile(playing.answers[-1]["library"]["text"], "script", "exec"), found)
    np.testing.assert_array_equal(found["run"].model.theta, playing.training.state.parameters.theta)


@pytest.mark.parametrize("filters", [[{}], TWO, []], ids=["one", "two", "none"])
def test_a_network_that_the_doctor_advises_is_a_scene(filters: list[Any]):
    scene = of_images(filters=filters, hidden=[{"units": 3, "activation": "tanh", "dropout": 0.5}])
    found = treated(scene, {"network": set_up(scene).network})
    assert (found.filters, found.hidden) == (scene.filters, scene.hidden)
    other = Network((1, 8, 8), (cr.Conv2D(2, 3), cr.AveragePool(2), cr.Flatten(), cr.Dense(10)))
    assert treated(scene, {"network": other}) is None


def test_digits_named_in_a_shell_are_the_first_scene():
    assert scene_of_data(DataSet("digits"))[0].loss == "softmax_cross_entropy"


def test_without_scikit_learn_a_sentence_names_the_extra(monkeypatch: Any):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    playing = Playing()
    obey(playing, "set", scene=of_images().model_dump(mode="json"))
    assert re.fullmatch(r"digits\(\) needs scikit-learn: pip install .*\[data\]\"?\.", refusals(playing)[0])
    assert playing.scene.data.name == "xor"


@given(
    drawing=st.none()
    | st.lists(st.floats() | st.integers(-1, 2), max_size=66)
    | st.lists(st.floats(0, 1), min_size=64),
    image=st.integers(-2, 1002),
    pixel=st.none() | st.fixed_dictionaries({name: st.integers(-1, 9) for name in ("layer", "unit", "row", "column")}),
)
def test_a_drawing_of_any_numbers_is_taken_within_bounds_or_refused(drawing: Any, image: int, pixel: Any):
    text = json.dumps({"kind": "view", "drawing": drawing, "image": image, "pixel": pixel})
    within = drawing is None or (len(drawing) == 64 and all(0 <= each <= 1 for each in drawing))
    within = within and 0 <= image < 1000
    sizes = {"layer": 2, "unit": 8, "row": 101, "column": 101}
    within = within and (pixel is None or all(0 <= pixel[name] < size for name, size in sizes.items()))
    if within:
        assert command(text).image == image
    else:
        with pytest.raises(cr.DataError, match="send a command"):
            command(text)


@pytest.mark.parametrize(
    ("layer", "unit", "source", "title"),
    [
        (1, 2 * 36 + 3 * 6 + 5, None, "Layer 1: unit 3,4,5"),
        (1, 2 * 36 + 1, 2 * 3 + 2, "Layer 1: the weight to channel 3 from 1,3,2 of its kernel"),
        (1, 2 * 36 + 1, "bias", "Layer 1: the bias of channel 3"),
        (2, 7, None, "Layer 3: unit 7"),
        (2, 7, 12, "Layer 3: the weight to unit 7 from unit 12, which is 2,1,3 of its maps"),
    ],
)
def test_the_glass_box_shows_the_chain_and_the_matrices_of_a_kernel(layer: int, unit: int, source: Any, title: str):
    playing = Playing(of_images())
    obey(playing, "step", unit="epoch")
    of = {"layer": layer, "unit": unit, "source": source}
    obey(playing, "glass", chain=of, matrices=of, phases={"at": of})
    shown = seen(playing)[0]["glass"]
    assert shown["chain"].get("sentence") is None
    assert shown["chain"]["title"] == title
    assert float(shown["chain"]["error"]) < 1e-6
    assert shown["matrices"].get("sentence") is None
    units = [each["units"] for each in playing.state()["layers"]]
    assert [len(each) > 0 for each in shown["chain"]["way"]] == [layer == 1, True]
    assert all(max(each, default=0) < count for each, count in zip(shown["chain"]["way"], units, strict=True))
    if source == 8:
        step = NextStep(playing.stage, playing.training)
        samples, theta = playing.stage.learnt, playing.training.state.parameters.theta
        x, y = samples.x[step.samples], samples.y[step.samples]
        _, gradient = playing.stage.network.loss_and_gradient(theta, x, y, playing.stage.loss)
        expected = playing.stage.network.parameters(gradient)[0]["weights"][2, 0, 2, 1]
        assert float(shown["chain"]["value"]) == pytest.approx(expected, rel=1e-9)


# In the browser


def with_images(opened: Opened, **settings: Any) -> Any:
    page = opened(**settings)
    page.select_option("select[name=set]", "digits")
    page.wait_for_selector(".gallery .chosen", state="attached")
    page.wait_for_selector(".bars tbody tr")
    return page


ANSWERS = "() => [...document.querySelectorAll('.bars td:last-child')].map(each => each.textContent).join()"


def answers_after(page: Any, before: str) -> str:
    """The answers, once they are others than before."""
    page.wait_for_function(f"before => ({ANSWERS})() !== before", arg=before)
    return page.evaluate(ANSWERS)


OPEN = """async (file) => (await import("/page/take.js")).open(new File([JSON.stringify(file)], "saved.json"))"""


def test_a_digit_is_drawn_and_saved_and_its_answer_follows(opened: Opened, tmp_path: Path):
    page = with_images(opened)
    page.click("button:text('Draw a digit')")
    page.wait_for_selector(".images .said:has-text('Your own drawing')")
    before = page.evaluate(ANSWERS)
    box = page.locator(".picture").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.9 * box["height"], steps=4)
    page.mouse.up()
    before = answers_after(page, before)
    page.focus(".picture svg")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    before = answers_after(page, before)
    page.click("button:text-is('Step')")
    answers_after(page, before)
    page.select_option("select[name=painted]", "shares")
    page.wait_for_selector(".images p.hint:has-text('the slope of the output')")
    file, before = saved(page, tmp_path / "saved.json"), page.evaluate(ANSWERS)
    page.click("button:text('Back to the image')")
    page.wait_for_selector(".images .said:has-text('Training image 0')")
    page.evaluate(OPEN, file)
    page.wait_for_selector(".images .said:has-text('Your own drawing')")
    page.wait_for_function(f"before => ({ANSWERS})() === before", arg=before)


def test_an_image_is_chosen_in_the_table_and_a_kernel_is_worked_out(opened: Opened):
    page = with_images(opened)
    page.focus(".gallery svg")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".images .said:has-text('Training image 41:')")
    box = page.locator(".gallery .table").bounding_box()
    page.mouse.click(box["x"] + 2.5 / 40 * box["width"], box["y"] + 5)
    page.wait_for_selector(".images .said:has-text('Training image 2:')")
    page.click("#unit-0-1")
    page.wait_for_selector(".products .sum")
    assert page.get_attribute("#tab-kernel", "aria-selected") == "true"
    page.wait_for_selector(".picture .field", state="attached")
    assert len(page.locator(".products table").all()) == 3
    field = page.get_attribute(".picture .field", "x")
    page.focus(".map svg")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "before => document.querySelector('.picture .field').getAttribute('x') !== before", arg=field
    )
    page.keyboard.press("i")
    page.click("#unit-0-2")
    page.wait_for_selector(".glass h3:text-matches('Layer 1: unit 3,')")
    page.select_option("select[name=units]", "delta")
    page.wait_for_selector(".graph .verdict:text('δ')")
    said = page.locator(".graph .verdict").inner_text()
    assert "differs" not in said
    assert sum(map(int, re.findall(r": (\d+)", said))) == 6 + 10  # its filters and its classes
    page.hover("#unit-1-3")
    page.wait_for_selector("#card .verdict:text('agrees')")
    page.keyboard.press("i")
    page.click("#tab-samples")
    page.locator(".samples tbody tr").nth(1).click()
    page.wait_for_selector(".samples .thumbnail")
    page.select_option("select[name=set]", "moons")
    page.wait_for_selector(".plane circle", state="attached")
    assert page.locator("#unit-0-3").count() == 1


def test_axe_finds_nothing_with_images(opened: Opened):
    page = with_images(opened)
    page.click("button:text('Draw a digit')")
    for tab in ("images", "kernel", "confusion", "samples"):
        page.click(f"#tab-{tab}")
        page.wait_for_selector(f"[role=tabpanel][aria-labelledby=tab-{tab}] *")
        assert faults_in_schemes(page) == {}, tab
    page.hover("#unit-0-0")
    page.wait_for_selector("#card canvas")
    assert faults_in_schemes(page) == {}, "a filter"


def test_nothing_is_wider_than_the_page_with_images(opened: Opened):
    page = with_images(opened)
    for tab in ("images", "kernel", "samples"):
        page.click(f"#tab-{tab}")
        page.wait_for_selector(f"[role=tabpanel][aria-labelledby=tab-{tab}] *")
        for width, height in ((1280, 800), (1024, 768), (600, 900)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, tab


def test_the_image_and_its_answer_are_taken_along_as_a_figure(opened: Opened, tmp_path: Path):
    page = with_images(opened)
    with page.expect_download() as saved:
        page.evaluate("async () => (await import('/page/figures.js')).saveFigure('answer', 'svg')")
    saved.value.save_as(tmp_path / "answer.svg")
    svg = (tmp_path / "answer.svg").read_text(encoding="utf-8")
    assert svg.count("<text") == 20
    assert all(each in svg for each in page.locator(".bars td:last-child").all_text_contents())
