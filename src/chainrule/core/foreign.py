"""Text of others within what is written here: names of classes, columns and files, values that a sentence quotes.

One function for each form. JSON needs none, `json` escapes; CSV has its own in `training/files/csv_text.py`.
"""

import reprlib
import unicodedata

UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, halves of pairs, and separators of lines and paragraphs."""

TURNING = {*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
"""Characters that turn the direction of what follows: `name.\u202egnp` is shown as a picture's name. Source: UAX #9."""

LONGEST_SENTENCE = 1_000
"""The most characters of a sentence: a table may have 100,000 columns, whose names it lists."""

LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "#$%&_{}"},
}
"""The ten characters that mean something else to LaTeX."""

XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
"""The five that mean something else to XML, in quotes too."""


def visible(text: str) -> str:
    r"""Text for a line in a terminal or a sentence: what a terminal would obey is shown as its code.

    >>> print(visible("cat\x1b[2J\u202e"))
    cat\x1b[2J\u202e
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_code(each) if unicodedata.category(each) in UNSEEN or each in TURNING else each for each in text)


def in_brief(sentence: str) -> str:
    """A sentence short enough to be read to its end: of a longer one the middle is left out.

    >>> len(in_brief("x" * 100_000))
    1005
    """
    half = LONGEST_SENTENCE // 2
    return sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[:half]} ... {sentence[-half:]}"


def said(value: object) -> str:
    """A value as a sentence quotes it: short, on one line.

    >>> said("x" * 100), said([1, 2])
    ("'xxxxxxxxxxxx...xxxxxxxxxxxxx'", '[1, 2]')
    """
    try:
        return visible(" ".join(reprlib.repr(value).split()))[:200]
    except ValueError:  # an int of thousands of digits
        return f"a huge {type(value).__name__}"


def in_xml(text: str) -> str:
    r"""Text for HTML, SVG or MathML, in an element or in quotes. XML has no control characters, not even escaped.

    >>> print(in_xml('<b title="x">\x00'))
    &lt;b title=&quot;x&quot;&gt;\x00
    """
    return "".join(XML.get(each, each) for each in visible(text))


def in_latex(text: str) -> str:
    r"""Text for LaTeX, outside of mathematics.

    >>> print(in_latex(r"50% of \input{x}"))
    50\% of \textbackslash{}input\{x\}
    """
    return "".join(LATEX.get(each, each) for each in visible(text))


def _code(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
