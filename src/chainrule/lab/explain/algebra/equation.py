"""An equation: a named number of the step, what it is made of, and what is shown of that."""

from dataclasses import dataclass

from chainrule.lab.explain.algebra.expression import Expression, Number
from chainrule.lab.explain.algebra.rounding import settled
from chainrule.lab.explain.algebra.shortened import said_of, shortened
from chainrule.lab.explain.algebra.symbols import DIGITS, Symbol
from chainrule.lab.explain.notes import Formula, Words, sentences


@dataclass(frozen=True)
class Equation:
    """A named number of the training step, and how it comes from others.

    value: what the plan has.  expression: what it is made of, None for what nothing is made of here.
    note: words beside it.  places: how many digits the value is shown with.
    zeros: names of numbers that are 0 but for rounding, and are shown as 0 (`rounding.marked`).
    """

    symbol: Symbol
    value: float
    expression: Expression | None = None
    note: Words = ()
    places: int = DIGITS
    zeros: frozenset[Symbol] = frozenset()

    @property
    def shown(self) -> Expression | None:
        """The expression as it is shown: long sums shortened, and 0 where only rounding is left."""
        if self.expression is None:
            return None
        return settled(shortened(self.expression), self.zeros, self.symbol in self.zeros)

    @property
    def shown_value(self) -> Number:
        """The value as it is shown."""
        return Number(0.0 if self.symbol in self.zeros else self.value)

    @property
    def remark(self) -> Words:
        """The words beside it, and what is left out of it."""
        cut = () if self.expression is None else said_of(self.expression)
        return sentences(self.note, self._of_noise(), cut)

    def _of_noise(self) -> Words:
        """What is to be said where the words beside it compare a number with 0 that is shown as 0."""
        for part in self.note:
            if isinstance(part, Formula) and part.parts[-1] == "0" and part.parts[0] in self.zeros:
                side = "above" if ">" in part.parts else "below"
                return (f"Rounding has left it a little {side} 0.",)
        return ()

    @property
    def error(self) -> float:
        """How far what the expression comes to is from what the plan has."""
        return 0.0 if self.expression is None else abs(self.expression.evaluate() - self.value)
