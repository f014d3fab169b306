"""A number worked out: equations in sections, with words between. Every notation renders this and nothing else."""

from dataclasses import dataclass
from typing import Any

from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.expression import Number
from chainrule.lab.explain.algebra.shortened import LARGEST, WHOLE, cut_sums
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.notes import Words, sentences


@dataclass(frozen=True)
class Section:
    """Equations under a heading, with a sentence before them."""

    title: str
    equations: tuple[Equation, ...]
    note: Words = ()

    @property
    def remark(self) -> Words:
        """The sentence, and whether sums are cut."""
        is_cut = any(each.expression is not None and cut_sums(each.expression) for each in self.equations)
        cut = f"Of a sum of more than {WHOLE} terms the {LARGEST} largest are shown, and a bias."
        return sentences(self.note, (cut,) if is_cut else ())


@dataclass(frozen=True, eq=False)
class Working:
    """A number of a training step, worked out.

    symbol, value: what is worked out, with the plan's number.
    difference: the same by a central difference of the loss; None where there is nothing to compare.
    drawings: the network as SVG, its edges by weight and by gradient.  key: how to read them.

    `text()`, `html()`, `latex()` and `to_dict()` show the same numbers. A notebook shows it as HTML.
    """

    title: str
    lead: str
    symbol: Symbol
    value: float
    sections: tuple[Section, ...]
    difference: float | None = None
    drawings: tuple[str, ...] = ()
    key: str = ""

    @property
    def error(self) -> float | None:
        """How far the difference is from the value."""
        return None if self.difference is None else abs(self.difference - self.value)

    @property
    def equations(self) -> tuple[Equation, ...]:
        """All of them, in order."""
        return tuple(each for section in self.sections for each in section.equations)

    def equation(self) -> Equation:
        """The one that says what is worked out."""
        return next(each for each in self.equations if each.symbol == self.symbol)

    @property
    def shown_value(self) -> Number:
        """The value as it is shown: as the equation says that works it out, where there is one."""
        return next((each.shown_value for each in self.equations if each.symbol == self.symbol), Number(self.value))

    def text(self) -> str:
        """As lines of plain text."""
        from chainrule.lab.explain.notations.text import page

        return page(self)

    def latex(self) -> str:
        """As LaTeX, for a document with amsmath."""
        from chainrule.lab.explain.notations.latex import page

        return page(self)

    def html(self) -> str:
        """As a part of a page, with MathML: no script is needed."""
        from chainrule.lab.explain.notations.mathml import page

        return page(self)

    def to_dict(self) -> dict[str, Any]:
        """As plain lists, numbers and strings, ready for JSON; numbers are whole, not rounded as in the other forms."""
        from chainrule.lab.explain.notations.plain import page

        return page(self)

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_latex_(self) -> str:
        from chainrule.lab.explain.notations.latex import alone

        return alone(self.equation())

    def __str__(self) -> str:
        return self.text()
