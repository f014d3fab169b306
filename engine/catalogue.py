"""Write catalogue.h, the catalogue of fused kernels: `make kernels`.

It trains every case of the tests' table and usual stacks of layers, in the ways in which people train, and notes the
instructions of each elementwise operation that the engine makes of the rows. So a kernel comes from a layer's calls,
and from nowhere else.
"""

import itertools
import textwrap
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any
from unittest import mock

import chainrule as cr
from cases import CASES, OPTIMIZERS, Case
from chainrule.core.activations import ACTIVATIONS
from chainrule.core.arrays import Array
from chainrule.core.engine import likeness, lowering
from chainrule.core.engine.registers import instruct
from chainrule.core.engine.row import COMPARISONS, INSTRUCTIONS

PATH = Path(__file__).with_suffix(".h")
NAMES = list(INSTRUCTIONS)

HEADER = """\
/* The catalogue of fused kernels, written by `make kernels`: kernel.h compiles it, elementwise.c looks it up.

   A kernel is known by its operands' number, its registers' number and its instructions: what each does, where the
   result goes, and what it reads. Places count operands, then registers. ONE: of an operand that is one number. */
"""

LEFT_OUT = {INSTRUCTIONS[name] for name in ("expm1", "log", "tanh", "logaddexp", "from_bool", *COMPARISONS)}
"""Functions that take so long that a kernel gains a tenth at most; and instructions on bools, which no case fuses."""

Signature = tuple[int, tuple[int, ...]]
"""The number of operands, and the settings of an elementwise operation."""


def catalogue(found: Mapping[Signature, Set[int]]) -> str:
    """The text of catalogue.h, the shortest kernels first."""
    return HEADER + "".join(kernel(*each, found[each]) for each in sorted(found, key=lambda each: (len(each[1]), each)))


def kernel(n_operands: int, settings: tuple[int, ...], ones: Set[int]) -> str:
    """A kernel as C reads it: its signature, with what it reads first and what it stores last."""
    n_registers, numbers = settings[0], settings[1:]
    read, written, steps = set[int](), set[int](), []
    for what, out, *inputs in zip(*[iter(numbers)] * 4, strict=True):
        read |= set(inputs) - written
        written.add(out)
        steps.append(f"DO({NAMES[what]},~{out},~{inputs[0]},~{inputs[1]})")
    once = " ".join(f"ONE({k})" for k in sorted(ones))
    loads = " ".join(f"READ({k})" for k in sorted(read - ones))
    stores = " ".join(f"WRITE({k})" for k in sorted(written) if k < n_operands)
    text = f"KERNEL({n_operands},~{n_registers},~{once},~{loads},~{' '.join(steps)},~{stores})"
    return textwrap.fill(text, 128, subsequent_indent="    ").replace("~", " ") + "\n"


def signatures() -> dict[Signature, Set[int]]:
    """The elementwise operations of all cases where a kernel is faster, with the operands that are always one number.

    A kernel saves the loads and stores between instructions: one instruction alone has none.
    """
    found: dict[Signature, Set[int]] = {}

    def noted(*args: Any) -> tuple[str, tuple[Array, ...], tuple[int, ...]]:
        record = _, operands, settings = instruct(*args)
        signature, ones = (len(operands), settings), one_numbers(operands)
        found[signature] = found.get(signature, ones) & ones
        return record

    nothing_known = mock.patch.dict(likeness.known_rows, clear=True)  # all rows are lowered, also those seen before
    with mock.patch.object(lowering, "instruct", noted), nothing_known, cr.engine("compiled"):
        train_cases()
    return {
        (n, settings): ones
        for (n, settings), ones in found.items()
        if len(settings) > 5 and LEFT_OUT.isdisjoint(settings[1::4])
    }


def one_numbers(operands: Sequence[Array]) -> Set[int]:
    """The operands that are one number for a whole row of others."""
    row = max(each.shape[-1] if each.ndim else 1 for each in operands)
    return {k for k, each in enumerate(operands) if row > 1 and (not each.ndim or each.shape[-1] == 1)}


def train_cases() -> None:
    """Train each case, and usual stacks; and one case with each optimizer, with and without a clip and a penalty."""
    for case in (*CASES.values(), *usual_stacks()):
        train(case, optimizer=cr.SGD(0.1))
    for optimizer, clip, penalty in itertools.product(OPTIMIZERS.values(), (None, 1.0), (None, cr.L2(0.01))):
        train(CASES["SoftmaxCrossEntropy"], optimizer=optimizer, clip=clip, penalty=penalty)


def usual_stacks() -> Iterator[Case]:
    """Each activation among the layers that people put around it: neighbours' calls are fused with each other."""
    for kind in ACTIVATIONS.values():
        a, drop, norm = kind(), cr.Dropout(0.2), cr.BatchNorm()
        dense, last = cr.Dense(5), (cr.Flatten(), cr.Dense(2))
        for stack in ((a, drop), (norm, a), (cr.Residual([dense, a, dense]), a)):
            yield Case(cr.Network((3,), (dense, *stack, *last)), cr.SquaredError())
        for stack in ((norm, a, cr.MaxPool(2)), (a, cr.MaxPool(2), drop), (a, cr.AveragePool(2), drop)):
            yield Case(cr.Network((2, 8, 8), (cr.Conv2D(3, 3), *stack, *last)), cr.SquaredError())
        yield Case(cr.Network((3,), (dense, cr.Dense(2), a)), cr.SquaredError())


def train(case: Case, **settings: Any) -> None:
    """Train a case for a moment: on the whole of its data and in mini-batches, alone and as a population."""
    x, y = case.data(32)
    for batch_size, population in itertools.product((None, 16), (None, 2)):
        several = {"batch_size": batch_size, "population": population, "validation": (x, y)}
        run = cr.train(case.network, x, y, loss=case.loss, epochs=1, **several, **settings)
        run.model.predict(x)
        case.network.loss_and_gradient(run.model.theta, x, y, case.loss, state=run.model.state)


if __name__ == "__main__":
    PATH.write_text(catalogue(signatures()), encoding="utf-8")
