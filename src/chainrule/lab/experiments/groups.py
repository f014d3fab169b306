"""The work of a comparison: groups of members that are trained as one population, and kept in files when finished."""

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.core.engine.choice import asked
from chainrule.core.errors import FileError
from chainrule.lab.experiments.data import DataFile
from chainrule.lab.experiments.populations import BY_MEMBER, Runs, epochs_recorded, in_groups, join, train_members
from chainrule.lab.experiments.run_description import RunDescription
from chainrule.lab.experiments.start import contents
from chainrule.lab.experiments.workers import Job, Progress, run_side_by_side
from chainrule.lab.experiments.zipped import pattern
from chainrule.training.files.npz import load_checked, save_checked
from chainrule.training.files.reading import is_stream, name_of, reading
from chainrule.training.files.storage import FilePath, file_to_replace
from chainrule.version import __version__

FORMAT = "chainrule comparison 1"

KEPT = (*BY_MEMBER, "epochs", "theta", "metric")
"""The fields of `Runs` that a file of kept results has, beside the name of their group."""

TASK = "Comparing"
"""The name of the progress; it counts epochs times members."""


@dataclass(frozen=True, eq=False)
class Group:
    """Members of a population: member k has `experiments[k]` and `seeds[k]`, and is of the setting with this number."""

    experiments: tuple[RunDescription, ...]
    seeds: tuple[int, ...]
    settings: tuple[int, ...]

    @property
    def size(self) -> int:
        """The work in it: epochs times members."""
        return self.experiments[0].epochs * len(self.seeds)

    def name(self) -> str:
        """A hash of all that its results depend on, a file's contents too."""
        said = [each.to_dict() | {"starts": None, "engine": asked(each.engine)} for each in self.experiments]
        first = self.experiments[0]
        held = [first.data.fingerprint(), first.start and repr(contents(first.start))]
        text = json.dumps([FORMAT, __version__, said, self.seeds, held])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def groups_of(experiments: Sequence[RunDescription]) -> list[Group]:
    """The members of all experiments, each with all its starts: one population for each pattern, in groups."""
    for each in experiments:
        if isinstance(each.data, DataFile) and is_stream(each.data.file):
            name = name_of(each.data.file)
            raise FileError(
                f"{name} can be read only once, and each group of runs reads its data; save them in a file."
            )
    by_pattern: dict[Any, list[tuple[int, int]]] = {}
    for which, each in enumerate(experiments):
        members = by_pattern.setdefault(pattern(each), [])
        members += [(which, each.seed + k) for k in range(each.starts)]
    groups = []
    for members in by_pattern.values():
        for group in in_groups(experiments[members[0][0]], members):
            settings, seeds = zip(*group, strict=True)
            groups.append(Group(tuple(experiments[which] for which in settings), seeds, settings))
    return groups


def by_setting(groups: Sequence[Group], results: Sequence[Runs], n_settings: int) -> tuple[Runs, ...]:
    """The groups' results by setting: one `Runs` for each, in the order of the starts."""
    found: dict[int, list[Runs]] = {}
    for group, runs in zip(groups, results, strict=True):
        for which in dict.fromkeys(group.settings):
            found.setdefault(which, []).append(runs.pick(np.flatnonzero(np.array(group.settings) == which)))
    return tuple(join(found[which]) for which in range(n_settings))


def train_groups(groups: list[Group], folder: Path | None, processes: int | None, progress: Progress) -> list[Runs]:
    """The results of all groups: those kept in the folder are read, the others trained.

    Warns if results can't be kept: they are returned in any case.
    """
    names = [each.name() for each in groups]
    paths = {name: None if folder is None else folder / f"{name}.npz" for name in names}
    kept = {name: _read(each, name, paths[name]) for name, each in zip(names, groups, strict=True)}
    found = {name: runs for name, runs in kept.items() if runs is not None}
    total = sum(each.size for each in groups)
    counted = {name: each.size for name, each in zip(names, groups, strict=True) if name in found}

    def count(name: str, done: int, _: int) -> None:
        counted[name] = done
        progress(TASK, sum(counted.values()), total)

    def keep(name: str, runs: Runs) -> None:
        try:
            if (path := paths[name]) is not None:
                _write(path, runs)
        except FileError as error:
            paths.update(dict.fromkeys(paths))  # a disk that is full for one group is full for all
            warnings.warn(f"{error} The comparison goes on, and keeps no more results.", UserWarning, stacklevel=2)

    missing = {name: each for name, each in zip(names, groups, strict=True) if name not in found}
    if missing and folder is not None and not os.access(folder, os.W_OK | os.X_OK):
        raise FileError(f"can't keep results in {folder}: it can't be written to; name another folder.")
    if len(missing) == 1 or processes == 1:
        for name, each in missing.items():
            found[name] = train_group(each, report=_counter(count, name))
            keep(name, found[name])
    elif missing:
        jobs: dict[str, Job] = {name: (train_group, (each,)) for name, each in missing.items()}
        found |= run_side_by_side(jobs, count, processes, keep)
    progress(TASK, total, total)
    return [found[name] for name in names]


def _counter(count: Progress, name: str) -> Callable[[int, int], object]:
    return lambda done, total: count(name, done, total)


def train_group(group: Group, report: Callable[[int, int], object]) -> Runs:
    """Train a group. It may run in a process of its own."""
    return train_members(group.experiments, group.seeds, report)


def _write(path: Path, runs: Runs) -> None:
    """Keep a group's results. The caller does it, not a worker, which may be killed in the middle of a file."""
    file_to_replace(path)
    save_checked(path, {name: getattr(runs, name) for name in KEPT} | {"group": path.stem})


def make_folder(keep: FilePath) -> Path:
    """The folder for what is finished, made where it isn't there."""
    folder = Path(keep)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"can't keep results in {folder}: {error.strerror or error}; name a folder.") from None
    return folder


def _read(group: Group, name: str, path: Path | None) -> Runs | None:
    """The results of this group that were kept; None where there are none, or a file that doesn't fit it whole."""
    if path is None or not os.path.isfile(path):
        return None
    try:
        with reading(path, "a file of kept results", "delete it", path.stat().st_size) as source:
            arrays = load_checked(source, (*KEPT, "group"))
    except FileError:  # damaged, or changed: the group is computed again
        return None
    of_group, metric = str(arrays.pop("group")), str(arrays.pop("metric"))
    runs = Runs(metric, **arrays)
    return runs if of_group == name and _fits(runs, group) else None


def _fits(runs: Runs, group: Group) -> bool:
    """Whether results are those of this group, by their seeds, epochs, shapes and kinds of numbers."""
    epochs, K = epochs_recorded(group.experiments[0]), len(group.seeds)
    kinds = {"losses": "f", "final": "f", "score": "f", "theta": "f", "reason": "U", "ended": "i"}
    return (
        np.array_equal(runs.seeds, group.seeds)
        and np.array_equal(runs.epochs, epochs)
        and runs.losses.shape == (len(epochs), K)
        and all(each.shape == (K,) for each in (runs.final, runs.score, runs.reason, runs.ended))
        and runs.theta.shape[:-1] == (K,)
        and all(getattr(runs, name).dtype.kind == kind for name, kind in kinds.items())
    )
