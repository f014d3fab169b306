"""IDX files: MNIST and its relatives, and files that are refused."""

import contextlib
import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from drawn import examples

CODES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def idx(array: np.ndarray) -> bytes:
    """The bytes of an IDX file, written from the format's description."""
    head = struct.pack(f">HBB{array.ndim}I", 0, CODES[array.dtype.name], array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def packed(content: bytes) -> bytes:
    """The content compressed by gzip, without the time of day in its header."""
    return gzip.compress(content, mtime=0)


ARRAYS = st.builds(
    lambda shape, name, seed: np.frombuffer(
        np.random.default_rng(seed).bytes(int(np.prod(shape)) * np.dtype(name).itemsize), name
    ).reshape(shape),
    st.lists(st.integers(1, 5), min_size=1, max_size=5),
    st.sampled_from(sorted(CODES)),
    st.integers(0, 99),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("idx") / "file"


@examples(60)
@given(array=ARRAYS, compress=st.booleans())
def test_what_is_written_is_read(path: Path, array: np.ndarray, compress: bool):
    path.write_bytes(packed(idx(array)) if compress else idx(array))
    found = cr.datasets.read_idx(path)
    assert found.dtype == array.dtype
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, array)


@examples(100)
@given(array=ARRAYS, compress=st.booleans(), data=st.data())
def test_a_damaged_file_is_refused_or_as_long_as_it_says(
    path: Path, array: np.ndarray, compress: bool, data: st.DataObject
):
    """The file is cut short, or one of its bytes is changed, at any place."""
    content = bytearray(packed(idx(array)) if compress else idx(array))
    place = data.draw(st.integers(0, len(content) - 1))
    cut = data.draw(st.booleans())
    content[place:] = [] if cut else [content[place] ^ data.draw(st.integers(1, 255)), *content[place + 1 :]]
    path.write_bytes(content)
    found = None
    with contextlib.suppress(cr.FileError, cr.DataError):
        found = cr.datasets.read_idx(path)
    assert found is None or not cut
    assert found is None or found.nbytes < len(content) + array.nbytes


NO_IDX = {
    "empty": (b"", "isn't an IDX file: .* got no bytes"),
    "too short for a head": (b"\0\0\x08", "isn't an IDX file: .* got 00 00 08"),
    "a table": (b"x1,x2,y\n1,2,0\n", "isn't an IDX file: .* got 78 31 2c"),
    "an unknown kind": (b"\0\0\x0a\x01" + b"\0\0\0\1" + b"\0", "isn't an IDX file: .* got 00 00 0a"),
    "no axes": (b"\0\0\x08\0", "isn't an IDX file"),
    "too many axes": (b"\0\0\x08\xff" + 1020 * b"\0", "isn't an IDX file: .* the number of axes"),
    "lengths cut off": (b"\0\0\x08\x02" + b"\0\0\0\1", "isn't an IDX file: .* a length for each"),
    "numbers cut off": (b"\0\0\x08\x01" + b"\0\0\0\3" + b"\0\0", r"is damaged: .* 11 bytes .* shape \(3,\), got 10"),
    "a byte too many": (b"\0\0\x0d\x01" + b"\0\0\0\1" + 5 * b"\0", r"is damaged: expected 12 .* got 13\. Copy"),
    "larger than any memory": (b"\0\0\x0e\x04" + 16 * b"\xff", "is damaged: expected .* got 20"),
    "compressed and cut off": (packed(idx(np.zeros(9)))[:-9], "isn.t a whole IDX file .*download it again"),
    "compressed text": (packed(b"text"), "isn't an IDX file: .* got 74 65 78 74"),
    "a compressed head alone": (b"\x1f\x8b", "isn.t a whole IDX file"),
}


@pytest.mark.parametrize(("content", "match"), NO_IDX.values(), ids=NO_IDX)
def test_what_is_no_idx_file_gets_one_sentence(tmp_path: Path, content: bytes, match: str):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(cr.FileError, match=match) as found:
        cr.datasets.read_idx(tmp_path / "file")
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("shape", [(0,), (3, 0, 2), (0, 2**32 - 1, 2**32 - 1, 2**32 - 1)])
def test_an_array_of_no_numbers_gets_one_sentence(tmp_path: Path, shape: tuple[int, ...]):
    (tmp_path / "file").write_bytes(struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape))
    with pytest.raises(cr.DataError, match=r"holds no numbers: its array has shape \("):
        cr.datasets.read_idx(tmp_path / "file")


def test_a_missing_file_and_a_folder_get_one_sentence(tmp_path: Path):
    with pytest.raises(cr.FileError, match="there is no file"):
        cr.datasets.read_idx(tmp_path / "train-images")
    with pytest.raises(cr.FileError, match="got the folder"):
        cr.datasets.read_idx(tmp_path)


def test_bytes_that_are_not_compressed_stay_on_disk(tmp_path: Path):
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    (tmp_path / "images").write_bytes(idx(images))
    found = cr.datasets.read_idx(tmp_path / "images")
    assert isinstance(found, np.memmap)
    assert not found.flags.writeable


@pytest.mark.parametrize("compress", [False, True])
def test_a_pair_of_files_is_learnt_from_as_it_is(tmp_path: Path, compress: bool):
    images, labels = np.random.default_rng(0).integers(0, 256, (30, 3, 4), np.uint8), np.arange(30, dtype=np.uint8) % 3
    for name, array in (("images", images), ("labels", labels)):
        (tmp_path / name).write_bytes(packed(idx(array)) if compress else idx(array))
    x, y = cr.datasets.read_images(tmp_path / "images", tmp_path / "labels")
    assert (x.shape, x.dtype, y.dtype) == ((30, 1, 3, 4), np.uint8, np.int64)
    assert (x[:, 0] == images).all()
    assert y.tolist() == labels.tolist()
    network = cr.Network((1, 3, 4), [cr.Flatten(), cr.Dense(3)])
    settings = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.SGD(1e-4), "epochs": 3, "batch_size": 7}
    run, plain = (cr.train(network, each, y, **settings) for each in (x, images[:, np.newaxis].astype(float)))
    assert (run.model.theta == plain.model.theta).all()


@pytest.mark.parametrize(
    ("images", "labels", "error", "match"),
    [
        (np.zeros(3, np.uint8), np.zeros(3, np.uint8), cr.ShapeError, r"images: expected images .* got \(3,\); name"),
        (np.zeros((3, 2, 2), np.uint8), np.zeros(2, np.uint8), cr.ShapeError, r"each of the 3 images, got \(2,\)"),
        (np.zeros((3, 2, 2), np.uint8), np.zeros(3, np.float32), cr.FileError, "expected class numbers, got float32"),
    ],
)
def test_a_pair_that_does_not_fit(tmp_path: Path, images, labels, error: type[Exception], match: str):
    (tmp_path / "images").write_bytes(idx(images))
    (tmp_path / "labels").write_bytes(idx(labels))
    with pytest.raises(error, match=match):
        cr.datasets.read_images(tmp_path / "images", tmp_path / "labels")
