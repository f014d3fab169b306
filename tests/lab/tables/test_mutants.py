"""Mutants of the public cases, and of every other form: each is read or refused in one sentence, soon.

`make soak` tries 20,000 of them in one process, `.ci/run` a tenth of that.
"""

import functools
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.lab.tables.find import find
from chainrule.lab.tables.found import Found
from chainrule.lab.tables.options import Options
from chainrule.training.files.reading import in_memory
from damaged import damaged, read_or_refused
from drawn import SOAK, examples
from lab.tables.test_forms import WRITERS

CASES = sorted((Path(__file__).parent / "cases").iterdir())
FEW, MANY = 200, 1000
"""The mutants of a usual run, and of a soak for each of its times."""

DELIMITERS = (",", ";", "\t", "|", " ", ":", "\x1f")

ODD = (
    "",
    '"',
    "'",
    "\0",
    "9" * 100_000,
    "x" * 200_000,
    "," * 20_000,
    "\n" * 1000,
    '"' * 999,
    "1,421",
    "-" + " " * 5000,
    "1e999",
    "\ufeff",
    "\u202e",
    "=cmd()",
    "NaN",
    "{",
    "[{",
    "@data",
    "sep=,",
    "#",
    "2026-02-31",
    "٣",
    "1_0",
    "é" * 50,
)


@functools.cache
def originals() -> tuple[bytes, ...]:
    """The beginnings of the cases, and a table in every form."""
    found = [path.read_bytes()[:1500] for path in CASES]
    with tempfile.TemporaryDirectory() as folder:
        for write in WRITERS:
            path = Path(folder, write.__name__)
            write(path)
            found.append(path.read_bytes())
    return tuple(found)


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """A file with other delimiters, doubled quotes, huge cells, rows that are cut, joined or repeated, other bytes."""
    content = draw(st.sampled_from(originals()))
    change = draw(st.sampled_from(("bytes", "bytes", "delimiter", "cell", "cell", "line", "quote", "encoding")))
    if change == "bytes":
        return draw(damaged(content))
    text = content.decode("latin-1")
    place = draw(st.integers(0, len(text)))
    if change == "delimiter":
        old, new = draw(st.sampled_from(DELIMITERS)), draw(st.sampled_from(DELIMITERS))
        text = text[:place] + text[place:].replace(old, new, draw(st.sampled_from((-1, 1, 3))))
    elif change == "cell":
        text = text[:place] + draw(st.sampled_from(ODD)) + text[place + draw(st.integers(0, 8)) :]
    elif change == "line":
        lines = text.split("\n")
        k = draw(st.integers(0, len(lines) - 1))
        lines[k : k + 1] = draw(
            st.sampled_from(([], [lines[k]] * 50, [lines[k] + lines[0]], ["", lines[k]], [lines[k][:3]]))
        )
        text = "\n".join(lines)
    elif change == "quote":
        text = text.replace(draw(st.sampled_from(DELIMITERS)), '","', draw(st.integers(1, 5)))
    else:
        codec = draw(st.sampled_from(("utf-16", "utf-16-le", "utf-8-sig", "utf-7", "cp500")))
        return text.encode(codec)
    return text.encode("latin-1", "replace") if draw(st.booleans()) else text.encode("utf-8", "replace")


OPTIONS = (
    *[Options()] * 6,
    Options(delimiter=";"),
    Options(delimiter="space", header=False),
    Options(decimal=",", delimiter=";"),
    Options(thousands=".", encoding="utf-16"),
    Options(skip=2, missing_values="x,1,;"),
    Options(categorical="a,kind,weight"),
)


@settings(examples(FEW), max_examples=FEW if SOAK == 1 else MANY * SOAK, suppress_health_check=list(HealthCheck))
@given(content=mutants(), options=st.sampled_from(OPTIONS))
def test_a_mutant_is_read_or_refused_in_a_sentence(content: bytes, options: Options):
    with read_or_refused():
        consistent(find(in_memory("mutant", content), options))


def consistent(found: Found) -> None:
    """Columns of one length, with names of their own, and places for what is said of them."""
    assert found.columns
    assert {len(each.values) for each in found.columns} == {len(found)} != {0}
    assert len({each.name for each in found.columns}) == len(found.columns)
    assert all(each.values.dtype.kind in "fOM" and len(each.gaps()) == len(found) for each in found.columns)
    for row in (0, len(found) - 1, *(doubt.row for each in found.columns for doubt in each.doubts)):
        assert found.place(row)
