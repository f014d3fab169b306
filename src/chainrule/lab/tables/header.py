"""Whether the first row of a table holds names, and the names: each one's own, in one Unicode form."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from chainrule.lab.tables.gaps import GAPS, GAPS_AMONG_NUMBERS
from chainrule.lab.tables.moments import forms_of
from chainrule.lab.tables.numerals import is_number, is_plain
from chainrule.training.files.csv_text import unguarded

LOOKED_AT = 200
"""The rows below the first that are asked."""

MANY = 8
"""The fewest whole numbers in a first row that don't count on (1, 2, 3, ...) by chance."""

Row = Sequence[str]


def is_header(first: Row, rest: Sequence[Row]) -> bool:
    """Whether the first row holds names, as the rows below it tell; all have as many cells.

    Text above numbers speaks for names, a number above text as well; a number above numbers speaks against them, and so
    does a text that comes again below. Where nothing speaks, distinct texts are names. Numbers are names where they
    count on, as years do, and are apart from those below.

    >>> is_header(["weight", "kind"], [["4.5", "cat"], ["20", "dog"]]), is_header(["5", "?"], [["5", "1"], ["3", "4"]])
    (True, False)
    >>> is_header(["2019", "2020", "2021"], [["0", "0", "1"], ["1", "2", "4"]])
    True
    """
    rest = rest[:LOOKED_AT]
    for_names = against = 0
    for j, cell in enumerate(first):
        below = [row[j].strip() for row in rest]
        kinds = {_kind(each) for each in set(below)} - {"gap"}
        kind = _kind(cell.strip())
        if kind == "gap" or not kinds:
            continue
        if (kind == "text" and "text" not in kinds) or (kind != "text" and kinds == {"text"}):
            for_names += 1
        elif kind != "text" or cell.strip() in below:
            against += 1
    if not rest:
        return all(_kind(cell.strip()) == "text" for cell in first)
    if counts_on(first) and _is_apart(first, rest):
        return True
    if for_names or against:
        return for_names > against
    names = [cell.strip() for cell in first if _kind(cell.strip()) == "text"]
    return len(names) > 0 and len(set(names)) == len(names)


def counts_on(row: Row) -> bool:
    """Whether the numbers in a row are whole and go up by the same step: 2019, 2020, 2021, or 0, 1, 2 and a text.

    >>> counts_on(["2019", "2020", "2021"]), counts_on(["0", "1", "2", "class"]), counts_on(["1", "4", "5"])
    (True, True, False)
    """
    cells = [cell.strip() for cell in row]
    numbers = [int(cell) for cell in cells if cell.isdecimal() and len(cell) <= 9]
    others = [cell for cell in cells if not cell.isdecimal()]
    steps = {after - before for before, after in pairwise(numbers)}
    if len(numbers) < 2 or len(steps) != 1 or steps <= {0} or min(steps) < 0 or any(map(is_number, others)):
        return False
    return len(numbers) > 2 or all(1800 <= number <= 2200 for number in numbers)


def _is_apart(first: Row, rest: Sequence[Row]) -> bool:
    """Whether the numbers in the first row aren't like those below: many that count on, or rounder, or out of range."""
    if any(counts_on(row) for row in rest):
        return False
    if sum(cell.strip().isdecimal() for cell in first) >= MANY:
        return True
    for j, cell in enumerate(first):
        below = [row[j].strip() for row in rest]
        numbers = [float(each) for each in below if is_plain(each)]
        is_whole = numbers and "." not in "".join(below)
        if cell.strip().isdecimal() and is_whole and min(numbers) <= float(cell) <= max(numbers):
            return False
    return True


def names_of(cells: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names in a header, and what is to be said of each: NFC, without blanks at the ends; "" gets one, and a second
    one of a name another.

    >>> names_of(["a", " b", "a", ""])
    (('a', 'b', 'a (2)', 'column 4'), ('', '', 'a second column is named a: it is called a (2)', ''))
    """
    wanted = [unicodedata.normalize("NFC", unguarded(cell)) for cell in cells]
    taken = Counter(wanted)
    names: list[str] = []
    notes = []
    used: set[str] = set()
    for position, name in enumerate(wanted, 1):
        own, k = name or numbered(position), 2
        while own in used or (own != name and own in taken):
            own, k = f"{name or numbered(position)} ({k})", k + 1
        notes.append(f"a second column is named {name}: it is called {own}" if name and own != name else "")
        used.add(own)
        names.append(own)
    return tuple(names), tuple(notes)


def numbered(position: int) -> str:
    """The name of a column without one. position: counted from 1."""
    return f"column {position}"


GAP = frozenset((*GAPS, *GAPS_AMONG_NUMBERS))


def _kind(cell: str) -> str:
    if cell in GAP:
        return "gap"
    return "number" if is_number(cell) else "date" if forms_of([cell]) else "text"
