"""A number of a training step, derived, in every form: the public object that `explain`'s methods return."""

from typing import Any

from chainrule.lab.explain.content import Content
from chainrule.lab.explain.copies import CopiedAsItself
from chainrule.lab.explain.notations import latex, mathml, plain, text


class Derivation(CopiedAsItself, Content):
    """A number of a training step, derived line by line.

    `text()`, `html()`, `latex()` and `to_dict()` show the same numbers. A notebook shows it as HTML.
    `value` is the number, `difference` its central difference and `error` how far apart they are; `title`, `lead`,
    `sections` and `drawings` are the parts of the page.
    """

    def text(self) -> str:
        """The derivation as lines of plain text."""
        return text.page(self)

    def latex(self) -> str:
        """The derivation as LaTeX, for a document with amsmath."""
        return latex.page(self)

    def html(self) -> str:
        """The derivation as a part of a page, with MathML: no script is needed."""
        return mathml.page(self)

    def to_dict(self) -> dict[str, Any]:
        """The derivation as plain lists, numbers and strings, ready for JSON; numbers are whole, not rounded."""
        return plain.page(self)

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_latex_(self) -> str:
        return latex.alone(self.equation())

    def __str__(self) -> str:
        return self.text()
