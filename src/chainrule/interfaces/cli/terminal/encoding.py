"""Letters that an output can write: names such as δ⁽²⁾₁ where its encoding has them, delta(2)_1 where it hasn't."""

import codecs
import io
import re
import sys
from typing import IO

WORDS = {
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
}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def writable(text: str, output: IO[str] | None = None) -> str:
    """A text as an output can write it: as it is, or in ASCII. The output is stdout unless another is given."""
    encoding = getattr(output or sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return in_ascii(text)
    return text


def write_anything(*outputs: IO[str]) -> None:
    """Let outputs write a letter that they haven't in ASCII, instead of failing: those of a help page, too."""

    def replaced(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return in_ascii(error.object[error.start : error.end]), error.end

    codecs.register_error("in ASCII", replaced)
    for output in outputs:
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="in ASCII")


def in_ascii(text: str) -> str:
    """A text in the letters of every keyboard; what has no word here becomes a question mark.

    >>> in_ascii("∂L/∂w⁽²⁾₁,₃ = δ⁽²⁾₁[3] · a⁽¹⁾₃[3] + x̂⁽¹⁾₂² ≤ 1")
    'dL/dw(2)_1,3 = delta(2)_1[3] * a(1)_3[3] + x_hat(1)_2^2 <= 1'
    """
    text = re.sub("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾", lambda layer: f"({layer[1].translate(RAISED)})", text)
    text = re.sub("[₀-₉]+(?:,[₀-₉]+)*", lambda index: f"_{index[0].translate(LOWERED)}", text)
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: f"^{power[0].translate(RAISED)}", text)
    for sign, word in WORDS.items():
        text = text.replace(sign, word)
    return text.encode("ascii", "replace").decode()
