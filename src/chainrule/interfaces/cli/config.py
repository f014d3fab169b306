"""`train --config FILE.toml`: an experiment from a file, in which the options that are given win."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chainrule.core.errors import SettingError, choose
from chainrule.interfaces.cli.data import of_samples
from chainrule.interfaces.cli.job import Job
from chainrule.interfaces.cli.parts import share_out
from chainrule.interfaces.cli.settings import INITIALIZERS, Settings, units
from chainrule.lab.experiments.compare import with_setting
from chainrule.lab.experiments.experiment import Experiment, Perceptron
from chainrule.lab.experiments.network_text import NetworkText
from chainrule.lab.experiments.prepared import build_network
from chainrule.lab.experiments.samples import DataFile, DataSet, described

OF_EXPERIMENT = ("seed", "dtype", "test")
OF_DATA = {"points": "n", "data_seed": "seed", "noise": "noise"}
OF_PERCEPTRON = ("layers", "activation", "output", "bias")
OF_FILE = ("target", "standardize")


def read_config(path: Path, data: str | None, given: Mapping[str, Any]) -> Experiment:
    """The experiment of a file, with other data and other settings where they are given (not None)."""
    experiment = Experiment.from_toml(path)
    if data is not None:
        experiment = replace(experiment, data=described(data))
    said = {name: value for name, value in given.items() if value is not None}
    if "layers" in said:
        said["layers"] = tuple(units(said["layers"]))
    if "initializer" in said:
        said["initializer"] = choose("initializer", said["initializer"], INITIALIZERS)()
    for name, value in sorted(said.items(), key=lambda each: each[0] != "optimizer"):
        option = "--" + name.replace("_", "-")
        if name in OF_EXPERIMENT:
            experiment = replace(experiment, **{name: value})
        elif name in OF_DATA or name in OF_FILE:
            experiment = replace(experiment, data=_with_data(experiment.data, option, name, value))
        elif name in OF_PERCEPTRON and not isinstance(experiment.network, Perceptron):
            raise SettingError(f"{option} is for a perceptron, and the network is {experiment.network}; leave it out.")
        else:
            experiment = with_setting(experiment, name, value)[0]
    return experiment


def _with_data(data: DataSet | DataFile, option: str, name: str, value: Any) -> DataSet | DataFile:
    if isinstance(data, DataSet) and name in OF_DATA:
        return replace(data, **{OF_DATA[name]: value})
    if isinstance(data, DataFile) and name in OF_FILE:
        return replace(data, **{name: value})
    kinds = "files" if isinstance(data, DataSet) else "the data sets that have a name"
    raise SettingError(f"{option} is for {kinds}, and the data are {data}; leave it out.")


def describe_config(experiment: Experiment, validation: float | None, early_stopping: int | None) -> Job:
    """The job that an experiment describes: one run, of its first start."""
    samples = experiment.data.read()
    data = of_samples(samples, isinstance(experiment.data, DataSet))
    if experiment.test == "training":
        data = replace(data, fresh=None, test_rows=None)
    if experiment.test == "fresh" and data.fresh is None:
        raise SettingError(f'{data.name} can\'t be drawn anew; test on "training" or hold out a fraction.')
    held_out = experiment.test if isinstance(experiment.test, float) else None
    standardize = isinstance(experiment.data, DataFile) and experiment.data.standardize
    network = build_network(experiment, samples)
    perceptron = experiment.network if isinstance(experiment.network, Perceptron) else None
    settings = Settings(
        network=experiment.network.text if isinstance(experiment.network, NetworkText) else None,
        layers=None if perceptron is None else ",".join(map(str, perceptron.layers)),
        activation=None if perceptron is None else str(perceptron.activation),
        batch_size=experiment.batch_size,
        seed=experiment.seed,
        dtype=experiment.dtype,
        penalty=None if experiment.penalty is None else float(experiment.penalty.strength),  # type: ignore[arg-type]  # an Experiment has one
        clip=experiment.clip,
        early_stopping=early_stopping,
    )
    return Job(
        settings,
        share_out(data.shaped(network.input_shape), held_out, validation, standardize, experiment.seed),
        network,
        experiment.loss,
        experiment.optimizer,
        experiment.epochs,
    )
