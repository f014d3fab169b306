"""The verdict on each gradient that a line names: a parameter's, and a unit's δ or ∂L/∂a of a sample."""

from collections.abc import Callable

import numpy as np

from chainrule.core.architecture import Place
from chainrule.core.arrays import Array
from chainrule.core.blocks import Block
from chainrule.core.differences import ROUNDING, STEP, STEPS_BESIDE, TOLERANCE
from chainrule.core.streams import stream
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol
from chainrule.lab.explain.proof import AGREES, DIFFERS, KINK, UNKNOWN, verdicts_on
from chainrule.lab.explain.step.addresses import find_parameter
from chainrule.lab.explain.step.numbers import LETTERS
from chainrule.lab.explain.step.recording import Recording
from chainrule.lab.explain.step.training_step import TrainingStep


class Verdicts:
    """The verdicts on a step's gradients, each compared when it is asked for.

    >>> import chainrule as cr
    >>> from chainrule.lab.explain.explanation import explain
    >>> x, y = cr.datasets.xor()
    >>> network = cr.mlp(2, 4, 1)
    >>> step = explain(network, network.initialize(seed=0), x, y, cr.HalfSquaredError(), cr.SGD(0.5))
    >>> verdicts = Verdicts(step)
    >>> [verdicts.of(each) == AGREES for each in (step.weight(1, 2, 1).symbol, step.unit(2, 1).symbol)]
    [True, True]
    >>> verdicts.of(Symbol("z", 2, (1,), 0)) == UNKNOWN
    True
    """

    def __init__(self, step: TrainingStep) -> None:
        self._numbers = step.numbers
        self._check = step.numbers.recording.check()

    def on(self, positions: list[int]) -> list[int]:
        """The verdicts on parameters, at these places in theta."""
        found: list[int] = verdicts_on(self._check, positions, len(self._numbers.theta)).tolist() if positions else []
        return found

    def of(self, symbol: Symbol) -> int:
        """The verdict on the gradient of this name; UNKNOWN of what is none."""
        if symbol.layer is None or symbol.prefix:
            return UNKNOWN
        names = {letter: name for name, letter in LETTERS.items()}
        if symbol.of == LOSS and symbol.letter in names:
            return self._of_parameter(symbol, names[symbol.letter])
        block = self._numbers.blocks[symbol.layer - 1]
        if symbol.letter == "δ":
            return self._of_unit(symbol, block, is_last=False)
        return self._of_unit(symbol, block, is_last=True) if (symbol.of, symbol.letter) == (LOSS, "a") else UNKNOWN

    def _of_parameter(self, symbol: Symbol, name: str) -> int:
        to, *rest = symbol.index
        from_ = tuple(rest) if name == "weights" else name
        place = find_parameter(self._numbers.blocks, symbol.layer or 0, to, from_)
        return self.on([self._numbers.position(*place)])[0]

    def _of_unit(self, symbol: Symbol, block: Block, is_last: bool) -> int:
        """The verdict on ∂L/∂a, where the layer's last part makes its output, or on δ, where its first makes z."""
        place = (block.activation or block.head) if is_last else block.head
        unit = np.ravel_multi_index([each - 1 for each in symbol.index], block.shape)
        sample = 0 if symbol.sample is None else self._numbers.samples.index(symbol.sample)
        return self.on_outputs(place, np.array([unit]), np.array([sample]))

    def on_outputs(self, place: Place, outputs: Array, samples: Array) -> int:
        """The verdict on the gradients of a layer's outputs (m,) of samples (m,), counted in the step: on all at once.

        Of several, the difference is taken along a random direction, in which each of them takes part alike.
        """
        signs = stream(0, "check", place.number, len(outputs)).choice((-1.0, 1.0), len(outputs))
        direction = np.ones(1) if len(outputs) == 1 else signs / np.sqrt(len(outputs))

        def compared(recording: Recording, step: float) -> tuple[float, bool]:
            """The error beside the largest gradient, and whether a kink lies within the step."""
            around = recording.around_output(place, outputs, samples, step, direction)
            scale = max(abs(recording.gradient).max(), ROUNDING * abs(recording.value) * STEP / step)
            slope = direction @ recording.layers[place].d_output[outputs, samples]
            error = abs(around.difference - slope) / scale
            is_seen = error > TOLERANCE and around.jump / scale > TOLERANCE
            return error, is_seen or any(where.any() for where in around.changed.values())

        error, is_kink = compared(self._numbers.recording, STEP)
        if is_kink:
            error = max(_beside(self._numbers.recording, side, compared) for side in (1.0, -1.0))
        return DIFFERS if not error <= TOLERANCE else KINK if is_kink else AGREES


def _beside(recording: Recording, side: float, compared: Callable[[Recording, float], tuple[float, bool]]) -> float:
    """The error at the first place on a side without a kink; else the least of all places."""
    errors = []
    for k, step in enumerate(STEPS_BESIDE):
        error, is_kink = compared(recording.beside(side, k), step)
        errors.append(error)
        if not is_kink:
            return error
    return min(errors)
