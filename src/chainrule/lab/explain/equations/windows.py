"""The layers whose outputs each look at one window, or at a whole channel: convolution and the pools."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from chainrule.core.arrays import count
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import ONE, Expression, Number, Quotient, constant, function, plus, times
from chainrule.lab.explain.equations.layer import Head, PassedBack, Share, Shares, named
from chainrule.lab.explain.notes import Formula, Words, formula


class Windows(Head):
    """The base of the layers whose outputs each look at one window."""

    def window(self, k: int, channels: Sequence[int]) -> Iterator[tuple[tuple[int, ...], int]]:
        """What output k sees in these channels: the place in the kernel (C, kh, kw), and the input; without padding."""
        shape = self.place.input_shape
        axes = self.layer.axes(shape)
        _, *at = np.unravel_index(k, self.block.shape)
        for channel in channels:
            for offset in np.ndindex(*(axis.kernel for axis in axes)):
                where = [int(w) * axis.stride + o - axis.before for w, o, axis in zip(at, offset, axes, strict=True)]
                if all(0 <= each < axis.length for each, axis in zip(where, axes, strict=True)):
                    yield (channel, *offset), _flat((channel, *where), shape)

    def channel(self, k: int) -> int:
        """The channel of an output."""
        return k // count(self.block.shape[1:])


class ConvolutionHead(Windows):
    """Dense's equation over one window: z = Σ w a + b, the sum over what the kernel lies on."""

    def made_of(self, k: int, sample: int) -> Expression:
        o = self.channel(k)
        seen = self.window(k, range(self.place.input_shape[0]))
        terms: list[Expression] = [times(self._weight(o, there), self.a(i, sample)) for there, i in seen]
        if self.layer.bias:
            terms.append(self.numbers.parameter(self.block, "bias", (o,)))
        return plus(*terms)

    def _weight(self, o: int, there: tuple[int, ...]) -> Number:
        return self.numbers.parameter(self.block, "weights", (o, *there))

    def shares(self, slot: int, i: int, sample: int) -> Shares:
        channel = i // count(self.place.input_shape[1:])
        found: list[Share] = []
        for k, _ in self.recording.listeners(i, sample).tolist():
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


class MaxPoolHead(Windows):
    """The largest of a window; the gradient goes to it, the first where several are as large."""

    def made_of(self, k: int, sample: int) -> Expression:
        return function("max", *(self.a(i, sample) for i in self._seen(k)))

    def _seen(self, k: int) -> list[int]:
        return [i for _, i in self.window(k, (self.channel(k),))]

    def forward(self, k: int, sample: int) -> list[Equation]:
        *_, made = super().forward(k, sample)
        seen = self._seen(k)
        largest = max(seen, key=lambda i: float(self.recording.input[i, sample]))  # the first, as in the layer
        note = (
            formula(named(self.a(largest, sample))),
            " is the largest of the window: all of the gradient goes to it.",
        )
        return [replace(made, note=note)]

    def passed_back(self, slot: int, i: int, sample: int) -> PassedBack:
        shares = self.shares(slot, i, sample)
        won = [share for share in shares if share[0] is None]
        mine = formula(named(self.a(i, sample)))
        windows = [formula(named(self.numbers.z(self.block, k, sample))) for _, k, _ in won]
        note: Words = (mine, " is the largest of no window: nothing comes back.")
        if won:
            note = (mine, " is the largest of the window of ", *_listed(windows), ".")
        units = tuple(k for _, k, _ in won)
        return PassedBack(self.products(Shares.listed(won)), units, note=note)

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression | None:
        return None if value == 1.0 else constant(value)


class AveragePoolHead(Windows):
    """The mean of a window, padding counted as zeros; each input has the same share of it."""

    def made_of(self, k: int, sample: int) -> Expression:
        seen = (self.a(i, sample) for _, i in self.window(k, (self.channel(k),)))
        return Quotient(plus(*seen), self._size)

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression:
        return Quotient(ONE, self._size)

    @property
    def _size(self) -> Number:
        return constant(count(tuple(axis.kernel for axis in self.layer.axes(self.place.input_shape))))


class GlobalAveragePoolHead(Head):
    """The mean of a channel."""

    def made_of(self, k: int, sample: int) -> Expression:
        size = count(self.place.input_shape[1:])
        return Quotient(plus(*(self.a(i, sample) for i in range(k * size, (k + 1) * size))), constant(size))

    def factor(self, value: float, k: int, sample: int, of_input: Number) -> Expression:
        return Quotient(ONE, constant(count(self.place.input_shape[1:])))


def _listed(names: Sequence[Formula]) -> Words:
    """Names with commas between."""
    return tuple(part for each in names for part in (", ", each))[1:]


def _flat(index: Sequence[int], shape: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(tuple(index), shape))
