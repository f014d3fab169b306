"""Plots in the terminal: where curves and points lie, how wide the plots are, and which outputs get them."""

import dataclasses
import io
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len
from rich.color import Color
from rich.console import Console
from rich.text import Text

import chainrule as cr
from chainrule.interfaces.cli.answers import answer
from chainrule.interfaces.cli.terminal.plot_data import LossCurve, Plane, PlotAxis, boundary, number
from chainrule.interfaces.cli.terminal.plots import Canvas, draw
from chainrule.lab.experiments.samples import Samples
from commands import invoke, lines_of
from pseudo_terminal import posix, shown_in_a_terminal

PROGRAM = [sys.executable, "-m", "chainrule"]

FALL = LossCurve.of("training", range(0, 1000, 10), np.geomspace(0.3, 3e-4, 100))
QUICK = ("train", "xor", "--epochs", "60")


def right_half(x: list[list[float]], y: list[int] | None, classes: tuple[str, ...] = ()) -> Plane:
    """A network that chooses class 1 to the right of 0.5, asked at these points."""
    model = cr.Model(cr.mlp(2, 1), np.array([40.0, 0.0, -20.0]), classes=classes)
    targets = None if y is None else np.array(y)
    plane = answer(
        model, Samples("points", np.array(x), targets, ("across", "up"), n_classes=2, classes=classes)
    ).plane()
    assert plane is not None
    return plane


CORNERS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def console(columns: int = 80, rows: int = 24, unicode: bool = True, colors: str | None = None) -> Console:
    """A console whose plots have this many columns. colors: the name of one of Rich's colour systems."""
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8" if unicode else "ascii")
    return Console(file=file, width=columns + 1, height=rows, color_system=colors, legacy_windows=False, _environ={})


def lines(on: Console, *curves: LossCurve, plane: Plane | None = None) -> list[Text]:
    """The plots as lines with their styles; none where there is nothing to draw."""
    drawn = draw(Canvas(on), curves, "loss", plane)
    if drawn is None:
        return []
    rows = on.render_lines(drawn, pad=False)
    return [Text.assemble(*((part.text, part.style or "") for part in row)) for row in rows]


def plain(on: Console, *curves: LossCurve, plane: Plane | None = None) -> list[str]:
    return [line.plain.rstrip() for line in lines(on, *curves, plane=plane)]


SEEN = {
    "normal": np.eye(3),
    "protanopic": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranopic": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
}
"""What an eye makes of linear red, green and blue. Source: Machado, Oliveira and Fernandes (2009)."""


