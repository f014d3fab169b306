"""Every example in the README does what it says."""

import doctest
import re
import textwrap
from pathlib import Path

import numpy as np

import chainrule as cr

ROOT = Path(__file__).parents[1]


def test_the_examples_print_what_they_say(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # they save a file
    page = str(ROOT / "README.md")
    failed, tried = doctest.testfile(page, module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 0
    assert failed == 0


def test_the_commands_exist():
    readme, makefile = (ROOT / "README.md").read_text("utf-8"), (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"^    make (\w+)$", readme, re.MULTILINE))
    assert {"report", "test"} <= named
    assert all(f"\n{name}:" in makefile for name in named)


def test_the_links_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "src").rglob("*.md")]:
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
    checks = cr.check_gradient(network, rng.standard_normal((5, 3)), rng.standard_normal((5, 2)), cr.SquaredError())
    assert max(check.error for check in checks) < 1e-7
