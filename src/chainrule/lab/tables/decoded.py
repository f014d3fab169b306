"""Text files, decoded: a copy in UTF-8 with one kind of line end, made in pieces, so that it takes no memory."""

import codecs
import gzip
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from chainrule.core.errors import FileError
from chainrule.lab.tables.copies import folder_for_copy
from chainrule.training.files.reading import CHUNK, Source

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; UTF-32's first, since UTF-16's begins one of them."""

WINDOWS = "cp1252"
"""What a file that isn't UTF-8 most often is."""

GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Text:
    """The copy of a text file. name: of the file, for sentences.  path: of the copy.  notes: what is to be said."""

    name: str
    path: str
    encoding: str
    notes: tuple[str, ...] = ()

    def pieces(self, size: int, start: int = 0) -> Iterator[bytes]:
        """The bytes from `start` on, in pieces of about this size; each ends where a line does, outside of quotes."""
        with open(self.path, "rb") as file:
            file.seek(start)
            rest = b""
            while block := file.read(size):
                rest += block
                end = _end(rest)
                if end:
                    yield rest[:end]
                    rest = rest[end:]
            if rest:
                yield rest


def _end(block: bytes) -> int:
    """Where the last line of a block ends that ends outside of quotes; 0 where there is none among the last ones."""
    end = block.rfind(b"\n") + 1
    quotes = block.count(b'"', 0, end)
    for _ in range(1000):
        if end == 0 or quotes % 2 == 0:
            return end
        before = block.rfind(b"\n", 0, end - 1) + 1
        quotes -= block.count(b'"', before, end)
        end = before
    return 0


@contextmanager
def decoded(source: Source, encoding: str | None = None) -> Iterator[Text]:
    r"""The copy of a text file, which may be packed by gzip, in a folder of its own; both are gone after the block.

    encoding: None obeys a byte order mark, and else takes UTF-8, or cp1252 where it isn't that. Raises FileError for
    what isn't text in this encoding, and beyond the limit of the source.

    >>> from pathlib import Path
    >>> from chainrule.training.files.reading import in_memory
    >>> with decoded(in_memory("pets.csv", "Größe\r\n4,5".encode("cp1252"))) as text:
    ...     text.encoding, Path(text.path).read_text("utf-8")
    ('cp1252', 'Größe\n4,5')
    """
    head = source.head(4)
    is_packed = head.startswith(GZIP)
    with folder_for_copy(source.name) as folder, _unpacked(source, is_packed) as file:
        if is_packed:
            head = file.read(4)
        marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
        path = os.path.join(folder, "table.txt")

        notes: tuple[str, ...] = ()
        used = encoding or marked or "utf-8"
        wrong = _copy(source, file, path, used, is_packed)
        if wrong and not encoding and not marked:
            used, first = WINDOWS, wrong
            notes = (f"it isn't UTF-8 ({first}), and is read as {WINDOWS}: --encoding says another",)
            wrong = _copy(source, file, path, used, is_packed)
        if wrong:
            raise FileError(f"{source.name} isn't text in {used} ({wrong}); say its encoding, as --encoding cp850.")
        yield Text(source.name, path, used, notes)


def _copy(source: Source, file: BinaryIO, path: str, encoding: str, is_packed: bool) -> str:
    """Copy a file from this encoding; where it isn't of it, return the line and the reason."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)(), translate=True
    )
    n_bytes, n_lines = 0, 1
    file.seek(0)
    with open(path, "wb") as copy:
        while True:
            chunk = file.read(CHUNK)
            n_bytes += len(chunk)
            source.check(n_bytes, unpacked=is_packed)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:  # a UnicodeDecodeError, or one of a codec of its own
                n_lines += chunk.count(b"\n", 0, getattr(error, "start", 0))
                return f"line {n_lines}: {getattr(error, 'reason', error)}"
            if "\0" in text:
                n_lines += text.count("\n", 0, text.index("\0"))
                raise FileError(
                    f"{source.name}, line {n_lines}: expected text, got a zero byte; save it as CSV in UTF-8, or say "
                    "its encoding, as --encoding utf-16."
                )
            n_lines += text.count("\n")
            copy.write(text.encode("utf-8", "replace"))
            if not chunk:
                return ""


@contextmanager
def _unpacked(source: Source, is_packed: bool) -> Iterator[BinaryIO]:
    source.file.seek(0)
    if not is_packed:
        yield source.file
        return
    with gzip.GzipFile(fileobj=source.file) as file:
        yield file  # type: ignore[misc]  # it reads and seeks as a BinaryIO does
