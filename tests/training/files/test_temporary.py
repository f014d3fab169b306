"""Temporary files: their names, and the removal of those that a killed process left behind."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from chainrule.training.files import temporary
from chainrule.training.files.storage import replacing
from chainrule.training.files.temporary import PATTERN, remove_leftovers, temporary_name

linux = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="only /proc tells when a process started")

KILLED = """
import os, signal, sys
from chainrule.training.files.storage import replacing
with replacing(sys.argv[1]) as file:
    file.write("half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def renamed(**parts: object) -> str:
    """A temporary name of this process with other parts."""
    name = temporary_name()
    found = PATTERN.fullmatch(name)
    for group, part in parts.items():
        start, end = PATTERN.fullmatch(name).span(group)
        name = f"{name[:start]}{part}{name[end:]}"
    assert found is not None
    return name


def test_the_name_says_who_writes_and_since_when(tmp_path):
    with replacing(tmp_path / "a.txt"):
        (name,) = os.listdir(tmp_path)
    found = PATTERN.fullmatch(name)
    assert int(found["process"]) == os.getpid()
    assert len({temporary_name() for _ in range(100)}) == 100
    assert len(name) < 143  # the shortest limit of a file system in use, that of encrypted folders


@linux
def test_the_next_run_removes_what_a_killed_one_left(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "a.txt")])
    assert killed.returncode == -signal.SIGKILL
    assert len(os.listdir(tmp_path)) == 2
    assert (tmp_path / "a.txt").read_text() == "old"
    with replacing(tmp_path / "b.txt") as file:
        file.write("new")
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "b.txt"]


@linux
def test_a_zombie_has_ended(tmp_path):
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path / "a.txt")]) as program:
        os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOWAIT)
        assert len(os.listdir(tmp_path)) == 1
        remove_leftovers(str(tmp_path))
        assert os.listdir(tmp_path) == []


@linux
def test_those_of_others_and_of_the_living_stay(tmp_path):
    parent = os.getppid()
    of_parent = renamed(process=parent, start=temporary._start_of(parent))
    stay = [temporary_name(), of_parent, renamed(host="elsewhere"), ".chainrule-notes.tmp", "mine.tmp"]
    # A process number that was given again belongs to another start; 4,194,305 is above the most that Linux gives.
    go = [renamed(process=parent, start=1), renamed(start=1), renamed(process=4_194_305)]
    for name in stay + go:
        (tmp_path / name).write_text("")
    remove_leftovers(str(tmp_path))
    assert sorted(os.listdir(tmp_path)) == sorted(stay)


def test_without_proc_those_of_a_day_ago_go(tmp_path, monkeypatch):
    exists = os.path.exists
    monkeypatch.setattr(os.path, "exists", lambda path: path != "/proc/self/stat" and exists(path))
    monkeypatch.setattr(temporary, "_start_of", lambda process: None)
    names = [temporary_name(), temporary_name()]
    assert all(PATTERN.fullmatch(name)["start"] == "0" for name in names)
    for name in names:
        (tmp_path / name).write_text("")
    os.utime(tmp_path / names[0], (0, time.time() - temporary.ABANDONED - 60))
    remove_leftovers(str(tmp_path))
    assert os.listdir(tmp_path) == [names[1]]


def test_odd_names_of_machines_are_written_plainly(monkeypatch):
    import platform

    for name in ("", "Anna's iMac/2", "x" * 300, "büro"):
        monkeypatch.setattr(platform, "node", lambda name=name: name)
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", PATTERN.fullmatch(temporary_name())["host"])
