"""A layer's step in matrices, in every form: the public object that `Explanation.matrices` returns."""

from typing import Any

from chainrule.lab.explain.copies import CopiedAsItself
from chainrule.lab.explain.matrices import latex, mathml, plain, text
from chainrule.lab.explain.matrices.matrix import MatrixContent


class MatrixForm(CopiedAsItself, MatrixContent):
    """A layer's whole step as equations between matrices, with the chain's sum for one entry of each.

    `text()`, `html()`, `latex()` and `to_dict()` show it as a `Derivation`'s do. Large matrices show some of their rows
    and columns; `sections` and `to_dict()` have all numbers.
    """

    def text(self) -> str:
        """The matrices as lines of plain text; the chosen entry stands between ‹ and ›."""
        return text.page(self)

    def latex(self) -> str:
        """The matrices as LaTeX, for a document with amsmath; the chosen entry is boxed."""
        return latex.page(self)

    def html(self) -> str:
        """The matrices as a part of a page, with MathML: no script is needed."""
        return mathml.page(self)

    def to_dict(self) -> dict[str, Any]:
        """The matrices as plain lists, numbers and strings, ready for JSON; numbers are whole, not rounded."""
        return plain.page(self)

    def _repr_html_(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return self.text()
