"""Files that are replaced together: all old or all new, wherever a call fails; never mixed, wherever it is killed."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.core.errors import FileError
from chainrule.training.files.together import replace_together
from pseudo_terminal import posix

NAMES = [f"{k}.svg" for k in range(2)]


def write(folder: Path, version: str, names: list[str], outdated: tuple[str, ...] = ()) -> None:
    files = {folder / name: version.encode() for name in ("index.html", *names)}
    replace_together(files, [folder / name for name in outdated])


def versions(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_new_page_takes_the_place_of_the_old(tmp_path):
    (tmp_path / "mine.svg").write_text("mine")
    write(tmp_path, "old", NAMES)
    write(tmp_path, "new", [*NAMES[1:], "5.svg"], outdated=("0.svg", "absent.svg"))
    assert versions(tmp_path) == {"mine.svg": "mine"} | dict.fromkeys(["index.html", *NAMES[1:], "5.svg"], "new")


@posix
def test_links_and_permissions_stay(tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("index.html", "0.svg"):
        (tmp_path / "folder" / name).write_text("old")
        (tmp_path / "folder" / name).chmod(0o600)
        (tmp_path / name).symlink_to(f"folder/{name}")
    write(tmp_path, "new", NAMES)
    for name in ("index.html", "0.svg"):
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "folder" / name).read_text() == "new"
        assert (tmp_path / "folder" / name).stat().st_mode & 0o777 == 0o600


@posix
def test_what_is_no_file_is_refused(tmp_path):
    write(tmp_path, "old", NAMES)
    os.mkfifo(tmp_path / "5.svg")
    with pytest.raises(FileError, match=r"can't replace .*5\.svg: it isn't a file; remove it or choose an"):
        write(tmp_path, "new", [*NAMES, "5.svg"])
    (tmp_path / "5.svg").unlink()
    assert versions(tmp_path) == dict.fromkeys(["index.html", *NAMES], "old")


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt])
def test_where_a_call_fails_all_files_are_the_old_ones(tmp_path, monkeypatch, call, kind):
    """The n-th use of a call fails, once, for each n. After the page is replaced, it can cost one new file."""
    original, all_old = getattr(os, call), dict.fromkeys(["index.html", *NAMES], "old")
    for n in range(100):
        uses = itertools.count()

        def failing(*arguments, n=n, uses=uses, **named):
            if next(uses) == n:
                raise kind("no")
            return original(*arguments, **named)

        for path in tmp_path.iterdir():
            path.unlink()
        write(tmp_path, "old", NAMES)
        with monkeypatch.context() as patched:
            patched.setattr(os, call, failing)
            try:
                write(tmp_path, "new", [*NAMES[1:], "5.svg"], outdated=("0.svg",))
            except (FileError, KeyboardInterrupt):
                now = versions(tmp_path)
                assert now == all_old or (now.pop("index.html") == "new" and list(now.values()) == ["new"])
            else:
                break
    assert n >= 3
    assert set(versions(tmp_path).values()) == {"new"}


KILLED = """
import itertools, os, signal, sys
from pathlib import Path
from chainrule.training.files.together import replace_together

folder, names = Path(sys.argv[1]), [f"{k}.svg" for k in range(2)]

def write(version, names, outdated=()):
    files = {folder / name: version.encode() for name in ("index.html", *names)}
    replace_together(files, [folder / each for each in outdated])

def killing(call, n, after, uses):
    def killed(*arguments, **named):
        done = call(*arguments, **named) if after else None
        if next(uses) == n:
            os.kill(os.getpid(), signal.SIGKILL)
        return done if after else call(*arguments, **named)
    return killed

n_killed = 0
for after in (False, True):
    for n in range(1000):
        (folder / "mine.svg").write_text("mine")
        write("old", names)
        child = os.fork()
        if child == 0:
            uses = itertools.count()
            for name in ("open", "fsync", "replace", "unlink"):
                setattr(os, name, killing(getattr(os, name), n, after, uses))
            write("new", [*names[1:], "5.svg"], ("0.svg",))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        now = {path.name: path.read_text() for path in folder.iterdir() if not path.name.startswith(".")}
        assert now.pop("mine.svg") == "mine"
        assert set(now.values()) in ({"old"}, {"new"}), (n, now)
        assert "index.html" in now
        (folder / "5.svg").unlink(missing_ok=True)
        if status == 0:
            break
        n_killed += 1
write("last", names)
left = sorted(path.name for path in folder.iterdir())
assert left == [*names, "index.html", "mine.svg"], left
print(n_killed)
"""


@posix
def test_killed_at_any_call_no_page_has_files_of_another(tmp_path):
    """Before and after each call that opens, renames or removes a file; the next write leaves nothing behind."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 20
