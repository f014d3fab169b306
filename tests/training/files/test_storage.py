import os

import pytest

from chainrule.core.errors import FileError
from chainrule.training.files.storage import replacing


def test_text_and_bytes_arrive(tmp_path):
    with replacing(tmp_path / "a.txt") as file:
        file.write("é\nb\r\n")
    assert (tmp_path / "a.txt").read_bytes() == "é\nb\r\n".encode()
    with replacing(str(tmp_path / "a.bin"), "wb") as file:
        file.write(b"\x00\x01")
    assert (tmp_path / "a.bin").read_bytes() == b"\x00\x01"
    assert sorted(os.listdir(tmp_path)) == ["a.bin", "a.txt"]


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as file:
        file.write("new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("failure", [ValueError("no"), KeyboardInterrupt()])
def test_after_a_failure_the_old_file_is_intact_and_nothing_is_left(tmp_path, failure):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted():
        with replacing(path) as file:
            file.write("half")
            raise failure

    with pytest.raises(type(failure)):
        interrupted()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_full_disk_ends_in_a_sentence(tmp_path):
    def full():
        with replacing(tmp_path / "a.txt"):
            raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match=r"can't write .*a\.txt: No space left on device; choose another place\."):
        full()
    assert os.listdir(tmp_path) == []


def _write(path):
    with replacing(path):
        pass


def test_a_folder_or_no_folder_ends_in_a_sentence(tmp_path):
    with pytest.raises(FileError, match=r"expected the name of a file to write, got the folder .*; add a file name\."):
        _write(tmp_path)
    with pytest.raises(FileError, match=r"can't write .*a\.txt: there is no folder .*absent; create it first\."):
        _write(tmp_path / "absent" / "a.txt")


def test_behind_a_link_the_file_is_replaced(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    link = tmp_path / "link.txt"
    try:
        link.symlink_to(tmp_path / "real.txt")
    except OSError:
        pytest.skip("this system gives no permission for links")
    with replacing(link) as file:
        file.write("new")
    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_the_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain.txt").write_text("")
    with replacing(tmp_path / "a.txt"):
        pass
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "plain.txt").stat().st_mode
