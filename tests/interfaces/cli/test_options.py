"""Options made from fields: the table says each field once, and typer's parameters follow from kind and rule."""

from dataclasses import fields
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import chainrule as cr
from chainrule.core.optimizers import OPTIMIZERS
from chainrule.interfaces.cli.described import describe
from chainrule.interfaces.cli.option import takes
from chainrule.interfaces.cli.options import OPTIONS, PANELS, options
from commands import invoke, lines_of, output_of


def test_each_option_has_a_name_of_its_own():
    assert len(OPTIONS) == sum(len(rows) for rows in PANELS.values())


def test_every_setting_of_a_run_has_an_option():
    of_run = {each.name for each in fields(cr.Experiment)} - {"data"}
    of_network = {each.name for each in fields(cr.Perceptron)}
    of_optimizers = {each.name for kind in OPTIMIZERS.values() for each in fields(kind)}
    assert (of_run | of_network | of_optimizers) <= {each.field for each in OPTIONS.values()}


def test_kinds_and_bounds_are_the_fields():
    kinds = {name: OPTIONS[name].kind for name in ("epochs", "learning_rate", "loss", "bias", "test", "early_stopping")}
    assert kinds == {
        "epochs": int, "learning_rate": float, "loss": str, "bias": bool, "test": float, "early_stopping": int,
    }  # fmt: skip
    flags = [OPTIONS[name].flag for name in ("bias", "bias_correction", "standardize", "data_seed")]
    assert flags == ["--no-bias", "--no-bias-correction", "--standardize", "--data-seed"]


def test_a_command_receives_the_options_that_were_given():
    seen = []

    @takes(*options("layers", "bias", "epochs", "seed"))
    def command(word: Annotated[str, typer.Argument()] = "none", *, loud: bool = False, settings: dict) -> None:
        seen.append((word, loud, settings))

    shell = typer.Typer()
    shell.command()(command)
    run = CliRunner()
    assert run.invoke(shell, ["hello", "--layers", "3,2", "--no-bias", "--loud"]).exit_code == 0
    assert run.invoke(shell, ["--seed", "0"]).exit_code == 0
    assert seen == [("hello", True, {"layers": (3, 2), "bias": False}), ("none", False, {"seed": 0})]
    for words in (["--epochs", "0"], ["--seed", "-1"]):
        assert isinstance(run.invoke(shell, words).exception, cr.SettingError)


def test_settings_over_a_file_are_a_replacement(tmp_path: Path):
    (tmp_path / "e.toml").write_text('data = "xor"\nepochs = 9\nvalidation = 0.2\nearly_stopping = 4\n')
    experiment, _ = describe(None, {"epochs": 5, "bias": False, "early_stopping": 3}, tmp_path / "e.toml")
    stopping = cr.EarlyStopping(3)
    assert experiment == cr.experiment_for("xor", bias=False, epochs=5, validation=0.2, early_stopping=stopping)


def test_the_seed_decides_the_points_unless_they_have_their_own():
    drawn, _ = describe("moons", {"seed": 4})
    assert drawn.data == cr.DataSet("moons", seed=4)
    kept, samples = describe("moons", {"seed": 4, "data_seed": 7, "points": 30})
    assert kept.data == cr.DataSet("moons", n=30, seed=7)
    np.testing.assert_array_equal(samples.x, cr.datasets.moons(30, seed=7)[0])
    assert describe("xor", {"seed": 4})[0].data == cr.DataSet("xor")


def test_a_config_may_say_all_that_the_shell_says(tmp_path: Path):
    (tmp_path / "e.toml").write_text(
        'data = { name = "moons", seed = 0 }\noptimizer = { type = "SGD", learning_rate = 0.5 }\nepochs = 40\n'
        'network = { layers = [4, 4], initializer = "Normal" }\nvalidation = 0.3\n'
        "early_stopping = 2\nstandardize = true\n"
    )
    by_file = invoke("train", "--config", tmp_path / "e.toml")
    words = "train moons --epochs 40 --validation 0.3 --early-stopping 2 --standardize"
    by_options = invoke(*words.split())
    assert by_file.exit_code == by_options.exit_code == 0
    assert (by_file.stdout, by_file.stderr) == (by_options.stdout, by_options.stderr)