class TestMap:
    def test_classes_and_points_lie_where_they_belong(self):
        text = plain(console(unicode=False), plane=right_half(CORNERS, [0, 0, 1, 0]))
        rows = [row.partition("+")[2] or row.partition("|")[2] for row in text[1:-4]]
        half = len(rows[0]) // 2
        assert {mark for row in rows for mark in row[: half - 1]} == {" ", "o"}
        assert {mark for row in rows for mark in row[half + 1 :]} == {".", "o", "x"}
        upper, lower = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        assert [sum(row.count("o") for row in part) for part in (upper, lower)] == [2, 1]
        assert [sum(row.count("x") for row in part) for part in (upper, lower)] == [0, 1]
        assert (text[0].strip(), text[-2].strip(), text[-1].split()) == ("up", "across", ["o", "0", ".x.", "1"])

    def test_the_boundary_is_where_the_answer_is_a_half(self):
        chosen, certainty = right_half(CORNERS, [0, 0, 1, 1]).answers(10, 112)  # from -0.06 to 1.06 in steps of 0.01
        edge = np.flatnonzero(boundary(chosen)[0])
        assert edge.tolist() == [55]
        assert certainty[0, 55:57] == pytest.approx([np.tanh(0.1)] * 2)  # 0.005 to either side: 2 sigma(0.2) - 1
        assert certainty[0, 0] > 0.999

    def test_what_is_wrong_is_not_hidden_by_what_is_right(self):
        for truth in ([0, 0, 1], [0, 1, 0]):  # the wrong one may be the first or the last in its place
            plane = right_half([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]], truth)
            assert plane.points(4, 4) == {(3, 0): 0, (0, 3): 0}

    def test_of_many_points_some_are_shown(self):
        x = np.random.default_rng(0).uniform(size=(5000, 2))
        points = right_half(x.tolist(), (x[:, 0] > 0.5).astype(int).tolist()).points(1000, 1120)  # 0.5 is column 560
        assert 190 < len(points) <= 200, "a few may share a place"
        assert all(kind == (column >= 560) for (_, column), kind in points.items())

    def test_points_on_a_line_have_a_plane_around_them(self):
        _, up = right_half([[0.2, 3.0], [0.9, 3.0]], [0, 1]).axes
        assert (up.low, up.high) == (1.5, 4.5)

    def test_classes_by_name(self):
        text = plain(console(unicode=False), plane=right_half(CORNERS, [0, 0, 1, 1], ("cat", "dog")))
        assert text[-1].split() == ["o", "cat", ".x.", "dog"]
        unknown = right_half(CORNERS, None, ("cat", "dog")).points(4, 4)
        assert unknown == {(3, 0): 0, (0, 0): 0, (3, 3): 1, (0, 3): 1}, "without the truth, the network's answers"

    @pytest.mark.parametrize("colors", ["standard", "256", "truecolor"])
    def test_colours_by_class_and_by_certainty(self, colors: str):
        on = console(colors=colors)
        canvas = Canvas(on)
        styles = {span.style for line in lines(on, plane=right_half(CORNERS, [0, 0, 1, 1])) for span in line.spans}
        backgrounds = {style.bgcolor for style in styles if style.bgcolor}
        assert {Color.parse(canvas.region_color(k, 1.0)) for k in (0, 1)} <= backgrounds
        assert {Color.parse(canvas.mark_color(k)) for k in (0, 1)} <= {style.color for style in styles if style.bold}
        assert Color.parse(canvas.boundary_color) in {style.color for style in styles}
        certainties = {canvas.region_color(0, certainty) for certainty in np.linspace(0, 1, 99)}
        assert len(certainties) == {"standard": 1, "256": 2, "truecolor": 9}[colors]

    @pytest.mark.parametrize("colors", ["standard", "256", "truecolor"])
    @pytest.mark.parametrize("background", ["0;15", "15;0", ""])
    def test_marks_stand_out_from_every_region(self, colors: str, background: str, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("COLORFGBG", background)
        canvas = Canvas(console(colors=colors))
        assert canvas.light == (background == "0;15" and colors != "standard")
        regions = {canvas.region_color(k, 1.0) for k in range(6)}
        assert len({canvas.mark(k, 6) for k in range(6)}) == len(regions) == 6
        if colors != "standard":  # of sixteen colours the terminal decides how they look
            for region in regions | {canvas.region_color(k, 0.0) for k in range(6)}:
                assert min(contrast(canvas.mark_color(k), region) for k in range(6)) > 2.5

    @pytest.mark.parametrize("eye", SEEN)
    def test_every_eye_tells_the_classes_apart(self, eye: str):
        canvas = Canvas(console(colors="256"))
        seen = [lab(SEEN[eye] @ linear(canvas.region_color(k, 1.0))) for k in range(6)]
        assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)) > 8


