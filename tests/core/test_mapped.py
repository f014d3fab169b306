"""Files mapped into memory that are cut short while they are used: a sentence, not the end of the program."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.mapped import check_mapped

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows doesn't let a mapped file be cut short")

NETWORK = cr.mlp(50, 2, output="identity")
SETTINGS = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.SGD(0.1)}


def mapped(folder: Path, n: int = 4000) -> tuple[np.ndarray, np.ndarray, Path]:
    np.save(folder / "x.npy", np.random.default_rng(0).random((n, 50)))
    return cr.datasets.read_numpy(folder / "x.npy")[0], np.arange(n) % 2, folder / "x.npy"


def test_every_public_function_looks_before_it_reads(tmp_path: Path):
    x, y, path = mapped(tmp_path)
    os.truncate(path, 100_000)
    theta = NETWORK.initialize()
    for use in (
        lambda: cr.train(NETWORK, x, y, **SETTINGS, epochs=1),
        lambda: cr.train(NETWORK, x[10:], y[10:], **SETTINGS, epochs=1),
        lambda: NETWORK.predict(theta, x[..., ::-1]),
        lambda: cr.Model(NETWORK, theta).classify(x),
        lambda: cr.Standardizer.fit(x),
        lambda: cr.split(x, y),
    ):
        with pytest.raises(
            cr.DataError, match=r"is mapped from .*x\.npy, which was cut short: expected 1600128 bytes, got"
        ):
            use()


def test_a_run_looks_before_each_batch(tmp_path: Path):
    x, y, path = mapped(tmp_path)
    training = cr.iterate(NETWORK, x, y, **SETTINGS, epochs=3, batch_size=100)
    next(training)
    training.advance()
    os.truncate(path, 128)
    with pytest.raises(cr.DataError, match="cut short"):
        list(training)


def test_validation_is_looked_at_too(tmp_path: Path):
    x, y, path = mapped(tmp_path, 50_000)
    training = cr.iterate(NETWORK, np.array(x[:100]), y[:100], **SETTINGS, epochs=3, validation=(x, y))
    os.truncate(path, 128)
    with pytest.raises(cr.DataError, match="cut short"):
        list(training)


def test_arrays_that_are_not_mapped_and_files_that_grew_are_fine(tmp_path: Path):
    x, y, path = mapped(tmp_path)
    with open(path, "ab") as file:
        file.write(b"more")
    for each in (x, x[1:].reshape(-1), np.array(x), np.frombuffer(b"abcd", np.uint8), np.zeros(0)):
        check_mapped(each)
    assert np.isfinite(cr.train(NETWORK, x, y, **SETTINGS, epochs=1, batch_size=100).final_loss)


@pytest.mark.skipif(sys.platform != "linux", reason="the signal's number")
def test_between_looking_and_reading_the_system_ends_the_program(tmp_path: Path):
    """What the documentation says: Python can't turn this signal into an error."""
    mapped(tmp_path)
    program = (
        "import os, chainrule as cr\n"
        "x, _ = cr.datasets.read_numpy('x.npy')\n"
        "os.truncate('x.npy', 128)\n"
        "print(x.sum())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == -7
