"""The frame of a plot made of characters: ticks to the left and below, the axes' names, a legend, a neighbour."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from chainrule.interfaces.cli.terminal.axes import Axis, number
from chainrule.interfaces.cli.terminal.canvas import Paper

Lines = list[Text]


class Frame:
    """The frame of a plot of so many rows, whose whole width is given, or that of the plot alone (inner).

    >>> frame = Frame(Axis("x", 0, 1), Axis("y", 0, 10), 3, Paper(unicode=False), inner=8)
    >>> for line in frame.around([Text("o")] * 3):
    ...     print(line.plain)
     y
     10 +o
      5 +o
      0 +o
        ++------+
         0      1
            x
    """

    def __init__(
        self, across: Axis, up: Axis, rows: int, paper: Paper, *, columns: int = 0, inner: int = 0, aside: int = 0
    ) -> None:
        self.across, self.up, self.rows, self.paper = across, up, rows, paper
        self.labels = [""] * rows
        for value in up.ticks(max(3, rows // 3)):
            self.labels[self.row(value)] = number(value)
        self.left = 1 + max(map(len, self.labels))
        self.inner = inner or columns - self.left - 2 - aside
        self.width = self.left + 2 + self.inner + aside

    def row(self, value: float) -> int:
        """The row that a value stands in, the uppermost 0."""
        return int(np.clip((1 - self.up.share(value)) * self.rows, 0, self.rows - 1))

    def around(self, body: Lines, legend: Sequence[Text] = ()) -> Lines:
        """The plot in its frame: a name above, a row for each of its own, ticks and a name below, and the legend."""
        corner, vertical, tick, below, horizontal = "└│┤┬─" if self.paper.unicode else "+|++-"
        lines = [Text(" " + self.paper.word(self.up.name, self.width - 1), "bold")]
        for label, row in zip(self.labels, body, strict=True):
            side = f"{label:>{self.left}} {tick}" if label else f"{'':{self.left}} {vertical}"
            lines.append(Text.assemble((side, "dim"), row))
        rule, words = [horizontal] * self.inner, ""
        for value in self.across.ticks(max(2, self.inner // 10)):
            label = number(value)
            place = min(int(self.across.share(value) * self.inner), self.inner - 1)
            start = min(place - (len(label) - 1) // 2, self.inner - len(label))
            start = max(start, -self.left - 1)
            words, margin = words or " " * (self.left + 2), self.left + 2
            if margin + start >= len(words.rstrip()) + (2 if words.strip() else 0):
                words = words.rstrip().ljust(margin + start) + label
                rule[place] = below
        lines.append(Text(" " * (self.left + 1) + corner + "".join(rule), "dim"))
        lines.append(Text(words, "dim"))
        name = self.paper.word(self.across.name, self.inner)
        lines.append(Text(" " * (self.left + 2 + (self.inner - cell_len(name)) // 2) + name))
        return lines + _packed(legend, self.left + 2, self.width)


def beside(left: Lines, right: Lines, width: int, gap: int = 3) -> Lines:
    """Two plots, the left one `width` wide.

    >>> [line.plain for line in beside([Text("ab")], [Text("c"), Text("d")], 3, gap=1)]
    ['ab  c', '    d']
    """
    lines = []
    for one, other in zip_longest(left, right, fillvalue=Text()):
        lines.append(Text.assemble(one, " " * (width + gap - one.cell_len), other))
    return lines


def _packed(entries: Sequence[Text], indent: int, width: int) -> Lines:
    """The entries of a legend in as few lines as hold them."""
    lines: Lines = []
    for entry in entries:
        if lines and lines[-1].cell_len + 3 + entry.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], "   ", entry)
        else:
            lines.append(Text.assemble(" " * indent, entry))
    return lines
