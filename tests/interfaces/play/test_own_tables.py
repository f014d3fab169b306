"""Tables of one's own: read from a file as a page sends it, seen along two axes, saved with what a model needs."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.interfaces.play.beginning import scene_of_data
from chainrule.interfaces.play.messages import command
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import MOST_NUMBERS, MOST_POINTS, OwnTable, Scene
from chainrule.lab.experiments.data import DataFile, DataSet
from commands import invoke
from pages import choose_table
from played import obey, refusals, scene_of, seen

PETS = "weight;tail;sex;kind\n4,2;30;f;cat\n20,5;40;m;dog\n3,1;28;f;cat\n31;35;m;dog\n5;29;m;cat\n12;33;f;dog\n"


def send(playing: Playing, name: str, content: bytes, **fields: Any) -> None:
    obey(playing, "read", name=name, base64=base64.b64encode(content).decode(), **fields)


def offers(playing: Playing) -> list[dict[str, Any]]:
    """What the page was told of columns that it may choose."""
    return [each for each in playing.answers if each["kind"] == "table"]


def test_a_table_is_learnt_seen_along_two_axes_and_saved(tmp_path: Path):
    playing = Playing()
    send(playing, "pets.csv", PETS.encode())
    assert refusals(playing) == []
    stage = playing.stage
    assert stage.ground.names == ("weight", "tail", "sex = f", "sex = m")
    assert stage.scene.data.table.classes == ("cat", "dog")
    x = np.concatenate([stage.learnt.x, stage.test.x])
    np.testing.assert_allclose(x[:, :2].mean(axis=0), 0, atol=1e-12)
    obey(playing, "step", unit="epoch")
    theta = playing.training.state.parameters.theta.copy()
    obey(playing, "set", scene=scene_of(playing, axes=[1, 2]))  # another view of the same run
    np.testing.assert_array_equal(playing.training.state.parameters.theta, theta)
    np.testing.assert_array_equal(playing.stage.learnt.points, stage.learnt.x[:, [1, 2]])
    obey(playing, "view", left=-2, right=2, bottom=-2, top=2)
    corner = x.mean(axis=0)
    corner[1:3] = (0.5 / 72) * 4 - 2, 2 - (0.5 / 72) * 4
    _, arrays = seen(playing)
    assert arrays["answer"][0, 0, 0] == int(255 * stage.network.predict(theta, [corner])[0, 0])
    obey(playing, "save", what="model")
    file = next(each for each in playing.answers if each["kind"] == "file")
    path = tmp_path / "model.npz"
    path.write_bytes(base64.b64decode(file["base64"]))
    (tmp_path / "pets.csv").write_text(PETS)
    table = cr.read_table(tmp_path / "pets.csv")
    model = cr.Model.load(path)
    inputs = model.standardizer.apply(model.columns.apply(table.raw))
    np.testing.assert_allclose(np.sort(inputs, axis=0), np.sort(x, axis=0))
    assert model.classes == ("cat", "dog")


def test_the_target_is_chosen_among_the_columns_and_undone():
    playing = Playing()
    send(playing, "pets.csv", PETS.encode())
    assert offers(playing)[-1]["columns"] == ("weight", "tail", "sex", "kind")
    assert playing.scene.data.table.target == "kind"
    said = playing.scene.data.table.said
    assert said[0].startswith("pets.csv: CSV, 6 rows, 4 columns; semicolons between cells, decimal comma")
    assert said[1].startswith("Target kind (the last column): one of 2 classes")
    send(playing, "pets.csv", PETS.encode(), target="tail")
    table = playing.scene.data.table
    assert (table.target, table.inputs, playing.stage.n_classes) == (
        "tail",
        ("weight", "sex = f", "sex = m", "kind = cat", "kind = dog"),
        0,
    )
    assert "tail" in table.note
    obey(playing, "undo")
    assert playing.scene.data.table.target == "kind"
    send(playing, "pets.csv", PETS.encode(), target="tale")
    assert "tail" in refusals(playing)[0]
    assert not offers(playing)[-1]["is_learnt"]


def test_a_table_whose_last_column_cannot_be_learnt_offers_the_others():
    rows = b"".join(b"%d,%d,class%d\n" % (k, k * k, k % 7) for k in range(70))
    playing = Playing()
    send(playing, "digits.csv", b"x,y,kind\n" + rows)
    assert "at most 5 classes" in refusals(playing)[0]
    assert offers(playing) == [
        {"kind": "table", "file": "digits.csv", "columns": ("x", "y", "kind"), "is_learnt": False}
    ]
    send(playing, "digits.csv", b"x,y,kind\n" + rows, target="y")
    assert playing.scene.data.table.target == "y"


def test_a_saved_scene_with_a_table_opens_again():
    playing = Playing()
    send(playing, "pets.csv", PETS.encode())
    obey(playing, "step")
    file = playing.kept()
    other = Playing()
    obey(other, "open", file=json.loads(json.dumps(file)))
    assert other.scene == playing.scene
    np.testing.assert_array_equal(other.training.state.parameters.theta, playing.training.state.parameters.theta)


def test_the_plane_begins_with_the_inputs_that_tell_most_of_the_target():
    rows = "".join(f"{'yn'[k % 2]},{k * 7 % 11},{k + k * 5 % 9},{k * k},{'ab'[k // 20]}\n" for k in range(40))
    playing = Playing()
    send(playing, "flags.csv", ("flag,noise,size,square,kind\n" + rows).encode())
    names = playing.stage.ground.names
    assert [names[k] for k in playing.scene.axes] == ["size", "square"]
    assert playing.scene.data.table.note.endswith("each by itself.")
    send(playing, "flags.csv", ("flag,noise,size,square,kind\n" + rows).encode(), target="noise")
    assert "flag" not in [names[k] for k in playing.scene.axes]


def test_of_many_rows_some_are_drawn_and_a_quantity_is_standardised():
    rng = np.random.default_rng(0)
    rows = "\n".join(f"{a:.6f},{b:.6f},{3 * a + 100:.6f}" for a, b in rng.normal(size=(3000, 2)))
    playing = Playing()
    send(playing, "many.csv", f"a,b,c\n{rows}\n".encode())
    stage = playing.stage
    assert len(stage.learnt) + len(stage.test) == MOST_POINTS
    assert "1,000 of 3,000 rows, drawn at random" in stage.scene.data.table.note
    assert stage.n_classes == 0
    assert abs(stage.learnt.shown.mean()) < 0.2
    obey(playing, "save", what="model")
    assert refusals(playing) == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "empty.csv"),
        ("zeros.bin", bytes(100), "zeros.bin"),
        ("../../etc/passwd", b"\x00\xff", "passwd"),
        ("<script>.csv", b"a\n", "script"),
        ("digits.csv", b"x,y\n" + b"".join(b"%d,class%d\n" % (k, k % 7) for k in range(70)), "at most 5 classes"),
        ("bomb.csv.gz", gzip.compress(b"1,2\n" * 30_000_000, 9), "limit"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence_and_the_run_goes_on(name: str, content: bytes, sentence: str):
    playing = Playing()
    send(playing, name, content)
    (said,) = refusals(playing)
    assert sentence in said
    assert "\n" not in said
    assert "/tmp" not in said
    obey(playing, "step")
    assert playing.training.state.step == 1


def test_bad_base64_axes_and_tables_are_refused():
    playing = Playing()
    obey(playing, "read", name="a.csv", base64="?")
    send(playing, "pets.csv", PETS.encode())
    obey(playing, "set", scene=scene_of(playing, axes=[0, 4]))
    obey(playing, "set", scene=scene_of(playing, data={"name": "table"}))
    assert [each.split(",")[0] for each in refusals(playing)] == [
        "expected a file in base64",
        "expected axes from the inputs 0 to 3",
        "expected a table",
    ]
    with pytest.raises(ValueError, match="a number for each input"):
        OwnTable(file="", inputs=("a",), x=((1.0, 2.0),), y=(1.0,))
    with pytest.raises(ValueError, match=f"at most {MOST_NUMBERS:,}"):
        OwnTable(file="", inputs=("a",) * 51, x=((0.0,) * 51,) * 1000, y=(1.0,) * 1000)
    with pytest.raises(cr.DataError, match="axes"):
        command('{"kind": "set", "scene": {"axes": [0]}}')


def test_a_point_more_leaves_the_weights_and_the_held_out_points_where_they_are():
    points = [{"x1": k / 20, "x2": (k * 7 % 20) / 20, "y": k % 2} for k in range(20)]
    playing = Playing(Scene.model_validate({"data": {"name": "own", "points": points}}))
    for _ in range(5):
        obey(playing, "step")
    theta, held_out = playing.training.state.parameters.theta.copy(), playing.stage.test.points
    assert len(held_out) == 5
    more = scene_of(playing)
    more["data"]["points"] = [*points, {"x1": 0.5, "x2": 0.5, "y": 1}]
    obey(playing, "play")
    obey(playing, "set", scene=more)
    assert playing.is_playing
    np.testing.assert_array_equal(playing.training.state.parameters.theta, theta)
    np.testing.assert_array_equal(playing.stage.test.points, held_out)
    assert len(playing.stage.learnt) == 16
    obey(playing, "step")
    learnt = playing.training.state.parameters.theta.copy()
    obey(playing, "undo")  # the point goes, what was learnt since stays
    np.testing.assert_array_equal(playing.training.state.parameters.theta, learnt)
    assert len(playing.stage.learnt) == 15
    more["data"]["points"][-1]["y"] = 2  # three classes are another network
    more["hidden"] = []
    obey(playing, "set", scene=more)
    assert playing.training.state.step == 0
    assert refusals(playing) == []


def test_data_named_in_a_shell_are_the_first_scene(tmp_path: Path):
    (tmp_path / "pets.csv").write_text(PETS)
    assert scene_of_data(None) == (None, None)
    scene, named = scene_of_data(DataSet("moons"))
    assert (scene.data.name, named) == ("moons", None)
    scene, named = scene_of_data(DataFile(str(tmp_path / "pets.csv"), target="tail", drop=("sex",)))
    assert (scene.data.table.file, scene.data.table.target) == ("pets.csv", "tail")
    playing = Playing(scene, None, named)
    obey(playing, "hello")
    assert offers(playing) == [
        {"kind": "table", "file": "pets.csv", "columns": ("weight", "tail", "sex", "kind"), "is_learnt": True}
    ]
    obey(playing, "predict", target="kind")
    assert playing.scene.data.table.target == "kind"
    assert playing.scene.data.table.inputs == ("weight", "tail")  # with the options of the shell
    obey(playing, "undo")
    assert playing.scene.data.table.target == "tail"
    obey(playing, "predict", target="size")
    assert len(refusals(playing)) == 1
    other = Playing()
    obey(other, "predict", target="kind")
    assert refusals(other) == ["expected a table that was named in a shell, got none; open a file on the page instead."]
    with pytest.raises(cr.SettingError, match="isn't among the playground's sets"):
        scene_of_data(DataSet("mnist1d"))


def test_a_csv_file_is_chosen_and_dropped_on_the_page(opened: Any, tmp_path: Path):
    page = opened()
    file = tmp_path / "pets.csv"
    file.write_text(PETS.replace("cat", "<b>cat</b>"))
    choose_table(page, file)
    page.wait_for_function("() => document.querySelectorAll('circle').length === 6")
    assert "<b>cat</b>" in page.text_content("figcaption")
    before = page.eval_on_selector_all("circle", "all => all.map(each => each.getAttribute('cx')).join()")
    page.select_option("select[name=across]", "1")
    page.wait_for_function(
        "before => [...document.querySelectorAll('circle')].map(each => each.getAttribute('cx')).join() !== before",
        arg=before,
    )
    drop = """text => {
      const data = new DataTransfer();
      data.items.add(new File([text], "more.csv"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(drop, "a,b,c\n" + "\n".join(f"{k},{k * k % 7},{k}.5" for k in range(20)))
    page.wait_for_function("() => document.querySelectorAll('circle').length === 20")
    page.evaluate(drop, "")
    page.wait_for_selector(".notices:has-text('is empty')")


def test_the_column_to_predict_is_chosen_on_the_page(opened: Any, tmp_path: Path):
    page = opened()
    file = tmp_path / "pets.csv"
    file.write_text(PETS.replace("kind", "<i>kind</i>"))
    choose_table(page, file)
    page.wait_for_selector("select[name=column]")
    page.click("summary:has-text('About this table')")
    assert "decimal comma" in page.text_content(".said li")
    assert page.locator(".said i").count() == 0
    page.select_option("select[name=column]", "tail")
    page.wait_for_selector(".hint:has-text('Target: tail')")
    page.click("[aria-label='Undo']")
    page.wait_for_function("() => document.querySelector('select[name=column]').value === '<i>kind</i>'")
    rows = "".join(f"{k},{k * k},class{k % 7}\n" for k in range(70))
    file = tmp_path / "seven.csv"
    file.write_text(f"x,y,kind\n{rows}")
    choose_table(page, file)
    page.wait_for_selector(".notices:has-text('at most 5 classes')")
    page.select_option("select[name=column]", "y")
    page.wait_for_function("() => document.querySelector('select[name=set]').selectedOptions[0].text === 'seven.csv'")
    page.wait_for_function("() => document.querySelector('select[name=column]').value === 'y'")
    page.select_option("select[name=column]", "kind")
    page.wait_for_function("() => document.querySelector('select[name=column]').value === 'y'")  # it is refused again


NAMED = "name;size;kind\n" + "".join(f"fruit {k};{k};{'ab'[k % 2]}\n" for k in range(60))


def test_what_an_option_would_mend_is_said_with_the_command_that_has_it(tmp_path: Path):
    playing = Playing()
    send(playing, "fruit.csv", NAMED.encode())
    (said,) = refusals(playing)
    assert said.endswith("--drop name. The page has no such option: chainrule play FILE takes it.")
    file = tmp_path / "fruit.csv"
    file.write_text(NAMED)
    assert scene_of_data(DataFile(str(file), drop=("name",)))[0].data.table.inputs == ("size",)
    for words, expected in (
        (
            ("play", "--drop", "name"),
            "--drop is for a table in a file, and none is named; name it",
        ),
        (("play", file, "--drop", "nam"), "nam"),
        (("play", "xor", "--drop", "name"), "--drop is for files; xor is a data set that has a name, leave it out."),
    ):
        result = invoke(*words, "--no-browser")
        assert result.exit_code == 2
        assert expected in " ".join(result.stderr.split())
