"""Names of temporary files, which say who writes them; and the removal of those whose writer is gone."""

import os
import re
import time
from contextlib import suppress

PATTERN = re.compile(r"\.chainrule-(?P<process>\d+)-(?P<start>\d+)-[0-9a-f]{8}-(?P<host>.+)\.tmp")
"""The process, when it started, a random part, and the host."""

ABANDONED = 24 * 60 * 60
"""Seconds after which a file counts as left behind, where the system doesn't say when a process started."""


def temporary_name() -> str:
    """The name of a new temporary file of this process.

    >>> bool(PATTERN.fullmatch(temporary_name()))
    True
    """
    start = _start_of(os.getpid()) or "0"
    return f".chainrule-{os.getpid()}-{start}-{os.urandom(4).hex()}-{_host()}.tmp"


def remove_leftovers(folder: str) -> None:
    """Remove the temporary files in a folder that processes of this host left there when they were killed."""
    with suppress(OSError):
        for name in os.listdir(folder):
            found = PATTERN.fullmatch(name)
            if found is not None and found["host"] == _host():
                _remove_if_left(os.path.join(folder, name), found)


def _remove_if_left(path: str, named: re.Match[str]) -> None:
    """Remove a temporary file unless the process that it names is still there: this very one, not a later one."""
    with suppress(OSError):
        if os.path.exists("/proc/self/stat"):
            is_left = _start_of(int(named["process"])) != named["start"]
        else:
            is_left = time.time() - os.stat(path).st_mtime > ABANDONED
        if is_left:
            os.unlink(path)


def _start_of(process: int) -> str | None:
    """When a process started, in the kernel's ticks; None where it is gone, or where there is no /proc."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            state, *others = file.read().rpartition(b")")[2].split()  # behind the name, which may hold blanks
    except OSError:
        return None
    return None if state in (b"Z", b"X") else others[18].decode()  # the 22nd field; a zombie has ended


def _host() -> str:
    """The machine's name, in characters that any file system takes."""
    import platform  # imported here, since most runs write no file

    return re.sub(r"[^A-Za-z0-9.-]", "_", platform.node())[:64] or "_"
