"""Measurements of the benchmarks with given times, and all of its tasks."""

from benchmarks.groups import GROUPS
from benchmarks.rounds import Measured
from benchmarks.tasks import Scale, Task


def measured(name: str = "T1", point: float | None = None, **times: list[float]) -> Measured:
    """A task with given times. A contender's name has _ in place of a space."""
    known = {each.replace("_", " "): values for each, values in times.items()}
    return Measured(
        *(name, "what", "µs", 1),
        times=known,
        ready=dict.fromkeys(known, 0.5),
        asked=dict.fromkeys(known, 100),
        point=point,
    )


STEADY = {"chainrule": [1.0] * 7, "PyTorch_eager": [10.0] * 7, "JAX": [2.0] * 7}
NOISY = [1.0, 9.0, 1.0, 9.0, 1.0, 9.0, 1.0]


def all_tasks() -> list[Task]:
    return [task for makes in GROUPS.values() for make in makes for task in make(Scale()).tasks]
