"""The library's script: the run as a person would write it, with exactly what isn't a default."""

from collections.abc import Iterator

import numpy as np

from chainrule.core.activations import ACTIVATIONS
from chainrule.core.layers.base import Layer
from chainrule.core.layers.dense import Dense
from chainrule.core.network import Network, mlp
from chainrule.lab.scripts.recipe import Recipe
from chainrule.lab.scripts.source import call, named, value

MOST_NUMBERS = 60_000
"""The most numbers of samples that a script holds: a megabyte of text."""


def library_script(recipe: Recipe) -> str:
    """The script. Raises SettingError for a network or an optimizer that isn't the library's."""
    lines = [
        *headline(recipe),
        "",
        *_imports(body := [*_samples(recipe), "", *_network(recipe), "", *_training(recipe)]),
        "",
        *body,
    ]
    return "\n".join(lines) + "\n"


def headline(recipe: Recipe, rest: str = "") -> list[str]:
    """The docstring of a script: what it does, and the rest."""
    first = min([*(step for step, _ in recipe.changes), *(step for step, _, _ in recipe.edits)], default=None)
    of_optimizer = value(recipe.setup.optimizer).removeprefix("cr.")
    said = f"{recipe.steps:,} steps of {of_optimizer} on {len(recipe.samples.x):,} samples"
    said += "" if first is None else f", changed from step {first + 1:,} on"
    return [f'"""{said}.', "", rest, '"""'] if rest else [f'"""{said}."""']


def _imports(body: list[str]) -> list[str]:
    return [*(["import numpy as np", ""] if any("np." in line for line in body) else []), "import chainrule as cr"]


def _samples(recipe: Recipe) -> Iterator[str]:
    samples = recipe.samples
    if samples.lines:
        yield from samples.lines
        return
    if samples.note:
        yield f"# {samples.note}"
    yield from named("x", samples.x)
    yield from named("y", samples.y[:, 0] if samples.y.ndim == 2 and samples.y.shape[1] == 1 else samples.y)


def _network(recipe: Recipe) -> Iterator[str]:
    network, setup = recipe.network, recipe.setup
    yield from network_source(network)
    drawn = network.initialize(setup.seeds[0] if setup.theta.ndim == 1 else setup.seeds)
    if not np.array_equal(drawn.astype(setup.theta.dtype), setup.theta):
        yield from named("theta", setup.theta)
    if not np.array_equal(_first_state(recipe), setup.state):
        yield from named("state", setup.state)


def _first_state(recipe: Recipe) -> np.ndarray:
    state, start = recipe.setup.state, recipe.network.initialize_state()
    return np.broadcast_to(start.astype(state.dtype), state.shape)


def network_source(network: Network) -> list[str]:
    """The network as a call of `cr.mlp` where that makes it, else with its layers in a row.

    >>> network_source(mlp(2, 4, 1, activation="tanh", output="sigmoid"))
    ['network = cr.mlp(2, 4, 1, activation="tanh", output="sigmoid")']
    """
    found = _as_mlp(network)
    if found is not None:
        lines = call("network = cr.mlp", *found, notes={})
    else:
        shape = network.input_shape
        settings = {} if network.initializer is None else {"initializer": value(network.initializer)}
        lines = call("network = cr.Network", [repr(shape), value(network.layers)], settings, {})
        if len(lines) > 1:
            layers = ["    [", *(f"        {value(layer)}," for layer in network.layers), "    ],"]
            lines = [*lines[:2], *layers, *lines[3:]]
    return lines


def _as_mlp(network: Network) -> tuple[list[str], dict[str, str]] | None:
    """The arguments of `mlp` that make the network; None where there are none."""
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    if not dense or len(network.input_shape) != 1:
        return None
    between = [layer for layer in network.layers if not isinstance(layer, Dense)]
    hidden = between[0] if len(dense) > 1 and between else None
    last = None if isinstance(network.layers[-1], Dense) else network.layers[-1]
    sizes = [network.input_shape[0], *(layer.units for layer in dense)]
    for activation in ("sigmoid", hidden):
        for output in (None, last or "identity"):
            if activation is None:
                continue
            made = mlp(
                *sizes, activation=activation, output=output, bias=dense[0].bias, initializer=network.initializer
            )
            if made == network:
                settings = {"activation": _activation(activation)} if activation != "sigmoid" else {}
                settings |= {} if output is None else {"output": _activation(output)}
                settings |= {} if dense[0].bias else {"bias": "False"}
                settings |= {} if network.initializer is None else {"initializer": value(network.initializer)}
                return [str(each) for each in sizes], settings
    return None


def _activation(which: str | Layer) -> str:
    """An activation by its name, where it has its default settings."""
    names = [name for name, kind in ACTIVATIONS.items() if type(which) is kind and which == kind()]
    return value(names[0] if names else which)


def _training(recipe: Recipe) -> Iterator[str]:
    setup, between = recipe.setup, _between(recipe)
    drawn = dict(line.split(" = ", 1) for line in _network(recipe) if line.startswith(("theta = ", "state = ")))
    settings = {
        "loss": value(recipe.loss),
        "optimizer": value(setup.optimizer),
        "epochs": str(-(-recipe.steps // recipe.n_batches)),
    }
    settings |= {} if setup.batch_size is None else {"batch_size": str(setup.batch_size)}
    seeds = setup.seeds
    settings |= {"seed": value(list(seeds) if setup.theta.ndim == 2 else seeds[0])} if seeds != (0,) else {}
    settings |= {name: name for name in ("theta", "state") if name in drawn}
    settings |= {"dtype": value(str(setup.theta.dtype))} if setup.theta.dtype != np.float64 else {}
    settings |= {} if setup.penalty is None else {"penalty": value(setup.penalty)}
    settings |= {} if setup.clip is None else {"clip": value(setup.clip)}
    settings["engine"] = value("compiled" if setup.engine.startswith("compiled") else "numpy")
    notes = {"engine": "decides the last digits"}

    if not between and recipe.steps % recipe.n_batches == 0:
        yield from call("run = cr.train", ["network", "x", "y"], settings, notes)
    else:
        yield from call("training = cr.iterate", ["network", "x", "y"], settings, notes)
        done = 0
        for step, lines in between:
            yield from _advance(step - done)
            yield from lines
            done = step
        yield from _advance(recipe.steps - done)
        yield "run = training.result()"
    yield ""
    yield 'for epoch, loss in zip(run.history["epoch"], run.history["loss"], strict=True):'
    yield "    print(epoch, loss)"
    yield "print(run)"


def _between(recipe: Recipe) -> list[tuple[int, list[str]]]:
    """The lines of what was done between steps, after which step."""
    lines = [
        (step, call("training.change", [], {name: value(each) for name, each in made.items()}, {}))
        for step, made in recipe.changes
    ]
    lines += [(step, [f"training.edit({place}, {number!r})"]) for step, place, number in recipe.edits]
    return sorted(lines, key=lambda each: each[0])


def _advance(steps: int) -> Iterator[str]:
    if steps:
        yield f"training.advance({steps})"
