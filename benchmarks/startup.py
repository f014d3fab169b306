"""T6: the time before a program learns, and the size of what is installed. Each round starts fresh interpreters."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from benchmarks.contenders import OURS
from benchmarks.spread import Spread
from benchmarks.worker import available_cores, surroundings

BASE = "import numpy"
"""The lower limit of chainrule's import."""

XOR = """
import chainrule as cr
x, y = cr.datasets.xor()
network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
cr.train(network, x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(0.5), epochs=100)
"""

PROGRAMS = {
    BASE: BASE,
    "import chainrule": "import chainrule",
    "a program's names": "from chainrule import SGD, HalfSquaredError, mlp, train",
    "100 epochs of xor": XOR,
    "import sklearn.neural_network": "import sklearn.neural_network",
    "import torch": "import torch",
    "import jax.numpy": "import jax.numpy",
}
"""The programs. chainrule resolves names on first use, so its program uses some, to count as part of the import."""

ROUNDS = 15
"""The rounds: more than elsewhere, since a start is short."""


@dataclass(frozen=True)
class Startup:
    """Milliseconds of each program, one number per round, and megabytes of each package with all that it needs."""

    times: dict[str, list[float]]
    megabytes: dict[str, float]

    def beyond(self, program: str) -> Spread:
        """The milliseconds beyond NumPy's own import, round by round."""
        pairs = zip(self.times[program], self.times[BASE], strict=True)
        return Spread.of([ours - numpys for ours, numpys in pairs])


def start_up(rounds: int = ROUNDS, show: Callable[[str], object] = lambda text: None) -> Startup:
    """Measure the packages that are installed here."""
    programs = {name: text for name, text in PROGRAMS.items() if find_spec(package(text)) is not None}
    times: dict[str, list[float]] = {name: [] for name in programs}
    with surroundings(available_cores()):
        writing = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        for number in range(-1, rounds):  # the first fills the system's file cache and writes bytecode, as pip does
            for name, text in programs.items():
                show(f"T6: round {number + 1}, {name}")
                begin = time.perf_counter()
                subprocess.run([sys.executable, "-c", text], check=True, env=writing)
                if number >= 0:
                    times[name].append((time.perf_counter() - begin) * 1e3)
    sizes = {name: size(name) for name in dict.fromkeys(map(package, programs.values()))}
    return Startup(times, sizes)


def package(program: str) -> str:
    """The package that a program imports first.

    >>> package("from a.b import c")
    'a'
    """
    return program.split()[1].partition(".")[0]


DISTRIBUTIONS = {"sklearn": "scikit-learn"}
"""Packages whose distribution has another name."""


def size(name: str) -> float:
    """Megabytes of a package and all that it needs, as installed here."""
    return sum(folder_size(each) if each == OURS else files_size(each) for each in needed(name)) / 1e6


def folder_size(name: str) -> int:
    """Bytes of a package's own folder, for a package that is installed as a link to its source."""
    (place,) = find_spec(name).submodule_search_locations
    return sum(each.stat().st_size for each in Path(place).rglob("*") if each.is_file() and is_counted(each))


def files_size(name: str) -> int:
    """Bytes of the files that a distribution's record names."""
    paths = (Path(each.locate()) for each in distribution(name).files or ())
    return sum(each.stat().st_size for each in paths if each.is_file() and is_counted(each))


def is_counted(path: Path) -> bool:
    """Whether a file counts: bytecode doesn't, since it depends on what was imported before."""
    return path.suffix != ".pyc"


def needed(name: str) -> set[str]:
    """The distributions that a package needs, itself included, without extras."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    waiting = [DISTRIBUTIONS.get(name, name)]
    while waiting:
        each = waiting.pop().lower().replace("_", "-")
        if each in found:
            continue
        try:
            requirements = [Requirement(text) for text in distribution(each).requires or ()]
        except PackageNotFoundError:
            if each != OURS:
                continue  # not needed on this machine
            requirements = [Requirement("numpy")]  # chainrule may be run from its source
        found.add(each)
        waiting += [r.name for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found
