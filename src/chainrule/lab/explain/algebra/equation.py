"""An equation: a named number of the step, the expression that makes it, and both as they are shown."""

from dataclasses import dataclass
from functools import cached_property

from chainrule.lab.explain.algebra.expression import Expression, Number, has_names
from chainrule.lab.explain.algebra.notes import Formula, Note, sentences
from chainrule.lab.explain.algebra.rounding import as_shown, is_followed, settled, typed
from chainrule.lab.explain.algebra.shortened import note_of_zeros, shortened
from chainrule.lab.explain.algebra.symbols import DIGITS, Symbol, digits


@dataclass(frozen=True)
class Equation:
    """A named number of the training step, and how it comes from others.

    value: the plan's.  expression: what it is made of; None for what isn't made of anything here.
    label: what else it is called, such as a column of the data.
    note: a sentence beside it.  digits: how many the value is shown with.
    zeros: names of numbers that are 0 but for rounding, and are shown as 0.
    kept: terms of the sum that it is, by their places, which are shown however long it is.
    """

    symbol: Symbol
    value: float
    expression: Expression | None = None
    note: Note = ()
    digits: int = DIGITS
    zeros: frozenset[Symbol] = frozenset()
    label: str = ""
    kept: tuple[int, ...] = ()

    @classmethod
    def of(cls, number: Number, expression: Expression | None = None, note: Note = ()) -> "Equation":
        """The equation of a number that has a name."""
        return cls(number.name, number.value, expression, note)

    @classmethod
    def between(cls, symbol: Symbol, expression: Expression) -> "Equation":
        """A number that is computed here, on the way to others."""
        return cls(symbol, expression.evaluate(), expression)

    @property
    def number(self) -> Number:
        """The number that it is about, for other equations."""
        return Number(self.value, self.symbol)

    @cached_property
    def shown(self) -> Expression | None:
        """The expression as it is shown: long sums shortened, and 0 where only rounding is left."""
        if self.expression is None:
            return None
        return settled(shortened(self.expression, kept=self.kept), self.zeros, self.symbol in self.zeros)

    @property
    def shown_value(self) -> Number:
        """The value as it is shown."""
        return Number(0.0 if self.symbol in self.zeros else self.value, digits=self.digits)

    @cached_property
    def sides(self) -> tuple[Expression, ...]:
        """Everything that is said to be equal to the name: the expression in names, in numbers, and the value."""
        match self.shown:
            case None | Number(_, None):
                return (self.shown_value,)
            case Number() as named:
                return (named, self.shown_value)
            case shown if not has_names(shown):
                return (typed(shown, self.shown_value), self.shown_value)
            case shown:
                return (shown, typed(shown, self.shown_value), self.shown_value)

    @property
    def remark(self) -> Note:
        """The note, and sentences on terms that the expression leaves out."""
        cut = () if self.expression is None else note_of_zeros(self.expression, self.kept)
        return sentences(self.note, self._of_rounding(), self._of_digits(), cut)

    def _of_rounding(self) -> Note:
        """A sentence for where the note compares a number with 0 that is shown as 0."""
        for part in self.note:
            if isinstance(part, Formula) and part.parts[-1] == "0" and part.parts[0] in self.zeros:
                side = "above" if ">" in part.parts else "below"
                return (f"Its computed value is slightly {side} 0.",)
        return ()

    def _of_digits(self) -> Note:
        """A sentence for where the digits that are shown come to something else: beside a 0, that is."""
        if len(self.sides) < 3 or is_followed(self.sides[1], self.shown_value):
            return ()
        is_zero = self.shown_value.value == 0.0
        left = digits(as_shown(self.sides[1]), 1 if is_zero else self.digits)
        return (
            f"The digits shown come to {left}; with all digits it is {'0 but for rounding' if is_zero else 'this'}.",
        )

    @property
    def error(self) -> float:
        """The distance between the value of the expression and the plan's."""
        return 0.0 if self.expression is None else abs(self.expression.evaluate() - self.value)
