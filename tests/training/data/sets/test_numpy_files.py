"""NumPy's files: arrays by name, data larger than memory, and files that are refused."""

import io
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.errors import ChainruleError, FileError, ShapeError
from chainrule.training.data.sets import read_numpy
from drawn import examples


def test_npz_with_names_of_ones_own(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, x=np.arange(6.0).reshape(3, 2), y=np.arange(3), z=np.ones((3, 1, 4, 4)))
    x, y = read_numpy(path)
    assert x.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert y.tolist() == [0, 1, 2]
    x, y = read_numpy(str(path), x="z", y=None)
    assert x.shape == (3, 1, 4, 4)
    assert y is None


def test_npy_alone_and_as_a_pair_stays_on_disk(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(6.0).reshape(3, 2))
    np.save(tmp_path / "y.npy", np.arange(3))
    x, y = read_numpy(tmp_path / "x.npy")
    assert isinstance(x, np.memmap)
    assert y is None
    x, y = read_numpy(tmp_path / "x.npy", tmp_path / "y.npy")
    assert isinstance(x, np.memmap)
    assert y.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="read-only"):
        x[0, 0] = 1


def test_contents_count_not_the_names_of_files(written):
    buffer = io.BytesIO()
    np.savez(buffer, x=np.ones((2, 1)), y=np.zeros(2))
    assert read_numpy(written(buffer.getvalue(), "data.npy"))[0].shape == (2, 1)


def test_npz_without_the_array_lists_those_that_are_there(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.ones((2, 1)), labels=np.ones(2))
    with pytest.raises(FileError, match=r"has no array 'x'; it has images, labels\. Name the array to read\."):
        read_numpy(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz")
    with pytest.raises(FileError, match=r"has no array 'x'; it has none\."):
        read_numpy(tmp_path / "b.npz")


def test_npz_takes_no_second_file(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.ones((2, 1)), y=np.ones(2))
    with pytest.raises(
        FileError, match=r"is an \.npz file, which holds its own y; expected no second file, got y\.npy"
    ):
        read_numpy(tmp_path / "a.npz", "y.npy")


def test_files_that_are_not_numpys(written):
    for contents in (b"", b"1,2\n", b"\x93NUMPY", b"\x93NUMPY\x01\x00\x10\x00{'shape': (((  \n"):
        with pytest.raises(FileError, match=r"isn't an \.npy file of numbers \(.*\); use np\.save\(path, x\)\."):
            read_numpy(written(contents))
    with pytest.raises(FileError, match=r"isn't an \.npz file of numbers \(.*\); use np\.savez\(path, x=x, y=y\)\."):
        read_numpy(written(b"PK\x03\x04 and no more"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x", "not an array")
    with pytest.raises(FileError, match=r"array 'x', isn't an \.npz file of numbers \(expected an array's header"):
        read_numpy(written(buffer.getvalue()), y=None)


def test_pickles_are_never_loaded(tmp_path, written):
    class Trap:
        def __reduce__(self):
            return (sys.exit, ("a pickle was executed",))

    objects = np.array([[Trap()]], dtype=object)
    np.save(tmp_path / "a.npy", objects)
    np.savez(tmp_path / "a.npz", x=objects, y=np.ones(1))
    for name in ("a.npy", "a.npz"):
        with pytest.raises(FileError, match=r"isn't an \.np[yz] file of numbers \("):
            read_numpy(tmp_path / name)


def test_arrays_of_text_are_not_numbers(tmp_path):
    np.save(tmp_path / "a.npy", np.array([["a"]]))
    with pytest.raises(FileError, match=r"isn't an \.npy file of numbers \(it holds <U1\)"):
        read_numpy(tmp_path / "a.npy")


def test_shapes_that_do_not_fit(tmp_path):
    for shape in ((), (3,), (0, 2)):
        np.save(tmp_path / "x.npy", np.zeros(shape))
        with pytest.raises(ShapeError, match=r"expected x \(n, features\), got .*; save it with one row per sample\."):
            read_numpy(tmp_path / "x.npy")
    for shape in ((), (2,), (4, 1)):
        np.savez(tmp_path / "a.npz", x=np.zeros((3, 2)), y=np.zeros(shape))
        with pytest.raises(ShapeError, match=r"a\.npz: expected one row of y for each of the 3 rows of x, got "):
            read_numpy(tmp_path / "a.npz")


@examples(60)
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans(), zipped=st.booleans())
def test_a_damaged_file_is_an_array_or_a_sentence(tmp_path_factory, position, byte, cut, zipped):
    buffer = io.BytesIO()
    x = np.arange(6.0).reshape(3, 2)
    if zipped:
        np.savez_compressed(buffer, x=x, y=np.arange(3))
    else:
        np.save(buffer, x)
    contents = bytearray(buffer.getvalue())
    position %= len(contents)
    contents[position] = byte
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.unlink(missing_ok=True)
    path.write_bytes(contents[:position] if cut else contents)
    try:
        read, _ = read_numpy(path)
    except ChainruleError:
        return
    assert read.ndim >= 2


def test_images_in_numpy_files_keep_their_axes(tmp_path: Path):
    images, classes = np.random.default_rng(0).random((6, 2, 3, 4), np.float32), np.arange(6) % 2
    np.savez(tmp_path / "both.npz", x=images, y=classes)
    np.save(tmp_path / "x.npy", images)
    np.save(tmp_path / "y.npy", classes)
    for x, y in (
        cr.datasets.read_numpy(tmp_path / "both.npz"),
        cr.datasets.read_numpy(tmp_path / "x.npy", tmp_path / "y.npy"),
    ):
        assert (x.shape, x.dtype) == ((6, 2, 3, 4), np.float32)
        assert (x == images).all()
        assert (y == classes).all()
    assert isinstance(x, np.memmap)


def test_a_file_larger_than_its_share_of_memory_is_learnt_from_disk(tmp_path: Path):
    """On 200 MB of images an augmented epoch, validation, final loss and predictions need less than a tenth of that."""
    file = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float32, (50_000, 1, 25, 40))
    size = file.nbytes
    file[::1000] = 1.0  # the rest is a hole, read as zeros
    del file
    x, _ = cr.datasets.read_numpy(tmp_path / "x.npy")
    y = np.arange(len(x)) % 2
    network = cr.Network((1, 25, 40), [cr.Flatten(), cr.Dense(2)])
    settings = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.SGD(0.1), "epochs": 1, "batch_size": 100}
    tracemalloc.start()
    try:
        run = cr.train(network, x, y, **settings, dtype="float32", validation=(x, y), augment=[cr.Flip(), cr.Shift(1)])
        run.model.classify(x)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size / 10
