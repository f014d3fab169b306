"""Results that `compare` keeps: a file is used only as it was written, and only for its own group."""

import os

import numpy as np
import pytest

import chainrule as cr
from chainrule.lab.experiments.compare import compare
from chainrule.training.files.npz import save_checked

SETTINGS = {"learning_rate": [0.1, 1.0], "processes": 1}
EXPERIMENT = cr.Experiment("xor", epochs=20, starts=2)
ARRAYS = ("losses", "final", "score", "reason", "ended", "theta")


def same(one, other):
    """Whether two comparisons have the same results, bit for bit."""
    pairs = zip(one.runs, other.runs, strict=True)
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for a, b in pairs for name in ARRAYS)


def kept(folder):
    """A comparison, its file and the file's arrays."""
    first = compare(EXPERIMENT, **SETTINGS, keep=folder)
    (path,) = folder.glob("*.npz")
    with np.load(path) as file:
        return first, path, dict(file)


def test_results_of_another_engine_are_others(tmp_path):
    for engine in ("numpy", "auto", "numpy"):
        with cr.engine(engine):
            compare(EXPERIMENT, **SETTINGS, keep=tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 2


def again(folder, first):
    """The results are those of before, and the file is good again."""
    assert same(compare(EXPERIMENT, **SETTINGS, keep=folder), first)
    stamp = next(folder.glob("*.npz")).stat().st_mtime_ns
    assert same(compare(EXPERIMENT, **SETTINGS, keep=folder), first)
    assert next(folder.glob("*.npz")).stat().st_mtime_ns == stamp


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: {"final": arrays["final"] * 0 - 5},
        lambda arrays: {"losses": arrays["losses"][:, :0]},
        lambda arrays: {"theta": arrays["theta"].astype(np.float32)},
        lambda arrays: {"reason": np.array(["fine"] * 4)},
        lambda arrays: {"checksum": np.array("0" * 64)},
        lambda arrays: {"more": np.zeros(3)},
    ],
)
def test_a_changed_file_is_computed_again(tmp_path, change):
    first, path, arrays = kept(tmp_path)
    np.savez(path, **arrays | change(arrays))
    again(tmp_path, first)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: {"group": np.array("another")},
        lambda arrays: {"seeds": arrays["seeds"] + 1},
        lambda arrays: {"losses": arrays["losses"][:, :0]},
        lambda arrays: {"losses": arrays["losses"].astype(int)},
        lambda arrays: {"epochs": arrays["epochs"][1:], "losses": arrays["losses"][1:]},
        lambda arrays: {"theta": arrays["theta"][:1]},
        lambda arrays: {"reason": arrays["reason"][:1]},
        lambda arrays: {"reason": np.zeros(4)},
        lambda arrays: {"final": np.array(["low"] * 4)},
        lambda arrays: {"ended": arrays["ended"] / 2},
    ],
)
def test_a_file_of_another_schema_is_computed_again_whatever_its_checksum(tmp_path, change):
    first, path, arrays = kept(tmp_path)
    del arrays["checksum"]
    save_checked(path, arrays | change(arrays))
    again(tmp_path, first)


def test_a_file_under_the_name_of_another_group_is_not_used(tmp_path):
    first, path, _ = kept(tmp_path / "one")
    other = {"learning_rate": [0.2, 2.0], "processes": 1}
    expected = compare(EXPERIMENT, **other, keep=tmp_path / "two")
    path.replace(next((tmp_path / "two").glob("*.npz")))
    assert same(compare(EXPERIMENT, **other, keep=tmp_path / "two"), expected)
    assert not same(first, expected)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="FIFOs are those of POSIX")
def test_a_fifo_in_the_place_of_a_file_is_not_waited_for(tmp_path):
    first, path, _ = kept(tmp_path)
    path.unlink()
    os.mkfifo(path)
    with pytest.warns(UserWarning, match=r"can't replace .*: it isn't a file; .* keeps no more results"):
        assert same(compare(EXPERIMENT, **SETTINGS, keep=tmp_path), first)