@pytest.mark.parametrize(
    "words",
    [
        "xor",
        "linear --seed 3",
        "moons --points 40 --noise 0.2 --data-seed 5 --seed 2",
        "digits --epochs 2",
        "digits --batch-size 16",
        "mnist1d --network conv(4,3)|relu|flatten|dense(10)",
        "xor --optimizer momentum --momentum 0.8 --clip 1 --penalty 0.01 --dtype float32 --initializer he --no-bias",
        "moons --test 0.2 --validation 0.3 --early-stopping 4 --standardize --layers none --output tanh",
        "q.csv --loss half_squared_error",
        "q.csv --target a --no-standardize --batch-size 8",
    ],
)
def test_a_printed_config_is_the_same_run(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("tomli_w")
    monkeypatch.chdir(tmp_path)
    Path("q.csv").write_text("a,b,y\n1,2,0.5\n3,4,1.5\n5,7,2\n2,2,4\n")
    typed = [word.replace("|", " ") for word in words.split()]
    printed = output_of("train", *typed, "--print-config")
    Path("e.toml").write_text(printed)
    assert output_of("train", "--config", "e.toml", "--print-config") == printed
    assert cr.Experiment.from_toml("e.toml") == describe(None, {}, Path("e.toml"))[0]  # nothing is left to defaults


@pytest.mark.parametrize("name", ["xor", "moons", "digits"])
def test_what_a_config_leaves_out_is_as_without_one(name: str, tmp_path: Path):
    (tmp_path / "e.toml").write_text(f'data = "{name}"\nepochs = 2\n')
    assert describe(None, {}, tmp_path / "e.toml")[0] == cr.experiment_for(name, epochs=2)
    assert lines_of("train", "--config", tmp_path / "e.toml") == lines_of("train", name, "--epochs", "2")
    adam = describe(None, {"optimizer": "adam"}, tmp_path / "e.toml")[0]
    assert adam == cr.experiment_for(name, optimizer="adam", epochs=2)


@pytest.mark.parametrize("data", ["xor", "moons", "digits"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_in_a_config_has_the_rate_that_it_has_as_an_option(name: str, data: str, tmp_path: Path):
    by_option = describe(data, {"optimizer": name, "data_seed": 0} if data == "moons" else {"optimizer": name})[0]
    kind = OPTIMIZERS[name].__name__
    for optimizer in (f'"{name}"', f'"{kind}"', f'{{ type = "{kind}" }}'):
        (tmp_path / "e.toml").write_text(f'data = "{data}"\noptimizer = {optimizer}\n')
        assert describe(None, {}, tmp_path / "e.toml")[0].optimizer == by_option.optimizer
    (tmp_path / "e.toml").write_text(f'data = "linear"\noptimizer = "{name}"\n')
    assert describe(data, {}, tmp_path / "e.toml")[0].optimizer == by_option.optimizer


@pytest.mark.parametrize(
    ("in_file", "name", "expected"),
    [
        ('"adam"', "sgd", cr.SGD(0.2)),
        ('{ type = "Adam", beta1 = 0.8, beta2 = 0.9 }', "momentum", cr.Momentum(0.05)),
        ('{ type = "Adam", beta1 = 0.8 }', "AdamW", cr.AdamW(0.01, beta1=0.8)),
        ('{ type = "Adam", learning_rate = 0.3 }', "sgd", cr.SGD(0.3)),
        ('{ type = "Adam", learning_rate = 0.01 }', "sgd", cr.SGD(0.01)),
    ],
)
def test_an_optimizer_in_place_of_a_configs_has_its_own_usual_rate(in_file: str, name: str, expected, tmp_path: Path):
    (tmp_path / "e.toml").write_text(f'data = "xor"\noptimizer = {in_file}\n')
    assert describe(None, {"optimizer": name}, tmp_path / "e.toml")[0].optimizer == expected
    with pytest.raises(cr.SettingError, match="unknown optimizer 'adm', did you mean adam"):
        describe(None, {"optimizer": "adm"}, tmp_path / "e.toml")


def test_a_printed_rate_is_read_back_even_where_it_is_the_default_of_its_class():
    pytest.importorskip("tomli_w")
    experiment = cr.Experiment("xor", optimizer=cr.Adam())
    assert cr.Experiment.from_toml(experiment.to_toml()) == experiment


def test_an_optimizer_that_is_not_there_names_the_nearest(tmp_path: Path):
    for optimizer in ('"adm"', '{ type = "adm" }'):
        (tmp_path / "e.toml").write_text(f'data = "xor"\noptimizer = {optimizer}\n')
        with pytest.raises(
            cr.SettingError, match="optimizer: unknown optimizer 'adm', did you mean adam\\? Choose from"
        ):
            describe(None, {}, tmp_path / "e.toml")


def test_names_in_a_config_are_taken_in_any_case(tmp_path: Path):
    text = 'data = "XOR"\nloss = "squared-error"\noptimizer = { type = "adam", learning_rate = 0.1 }'
    assert cr.Experiment.from_toml(text) == cr.Experiment("xor", loss=cr.SquaredError(), optimizer=cr.Adam(0.1))


@pytest.mark.parametrize("option", ["--output", "--no-bias", "--initializer"])
def test_a_saved_model_has_its_own_network(option: str, tmp_path: Path):
    network = cr.mlp(2, 1)
    cr.Model(network, network.initialize(), cr.SquaredError()).save(tmp_path / "m.npz")
    value = [] if option == "--no-bias" else ["he"] if option == "--initializer" else ["tanh"]
    said = invoke("explain", "xor", "--model", tmp_path / "m.npz", option, *value)
    assert said.exit_code == 2
    assert said.stderr == f"Error: {option} is the model's own; leave it out beside --model.\n"
