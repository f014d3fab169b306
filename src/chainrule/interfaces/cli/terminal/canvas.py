"""What plots in a terminal are drawn on: how many cells there are, which characters and colours they may have.

Lines stand on the terminal's own background, in colours that light and dark ones bear. A map brings its own: dark, or
light where the terminal says that it is (COLORFGBG, as vim reads it).
"""

import os
import shutil
import sys
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.console import Console

from chainrule.lab.figures.svg import PALETTE

COLORS = (
    PALETTE["class 0"],
    PALETTE["class 1"],
    PALETTE["run"],
    ("#a8508c", "#dd96c4"),
    ("#8a6d00", "#e3bd3a"),
    ("#5a626c", "#a3acb7"),
)
"""Of classes and of curves: on light paper and on dark, those of the figures first. Six are told apart."""

CUBE = (
    ("#ffd7af", "#af5f00"),
    ("#afd7ff", "#005f87"),
    ("#afd7af", "#00875f"),
    ("#ffd7ff", "#875f87"),
    ("#ffffaf", "#878700"),
    ("#d0d0d0", "#585858"),
)
"""The same where a terminal knows 256: pale and deep, the one on the other. No finer tints are among them."""

ANSI = ("yellow", "blue", "green", "magenta", "cyan", "red")
"""The same where a terminal knows sixteen colours."""

MARKS, ASCII_MARKS = "●■▲◆▼★", "ox+*#@"
SHADES, ASCII_SHADES = " ░▒▓", " .:%"
"""What fills the classes' regions where there are no colours."""


@dataclass(frozen=True)
class Paper:
    """So many columns and rows of cells; unicode: more than ASCII; colors: how many a cell may have, 0, 16 or more."""

    columns: int = 80
    rows: int = 24
    unicode: bool = True
    colors: int = 0
    light: bool = False

    @classmethod
    def of_stdout(cls) -> "Paper":
        """What stdout can show. A pipe gets 80 columns, or COLUMNS, and no colours."""
        size = shutil.get_terminal_size()
        console = terminal()
        colors = {None: 0, "standard": 16, "windows": 16, "256": 256, "truecolor": 1 << 24}[console.color_system]
        return cls(
            columns=size.columns - 1,  # some terminals break a line that is full
            rows=size.lines,
            unicode=not console.options.ascii_only and not console.is_dumb_terminal,
            colors=0 if console.no_color else colors,
            light=os.environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15"),
        )

    def word(self, name: str, width: int) -> str:
        """A name in at most so many cells.

        >>> Paper().word("sepal length", 8), Paper(unicode=False).word("Größe", 8)
        ('sepal...', 'Gr??e')
        """
        name = name if self.unicode else name.encode("ascii", "replace").decode()
        return name if cell_len(name) <= width else set_cell_size(name, width - 3) + "..."

    def mark(self, k: int, n: int) -> str:
        """The mark of class k of n: shapes, which differ where colours don't; letters where classes are many.

        >>> Paper(unicode=False).mark(1, 2), Paper().mark(1, 9)
        ('x', 'b')
        """
        marks = MARKS if self.unicode else ASCII_MARKS
        return marks[k] if n <= len(marks) else chr(ord("a") + k % 26)

    def shade(self, k: int) -> str:
        """What fills the region of class k where there are no colours."""
        shades = SHADES if self.unicode else ASCII_SHADES
        return shades[k % len(shades)]

    def line_color(self, k: int) -> str:
        """The k-th colour of lines and words on the terminal's own background; none where there are none."""
        return "" if not self.colors else ANSI[k % 6] if self.colors == 16 else COLORS[k % 6][0]

    def ink(self) -> str:
        """The colour of boundaries on a map."""
        return "black" if self.colors == 16 else PALETTE["ink"][not self.light]

    def mark_color(self, k: int) -> str:
        """The colour of a point of class k on a map."""
        if self.colors == 16:
            return "bright_white"
        return (CUBE[k % 6][self.light]) if self.colors == 256 else COLORS[k % 6][not self.light]

    def tint(self, k: int, certainty: float) -> str:
        """The colour of a place on a map that is class k, the stronger the surer the answer is.

        >>> paper = Paper(colors=1 << 24)
        >>> paper.tint(0, 0.0), paper.tint(0, 1.0)
        ('#22262b', '#6b3d19')
        """
        if self.colors == 16:
            return ANSI[k % 6]
        if self.colors == 256:
            return CUBE[k % 6][not self.light] if certainty >= 0.25 else ("#eeeeee" if self.light else "#303030")
        blank = "#eceef0" if self.light else "#22262b"
        share = round(8 * certainty) / 8 * (0.42 if self.light else 0.41)  # in steps, so that neighbours share a style
        ends = (Color.parse(each).get_truecolor() for each in (blank, COLORS[k % 6][0]))
        return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in zip(*ends, strict=True))


def terminal() -> Console:
    """Stdout, with colours where it is a terminal that wants them; it breaks no line."""
    return Console(file=sys.stdout, force_terminal=sys.stdout.isatty(), soft_wrap=True, highlight=False)
