"""Comparisons: an experiment with several values of a setting, or of two crossed, all from the same starts.

Runs of one architecture are one population, in chunks whose size is a constant; the chunks run side by side on all
cores. What is finished can be kept in a folder, where an interrupted comparison goes on.
"""

import hashlib
import itertools
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

import chainrule
from chainrule.core.description import COUNT, POSITIVE, check_kind, check_real, check_whole
from chainrule.core.errors import FileError, SettingError, choose
from chainrule.core.losses import LOSSES
from chainrule.core.optimizers import OPTIMIZERS, Optimizer
from chainrule.core.penalties import L2
from chainrule.lab.experiments.comparison import Comparison, label
from chainrule.lab.experiments.experiment import Experiment, Perceptron
from chainrule.lab.experiments.populations import BY_MEMBER, Runs, in_chunks, join, pattern, train_members
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.experiments.workers import Job, Progress, run_side_by_side, silent
from chainrule.training.files.storage import replacing
from chainrule.training.loop import iterate

FORMAT = "chainrule comparison 1"

LEVEL = 0.05
"""A start succeeds when its loss ends at or below this, unless the caller says another level."""

TASK = "Comparing"
"""What the progress is called; it counts epochs times members."""

WHOLE = ("data", "network", "loss", "optimizer")
"""Settings that are parts of their own: set before the settings inside them."""

SHARED = ("seed", "starts", "dtype", "test")
"""Settings that all runs of a comparison share."""


def compare(
    experiment: Experiment,
    *,
    level: float = LEVEL,
    keep: str | os.PathLike[str] | None = None,
    processes: int | None = None,
    progress: Progress = silent,
    **settings: Sequence[Any],
) -> Comparison:
    """Train an experiment with each value of a setting; two settings or more are crossed, a full grid.

    settings: lists of values by name: a setting of the experiment (`epochs`, `batch_size`, `penalty`, `clip`, ...), of
        its optimizer (`learning_rate`, `momentum`, ...), network (`layers`, `activation`, `bias`, ...) or data
        (`noise`, `n`, ...); `units` changes the width of every hidden layer. An optimizer by name keeps what settings
        it shares with the experiment's own.
    level: a start succeeds when its loss ends at or below this.
    keep: a folder for what is finished; the next call with the same settings reads it, and goes on from there.
    processes: how many at once; None: as many as there are cores. The results don't depend on it.
    progress: called as `progress(task, done, total)`, counting epochs times members.

    Starts that diverge are marked, and the others go on. Raises SettingError for a setting that is unknown or out of
    range, before any work is done.

    >>> comparison = compare(Experiment("xor", epochs=50, starts=2), learning_rate=[0.1, 1.0])
    >>> comparison.names, comparison.values, [len(each) for each in comparison.runs]
    (('learning_rate',), ((0.1,), (1.0,)), [2, 2])
    """
    level = check_kind("level", float, "a number such as 0.05", check_real("level", POSITIVE, level))
    processes = None if processes is None else check_whole("processes", COUNT, processes)
    grid = cross(experiment, settings)
    folder = None if keep is None else _folder(keep)
    jobs = jobs_for(list(grid.values()))
    for each in jobs:
        check(each.experiments[0])
    results = _run(jobs, folder, processes, progress)

    runs_by_setting = by_setting(jobs, results, len(grid))
    if any(len(each) != experiment.starts for each in runs_by_setting):
        raise FileError(f"the files in {keep} don't belong together; delete the folder and compare again.")
    return Comparison(experiment, tuple(settings), tuple(grid), tuple(grid.values()), runs_by_setting, level)