def linear(color: str) -> np.ndarray:
    """A colour's linear red, green and blue, from 0 to 1. Source: IEC 61966-2-1 (sRGB)."""
    shares = np.array(Color.parse(color).get_truecolor()) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """A colour of linear red, green and blue in CIELAB, where a distance of 2 can just be seen."""
    xyz = np.array([[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0178, 0.1095, 0.8727]]) @ rgb.clip(0, 1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours. Source: WCAG 2.1."""
    low, high = sorted(float(np.dot([0.2126, 0.7152, 0.0722], linear(each))) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


class TestCurves:
    def test_every_loss_is_on_the_line_and_it_has_no_gaps(self):
        losses = np.ones(1000)
        losses[500] = 0.01  # one record of a thousand, on eighty columns
        over = (PlotAxis("epoch", 0, 999), PlotAxis("loss", 0.01, 1.0, log=True))
        dots = LossCurve.of("run", range(1000), losses).dots(over, 10, 80)
        assert dots[0].sum() >= 79
        assert dots[:, 40].all()
        assert set(np.flatnonzero(dots[1:].any(axis=0))) <= {39, 40, 41}

    def test_the_axis_is_logarithmic(self):
        text = plain(console(60, unicode=False), FALL)
        rows = [i for i, row in enumerate(text) if re.match(r" *0\.0*1 \+", row)]
        assert [text[i].split()[0] for i in rows] == ["0.1", "0.01", "0.001"]
        assert abs((rows[1] - rows[0]) - (rows[2] - rows[1])) <= 1
        columns = [row.index("*") for row in text if "*" in row]
        assert columns == sorted(columns)
        assert np.ptp(np.diff(columns)) <= 2, "what falls by the same factor each epoch is a straight line"

    def test_what_a_logarithm_does_not_know_is_left_out(self):
        assert LossCurve.of("run", range(5), [1.0, 0.0, np.nan, np.inf, 2.0]).epochs.tolist() == [0, 4]
        for nothing in ([], [LossCurve.of("run", [0], [1.0])], [LossCurve.of("run", [0, 1], [np.nan, 0.0])]):
            assert plain(console(), *nothing) == []

    @pytest.mark.parametrize("losses", [[1.0, 1.0], [1e300, 1e308], [1e-300, 1.0], [5e-324, 1e-323]])
    def test_any_losses_have_a_plot(self, losses: list[float]):
        assert max(map(len, plain(console(40), LossCurve.of("run", [0, 1], losses)))) == 40

    def test_letters_tell_curves_apart_where_there_are_no_colours(self):
        other = dataclasses.replace(FALL, name="validation", losses=2 * FALL.losses)
        text = "\n".join(plain(console(60), FALL, other))
        assert "aaaa" in text
        assert "bbbb" in text
        assert "a training   b validation" in text


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("colors", [None, "256"])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_the_terminal(columns: int, colors: str | None, unicode: bool):
    many = [dataclasses.replace(FALL, name=f"a long name, number {k}") for k in range(6)]
    corners = right_half([[1e6, -3e-7], [3e6, 4e-7]], None, ("c" * 50, "δ" * 50))
    named = dataclasses.replace(corners, features=("x" * 60, "y" * 60))
    for curves in ([FALL], many):
        for plane in (None, named):
            drawn = plain(console(columns, 24, unicode, colors), *curves, plane=plane)
            assert max(map(cell_len, drawn)) <= columns
            assert unicode or all(line.isascii() for line in drawn)


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        (PlotAxis("x", -0.06, 1.06), ["0", "0.5", "1"]),
        (PlotAxis("x", 0, 100_000), ["0", "50,000", "100,000"]),
        (PlotAxis("x", -3e-4, 7e-4), ["0", "0.0005"]),
        (PlotAxis("x", 0.21, 0.26, log=True), ["0.22", "0.24", "0.26"]),
        (PlotAxis("x", 0.0002, 0.3, log=True), ["0.001", "0.01", "0.1"]),
        (PlotAxis("x", 1e-12, 1, log=True), ["1e-10", "1e-5", "1"]),
    ],
)
def test_ticks_are_few_and_round(axis: PlotAxis, expected: list[str]):
    assert [number(each) for each in axis.ticks(3)] == expected


class TestDoors:
    def test_a_pipe_sees_no_plot_unless_it_asks(self):
        silent, asked = lines_of(*QUICK), lines_of(*QUICK, "--plot")
        assert silent == lines_of(*QUICK, "--no-plot")
        assert asked[: len(silent) - 1] == silent[:-1]
        assert asked[-1] == silent[-1], "the accuracy is last"
        text = "\n".join(asked)
        assert "mean squared error" in text
        assert "\x1b" not in text
        assert "●  0   ░■░ 1" in text

    def test_without_utf_8_it_is_ascii(self):
        environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
        done = subprocess.run([*PROGRAM, *QUICK, "--plot"], capture_output=True, env=environment)
        assert (done.returncode, done.stderr) == (0, b"")
        assert ".x. 1" in done.stdout.decode("ascii")

    @pytest.mark.parametrize(
        ("data", "swatches"), [("gaussians --classes 3", [" ● ", "░■░", "▒▲▒"]), ("spiral --arms 4", ["▒▲▒", "▓◆▓"])]
    )
    def test_more_classes_than_two(self, tmp_path: Path, data: str, swatches: list[str]):
        points = tmp_path / "points.csv"
        header, *rows = lines_of("data", *data.split())
        points.write_text("\n".join([header, *(re.sub(r",(\d)$", r",kind \1", row) for row in rows)]))
        text = "\n".join(lines_of("train", points, "--epochs", "100", "--plot"))
        assert all(f"{swatch} kind " in text for swatch in swatches)

    def test_quantities_and_more_features_have_the_loss_alone(self, tmp_path: Path):
        generator = np.random.default_rng(0)
        for target in ("kind", "amount"):
            rows = [(*generator.normal(size=2), generator.normal(), "ab"[i % 2]) for i in range(40)]
            kept = [row if target == "kind" else row[:3] for row in rows]
            (tmp_path / f"{target}.csv").write_text(
                "\n".join(",".join(map(str, row)) for row in [("u", "v", "w", "kind")[: len(kept[0])], *kept])
            )
            text = lines_of("train", tmp_path / f"{target}.csv", "--epochs", "30", "--plot")
            assert any("┤" in row for row in text)
            assert not any("■" in row for row in text)

    def test_validation_has_a_curve_of_its_own(self):
        text = "\n".join(lines_of("train", "moons", "--epochs", "60", "--validation", "0.2", "--plot"))
        assert "a training   b validation" in text

    def test_a_run_that_diverges_shows_how(self):
        words = "train moons --activation relu --output identity --learning-rate 9 --epochs 500 --plot"
        result = invoke(*words.split())
        assert (result.exit_code, "diverged" in result.stderr) == (1, True)
        drawn = result.stdout.partition("mean squared error")[2].splitlines()
        assert [row.split()[0] for row in drawn if "┤" in row] == ["1e300", "1e200", "1e100", "1"]
        assert "Tested on" not in result.stdout

    def test_predict_draws_the_map_alone(self, tmp_path: Path):
        model = tmp_path / "m.npz"
        lines_of(*QUICK, "--save", model)
        silent, asked = lines_of("predict", model, "xor"), lines_of("predict", model, "xor", "--plot")
        assert silent == [row for row in asked if row in silent]
        assert any("░■░ 1" in row for row in asked)
        assert not any("epoch" in row for row in asked)
        result = invoke("predict", model, "xor", "--csv", "-", "--plot")
        assert result.exit_code == 2

    def test_compare_draws_the_medians(self):
        quick = ("compare", "xor", "--epochs", "100", "--starts", "3", "--processes", "1")
        text = "\n".join(lines_of(*quick, "--learning-rate", "0.1,1,3", "--plot"))
        assert "mean squared error, median" in text
        assert "a 0.1   b 1   c 3" in text
        assert "median\n" not in "\n".join(lines_of(*quick, "--learning-rate", "0.1,1"))
        many = "\n".join(lines_of(*quick, "--learning-rate", ",".join(map(str, range(1, 12))), "--plot"))
        assert "a 1   b 3   c 5   d 7   e 9   f 11" in many

    @posix
    @pytest.mark.parametrize("columns", [40, 80, 200])
    def test_a_terminal_sees_the_plots_and_no_line_breaks(self, columns: int):
        text = shown_in_a_terminal(*QUICK, TERM="xterm-256color", COLUMNS=str(columns))
        assert "\x1b[1;38;5;" in text, "colours"
        plain = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", text).splitlines()
        drawn = [row for row in plain if re.search("[┤│└▀⠀-⣿]", row)]
        assert len(drawn) > 16
        assert max(map(len, drawn)) < columns
        assert (max(map(len, drawn)) > 70) == (columns > 70)

    @posix
    def test_no_color_and_dumb_terminals(self):
        text = shown_in_a_terminal(*QUICK, TERM="xterm-256color", NO_COLOR="1")
        assert "░■░ 1" in text
        assert not re.search("\x1b\\[[0-9;]*[34]8?;5", text)
        text = shown_in_a_terminal(*QUICK, TERM="dumb")
        assert ".x. 1" in text
        assert "\x1b" not in text
        assert ".x. 1" not in shown_in_a_terminal(*QUICK, "--no-plot", TERM="dumb")
