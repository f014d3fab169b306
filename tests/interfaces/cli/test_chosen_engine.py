"""--engine of commands that describe no run: it holds for all that the command computes."""

import importlib
import re
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.core.engine.choice import asked
from chainrule.core.engine.extension import _engine
from chainrule.lab.report import report
from commands import invoke, output_of

WHERE = {
    "check": ("chainrule.interfaces.cli.commands.check", "check_gradient"),
    "explain": ("chainrule.interfaces.cli.commands.explain", "explain_step"),
    "play": ("chainrule.interfaces.play.door", "serve"),
    "predict": ("chainrule.interfaces.cli.commands.predict", "answer"),
    "report": (report.__name__, "write_report"),
}
"""What computes in each command."""


@pytest.mark.parametrize("command", WHERE)
@pytest.mark.parametrize("name", ["numpy", "AUTO", None])
def test_a_command_computes_with_the_engine_that_is_chosen(
    command: str, name: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen = []

    def look(*_: object, **__: object) -> None:
        seen.append(asked())
        raise cr.SettingError("seen")

    model = tmp_path / "xor.npz"
    if command == "predict":
        invoke("train", "xor", "--epochs", "3", "--save", model)
    monkeypatch.setattr(importlib.import_module(WHERE[command][0]), WHERE[command][1], look)
    outside = asked()
    arguments = {"predict": (model, "xor"), "report": ("--out", tmp_path / "page")}.get(command, ())
    said = invoke(command, *arguments, *(() if name is None else ("--engine", name)))
    assert said.stderr == "Error: seen\n"
    assert seen == [outside if name is None else name.lower()]
    assert asked() == outside


COMMANDS = ["check", "explain", "play", "predict no.npz xor", "report", "train xor", "compare xor --learning-rate 1,2"]


@pytest.mark.parametrize("command", COMMANDS)
def test_another_name_is_an_error_before_any_work(command: str):
    said = invoke(*command.split(), "--engine", "fast")
    assert said.stderr == 'Error: --engine must be "auto", "numpy" or "compiled"; got \'fast\'.\n'


def test_numpys_calls_are_listed():
    said = output_of("explain", "xor", "--program", "--engine", "numpy")
    assert said.startswith("numpy (asked for)\n\nloss and gradient\n  1  dot ")
    assert said.rstrip().endswith("4 calls")


@pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")
def test_a_compiled_step_is_listed_with_the_time_of_each_operation():
    said = output_of("explain", "xor", "--program", "--engine", "compiled")
    assert re.search(r"^  1 +[0-9,]+ ns  product +4 × 3 3 × 21 -> 4 × 21  dot$", said, re.MULTILINE)
    sums = re.findall(r"^([0-9]+) operations for .* in ([0-9,]+) ns$", said, re.MULTILINE)
    times = re.findall(r"^ +[0-9]+ +([0-9,]+) ns  ", said, re.MULTILINE)
    assert len(times) == sum(int(n) for n, _ in sums)
    total = sum(int(ns.replace(",", "")) for _, ns in sums)
    assert abs(total - sum(int(ns.replace(",", "")) for ns in times)) <= len(times), "but for rounding"
