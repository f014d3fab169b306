"""Reading: a large CSV file, from its name to one matrix of numbers; the seconds, and the most memory of the process.

Each round is a fresh interpreter (`python -m benchmarks.tables FILE`), on all cores; its imports cost memory, but no
seconds. The files are drawn anew: one of 20,000 images of 28 by 28 with their classes, one of 20,000 columns.
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
from chainrule.lab.tables.find import find
from chainrule.training.files.reading import in_memory

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


FILES = {"36 MB of images": (images, 20_000), "20,000 columns": (genes, 200)}


def tables(rounds: int = FEWEST, part: float = 1.0, show: Callable[[str], object] = lambda text: None) -> Tables:
    """Measure it. part: of the rows of each file."""
    taken: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (lines, n) in FILES.items():
            path = os.path.join(folder, "table.csv")
            with open(path, "w") as file:
                file.writelines(f"{line}\n" for line in lines(round(part * n)))
            for number in range(rounds):
                show(f"tables: {name}, round {number + 1}")
                command = [sys.executable, "-m", "benchmarks.tables", path]
                said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                for unit, value in json.loads(said).items():
                    taken.setdefault(name, {}).setdefault(unit, []).append(value)
    return Tables(taken)


def one_round(path: str) -> dict[str, float]:
    """The seconds to read a file, in this interpreter, and the megabytes at its peak."""
    find(in_memory("a small table", b"a,b\n1,x\n2,y\n"))  # which imports what reading needs
    begin = time.perf_counter()
    found = find(path)
    matrix = np.column_stack([each.values for each in found.columns if each.values.dtype == np.float64])
    assert len(matrix) == len(found)
    seconds = time.perf_counter() - begin
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return {SECONDS: seconds, MEGABYTES: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}


if __name__ == "__main__":
    print(json.dumps(one_round(sys.argv[1])))
