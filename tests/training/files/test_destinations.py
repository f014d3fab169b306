"""Where a file is written: what is there is replaced, written to or refused; links, permissions and odd names."""

import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from chainrule.core.errors import FileError
from chainrule.training.files.storage import destination, replacing, same_file

posix = pytest.mark.skipif(os.name != "posix", reason="FIFOs, sockets, modes and owners are those of POSIX")
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may do this")


def write(path, contents="new"):
    with replacing(path) as file:
        file.write(contents)


def refusal(path) -> str:
    """What is said of a path before and at a write, which must be the same."""
    with pytest.raises(FileError) as before:
        destination(path)
    with pytest.raises(FileError) as at:
        write(path)
    assert str(before.value) == str(at.value)
    return str(at.value)


@posix
@pytest.mark.parametrize("mode", ["w", "wb"])
def test_a_fifo_is_written_to_and_stays(tmp_path, mode):
    fifo, read = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    with replacing(fifo, mode) as file:
        file.write("é\n" if mode == "w" else "é\n".encode())
    reader.join(10)
    assert read == ["é\n".encode()]
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert os.listdir(tmp_path) == ["fifo"]


@posix
def test_the_reader_of_a_fifo_gets_nothing_of_a_block_that_fails(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    reading = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)

    def fail():
        with replacing(tmp_path / "fifo") as file:
            file.write("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert os.read(reading, 9) == b""
    os.close(reading)


@as_root
def test_a_device_node_stays(tmp_path):
    null = tmp_path / "null"
    try:
        os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except OSError:
        pytest.skip("this system gives no permission for device nodes")
    try:
        write(null)
    except FileError:
        pytest.skip("this file system opens no device nodes")
    assert stat.S_ISCHR(null.stat().st_mode)


@posix
def test_a_device_without_room_ends_in_a_sentence():
    write(os.devnull)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    if os.path.exists("/dev/full"):
        with pytest.raises(FileError, match=r"can't write /dev/full: No space left on device; choose another place\."):
            write("/dev/full")


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="this system has no /dev/stdout")
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_standard_output_by_its_name_is_written_to(tmp_path, into):
    program = """
from chainrule.training.files.storage import replacing
print("before", flush=True)
with replacing("/dev/stdout") as file:
    file.write("whole\\n")
print("after")
"""
    with open(tmp_path / "out", "w") as file:
        to = subprocess.PIPE if into == "pipe" else file
        done = subprocess.run([sys.executable, "-c", program], stdout=to, check=True, text=True)
    said = done.stdout if into == "pipe" else (tmp_path / "out").read_text()
    assert said == "before\nwhole\nafter\n"


@posix
def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        assert refusal("s") == "can't write s: it is a socket; name a file."
        assert stat.S_ISSOCK(os.stat("s").st_mode)


@pytest.mark.parametrize("name", ["", "new/", "there", "there/"])
def test_a_folder_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    os.mkdir("there")
    assert refusal(name) == f"expected the name of a file to write, got the folder {name}; add a file name."
    assert os.listdir() == ["there"]


@pytest.mark.parametrize("name", ["a\0b", 3, None, 1.5, ["a"]])
def test_what_is_no_name_is_refused(name):
    assert refusal(name) == f"expected the name of a file, got {name!r}; give one that the system takes."


def test_a_name_too_long_or_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("old")
    assert re.search(r"can't write .*: .*; (choose another place|create it first)\.", refusal(tmp_path / ("a" * 300)))
    assert re.search(r"can't write .*: .*; (choose another place|create it first)\.", refusal(tmp_path / "file" / "a"))
    assert (tmp_path / "file").read_text() == "old"


def test_bytes_name_a_file_too(tmp_path):
    write(os.fsencode(tmp_path / "a.txt"))
    assert (tmp_path / "a.txt").read_text() == "new"


