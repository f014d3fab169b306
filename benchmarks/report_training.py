"""The training of `chainrule report`, with the engine and with NumPy, for a tenth of its epochs.

Each time is that of a fresh interpreter (`python -m benchmarks.report_training EPOCHS CHAPTER ...`), on all cores; its
imports, the figures and the page aren't counted.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.contenders import NUMPY, OURS
from benchmarks.rounds import Measured
from benchmarks.spread import FEWEST
from benchmarks.worker import available_cores, surroundings
from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.report import sizes
from chainrule.lab.report.training import train_all

EPOCHS, QUICK_EPOCHS = 10_000, 500
"""The epochs of the main runs; comparisons have a fifth."""

ENGINES = {OURS: "auto", NUMPY: "numpy"}


def report_training(
    epochs: int,
    rounds: int = FEWEST,
    chapters: Sequence[str] = tuple(CHAPTERS),
    show: Callable[[str], object] = lambda text: None,
) -> Measured:
    """Measure it: the main runs, and these chapters."""
    found = Measured(
        *("report", f"the training of `chainrule report`, {epochs:,} epochs in the main runs", "s"),
        cores=len(available_cores()),
        times={name: [] for name in ENGINES},
        ready=dict.fromkeys(ENGINES, 0.0),
        asked=dict.fromkeys(ENGINES, epochs),
    )
    command = [sys.executable, "-m", "benchmarks.report_training", str(epochs), *chapters]
    with surroundings(available_cores()):
        for number in range(rounds):
            for name, engine in ENGINES.items():
                show(f"report: round {number + 1}, {name}")
                chosen = os.environ | {"CHAINRULE_ENGINE": engine}
                said = subprocess.run(command, check=True, capture_output=True, text=True, env=chosen).stdout
                found.times[name].append(float(said))
    return found


def seconds(epochs: int, chapters: Sequence[str]) -> float:
    """The seconds of the training, in this interpreter."""
    lab, scale = sizes(epochs, 32, 0, quick=False)
    begin = time.perf_counter()
    train_all(lab, [CHAPTERS[name] for name in chapters], scale)
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(seconds(int(sys.argv[1]), sys.argv[2:]))
