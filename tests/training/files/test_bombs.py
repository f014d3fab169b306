"""Small files that unfold to large ones: each ends in a sentence, in a process of its own, before it takes memory."""

import gzip
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr

MIB = 2**20
SIZE = 128 * MIB
"""What the files unfold to. They are read with a limit of 16 MiB."""


def packed(path: Path, head: bytes) -> None:
    """Write a gzip file of a head, and many zeros."""
    with gzip.open(path, "wb", 9) as file:
        file.write(head + bytes(SIZE))


def idx(length: int) -> bytes:
    """The head of an IDX file of so many bytes."""
    return struct.pack(">HBBI", 0, 8, 1, length)


def archive(path: Path, shape: tuple[int, ...], *names: str) -> None:
    """Write an archive whose members have the header of bytes of this shape, and many zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            with file.open(f"{name}.npy", "w") as member:
                header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(member, header)
                member.write(bytes(SIZE))


MODEL = ("theta", "state", "description", "checksum")
BEYOND = (
    "takes 128 MiB unpacked, beyond the limit of 16 MiB; if it is what you want to read, raise the limit: max_size="
)

BOMBS = {
    "no head": ("cr.datasets.read_idx", lambda path: packed(path, b"\1"), "isn't an IDX file"),
    "as its head says": ("cr.datasets.read_idx", lambda path: packed(path, idx(SIZE)), BEYOND),
    "more than its head says": (
        "cr.datasets.read_idx",
        lambda path: packed(path, idx(10)),
        "is damaged: expected 18 bytes for an array of shape (10,), got more.",
    ),
    "an archive as it says": ("cr.datasets.read_numpy", lambda path: archive(path, (128, MIB), "x", "y"), BEYOND),
    "more than it says": (
        "cr.datasets.read_numpy",
        lambda path: archive(path, (3, 1), "x", "y"),
        "array 'x', isn't an .npz file of numbers (its header promises 131 bytes, an array of shape (3, 1), got 134,2",
    ),
    "a model": ("cr.Model.load", lambda path: archive(path, (SIZE,), *MODEL), BEYOND),
    "a table": ("cr.read_table", lambda path: path.write_bytes(bytes(SIZE)), "expected text, got a zero byte"),
}

PROGRAM = """
import resource, sys
import chainrule as cr
read = {}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read(sys.argv[1], max_size="16 MiB")
except cr.FileError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows doesn't count a process's memory in this way")
@pytest.mark.parametrize(("read", "write", "sentence"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_takes_no_memory(read: str, write, sentence: str, tmp_path: Path):
    write(tmp_path / "bomb")
    command = [sys.executable, "-c", PROGRAM.format(read), str(tmp_path / "bomb")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said, taken = done.stdout.splitlines()
    assert sentence in said
    assert int(taken) * (1024 if sys.platform == "linux" else 1) < 16 * MIB


def test_more_members_than_can_be_listed_are_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "many.npz", "w") as file:
        for i in range(100):
            file.writestr(f"{i:060000}", b"")
    with pytest.raises(cr.FileError, match="expected a directory of at most 4,194,304 bytes, got 6,"):
        cr.datasets.read_numpy(tmp_path / "many.npz")
