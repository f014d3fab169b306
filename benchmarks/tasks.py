"""The tasks: what is measured, for which contenders, in which unit. T6, the start-up, is in startup.py."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import chainrule as cr
from benchmarks.work import Comparison, Data, Prediction, Training, Work
from chainrule.lab.report.chapters.chapter import EPOCHS as COMPARED_EPOCHS
from chainrule.lab.report.chapters.chapter import Scale as LabScale
from chainrule.lab.report.chapters.learning_rates import LearningRates

BOTH = "chainrule; chainrule, NumPy"
EVERYWHERE = "textbook NumPy; scikit-learn; PyTorch eager; JAX"
"""Contenders, whose names are separated by semicolons."""

QUICK_COMPARED_EPOCHS = 1_000
"""The epochs of T5 in a quick run."""

STARTS = 16
"""The starts for each learning rate in T5."""


@dataclass(frozen=True)
class Entry:
    """The work of a contender for a task.

    works: one, or one for each of two processes that have a core each and run at once.
    per: what a run's seconds are multiplied by to come to the task's unit.  note: what a reader should know.
    """

    works: tuple[Work, ...]
    per: float
    note: str = ""


@dataclass(frozen=True, eq=False)
class Task:
    """A task and its contenders.

    unit: of the numbers.  memory: whether that is measured, too.  profiled: whether it is shown which NumPy functions
    chainrule's time goes to.  point: where on an axis of growth it is.
    """

    name: str
    what: str
    unit: str
    entries: Mapping[str, Entry]
    memory: bool = False
    profiled: bool = False
    point: float | None = None

    def only(self, contenders: set[str]) -> "Task":
        """The task, with only these contenders."""
        return replace(self, entries={name: entry for name, entry in self.entries.items() if name in contenders})


@dataclass(frozen=True)
class Group:
    """Tasks that are measured in the same rounds, so that their times can be compared.

    cores: of each contender, as many threads.  seconds: that a contender's turn in a round lasts at least.
    """

    name: str
    cores: int
    tasks: tuple[Task, ...]
    seconds: float = 0.1


@dataclass(frozen=True)
class Scale:
    """How long to measure."""

    rounds: int = 9
    most_rounds: int = 21
    quick: bool = False

    @property
    def compared_epochs(self) -> int:
        """The epochs of T5, as in the lab."""
        return QUICK_COMPARED_EPOCHS if self.quick else COMPARED_EPOCHS

    def shorter(self, amount: int) -> int:
        """The epochs of a run."""
        return max(1, amount // 4) if self.quick else amount


REFERENCE = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
DIGITS = cr.mlp(64, 64, 10, activation="relu", output="identity")
LENET = cr.Network(
    (1, 28, 28),
    [
        *(cr.Conv2D(6, 5), cr.ReLU(), cr.MaxPool(2)),
        *(cr.Conv2D(16, 5), cr.ReLU(), cr.MaxPool(2), cr.Flatten()),
        *(cr.Dense(120), cr.ReLU(), cr.Dense(84), cr.ReLU(), cr.Dense(10)),
    ],
)
IMAGES = 1024
CROSS_ENTROPY_DIFFERS = "cross-entropy, the only loss that it has behind a logistic output"


def reference(epochs: int, population: int | None = None) -> Training:
    """The reference network on 100 points, full batch, gradient descent, float64."""
    data = Data("linear", 100)
    return Training(REFERENCE, data, cr.HalfSquaredError(), cr.SGD(0.5), epochs, population=population)


def every(names: str, work: Work, per: float) -> dict[str, Entry]:
    """One work for several contenders."""
    return {name: Entry((work,), per) for name in names.split("; ")}


def reference_network(scale: Scale) -> Group:
    """The reference network, alone and in populations: T1 and T2."""
    unit = "µs an epoch of a network"
    tasks = []
    single = reference(scale.shorter(2000))
    names = f"{BOTH}; {EVERYWHERE}; PyTorch eager, fused; MLX; libfann; C"
    entries = every(names, single, 1e6 / single.epochs)
    entries["scikit-learn"] = replace(entries["scikit-learn"], note=CROSS_ENTROPY_DIFFERS)
    tasks.append(
        Task("T1", "the reference network, 2-4-4-1, 100 points, full batch, float64", unit, entries, profiled=True)
    )
    for members, epochs in ((32, 320), (256, 80)):
        work = reference(scale.shorter(epochs), members)
        entries = every(f"{BOTH}; PyTorch vmap; JAX; C", work, 1e6 / work.epochs / members)
        tasks.append(Task(f"T2, K = {members}", f"a population of {members} of it", unit, entries))
    return Group("T1, T2", 1, tuple(tasks))


def two_cores(scale: Scale) -> Group:
    """The population of T2 on two cores."""
    return Group("T2, two cores", 2, (on_two_cores("T2, K = 256, two cores", scale.shorter(160)),), seconds=0.0)


def on_two_cores(name: str, epochs: int) -> Task:
    """A population on two cores: JAX, which doesn't deal one out, has half of it in a process on each."""
    members, work = 256, reference(epochs, 256)
    per, half = 1e6 / epochs / members, replace(work, population=members // 2)
    entries = every(BOTH, work, per) | {"JAX": Entry((half, half), per)}
    return Task(name, "on two cores", "µs an epoch of a network", entries)


def digits(scale: Scale) -> Group:
    """Digits in mini-batches: T3."""
    names = f"{BOTH}; {EVERYWHERE}; PyTorch eager, fused; MLX; nn-engine-core; C"
    return Group("T3", 1, (in_mini_batches("T3", scale.shorter(8), names, profiled=True),))


def in_mini_batches(name: str, epochs: int, names: str, *, profiled: bool = False) -> Task:
    """Digits, learnt by these contenders."""
    work = Training(
        *(DIGITS, Data("digits", 1797), cr.SoftmaxCrossEntropy(), cr.Adam(0.001), epochs),
        batch_size=32,
        dtype="float32",
        checked=(1, 2),  # 57 and 114 steps
    )
    steps = work.epochs * -(-work.data.n // 32)
    what = "digits, 64-64-10, batches of 32, Adam, float32"
    return Task(name, what, "µs a step", every(names, work, 1e6 / steps), profiled=profiled)


def lenet(scale: Scale) -> Group:
    """LeNet-5: T4."""
    names = f"{BOTH}; PyTorch eager; PyTorch eager, fused; JAX; MLX"
    tasks = [on_images(f"T4, batch {size}", size, scale.shorter(3), names) for size in (32, 128, 512)]
    return Group("T4", 2, (*tasks[:-1], replace(tasks[-1], memory=True)), seconds=0.0)


def on_images(name: str, size: int, epochs: int, names: str) -> Task:
    """LeNet-5 in batches of a size, learnt by these contenders."""
    work = Training(
        *(LENET, Data("noise", IMAGES), cr.SoftmaxCrossEntropy(), cr.Adam(0.001), epochs),
        batch_size=size,
        dtype="float32",
        checked=(1, 4) if size == 32 else (1,),  # 128 steps; larger batches run the same program
    )
    steps = work.epochs * IMAGES // size
    what = f"LeNet-5 on 28 x 28 images, batches of {size}, Adam, float32"
    return Task(name, what, "ms a step", every(names, work, 1e3 / steps))


def learning_rates(scale: Scale) -> Group:
    """The lab's comparison of learning rates: T5. Peers get half of the networks on each core."""
    lab = LabScale(scale.compared_epochs, starts=STARTS)
    chapter = LearningRates()
    experiment, rates = chapter.tasks(lab)["linear"], chapter.settings["learning_rate"]
    members = [(rate, seed) for rate in rates for seed in range(STARTS)]

    def training(some: list[tuple[float, int]], epochs: int, population: bool = True) -> Training:
        of_each, seeds = zip(*some, strict=True)
        return Training(
            *(REFERENCE, Data("linear", 100), cr.HalfSquaredError()),
            optimizer=cr.SGD(of_each if population else of_each[0]),
            epochs=epochs,
            seed=seeds if population else seeds[0],
            population=len(seeds) if population else None,
            dtype=experiment.dtype,
            checked=(1, 10),  # at rates of 10 and more, rounding grows to 0.1 within 100 steps
        )

    whole = scale.compared_epochs
    fewer = whole // 20
    halves = tuple(training(some, fewer) for some in (members[::2], members[1::2]))
    two = tuple(training([(rate, 0)], fewer, population=False) for rate in (0.1, 1.0))
    of_all, of_two = whole / fewer, whole / fewer * len(members) / 2
    note = f"extrapolated from {fewer:,} epochs"
    ours = Entry((Comparison(experiment, tuple(rates), training(members, whole)),), 1.0, "by `cr.compare`")
    entries = {
        "chainrule": ours,
        "chainrule, NumPy": ours,
        "PyTorch eager": Entry(two, of_two, f"{note} of 2 of the {len(members)} runs"),
        **{name: Entry(halves, of_all, note) for name in ("PyTorch vmap", "JAX", "C")},
    }
    what = f"the lab's learning rates: {len(rates)} rates x {STARTS} starts, {whole:,} epochs, float32"
    task = Task("T5", what, "s", entries)
    return Group("T5", 2, (task,), seconds=0.0)


def predictions(scale: Scale) -> Group:
    """Predictions: T7."""
    tasks, what = [], "a prediction, its input checked"
    names = f"{BOTH}; {EVERYWHERE}"
    for title, network, dtype in (("T1's network", REFERENCE, "float64"), ("T3's network", DIGITS, "float32")):
        one = Prediction(network, 1, scale.shorter(1000), dtype)
        entries = every(names, one, 1e6 / one.times)
        tasks.append(Task(f"T7, one sample, {title}", what, "µs", entries, profiled=True))
        many = Prediction(network, 100_000, 1, dtype)
        tasks.append(Task(f"T7, 100,000 samples, {title}", what, "ms", every(names, many, 1e3)))
    return Group("T7", 1, tuple(tasks), seconds=0.05)


def short_runs(scale: Scale) -> Group:
    """A short run: compiling it, or choosing not to, must cost nothing."""
    work = replace(reference(100), data=Data("xor", 21), checked=(1, 10))
    task = Task("100 epochs of xor", "a whole run, which is short", "ms", every(BOTH, work, 1e3))
    return Group("lowering", 1, (task,))