def cross(experiment: Experiment, settings: Mapping[str, Sequence[Any]]) -> dict[tuple[Any, ...], Experiment]:
    """The experiments of a full grid, by their values, each as the experiment holds it.

    >>> grid = cross(Experiment("xor"), {"learning_rate": [0.1, 1], "units": [2, 8]})
    >>> list(grid), grid[1.0, 8].network
    ([(0.1, 2), (0.1, 8), (1.0, 2), (1.0, 8)], Perceptron((8, 8)))
    """
    if not settings:
        raise SettingError("compare() expects a setting with its values, such as learning_rate=[0.1, 0.5, 1.0].")
    lists = {}
    for name, values in settings.items():
        if isinstance(values, str | Mapping) or not isinstance(values, Sequence | np.ndarray) or not len(values):
            raise SettingError(f"{name} must be a list of the values to compare, such as [0.1, 1.0]; got {values!r}.")
        lists[name] = values.tolist() if isinstance(values, np.ndarray) else list(values)
    order = sorted(lists, key=lambda name: name not in WHOLE)
    grid: dict[tuple[Any, ...], Experiment] = {}
    for values in itertools.product(*lists.values()):
        changed, held = experiment, dict(zip(lists, values, strict=True))
        for name in order:
            changed, held[name] = with_setting(changed, name, held[name])
        if tuple(held.values()) in grid:
            raise SettingError(f"each value should be named once; got {label(tuple(held.values()))} twice.")
        grid[tuple(held.values())] = changed
    return grid


def with_setting(experiment: Experiment, name: str, value: Any) -> tuple[Experiment, Any]:
    """The experiment with another value of a setting, wherever that is; and the value as it is held there, or its name.

    >>> with_setting(Experiment("moons"), "noise", 0.3)[0].data
    DataSet('moons', noise=0.3)
    >>> with_setting(Experiment("xor"), "optimizer", "momentum")
    (Experiment(DataSet('xor'), optimizer=Momentum(0.25)), 'momentum')
    """
    if name == "optimizer" and isinstance(value, str):
        return replace(experiment, optimizer=_optimizer(experiment.optimizer, value)), value
    if name == "loss" and isinstance(value, str):
        return replace(experiment, loss=choose("loss", value, LOSSES)()), value
    if name == "units":
        width = check_whole("units", COUNT, value)
        if not isinstance(experiment.network, Perceptron):
            raise SettingError("units is a setting of a Perceptron; compare network=[...] for other networks.")
        return with_setting(experiment, "layers", (width,) * len(experiment.network.layers))[0], width
    places = _places(experiment)
    home = choose("setting to compare", name, places)
    if home is None:
        changed = replace(experiment, **{name: value})
        held = getattr(changed, name)
        return changed, held.strength if isinstance(held, L2) and not isinstance(value, L2) else held
    part = replace(getattr(experiment, home), **{name: value})
    return replace(experiment, **{home: part}), getattr(part, name)


def _places(experiment: Experiment) -> dict[str, str | None]:
    """Where each setting is: None in the experiment itself, else the name of the part that has it."""
    places: dict[str, str | None] = {"units": "network"}
    for home in ("data", "network", "optimizer"):
        places |= dict.fromkeys((each.name for each in fields(getattr(experiment, home))), home)
    places |= dict.fromkeys(each.name for each in fields(Experiment))
    return {name: home for name, home in places.items() if name not in (*SHARED, "name", "file")}


def _optimizer(now: Optimizer, name: str) -> Optimizer:
    """The optimizer of a name, with what was said of the present one, where it has such a setting."""
    kind = choose("optimizer", name, OPTIMIZERS)
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]  # every optimizer is a dataclass
    said = {field.name: value for field, value in now.settings() if value != field.default}
    return kind(**{setting: value for setting, value in said.items() if setting in known})


@dataclass(frozen=True, eq=False)
class Chunk:
    """A population, or a chunk of one: member k has `experiments[k]`, `seeds[k]`, and the setting numbered so."""

    experiments: tuple[Experiment, ...]
    seeds: tuple[int, ...]
    settings: tuple[int, ...]

    @property
    def size(self) -> int:
        """The work that it is: epochs times members."""
        return self.experiments[0].epochs * len(self.seeds)

    def name(self) -> str:
        """A hash of all that its results depend on, a file's contents too."""
        said = [each.to_dict() | {"starts": None} for each in self.experiments]
        contents = self.experiments[0].data.fingerprint()
        text = json.dumps([FORMAT, chainrule.__version__, said, self.seeds, contents])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def _seeds(experiment: Experiment) -> list[int]:
    return list(range(experiment.seed, experiment.seed + experiment.starts))


