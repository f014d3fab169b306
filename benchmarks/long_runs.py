"""Long runs of T1 to T4, beside the fastest of their peers: short ones tell of a run's start as well as of steps."""

from benchmarks.tasks import Group, Scale, Task, every, in_mini_batches, on_images, on_two_cores, reference

LONGER = 10
"""How many times as many epochs they have: what a run costs once is a small part of them."""

LONG = "a long run"


def long_runs(scale: Scale) -> Group:
    """The three on one core."""
    tasks = []
    for name, members, epochs in (("T1", None, 2000), ("T2, K = 256", 256, 80)):
        work = reference(scale.shorter(LONGER * epochs), members)
        entries = every("chainrule; JAX; C", work, 1e6 / work.epochs / (members or 1))
        tasks.append(Task(f"{name}, {LONG}", f"{work.epochs:,} epochs", "µs an epoch of a network", entries))
    names = "chainrule; JAX; PyTorch eager; nn-engine-core; C"
    tasks.append(in_mini_batches(f"T3, {LONG}", scale.shorter(LONGER * 8), names))
    return Group("long", 1, tuple(tasks))


def long_runs_on_two_cores(scale: Scale) -> Group:
    """The population and LeNet-5, on two cores."""
    population = on_two_cores(f"T2, K = 256, two cores, {LONG}", scale.shorter(LONGER * 160))
    epochs, names = scale.shorter(LONGER * 3), "chainrule; PyTorch eager; PyTorch eager, fused"
    images = [on_images(f"T4, batch {size}, {LONG}", size, epochs, names) for size in (32, 128, 512)]
    return Group("long, two cores", 2, (population, *images), seconds=0.0)
