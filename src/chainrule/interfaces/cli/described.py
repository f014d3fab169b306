"""From what was typed to an experiment and its samples; a TOML file stands below the options, which win."""

import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from chainrule.core.description import Description
from chainrule.core.errors import SettingError, choices, known_name, listing
from chainrule.core.foreign import said
from chainrule.core.optimizers import OPTIMIZERS
from chainrule.interfaces.cli.option import Option
from chainrule.interfaces.cli.options import OPTIONS
from chainrule.interfaces.cli.terminal.overview import note_account
from chainrule.lab.experiments import toml
from chainrule.lab.experiments.data import NAMED, DataFile, DataSet, described, is_plain, samples_of
from chainrule.lab.experiments.defaults import experiment_for
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.samples import Samples
from chainrule.lab.experiments.settings import parts_first, with_setting
from chainrule.lab.tables.account import account_of
from chainrule.training.files.reading import STANDARD_INPUT

Data = TypeVar("Data", DataSet, DataFile, DataSet | DataFile)


def describe(data: str | None, settings: Mapping[str, Any], config: Path | None = None) -> tuple[Experiment, Samples]:
    """The experiment of a command, and its samples.

    data: a data set's name, or a file's.  settings: by the options' names.  config: a TOML file with an experiment,
    whose settings win over those that suit the data, as the options win over both.
    Raises SettingError for an option that has no place there, and what is wrong with the data.
    """
    in_place = None if data is None else named(data)
    in_file = {} if config is None else toml.settings(config, Experiment, in_place, settings.get("optimizer"))
    if data is None and config is None:
        raise SettingError("there is no DATA: name a data set or a file, or give --config FILE.toml.")
    described_there = in_file.pop("data", None)
    source = in_place or described(described_there)
    of_data = {name: value for name, value in settings.items() if OPTIONS[name].part == "data"}
    others = {name: value for name, value in settings.items() if name not in of_data}
    if config is None and isinstance(source, DataSet) and source.takes("seed"):
        of_data = {"data_seed": settings.get("seed", 0)} | of_data
    source = with_data(source, of_data)
    samples = read(source)
    if "optimizer" in others and "optimizer" not in in_file:
        in_file["optimizer"] = others.pop("optimizer")  # at its usual rate
    return with_options(experiment_for(source, samples, **in_file), others), samples


def read(source: DataSet | DataFile) -> Samples:
    """The samples; how a file was read is told on stderr."""
    if isinstance(source, DataSet):
        return source.read()
    table = source.judged()
    note_account(account_of(table))
    return samples_of(table)


def file_of(data: str | DataSet | DataFile | None) -> str | None:
    """The file that data are read from, for `check_outputs`; None for a data set.

    >>> file_of("pets.csv"), file_of("xor"), file_of(DataFile("-"))
    ('pets.csv', None, '/dev/stdin')
    """
    source = data if data is None or isinstance(data, DataSet | DataFile) else named(data)
    if not isinstance(source, DataFile):
        return None
    return "/dev/stdin" if source.file == STANDARD_INPUT else source.file


def named(data: str) -> DataSet | DataFile:
    """The data set of this name, or the file."""
    if data not in NAMED and os.path.exists(data):
        return DataFile(data)
    if is_plain(data) and known_name(data, NAMED) is None:
        raise SettingError(
            f"there is no data set and no file {said(data)}{choices(data, NAMED)}, or name a CSV or .npz file."
        )
    return described(data)


def with_data(data: Data, settings: Mapping[str, Any]) -> Data:
    """The data with other values of their own settings, by the options' names. Raises SettingError for others."""
    for name, value in settings.items():
        data = _with_one(data, OPTIONS[name], value)
    return data


def _with_one(data: Data, option: Option, value: Any) -> Data:
    """The data with another value of their own settings."""
    if isinstance(data, DataFile) and option.of is DataSet:
        raise SettingError(f"{option.flag} is for the data sets that have a name; {data.file} is a file, leave it out.")
    if isinstance(data, DataSet) and option.of is DataFile:
        raise SettingError(f"{option.flag} is for files; {data.name} is a data set that has a name, leave it out.")
    if isinstance(data, DataSet) and not data.takes(option.field):
        raise SettingError(f"the data set {data.name} has no {option.flag}; leave it out.")
    return replace(data, **{option.field: value})


def with_options(experiment: Experiment, settings: Mapping[str, Any]) -> Experiment:
    """The experiment with other settings, by the options' names, in it, its network and its optimizer."""
    for name in parts_first(settings):
        option = OPTIONS[name]
        if option.part is not None and not has(getattr(experiment, option.part), option):
            raise SettingError(_misplaced(option, experiment, settings))
        experiment, _ = with_setting(experiment, option.field, settings[name])
    return experiment


def has(part: Any, option: Option) -> bool:
    """Whether a description, or a class of them, has the field of an option."""
    return option.field in (each.name for each in fields(part))


def _misplaced(option: Option, experiment: Experiment, settings: Mapping[str, Any]) -> str:
    """Why an option has no place in an experiment."""
    if option.part == "optimizer":
        known = [each.flag for each in OPTIONS.values() if each.part == "optimizer" and has(experiment.optimizer, each)]
        name = shell_name(experiment.optimizer, OPTIMIZERS) or experiment.optimizer
        return f"{name} has no {option.flag}; it has {listing(known)}."
    if "network" in settings:
        return f"--network says all layers, so {option.flag} has no place beside it; leave one out."
    return f"{option.flag} is for a perceptron, and the network is {experiment.network}; leave it out."


def shell_name(value: Description, table: Mapping[str, type]) -> str | None:
    """The name of a description in the shell, from the table of its kind; None for one from elsewhere.

    >>> from chainrule.core.optimizers import AdamW
    >>> shell_name(AdamW(0.01), OPTIMIZERS)
    'adamw'
    """
    return next((name for name, kind in table.items() if type(value) is kind), None)
