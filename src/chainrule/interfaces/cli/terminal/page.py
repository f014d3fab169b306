"""The page of an explanation: a derivation's lines in colours, as wide as the terminal."""

from rich.text import Text

from chainrule.interfaces.cli.terminal.encoding import writable
from chainrule.interfaces.cli.terminal.output import stdout
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.notations.text import WIDTH, lines

STYLES = {"title": "bold", "heading": "bold cyan", "note": "dim", "equation": "", "": ""}

NARROWEST, WIDEST = 40, WIDTH + 20
"""The columns that a page takes at least, beyond the edge of a narrower terminal, and at most."""


def show(derivation: Derivation) -> None:
    """Print a derivation on stdout: coloured in a terminal, plain in a pipe."""
    console = stdout()
    width = console.width - 1 if console.is_terminal else WIDTH
    for line in styled(derivation, width):
        console.print(line, soft_wrap=True)
    console.file.flush()  # an error in writing is then raised here, where it gets its sentence


def styled(derivation: Derivation, width: int) -> list[Text]:
    """The lines of a derivation with their colours, in at most `width` columns where they can be broken."""
    return [
        Text(writable(text), STYLES[style]) for style, text in lines(derivation, max(NARROWEST, min(width, WIDEST)))
    ]
