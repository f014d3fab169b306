"""Tables: a large CSV file, from its name to a run's arrays: the seconds, and the most memory of the process.

The whole way is measured: reading, judging, fitting the columns, standardising. Each round is a fresh interpreter
(`python -m benchmarks.tables FILE TARGET`), on all cores; its imports cost memory, but no seconds. The files are drawn
anew: one of 20,000 images of 28 by 28 with their classes, one of 20,000 columns.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.spread import FEWEST, Spread
from chainrule.core.arrays import Array
from chainrule.lab.experiments.data import DataFile
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.experiments.run_description import RunDescription

SECONDS, MEGABYTES = "s", "MB"


@dataclass(frozen=True)
class Tables:
    """What reading takes, by file and unit; one number per round."""

    taken: dict[str, dict[str, list[float]]]

    def spread(self, file: str, unit: str) -> Spread:
        """The median and the range of a unit."""
        return Spread.of(self.taken[file][unit])


def images(n: int) -> Iterator[str]:
    """The lines of a file of images: most pixels are 0, as in MNIST."""
    rng = np.random.default_rng(0)
    yield "label," + ",".join(f"pixel{i}" for i in range(784))
    for _ in range(n):
        pixels = rng.integers(0, 256, 784) * (rng.random(784) < 0.25)
        yield f"{rng.integers(10)},{','.join(map(str, pixels))}"


def genes(n: int) -> Iterator[str]:
    """The lines of a file with 20,000 columns of numbers, and a class."""
    rng = np.random.default_rng(0)
    yield ",".join(f"gene{i}" for i in range(20_000)) + ",kind"
    for i in range(n):
        yield ",".join(f"{each:.3f}" for each in rng.normal(size=20_000)) + f",{'ab'[i % 2]}"


FILES = {"36 MB of images": (images, 20_000, "label"), "20,000 columns": (genes, 200, "kind")}
"""Of each file: its lines, how many samples, and the target."""


def tables(rounds: int = FEWEST, part: float = 1.0, show: Callable[[str], object] = lambda text: None) -> Tables:
    """Measure it. part: of the rows of each file."""
    taken: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (lines, n, target) in FILES.items():
            path = os.path.join(folder, "table.csv")
            with open(path, "w") as file:
                file.writelines(f"{line}\n" for line in lines(round(part * n)))
            for number in range(rounds):
                show(f"tables: {name}, round {number + 1}")
                command = [sys.executable, "-m", "benchmarks.tables", path, target]
                said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                for unit, value in json.loads(said).items():
                    taken.setdefault(name, {}).setdefault(unit, []).append(value)
    return Tables(taken)


def one_round(path: str, target: str) -> dict[str, float]:
    """The seconds from a file to arrays, in this interpreter, and the megabytes at its peak."""
    with tempfile.TemporaryDirectory() as folder:
        small = os.path.join(folder, "small.csv")
        with open(small, "w") as file:
            file.write("a,b\n" + "1,x\n2,y\n" * 9)
        arrays(small, "b")  # which imports what a table needs
    begin = time.perf_counter()
    x, y = arrays(path, target)
    seconds = time.perf_counter() - begin
    assert len(x) == len(y) > 0
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return {SECONDS: seconds, MEGABYTES: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}


def arrays(path: str, target: str) -> tuple[Array, Array]:
    """The inputs and targets that a run on this file takes."""
    prepared = prepare(RunDescription(DataFile(path, target)))
    return prepared.arrays(prepared.learnt)


if __name__ == "__main__":
    print(json.dumps(one_round(*sys.argv[1:])))