def jobs_for(experiments: list[Experiment]) -> list[Chunk]:
    """One population for each architecture, in chunks: values times starts."""
    groups: dict[Any, list[tuple[int, int]]] = {}
    for which, each in enumerate(experiments):
        groups.setdefault(pattern(each), []).extend((which, seed) for seed in _seeds(each))
    chunks = []
    for members in groups.values():
        for chunk in in_chunks(experiments[members[0][0]], members):
            settings, seeds = zip(*chunk, strict=True)
            chunks.append(Chunk(tuple(experiments[which] for which in settings), seeds, settings))
    return chunks


def by_setting(jobs: Sequence[Chunk], results: Sequence[Runs], n_settings: int) -> tuple[Runs, ...]:
    """The results of `jobs_for`'s chunks, put together: one `Runs` for each setting, in the order of the starts."""
    found: dict[int, list[Runs]] = {}
    for job, runs in zip(jobs, results, strict=True):
        for which in dict.fromkeys(job.settings):
            found.setdefault(which, []).append(runs.pick(np.flatnonzero(np.array(job.settings) == which)))
    return tuple(join(found[which]) for which in range(n_settings))


def check(experiment: Experiment) -> None:
    """Raise what is wrong with the data, the network and the loss together, before any work is done."""
    prepared = prepare(experiment)
    iterate(
        *(prepared.network, prepared.x, prepared.y),
        loss=experiment.loss,
        optimizer=experiment.optimizer,
        epochs=1,
        batch_size=experiment.batch_size,
        dtype=experiment.dtype,
    )


def _folder(keep: str | os.PathLike[str]) -> Path:
    folder = Path(keep)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"can't keep results in {folder}: {error.strerror or error}; name a folder.") from None
    return folder


def _run(chunks: list[Chunk], folder: Path | None, processes: int | None, progress: Progress) -> list[Runs]:
    """The results of all chunks: those that are kept are read, the others trained."""
    names = [each.name() for each in chunks]
    paths = {name: None if folder is None else folder / f"{name}.npz" for name in names}
    found = {name: runs for name, path in paths.items() if path is not None and (runs := _read(path)) is not None}
    total = sum(each.size for each in chunks)
    counted = {name: each.size for name, each in zip(names, chunks, strict=True) if name in found}

    def count(name: str, done: int, _: int) -> None:
        counted[name] = done
        progress(TASK, sum(counted.values()), total)

    missing = {name: each for name, each in zip(names, chunks, strict=True) if name not in found}
    jobs: dict[str, Job] = {name: (work, (each, paths[name])) for name, each in missing.items()}
    if len(jobs) == 1 or processes == 1:
        for name, each in missing.items():
            found[name] = work(each, paths[name], report=_counter(count, name))
    elif jobs:
        found |= run_side_by_side(jobs, count, processes)
    progress(TASK, total, total)
    return [found[name] for name in names]


def _counter(count: Progress, name: str) -> Callable[[int, int], object]:
    return lambda done, total: count(name, done, total)


def work(chunk: Chunk, path: Path | None, report: Callable[[int, int], object]) -> Runs:
    """Train a chunk, and keep its results where a path is given. It runs in a process of its own."""
    runs = train_members(chunk.experiments, chunk.seeds, report)
    if path is not None:
        with replacing(path, "wb") as file:
            arrays = {name: getattr(runs, name) for name in (*BY_MEMBER, "epochs", "theta", "metric")}
            np.savez(file, **arrays)
    return runs


def _read(path: Path) -> Runs | None:
    """The results that were kept; None where there are none, or only a damaged file."""
    try:
        with open(path, "rb") as source, np.load(source, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file}
            return Runs(**arrays | {"metric": str(arrays["metric"])})
    except FileNotFoundError:
        return None
    except Exception:  # whatever a damaged archive makes NumPy or zipfile raise: it is computed again
        return None
