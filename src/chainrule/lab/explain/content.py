"""The content of a derivation: equations in sections, with notes between. Every notation renders this alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Number, functions_in
from chainrule.lab.explain.algebra.notes import Note, sentences
from chainrule.lab.explain.algebra.rounding import MARGIN, error_bound
from chainrule.lab.explain.algebra.shortened import LARGEST, WHOLE, cut_sums, ends_otherwise, shortened
from chainrule.lab.explain.algebra.symbols import Symbol


@dataclass(frozen=True)
class Section:
    """Equations under a heading, with a note before them."""

    title: str
    equations: tuple[Equation, ...]
    note: Note = ()

    @property
    def remark(self) -> Note:
        """The note, and a sentence where sums are cut."""
        long = [each for equation in self.equations if equation.expression for each in cut_sums(equation.expression)]
        last = " and its last one" if any(map(ends_otherwise, long)) else ""
        cut = f"A sum of more than {WHOLE} terms shows its {LARGEST} largest{last}."
        has_log = any("log" in functions_in(shortened(each.expression)) for each in self.equations if each.expression)
        natural = "log is the natural logarithm: ln on a calculator."
        return sentences(self.note, (natural,) if has_log else (), (cut,) if long else ())


@dataclass(frozen=True, eq=False)
class Content:
    """A number of a training step, derived.

    symbol, value: the number that is derived; the value is the plan's.
    difference: the number by a central difference of the loss; None where there is nothing to compare.
    draw: makes the drawings.  key: how to read them.  sample: the one that is followed, by its row of the data.
    way: the units that are on the way to the loss, from 0, by their layer's number.
    """

    title: str
    lead: str
    symbol: Symbol
    value: float
    sections: tuple[Section, ...]
    difference: float | None = None
    draw: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False)
    key: str = ""
    sample: int | None = None
    way: Mapping[int, Sequence[int]] = field(default_factory=dict)

    @cached_property
    def drawings(self) -> tuple[str, ...]:
        """The network as SVG, its edges by weight and by gradient; drawn when it is asked for."""
        return self.draw()

    @property
    def error(self) -> float | None:
        """The distance between the difference and the value."""
        return None if self.difference is None else abs(self.difference - self.value)

    @property
    def equations(self) -> tuple[Equation, ...]:
        """All equations, in order."""
        return tuple(each for section in self.sections for each in section.equations)

    def equation(self) -> Equation:
        """The equation of the number that is derived."""
        return next(each for each in self.equations if each.symbol == self.symbol)

    @property
    def shown_value(self) -> Number:
        """The value as it is shown: as its equation says, where there is one."""
        return next((each.shown_value for each in self.equations if each.symbol == self.symbol), Number(self.value))


def with_zeros(*sections: Section) -> tuple[Section, ...]:
    """Sections whose equations know which numbers, their own or earlier ones, are 0 but for rounding."""
    known: dict[Symbol, float] = {}
    zeros: frozenset[Symbol] = frozenset()
    found = []
    for section in sections:
        equations = []
        for each in section.equations:
            if each.expression is not None:
                known[each.symbol] = bound = error_bound(each.expression, known)
                is_zero = each.value != 0.0 and abs(each.value) <= MARGIN * bound
                zeros = zeros | {each.symbol} if is_zero else zeros - {each.symbol}
            equations.append(replace(each, zeros=zeros))
        found.append(replace(section, equations=tuple(equations)))
    return tuple(found)
