"""Equations as lines of the page: those in sight as MathML, and how many there are."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chainrule.interfaces.play.messages import Lines
from chainrule.lab.explain.algebra.equation import Equation
from chainrule.lab.explain.algebra.symbols import Symbol
from chainrule.lab.explain.content import Section
from chainrule.lab.explain.notations.mathml import MATHML, equation


def sections_in_sight(
    sections: Sequence[Section], sight: Lines, verdict: Callable[[Symbol], int], sample: int | None
) -> list[dict[str, Any]]:
    """Sections with their lines, counted through all of them: MathML of those in sight, None for the others.

    sample: the one whose terms are marked in the sum over samples that a gradient is.
    verdict: on the gradient of a name; the lines in sight that are about one carry it as their mark.

    A note is written where its section's first line is in sight: to know what to say it looks at all of them.
    """
    found, at = [], 0
    for each in sections:
        end = at + len(each.equations)
        rows = range(max(at, sight.first), min(end, sight.first + sight.count))
        lines = {str(row): "".join(_line(each.equations[row - at], sample)) for row in rows}
        note = f'<p class="note">{MATHML.note(remark)}</p>' if at in rows and (remark := each.remark) else None
        marks = {str(row): mark for row in rows if (mark := verdict(each.equations[row - at].symbol))}
        found.append({"title": each.title, "note": note, "first": at, "end": end, "lines": lines, "marks": marks})
        at = end
    return found


def _line(which: Equation, sample: int | None) -> Iterator[str]:
    yield equation(which, sample if which.kept else None)
    if remark := which.remark:
        yield f'<p class="note remark">{MATHML.note(remark)}</p>'


def whole(value: float | None) -> str | None:
    """A number with all its digits, as the page shows it; None where there is none.

    >>> whole(0.1), whole(float("nan")), whole(None)
    ('0.1', None, None)
    """
    return None if value is None or not math.isfinite(value) else repr(float(value))
