"""Reading: files that are no files, limits, and errors of every kind in one sentence."""

import io
import os
import socket
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.training.files.limits import check_text
from chainrule.training.files.reading import reading

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs and no devices among its files")

TABLE = b"a,b,y\n1,2,0\n3,4,1\n"


def npy(values) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


READERS = {
    "read_table": cr.read_table,
    "read_idx": cr.datasets.read_idx,
    "read_numpy": cr.datasets.read_numpy,
    "Model.load": cr.Model.load,
    "from_toml": cr.Experiment.from_toml,
}

STREAMED = {
    "read_table": TABLE,
    "read_idx": b"\0\0\x08\x02\0\0\0\2\0\0\0\3" + bytes(6),
    "read_numpy": npy(np.ones((2, 3))),
    "read_numpy of an archive": npz(x=np.ones((2, 3)), y=np.zeros(2)),
    "from_toml": b'data = "moons"\n',
}


class Input:
    """Standard input that holds these bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


@pytest.mark.parametrize(("name", "content"), STREAMED.items(), ids=STREAMED)
def test_standard_input_is_read_by_the_name_of_a_dash(name: str, content: bytes, monkeypatch: pytest.MonkeyPatch):
    read = READERS[name.split()[0]]
    monkeypatch.setattr(sys, "stdin", Input(content))
    read("-")
    monkeypatch.setattr(sys, "stdin", Input(b""))
    with pytest.raises(cr.FileError, match="standard input is empty, or was read before"):
        read("-")


@pytest.mark.parametrize("closed", [None, io.StringIO()])
def test_a_standard_input_that_is_closed(closed: object, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", closed)
    with pytest.raises(cr.FileError, match="expected data on standard input, and it is closed; name a file"):
        cr.read_table("-")


@POSIX
def test_a_device_as_standard_input(monkeypatch: pytest.MonkeyPatch):
    with open("/dev/zero") as zeros:
        monkeypatch.setattr(sys, "stdin", zeros)
        with pytest.raises(cr.FileError, match="got a device; use a pipe, or name a file"):
            cr.read_table("-")


@POSIX
@pytest.mark.parametrize(("name", "content"), STREAMED.items(), ids=STREAMED)
def test_a_fifo_is_read_as_a_stream(name: str, content: bytes, tmp_path: Path):
    os.mkfifo(tmp_path / "fifo")
    writer = threading.Thread(target=lambda: (tmp_path / "fifo").write_bytes(content))
    writer.start()
    READERS[name.split()[0]](tmp_path / "fifo")
    writer.join()


@POSIX
def test_a_stream_without_end_is_read_to_the_limit(tmp_path: Path):
    def write() -> None:
        try:
            with open(tmp_path / "fifo", "wb") as file:
                while True:
                    file.write(bytes(2**16))
        except BrokenPipeError:
            stopped.append(True)

    os.mkfifo(tmp_path / "fifo")
    stopped: list[bool] = []
    writer = threading.Thread(target=write)
    writer.start()
    with pytest.raises(
        cr.FileError, match=r'goes on, beyond the limit of 2.86 MiB; .* max_size="1 GiB", in a shell --max'
    ):
        cr.read_table(tmp_path / "fifo", max_size="3 MB")
    writer.join()
    assert stopped == [True]


@POSIX
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_devices_sockets_and_folders_are_refused(read, tmp_path: Path):
    for device in ("/dev/zero", "/dev/random", "/dev/null"):
        with pytest.raises(
            cr.FileError, match=f"expected a file, got a device, {device}; name a file, or - for standard"
        ):
            read(Path(device))
    with pytest.raises(cr.FileError, match=r"expected a file, got the folder .*; name a file in it"):
        read(tmp_path)
    listening = socket.socket(socket.AF_UNIX)
    before = os.getcwd()
    os.chdir(tmp_path)  # the names of sockets are short
    try:
        listening.bind("socket")
        with pytest.raises(cr.FileError, match="expected a file, got a socket, socket"):
            read(Path("socket"))
    finally:
        os.chdir(before)
        listening.close()


@POSIX
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_names_that_lead_nowhere(read, tmp_path: Path):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    for name, sentence in {
        "none": "there is no file .*none; check the name and the folder",
        "dangling": "there is no file",
        "circle": "can't read .*circle: .*; copy it, and read the copy",
        "n" * 300: "can't read n*.*: File name too long",
        "a\0b": "expected the name of a file, got .*a.x00b",
    }.items():
        with pytest.raises(cr.FileError, match=sentence):
            read(tmp_path / name)


@pytest.mark.parametrize("name", sorted(READERS.keys() - {"read_table"}))  # which takes frames as well
def test_what_is_no_name_of_a_file(name):
    for path in (None, 3, b"a.csv", io.BytesIO(b"a,b\n"), ["a.csv"]):
        with pytest.raises(
            cr.ChainruleError, match=r"expected the name of a file, got|must be a text or the path of a"
        ):
            READERS[name](path)


@pytest.mark.parametrize(
    ("size", "bytes_"), {"4 GiB": 2**32, "1.5mb": 1_500_000, " 7 ": 7, "2T": 2 * 10**12, 9: 9}.items()
)
def test_sizes_are_read_as_people_write_them(size: int | str, bytes_: int):
    assert cr.DataFile("a.csv", max_size=size).max_size == bytes_


@pytest.mark.parametrize("size", ["", "GiB", "4 GiBs", "-1", 0, -5, 1.5, True, "4 4", "1e9", "0", "9" * 99])
def test_what_is_no_size_gets_a_sentence(size: object, tmp_path: Path):
    (tmp_path / "a.csv").write_bytes(TABLE)
    with pytest.raises(cr.SettingError, match=r'must be a number of bytes or a text such as "4 GiB"; got'):
        cr.DataFile("a.csv", max_size=size)
    with pytest.raises(cr.SettingError, match="max_size must be"):
        cr.read_table(tmp_path / "a.csv", max_size=size)


@pytest.mark.parametrize(
    "error",
    [ValueError("a\nb"), KeyError("x"), RecursionError(), OverflowError("too large"), EOFError(), TypeError("\x1b[2J")],
    ids=lambda error: type(error).__name__,
)
def test_any_error_of_a_parser_ends_in_one_sentence(error: Exception, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"x")

    def parse() -> None:
        with reading(tmp_path / "file", "a list", "correct it") as source:
            source.place = "line 3"
            raise error

    with pytest.raises(cr.FileError, match=r"file, line 3, isn't a list \([^\n\x1b]+\); correct it\.$"):
        parse()


def test_memory_that_runs_out_ends_in_a_sentence_and_ctrl_c_passes(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"x")

    def parse(error: BaseException) -> None:
        with reading(tmp_path / "file", "a list", "correct it"):
            raise error

    with pytest.raises(cr.FileError, match="needs more memory than there is; read fewer samples"):
        parse(MemoryError())
    with pytest.raises(cr.SettingError, match="as it is"):
        parse(cr.SettingError("as it is"))
    for passing in (KeyboardInterrupt(), SystemExit(), GeneratorExit()):
        with pytest.raises(type(passing)):
            parse(passing)


def test_text_beyond_the_bounds_names_its_place():
    for text, sentence in {
        "x\n" * 40_000: "t: expected at most 65,536 characters, got 80,000",
        "\n" + "x" * 10_001: "t, line 2: expected at most 10,000 characters",
        "a\nx = " + "9" * 1001: "t, line 2, column 5: expected at most 1,000 digits",
        "[" * 20 + "\n" + "{(" * 20: "t, line 2, column 31: expected at most 50 brackets open at once",
    }.items():
        with pytest.raises(cr.FileError, match=sentence):
            check_text("t", text)
    check_text("t", "[]" * 1000 + "]" * 100 + "[" * 50)
