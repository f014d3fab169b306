"""Writing to drawn places while calls of the system fail: the old file or the new one is whole, and nothing is left."""

import contextlib
import errno
import os
import stat
import tempfile
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.errors import FileError
from chainrule.training.files.storage import replacing
from drawn import examples

PLACES = ("new", "file", "link", "dangling", "folder", "missing/a", "file/a", "a\0b", "a" * 300, "ünï çødé\n", " ", "-")
CALLS = ("stat", "open", "fsync", "replace", "chmod", "unlink", "listdir")
FAULTS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EFBIG, errno.EBUSY)


class Failing:
    """A call of the system that fails from its n-th use on."""

    def __init__(self, name: str, after: int, fault: int) -> None:
        self.call, self.left, self.fault = getattr(os, name), after, fault

    def __call__(self, *arguments, **named):
        self.left -= 1
        if self.left < 0:
            raise OSError(self.fault, os.strerror(self.fault))
        return self.call(*arguments, **named)


@pytest.mark.skipif(os.name != "posix", reason="it makes links")
@examples(100)
@given(
    place=st.sampled_from(PLACES),
    contents=st.one_of(st.binary(max_size=3000), st.text(st.characters(codec="utf-8"), max_size=3000)),
    pieces=st.integers(1, 4),
    mode=st.sampled_from([0o600, 0o640, 0o644]),
    fault=st.none() | st.tuples(st.sampled_from(CALLS), st.integers(0, 2), st.sampled_from(FAULTS)),
    ends=st.sampled_from([None, None, ValueError, KeyboardInterrupt, MemoryError, OSError]),
)
def test_the_old_file_or_the_new_and_nothing_else(place, contents, pieces, mode, fault, ends):
    with tempfile.TemporaryDirectory() as folder:
        path, old = f"{folder}/{place}", b"old contents"
        with open(f"{folder}/file", "wb") as file:
            file.write(old)
        os.chmod(f"{folder}/file", mode)
        os.symlink("file", f"{folder}/link")
        os.symlink("made", f"{folder}/dangling")
        os.mkdir(f"{folder}/folder")
        before = set(os.listdir(folder))

        error = None
        with mock.patch.object(os, fault[0], Failing(*fault)) if fault else contextlib.nullcontext():
            try:
                with replacing(path, "wb" if isinstance(contents, bytes) else "w") as file:
                    for k in range(pieces):
                        file.write(contents[k::pieces])
                    if ends is not None:
                        raise ends
            except (FileError, ValueError, KeyboardInterrupt, MemoryError) as raised:
                error = raised

        texts = [contents[k::pieces] for k in range(pieces)]
        new = b"".join(each if isinstance(each, bytes) else each.encode() for each in texts)
        target = {"link": "file", "dangling": "made"}.get(place, place)
        if error is None:
            assert ends is None
            with open(f"{folder}/{target}", "rb") as file:
                assert file.read() == new
        else:
            assert isinstance(error, FileError | ends) if ends not in (None, OSError) else isinstance(error, FileError)
            with open(f"{folder}/file", "rb") as file:
                assert file.read() == old
        there = set(os.listdir(folder))
        if fault is not None and fault[0] == "unlink":  # then the system doesn't let go of it
            there = {name for name in there if not name.startswith(".chainrule-")}
        assert there == before | (set() if error else {target})
        assert os.path.islink(f"{folder}/link")
        assert os.path.islink(f"{folder}/dangling")
        assert os.path.isdir(f"{folder}/folder")
        if not (fault and fault[0] == "chmod"):
            assert stat.S_IMODE(os.stat(f"{folder}/file").st_mode) == mode