def test_text_that_utf_8_has_no_bytes_for_ends_in_a_sentence(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(FileError, match=r"can't write .*: UTF-8 has no '\\ud800', which a text holds; leave it out\."):
        write(tmp_path / "a.txt", "a\ud800")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


@posix
def test_links_are_followed(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "real.txt").write_text("old")
    (tmp_path / "one").symlink_to("folder/real.txt")
    (tmp_path / "two").symlink_to("one")
    (tmp_path / "dangling").symlink_to("folder/made.txt")
    (tmp_path / "lost").symlink_to("nowhere/made.txt")
    (tmp_path / "round").symlink_to("round")
    write(tmp_path / "two")
    write(tmp_path / "dangling", "made")
    assert (tmp_path / "folder" / "real.txt").read_text() == "new"
    assert (tmp_path / "folder" / "made.txt").read_text() == "made"
    assert "there is no folder" in refusal(tmp_path / "lost")
    assert "symbolic links" in refusal(tmp_path / "round")
    assert all((tmp_path / name).is_symlink() for name in ("one", "two", "dangling", "lost", "round"))


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o755])
def test_permissions_stay(tmp_path, mode):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(mode)
    with replacing(path) as file:
        (temporary,) = tmp_path.glob(".chainrule-*")
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
        file.write("new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", mode)


@as_root
def test_the_owner_stays(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    os.chown(path, 1234, 4321)
    path.chmod(0o640)
    write(path)
    now = path.stat()
    assert (now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)) == (1234, 4321, 0o640)


@as_root
def test_without_permission_for_the_owner_the_file_is_the_writers(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("old")
    os.chown(path, 1234, 4321)

    def forbidden(*arguments):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", forbidden)
    write(path)
    assert (path.read_text(), path.stat().st_uid) == ("new", os.geteuid())


WITHOUT_PERMISSION = """
import os
from chainrule.core.errors import FileError
from chainrule.training.files.storage import destination, replacing
if os.geteuid() == 0:  # who may write everything
    os.setgid(65534)
    os.setuid(65534)
for name in ("protected.txt", "closed/a.txt"):
    for act in (destination, lambda each: replacing(each).__enter__()):
        try:
            act(name)
        except FileError as error:
            print(error)
"""


@posix
def test_without_permission_nothing_is_written():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        _without_permission(Path(folder), [sys.executable, "-c", WITHOUT_PERMISSION])


def _without_permission(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "protected.txt").write_text("old")
    (tmp_path / "protected.txt").chmod(0o444)
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0o555)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    (tmp_path / "closed").chmod(0o755)
    assert done.stderr == ""
    first, again, third, fourth = done.stdout.splitlines()
    assert first == again
    assert third == fourth
    expected = "can't write protected.txt: it is write-protected; change its permissions or choose another place."
    assert first == expected
    assert re.fullmatch(r"can't write closed/a\.txt: the folder .* can't be written to; choose another place\.", third)
    assert (tmp_path / "protected.txt").read_text() == "old"


def test_one_file_has_many_spellings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a").write_text("")
    Path("b").write_text("")
    os.mkdir("folder")
    os.link("a", "hard")
    spellings = ["a", "./a", "folder/../a", tmp_path / "a", "hard"]
    if os.name == "posix":
        os.symlink("a", "soft")
        os.symlink("new", "dangling")
        os.symlink(".", "here")
        spellings += ["soft", "here/a", "here/soft"]
        assert same_file("dangling", "new")
        assert same_file("here/dangling", "folder/../new")
    for each in spellings:
        assert same_file(each, "a")
        assert same_file("a", each)
        assert not same_file(each, "b")
        assert not same_file(each, "new")
    assert same_file("new", "./new")
    assert not same_file("new", "other")
    assert not same_file("a\0", "a")


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open files have names in /proc")
def test_a_file_that_was_deleted_is_refused_and_not_written_under_another_name(tmp_path):
    with open(tmp_path / "gone", "w") as file:
        os.unlink(tmp_path / "gone")
        name = f"/proc/self/fd/{file.fileno()}"
        assert refusal(name) == f"can't write {name}: its file was deleted; name another."
    assert os.listdir(tmp_path) == []
