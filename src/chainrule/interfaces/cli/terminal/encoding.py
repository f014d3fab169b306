"""Names such as δ⁽²⁾₁ where an output's encoding has these characters, and delta(2)_1 where it lacks them."""

import codecs
import io
import re
import sys
from typing import IO

from chainrule.core.foreign import visible

WORDS = str.maketrans(
    {
        "α": "alpha",
        "β": "beta",
        "γ": "gamma",
        "δ": "delta",
        "ε": "epsilon",
        "λ": "lambda",
        "μ": "mu",
        "ρ": "rho",
        "σ": "sigma",
        "ω": "omega",
        "Σ": "sum ",
        "∂": "d",
        "\N{COMBINING CIRCUMFLEX ACCENT}": "_hat",
        "′": "'",
        "’": "'",
        "·": "*",
        "×": "x",
        "−": "-",
        "±": "+-",
        "≤": "<=",
        "≥": ">=",
        "½": "1/2 ",
        "‖": "|",
        "₊": "_plus",
        "₋": "_minus",
        "⋮": ":",
        "←": "left",
        "→": "right",
        "↑": "up",
        "↓": "down",
        **dict(zip("▁▂▃▄▅▆▇█", ".:-=+*#@", strict=True)),
    }
)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def writable(text: str) -> str:
    r"""Text for stdout: no terminal obeys it, and it is in ASCII if the encoding lacks one of its characters.

    >>> print(writable("cat\x1b[2J"))
    cat\x1b[2J
    """
    text = lines_shown(text)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return in_ascii(text)
    return text


def lines_shown(text: str) -> str:
    """Lines of text in which nothing is left that a terminal would obey."""
    return "\n".join(map(visible, text.split("\n")))


def replace_missing_characters(*outputs: IO[str]) -> None:
    """Replace characters that the output's encoding lacks by ASCII, instead of failing: in help pages, too."""

    def replaced(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return in_ascii(error.object[error.start : error.end]), error.end

    codecs.register_error("in ASCII", replaced)
    for output in outputs:
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="in ASCII")


def in_ascii(text: str) -> str:
    """A text in ASCII; a character that `WORDS` doesn't know becomes a question mark.

    >>> in_ascii("∂L/∂w⁽²⁾₁,₃ = δ⁽²⁾₁[3] · a⁽¹⁾₃[3] + x̂⁽¹⁾₂² ≤ 1")
    'dL/dw(2)_1,3 = delta(2)_1[3] * a(1)_3[3] + x_hat(1)_2^2 <= 1'
    """
    text = re.sub("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾", lambda layer: f"({layer[1].translate(RAISED)})", text)
    text = re.sub("[₀-₉]+(?:,[₀-₉]+)*", lambda index: f"_{index[0].translate(LOWERED)}", text)
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: f"^{power[0].translate(RAISED)}", text)
    return text.translate(WORDS).encode("ascii", "replace").decode()
