"""Real data sets, IDX files, and data that are larger than memory."""

import contextlib
import gzip
import random
import struct
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.training.data.sets import real
from drawn import examples
from optional import needed

# scikit-learn's digits -----------------------------------------------------------------------------------------------


def test_digits_are_the_known_images():
    needed("sklearn")
    x, y = cr.datasets.digits()
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((1797, 1, 8, 8), np.float64, (1797,), np.int64)
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert y[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert (16 * x[0, 0, 0]).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]  # the top of the first zero
    assert (16 * x).sum() == 561718
    assert (x.min(), x.max()) == (0, 1)


def test_digits_are_fresh_at_each_call():
    needed("sklearn")
    cr.datasets.digits()[0][...] = 7
    assert cr.datasets.digits()[0].max() == 1


# MNIST-1D ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def _mnist1d():
    needed("mnist1d")


@pytest.mark.usefixtures("_mnist1d")
def test_mnist1d_is_what_its_authors_make():
    x, y, x_test, y_test = cr.datasets.mnist1d()
    assert (x.shape, y.shape, x_test.shape, y_test.shape) == ((4000, 1, 40), (4000,), (1000, 1, 40), (1000,))
    assert {x.dtype, x_test.dtype} == {np.dtype(np.float64)}
    assert {y.dtype, y_test.dtype} == {np.dtype(np.int64)}
    everything = np.concatenate([x, x_test])
    assert everything.mean() == pytest.approx(0, abs=1e-12)
    assert everything.std() == pytest.approx(1, abs=1e-12)
    assert np.bincount(np.concatenate([y, y_test])).tolist() == [500] * 10
    assert y[:10].tolist() == [2, 6, 4, 5, 6, 6, 6, 0, 3, 1]
    assert x[0, 0, :4].tolist() == pytest.approx([-0.33200567, -0.47191037, -0.77869708, -1.00974083])
    assert x_test[-1, 0, -3:].tolist() == pytest.approx([0.65987565, 0.87773435, 1.19315184])


@pytest.mark.usefixtures("_mnist1d")
def test_shuffled_series_have_the_same_points_in_another_order():
    x, y, x_test, y_test = cr.datasets.mnist1d()
    shuffled = cr.datasets.mnist1d(shuffled=True)
    assert (shuffled[1] == y).all()
    assert (shuffled[3] == y_test).all()
    first, mixed = x[0, 0], shuffled[0][0, 0]
    order = abs(mixed[:, np.newaxis] - first).argmin(axis=1)
    assert sorted(order) == list(range(40))
    assert (order != np.arange(40)).any()
    np.testing.assert_allclose(shuffled[0], x[..., order], rtol=0, atol=1e-12)
    np.testing.assert_allclose(shuffled[2], x_test[..., order], rtol=0, atol=1e-12)


def test_the_global_random_states_are_put_back(monkeypatch: pytest.MonkeyPatch):
    data = needed("mnist1d.data")
    few = data.get_dataset_args()
    few.num_samples = 20
    monkeypatch.setattr(data, "get_dataset_args", lambda: few)
    monkeypatch.setattr(real, "_make_mnist1d", real._make_mnist1d.__wrapped__)

    def draw() -> list[float]:
        return [random.random(), *np.random.random(3)]  # noqa: NPY002

    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    expected = draw()
    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    assert len(cr.datasets.mnist1d()[0]) == 16
    assert draw() == expected


@pytest.mark.usefixtures("_mnist1d")
def test_mnist1d_is_made_once_and_fresh_at_each_call():
    for each in cr.datasets.mnist1d():
        each[...] = 7
    made = real._make_mnist1d.cache_info().misses
    assert cr.datasets.mnist1d()[0].std() == pytest.approx(1, abs=0.01)
    assert real._make_mnist1d.cache_info().misses == made


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [("digits", "sklearn.datasets", "scikit-learn"), ("mnist1d", "mnist1d.data", "mnist1d")],
)
def test_a_missing_extra_is_named(name: str, module: str, package: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(real, "_make_mnist1d", real._make_mnist1d.__wrapped__)
    monkeypatch.setitem(sys.modules, module, None)
    sentence = rf"^{name}\(\) needs {package}: pip install 'chainrule\[data\]'\.$"
    with pytest.raises(cr.MissingExtraError, match=sentence):
        getattr(cr.datasets, name)()


# IDX files -----------------------------------------------------------------------------------------------------------

CODES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def idx(array: np.ndarray) -> bytes:
    """An IDX file written from its description alone."""
    head = struct.pack(f">HBB{array.ndim}I", 0, CODES[array.dtype.name], array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def packed(content: bytes) -> bytes:
    """Compressed, the same at any time of day."""
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
    """Cut short, or with a byte changed, wherever that is."""
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
    "compressed and cut off": (packed(idx(np.zeros(9)))[:-9], "is damaged: .*download it again"),
    "compressed text": (packed(b"text"), "isn't an IDX file: .* got 74 65 78 74"),
    "a compressed head alone": (b"\x1f\x8b", "is damaged"),
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


# NumPy's files, and data larger than memory --------------------------------------------------------------------------


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
    """200 MB of images: an epoch, augmented, with validation, final loss and answers, in under a tenth of that."""
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
