"""Every example in the README, in Python and from the shell, does what it says; every link leads somewhere."""

import doctest
import itertools
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from benchmarks.machine import in_readme
from benchmarks.results import Results

import chainrule as cr
from chainrule.core.engine.extension import tables
from optional import needed

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
"""Every fenced block: its language, the file that it shows if it shows one, and its text."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the examples in Python ran: they write iris.csv, and a model."""
    needed("sklearn")
    folder, before = tmp_path_factory.mktemp("readme"), Path.cwd()
    os.chdir(folder)
    try:
        page = str(ROOT / "README.md")
        failed, tried = doctest.testfile(page, module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    finally:
        os.chdir(before)
    assert tried > 20
    assert failed == 0
    return folder


def test_the_examples_in_python_print_what_they_say(folder):
    assert cr.Model.load(folder / "iris.npz").classes == ("setosa", "versicolor", "virginica")


def test_the_commands_do_what_they_say(folder):
    """Every line of the shell blocks, in their order; a text block shows lines of the output before it."""
    (iris,) = (text for _, name, text in BLOCKS if name == "iris.csv")
    assert (folder / "iris.csv").read_text("utf-8").startswith(iris)
    (new,) = (text for _, name, text in BLOCKS if name == "new.csv")
    (folder / "new.csv").write_text(new, "utf-8")
    output, commands = "", 0
    for language, _, text in BLOCKS:
        if language == "sh":
            lines = [shlex.split(line) for line in text.splitlines()]
            output, commands = "".join(said(words, folder) for words in lines), commands + len(lines)
        if language == "text":
            assert_shown(text, output)
    assert commands > 10
    assert {"weight.html", "rates.svg", "xor.npz"} <= set(os.listdir(folder))


def test_the_lines_for_a_shell_run_in_every_shell():
    """cmd.exe knows neither single quotes nor comments, and zsh no comments in lines that are typed."""
    lines = [line for language, _, text in BLOCKS if language == "sh" for line in text.splitlines()]
    lines += re.findall(r"`([^`]*pip install[^`]*)`", README)
    assert len(lines) > 15
    assert not any(set("'#") & set(line) for line in lines)


def said(words: list[str], folder: Path) -> str:
    """The output of a command; of a walk, which needs a terminal, only that its options are understood."""
    assert words[0] == "chainrule"
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL
    )
    if "--walk" in words:
        assert (done.returncode, done.stdout) == (2, "")
        assert "--walk needs a terminal" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
    return done.stdout


def assert_shown(text: str, output: str) -> None:
    """Each line of the text is in the output, in this order; lines that nothing stands between are together there."""
    lines = rounded(output).splitlines()
    for chunk in re.split(r"^\.\.\.\n", rounded(text), flags=re.MULTILINE):
        shown = chunk.splitlines()
        places = (i for i in range(len(lines)) if lines[i : i + len(shown)] == shown)
        place = next(places, None)
        assert place is not None, f"not in the output, or not in this order:\n{chunk}"
        lines = lines[place + len(shown) :]


def rounded(text: str) -> str:
    """The text with three digits of each decimal number: processors may differ in the last ones after many steps."""
    return re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.3g}", text)


def test_the_picture_shows_the_weight_that_is_explained():
    x, y = cr.datasets.xor()
    network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
    step = cr.explain(network, network.initialize(seed=0), x, y, cr.HalfSquaredError(), cr.SGD(0.5), samples=3)
    drawn, kept = step.weight(2, 1, 3).drawings[1], (ROOT / "docs" / "one-weight.svg").read_text("utf-8")
    words = [re.findall(r">([^<>]+)</text>", picture) for picture in (drawn, kept)]
    assert words[0] == words[1], "python docs/one_weight.py draws it anew"
    assert "0.00308" in words[0]


TASKS = {
    "the reference network, one epoch": "T1",
    "a population of 32 of them, one epoch": "T2, K = 32",
    "digits, 64-64-10, batches of 32, one step": "T3",
    "LeNet-5, batches of 128, one step": "T4, batch 128",
    "one sample predicted by the reference network": "T7, one sample, T1's network",
}
"""The rows of the table of speed, by the names that the benchmarks have for them."""


def test_the_table_of_speed_is_that_of_the_last_benchmarks():
    (kind,) = in_readme()
    measured = {task.name: task for task in Results.read(ROOT / "docs" / "benchmarks" / kind / "results.json").tasks}
    header, *rows = re.findall(r"^\|(.*)\|$", README[README.index("## How fast") :].split("\n## ")[0], re.MULTILINE)
    peers = [name.strip() for name in header.split("|")[1:]]
    shown = {row[0].strip(): row[1:] for row in (row.split("|") for row in rows[1:])}
    assert shown.keys() == TASKS.keys()
    for name, cells in shown.items():
        task = measured[TASKS[name]]
        for peer, cell in zip(peers, cells, strict=True):
            contender = next((each for each in task.times if each.startswith(peer)), None)
            expected = "" if contender is None else f"{task.ratio(contender).median:.2g}"
            assert cell.strip() in (expected, f"{float(expected or 'nan'):.2f}"), (name, peer)


def test_the_targets_exist_and_make_alone_lists_them():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"^    make (\w+)$", README, re.MULTILINE))
    assert {"report", "test"} <= named
    assert all(re.search(rf"^{name}:.*## \w", makefile, re.MULTILINE) for name in named)
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    assert phony == re.findall(r"^(\w+):.*## ", makefile, re.MULTILINE)
    assert phony[0] == "help"  # the first target is the one that make alone makes


def test_the_extras_exist():
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    named = set(itertools.chain(*re.findall(r'`(?:"[^"`]*)?\[(\w+)\]"?`|the extra `(\w+)`', README))) - {""}
    assert {"all", "cli", "data", "report"} <= named <= set(extras)


def test_the_wheel_is_named_as_it_would_be():
    assert set(re.findall(r"chainrule-([\d.]+)-py3-none-any", README)) == {cr.__version__}


def test_the_links_lead_somewhere():
    folders = (ROOT / name for name in ("benchmarks", "docs", "examples", "src"))
    for page in itertools.chain(ROOT.glob("*.md"), *(folder.rglob("*.md") for folder in folders)):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_layer_of_contributing_is_a_layer():
    """The code of "A layer in ten minutes" passes what the table of cases would ask of its gradient."""
    block = re.search(
        r"^   ```python\n(.*?)^   ```$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    names: dict[str, object] = {"__name__": "ten_minutes"}
    exec(textwrap.dedent(block[1]), names)  # our own page
    network = cr.Network((3,), [cr.Dense(4), names["Swish"](), cr.Dense(2)])
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    checks = cr.check_gradient(network, x, y, cr.SquaredError())
    assert max(check.error for check in checks) < 1e-7
    if tables():  # where the engine is built
        run = cr.train(network, x, y, loss=cr.SquaredError(), optimizer=cr.SGD(0.1), epochs=2, engine="compiled")
        assert run.setup.engine.endswith("0 in Python)")
