"""The changes that the doctor advises, as options of `train`."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from chainrule.core.activations import ACTIVATIONS
from chainrule.core.losses import LOSSES
from chainrule.core.network import Network
from chainrule.core.optimizers import OPTIMIZERS, Optimizer
from chainrule.interfaces.cli.described import shell_name
from chainrule.interfaces.cli.options import OPTIONS
from chainrule.lab.experiments.perceptron import Perceptron
from chainrule.lab.experiments.prepared import Prepared, learns_scale


def as_options(changes: Mapping[str, Any], prepared: Prepared) -> str | None:
    """The changes of a finding as options; None where there are none, or one that no option can say."""
    said = [WRITERS[name](value, prepared) if name in WRITERS else None for name, value in changes.items()]
    if not said or any(each is None for each in said):
        return None
    return " ".join(each for each in said if each)


def _number(flag: str, value: Any) -> str:
    return f"without {flag}" if value is None else f"{flag} {value:g}"


def _optimizer(optimizer: Optimizer, prepared: Prepared) -> str | None:
    """The settings that differ from the run's; for another optimizer its name and its learning rate."""
    now = prepared.experiment.optimizer
    kind = shell_name(optimizer, OPTIMIZERS)
    if kind is None:
        return None
    if type(optimizer) is not type(now):
        return f"--optimizer {kind} --learning-rate {optimizer.learning_rate:g}"  # type: ignore[attr-defined]  # all have one
    numbers = (field.name for field, _ in optimizer.settings() if OPTIONS[field.name].kind is float)
    changed = ((name, getattr(optimizer, name)) for name in numbers if getattr(optimizer, name) != getattr(now, name))
    return " ".join(f"{OPTIONS[name].flag} {value:g}" for name, value in changed)


def _target_standardizer(standardizer: Any, prepared: Prepared) -> str | None:
    """The option for a quantity from a file that isn't standardised yet."""
    is_open = prepared.standardizer is None and learns_scale(prepared.network, prepared.experiment.loss)
    return "--standardize" if is_open else None


def _loss(loss: Any, prepared: Prepared) -> str | None:
    name = shell_name(loss, LOSSES)
    return None if name is None else f"--loss {name}"


def _network(wanted: Network, prepared: Prepared) -> str | None:
    """The options that build such a network: the first of the variants that has its layers."""
    now = prepared.experiment.network
    if not isinstance(now, Perceptron):
        return None
    for options in _variants(now):
        changed = replace(now, **options)
        built = changed.build(prepared.network.input_shape, prepared.network.output_shape[0], prepared.experiment.loss)
        if built.layers == wanted.layers:
            if wanted.initializer is None and prepared.network.initializer is not None:
                options["initializer"] = "he" if "relu" in str(changed.activation) else "glorot"
            return " ".join(f"--{name} {_written(value)}" for name, value in options.items())
    return None


def _written(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _variants(now: Perceptron) -> Iterator[dict[str, Any]]:
    """Settings to change, the fewest first: output, activation, layers."""
    outputs: list[dict[str, Any]] = [{}, *({"output": name} for name in ("identity", *ACTIVATIONS))]
    activations: list[dict[str, Any]] = [{}, *({"activation": name} for name in ACTIVATIONS)]
    wider = {"layers": tuple(2 * each for each in now.layers)}
    for layers, activation, output in itertools.product([{}, {"layers": (16,)}, wider], activations, outputs):
        yield {**layers, **activation, **output}


WRITERS: dict[str, Callable[[Any, Prepared], str | None]] = {
    "optimizer": _optimizer,
    "network": _network,
    "loss": _loss,
    "standardizer": lambda value, prepared: "--standardize",
    "target_standardizer": _target_standardizer,
    "batch_size": lambda value, prepared: f"--batch-size {value}",
    "epochs": lambda value, prepared: f"--epochs {value}",
    "seed": lambda value, prepared: f"--seed {value}",
    "penalty": lambda value, prepared: _number("--penalty", None if value is None else value.strength),
    "sample_weight": lambda value, prepared: None if value is None else f"--class-weight {value}",
    "clip": lambda value, prepared: _number("--clip", value),
    "early_stopping": lambda value, prepared: _number("--early-stopping", None if value is None else value.patience),
    "theta": lambda value, prepared: "without --start" if prepared.experiment.start else "",
    "state": lambda value, prepared: "",
}
"""A function for each setting of `train` that a finding may change."""
