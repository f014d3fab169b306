"""Damage to files, drawn: bytes that change, go or come, and words of a file's grammar in the wrong place."""

import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from hypothesis import strategies as st

import chainrule as cr

SLOWEST, MOST_MEMORY = 10.0, 300 * 2**20
"""The seconds that a reader may take for one file, and the bytes by which the process may grow over all."""

BYTES = (b"\0", b"\xff", b"\n", b"\x80", b"PK\3\4", b"\xff\xff\xff\x7f", bytes(40), b"\xed\xa0\x80")


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """The bytes with up to four changes anywhere in them."""
    found = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(found)))
        stop = min(len(found), start + draw(st.sampled_from((0, 1, 1, 2, 8, 100))))
        change = draw(st.sampled_from(("flip", "set", "cut", "insert", "delete", "repeat")))
        if change == "flip" and start < len(found):
            found[start] ^= 1 << draw(st.integers(0, 7))
        elif change == "set" and start < len(found):
            found[start] = draw(st.integers(0, 255))
        elif change == "cut":
            del found[start:]
        elif change == "insert":
            found[start:start] = draw(st.sampled_from(BYTES))
        elif change == "delete":
            del found[start:stop]
        elif change == "repeat":
            found[start:start] = found[start:stop] * draw(st.integers(1, 50))
    return bytes(found)


@st.composite
def reworded(draw: st.DrawFn, text: str, words: Sequence[str]) -> str:
    """The text with up to three of its words and signs replaced by others: by its own, or by these."""
    tokens = re.findall(r"[\w.+-]+|\s+|.", text)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(tokens) - 1))
        word = draw(st.one_of(st.sampled_from(tokens), st.sampled_from(words)))
        tokens[place : place + draw(st.integers(0, 2))] = [word]
    return "".join(tokens)


@st.composite
def altered(draw: st.DrawFn, tree: Any, odd: Sequence[Any]) -> Any:
    """A tree of dicts and lists in which a value, at any depth, is left out, replaced or moved."""
    inner = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    if not inner or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(odd))
    key, value = draw(st.sampled_from(inner))
    change = draw(st.sampled_from(("within", "within", "within", "leave out", "add", "move")))
    new = value if change in ("leave out", "add") else draw(altered(value, odd))
    if isinstance(tree, list):
        return [*tree[:key], *([] if change == "leave out" else [new]), *tree[key + (change != "add") :]]
    found = {name: each for name, each in tree.items() if name != key or change == "add"}
    if change == "leave out":
        return found
    other = draw(st.sampled_from([*tree, "type", "units", "x"]))
    return found | {other if change in ("add", "move") else key: draw(st.sampled_from(odd)) if change == "add" else new}


def damaged_text(text: str, words: Sequence[str]) -> st.SearchStrategy[bytes]:
    """The text, reworded, or with its bytes changed."""
    as_bytes = reworded(text, words).map(lambda each: each.encode("utf-8", "surrogatepass"))
    return st.one_of(as_bytes, as_bytes, damaged(text.encode()))


@contextmanager
def read_or_refused() -> Iterator[None]:
    """A block that reads a file: it ends well or in a public error of one sentence, soon, and in little memory.

    Of the process's own time: on a busy machine, a reading of 0.04 s can wait ten for its turn.
    """
    start, before = time.process_time(), memory()
    with suppress(cr.ChainruleError):
        yield
    assert time.process_time() - start < SLOWEST
    assert memory() - before < MOST_MEMORY


def memory() -> int:
    """The most memory that this process has had, in bytes; 0 where the system doesn't say."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
