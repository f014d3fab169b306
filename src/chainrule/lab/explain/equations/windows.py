"""The layers whose outputs each see one window: convolution and the pools; and Dense, whose window is all inputs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from chainrule.core.arrays import count
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Expression, Number, added, constant, largest
from chainrule.lab.explain.algebra.notes import Note, formula
from chainrule.lab.explain.equations.layer import LayerEquations, PassedBack, Share, Shares


class WindowEquations(LayerEquations):
    """The base of the layers whose outputs each see one window."""

    def window(self, k: int, channels: Sequence[int]) -> Iterator[tuple[tuple[int, ...], int]]:
        """The inputs that output k sees in these channels, without padding, each behind its place in the kernel."""
        shape = self.place.input_shape
        axes = self.layer.axes(shape)
        _, *at = np.unravel_index(k, self.block.shape)
        for channel in channels:
            for offset in np.ndindex(*(axis.kernel for axis in axes)):
                where = [int(w) * axis.stride + o - axis.before for w, o, axis in zip(at, offset, axes, strict=True)]
                if all(0 <= each < axis.length for each, axis in zip(where, axes, strict=True)):
                    yield (channel, *offset), int(np.ravel_multi_index((channel, *where), shape))

    def seen(self, k: int) -> list[int]:
        """The inputs that output k sees in its own channel."""
        return [i for _, i in self.window(k, (self.channel(k),))]

    def channel(self, k: int) -> int:
        """The channel of an output."""
        return k // count(self.block.shape[1:])


class ConvolutionEquations(WindowEquations):
    """z = Σ w a + b, the sum over what the kernel lies on; so ∂z/∂a = w and ∂z/∂w = a."""

    def made_of(self, k: int, sample: int) -> Expression:
        o = self.channel(k)
        window = self.window(k, range(self.place.input_shape[0]))
        terms = [self._weight(o, there) * self.a(i, sample) for there, i in window]
        if self.layer.bias:
            terms.append(self.numbers.parameter(self.block, "bias", (o,)))
        return added(terms)

    def _weight(self, o: int, there: tuple[int, ...]) -> Number:
        return self.numbers.parameter(self.block, "weights", (o, *there))

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        channel = i // count(self.place.input_shape[1:])
        found: list[Share] = []
        for k, _ in self.recording.dependents(i, sample).tolist():
            there = next(there for there, seen in self.window(k, (channel,)) if seen == i)
            found.append((self._weight(self.channel(k), there), k, sample))
        return Shares.listed(found)

    def uses(self, name: str, index: tuple[int, ...]) -> Shares:
        o, places = index[0], count(self.block.shape[1:])
        outputs = range(o * places, (o + 1) * places)
        if name == "bias":
            return self.in_every_sample(outputs)
        seen = {k: i for k in outputs for there, i in self.window(k, (index[1],)) if there == index[1:]}
        read = list(seen.values())
        return self.in_every_sample(
            list(seen), self.recording.input[read], lambda row, sample: self.a(read[row], sample)
        )


class DenseEquations(ConvolutionEquations):
    """z_k = Σ w_ki a_i + b_k: a convolution's equation, where the window is all inputs, each a channel of its own."""

    def window(self, k: int, channels: Sequence[int]) -> Iterator[tuple[tuple[int, ...], int]]:
        return (((i,), i) for i in channels)

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        return Shares.listed([(self._weight(k, (i,)), k, sample) for k in range(self.block.units)])

    def remark(self) -> Note:
        shape = self.numbers.shape(self.block.sources[0])
        if len(shape) == 1:
            return ()
        inside = f"{shape[2]} · (row - 1) + column" if len(shape) == 3 else "place"
        counted = f"{count(shape[1:])} · (channel - 1) + {inside}"
        return (f"Layer {self.block.number} reads maps as Flatten counts them: its input number is {counted}.",)


class MaxPoolEquations(WindowEquations):
    """The largest of a window; the gradient goes to it, the first where several are as large."""

    def made_of(self, k: int, sample: int) -> Expression:
        return largest(*(self.a(i, sample) for i in self.seen(k)))

    def forward(self, k: int, sample: int) -> list[Equation]:
        (made,) = super().forward(k, sample)
        winner = max(self.seen(k), key=lambda i: float(self.recording.input[i, sample]))  # the first, as in the layer
        said = " is the largest of the window: all of the gradient goes to it."
        return [replace(made, note=(formula(self.a(winner, sample).name), said))]

    def passed_back(self, slot: int, i: int, sample: int) -> PassedBack:
        won = [share for share in self.shares(slot, i, sample) if share[0] is None]
        units = tuple(k for _, k, _ in won)
        note: Note = (" is no window’s maximum; its gradient is 0.",)
        if won:
            names = (formula(self.numbers.z(self.block, k, sample).name) for k in units)
            listed = [part for name in names for part in (", ", name)][1:]
            note = (" is the largest of the window of ", *listed, ".")
        return PassedBack(self.products(Shares.listed(won)), units, note=(formula(self.a(i, sample).name), *note))

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression | None:
        return None if value == 1.0 else constant(value)


class AveragePoolEquations(WindowEquations):
    """The mean of a window, padding counted as zeros; each input has the same share of it."""

    def made_of(self, k: int, sample: int) -> Expression:
        return added([self.a(i, sample) for i in self.seen(k)]) / self.size

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression:
        return constant(1) / self.size

    @property
    def size(self) -> int:
        """The count of numbers that are averaged."""
        return count(tuple(axis.kernel for axis in self.layer.axes(self.place.input_shape)))


class GlobalAveragePoolEquations(AveragePoolEquations):
    """The mean of a channel, which is one large window."""

    def seen(self, k: int) -> list[int]:
        return [*range(k * self.size, (k + 1) * self.size)]

    @property
    def size(self) -> int:
        return count(self.place.input_shape[1:])
