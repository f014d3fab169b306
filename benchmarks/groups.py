"""Which groups of tasks are measured together for each name that `--only` takes."""

from collections.abc import Callable

from benchmarks.long_runs import long_runs, long_runs_on_two_cores
from benchmarks.tasks import (
    Group,
    Scale,
    digits,
    learning_rates,
    lenet,
    predictions,
    reference_network,
    short_runs,
    two_cores,
)

GROUPS: dict[str, tuple[Callable[[Scale], Group], ...]] = {
    "T1": (reference_network,),
    "T2": (reference_network, two_cores),
    "T3": (digits,),
    "T7": (predictions,),
    "T5": (learning_rates,),
    "T4": (lenet,),
    "long": (long_runs, long_runs_on_two_cores),
    "lowering": (short_runs,),
}
"""The groups of each task, by the names that `--only` takes."""
