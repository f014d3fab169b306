"""The rule for running a batch: whole, in micro-batches of its samples, or in groups of its members.

The choice follows from the objective and the shapes alone, so results are the same on any number of cores.
"""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.core.architecture import Architecture
from chainrule.core.arrays import count
from chainrule.core.engine.choice import Engine
from chainrule.core.objective import Objective
from chainrule.core.parameters import Parameters
from chainrule.core.plan.binding import Generators
from chainrule.core.plan.bound import BoundBatch
from chainrule.training.data.samples import TrainingData
from chainrule.training.execution.threads import THREADS
from chainrule.training.execution.whole import Whole

MOST_NUMBERS = 2**19
"""A micro-batch, or a group of members, has about this many numbers in its activations at most.

Of the reference network on 100 points that is 374 members; 4,096 of them take half of the time that they take at once.
"""

MOST_AT_ONCE = 2**24
"""The most numbers of a group where the engine runs one member after the other: most of its memory is never touched."""

WORTH_THREADS = 2**18
"""Batches of fewer numbers run whole: starting the threads would take longer."""

LARGEST_PRODUCT = 2**22
"""The most multiplications of a product in a micro-batch of a network without convolutions, done here.
Where a micro-batch would be small by this, the BLAS does the products of whole batches, on its threads."""

WHOLE_LINES = 16
"""A micro-batch is rounded up to a multiple of so many samples, by half at most, if threads then have about as many: so
rows of float32 begin at a cache line. LeNet's batch of 512 takes 0.9 of the time by 64 that it takes by 43."""

MOST_UNEVEN = 1.1
"""A thread may get at most this many times half of the batch."""

FEWEST_NUMBERS = 2**17
"""A micro-batch of fewer numbers by this limit is small."""


def bind_batch(
    objective: Objective,
    samples: TrainingData,
    parameters: Parameters,
    generators: Sequence[Generators],
    engine: Engine,
) -> BoundBatch:
    """A batch of samples. generators: those of each thread; a batch that runs in one takes the first's.

    engine: makes the calls of rows that run inside others, in threads.
    """
    n = samples.n
    members = count(parameters.theta.shape[:-1])
    chunks = micro_batches(objective.network, n, members)
    if len(chunks) > 1:
        from chainrule.training.execution.micro_batches import MicroBatches

        return MicroBatches(objective, samples, chunks, parameters, generators, engine)
    takes_turns = engine.numpy_because is None and not generators[0]  # of its members, in memory that a cache can hold
    most = MOST_AT_ONCE if takes_turns else MOST_NUMBERS
    in_groups = groups(objective, n, members, most)
    if len(in_groups) > 1:
        from chainrule.training.execution.groups import Groups

        return Groups(objective, samples, in_groups, parameters, generators[0])
    return Whole(objective, samples, parameters, generators=generators[0], memory=engine.memory)


def micro_batches(network: Architecture, n: int, members: int = 1) -> list[slice]:
    """The micro-batches of a batch of n samples, of one size (the last may be shorter), about as many
    samples for each thread.

    One where a layer mixes samples or keeps a state. Without convolutions also for a population, whose members are
    dealt out to threads instead, where layers are random, and where products are large.

    >>> from chainrule.core.layers.dense import Dense
    >>> micro_batches(Architecture(784, [Dense(10)]), 300)
    [slice(0, 300, None)]
    >>> len(micro_batches(Architecture(2, [Dense(4)]), 1_000_000))
    14
    """
    layers = [leaf.layer for leaf in network.leaves]
    is_whole = network.n_state > 0 or any(layer.mixes_samples for layer in layers)
    most = MOST_NUMBERS
    if not any(layer.unfolds for layer in layers):
        largest = max(leaf.stop - leaf.start for leaf in network.leaves)
        most = min(most, LARGEST_PRODUCT // max(largest, 1) * network.n_numbers)
        is_random = any(layer.without_randomness() is not layer for layer in layers)
        is_whole |= members > 1 or is_random or most < min(FEWEST_NUMBERS, MOST_NUMBERS)
    if is_whole or network.n_numbers * n < WORTH_THREADS:
        return [slice(0, n)]
    rounds = -(-n * network.n_numbers // (THREADS * most))
    size = -(-n // (THREADS * rounds))
    in_lines = range(-(-size // WHOLE_LINES) * WHOLE_LINES, size * 3 // 2 + 1, WHOLE_LINES)
    balanced = (each for each in in_lines if -(-n // (THREADS * each)) * each <= MOST_UNEVEN * n / THREADS)
    return chunks_of(n, next(balanced, size))


def groups(objective: Objective, n: int, members: int, most: int) -> list[slice]:
    """The groups of a population's members, each of about so many numbers at most: as few as can be, of one size (the
    last may be smaller).

    One where settings of the network or the penalty have K values: those lie in a description as a whole.
    """
    described = [each for each in (objective.network, objective.penalty) if each is not None]
    has_k_values = any(each.members() for each in described)
    n_groups = 1 if has_k_values else -(-members * n * objective.network.n_numbers // most)
    return chunks_of(members, -(-members // n_groups))


def chunks_of(total: int, size: int) -> list[slice]:
    """Slices of one size that cover a range; the last may be shorter.

    >>> chunks_of(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + size, total)) for start in range(0, total, size)]
