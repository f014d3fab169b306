"""The processes of this machine, for tests that start, stop and kill some."""

import os
import subprocess
import time


def children(parent: int | None = None) -> list[int]:
    """The processes that a process has started, this one unless it is named, and that haven't ended."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()]
    mine = str(parent or os.getpid())
    return [int(pid) for pid, ppid, stat, args in rows if ppid == mine and stat[0] != "Z" and "chainrule" in args]


def is_alive(process: int) -> bool:
    """Whether a process of this number runs."""
    stat = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout.strip()
    return bool(stat) and not stat.startswith("Z")


def ends_within(seconds: float, process: int) -> bool:
    """Whether a process ends before so many seconds have passed."""
    end = time.monotonic() + seconds
    while is_alive(process):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def memory(process: int) -> float:
    """The bytes of memory that a process takes now."""
    kilobytes = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True).stdout
    return 1024.0 * int(kilobytes)


def cpu_time(process: int) -> float:
    """The seconds of a core that a process has used until now, on Linux."""
    with open(f"/proc/{process}/stat") as file:
        return sum(map(int, file.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")
