"""What the doctor says to try, as options of `train`."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from chainrule.core.activations import ACTIVATIONS
from chainrule.core.losses import LOSSES
from chainrule.core.network import Network
from chainrule.core.optimizers import OPTIMIZERS, Optimizer
from chainrule.interfaces.cli.settings import OPTIMIZER_SETTINGS, units
from chainrule.lab.experiments.prepared import learns_scale
from chainrule.training.data.standardizer import Standardizer

if TYPE_CHECKING:
    from chainrule.interfaces.cli.job import Job


def as_options(changes: Mapping[str, Any], job: "Job") -> str | None:
    """The changes of a finding as options; None where there are none, or one that no option says."""
    said = [OPTIONS[name](value, job) if name in OPTIONS else None for name, value in changes.items()]
    if not said or any(each is None for each in said):
        return None
    return " ".join(each for each in said if each)


def _number(flag: str, value: Any) -> str:
    return f"without {flag}" if value is None else f"{flag} {value:g}"


def _name(kind: Any, table: Mapping[str, Any]) -> str | None:
    """What the shell calls a class."""
    return next((name for name, each in table.items() if each is kind), None)


def _optimizer(optimizer: Optimizer, job: "Job") -> str | None:
    """The settings in which it differs; all that it has where it is another optimizer."""
    is_same = type(optimizer) is type(job.optimizer)
    settings = [each.name for each in fields(optimizer) if each.name in OPTIMIZER_SETTINGS[:-1]]  # type: ignore[arg-type]
    changed = [name for name in settings if not is_same or getattr(optimizer, name) != getattr(job.optimizer, name)]
    if not is_same:
        changed = ["learning_rate"]
    options = [f"--{name.replace('_', '-')} {getattr(optimizer, name):g}" for name in changed]
    kind = _name(type(optimizer), OPTIMIZERS)
    return None if kind is None else " ".join([*([] if is_same else [f"--optimizer {kind}"]), *options])


def _standardize(standardizer: Standardizer, job: "Job") -> str | None:
    """Of a quantity from a file, where it isn't standardised already."""
    return "--standardize" if job.parts.standardizer is None and learns_scale(job.network, job.loss) else None


def _loss(loss: Any, job: "Job") -> str | None:
    name = _name(type(loss), LOSSES)
    return None if name is None else f"--loss {name}"


def _network(wanted: Network, job: "Job") -> str | None:
    """The options that build such a network: those of some others are tried until one has its layers."""
    if job.settings.network is not None:
        return None
    for options in _variants(job):
        settings = replace(job.settings, **options)
        built = settings.describe_network().build(job.network.input_shape, job.network.output_shape[0], job.loss)
        if built.layers == wanted.layers:
            if wanted.initializer is None and job.network.initializer is not None:
                options["initializer"] = "he" if "relu" in (settings.activation or "") else "glorot"
            return " ".join(f"--{name} {value}" for name, value in options.items())
    return None


def _variants(job: "Job") -> Iterator[dict[str, Any]]:
    """Options to change, the fewest first: output, activation, layers."""
    outputs: list[dict[str, Any]] = [{}, *({"output": name} for name in ("identity", *ACTIVATIONS))]
    activations: list[dict[str, Any]] = [{}, *({"activation": name} for name in ACTIVATIONS)]
    wider = {"layers": ",".join(str(2 * each) for each in units(job.settings.layers or ""))}
    for layers, activation, output in itertools.product([{}, {"layers": "16"}, wider], activations, outputs):
        yield {**layers, **activation, **output}


OPTIONS: dict[str, Callable[[Any, "Job"], str | None]] = {
    "optimizer": _optimizer,
    "network": _network,
    "loss": _loss,
    "standardizer": lambda value, job: "--standardize",
    "target_standardizer": _standardize,
    "epochs": lambda value, job: f"--epochs {value}",
    "seed": lambda value, job: f"--seed {value}",
    "penalty": lambda value, job: _number("--penalty", None if value is None else value.strength),
    "clip": lambda value, job: _number("--clip", value),
    "early_stopping": lambda value, job: _number("--early-stopping", None if value is None else value.patience),
    "theta": lambda value, job: "",  # the shell starts from none
    "state": lambda value, job: "",
}
"""By the setting of `train` that is changed."""
