"""Damaged files of every form: a reader returns a result or raises a public error, quickly and in little memory."""

import datetime
import gzip
import io
import json
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.lab.experiments import groups
from chainrule.training.files.npz import checksum
from damaged import altered, damaged, damaged_text, read_or_refused, reworded
from drawn import examples


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to write over; its name tells no reader what it holds."""
    return tmp_path_factory.mktemp("damaged") / "file"


NUMBERS = ("0", "-1", "1e400", "nan", "inf", "9" * 400, "9" * 5000, "1_0", "0x1F", ".", "-", "٣", "1e-400", "True")

# TOML -------------------------------------------------------------------------------------------------------------

TEXTS = (
    'data = "xor"\nloss = "HalfSquaredError"\nepochs = 20\nbatch_size = "all"\nseed = 0\nstarts = 2\n'
    '[network]\nlayers = [4, 4]\nactivation = "sigmoid"\n[optimizer]\ntype = "SGD"\nlearning_rate = 0.5\n',
    '[data]\nname = "moons"\nn = 30\nnoise = 0.1\n[optimizer]\ntype = "Adam"\n'
    'learning_rate = { type = "StepDecay", initial = 0.1, factor = 0.5, every = 10 }\n'
    "[early_stopping]\ntype = 'EarlyStopping'\npatience = 3\n",
    '[data]\nfile = "a.csv"\ntarget = "y"\nmax_size = "1 GiB"\n[network]\ntype = "NetworkText"\n'
    'text = "conv(8, 3) relu flatten dense(10)"\n[[network.initializer]]\ntype = "He"\n',
    'data = "xor"\n[network]\ntype = "Network"\ninput_shape = [2]\n'
    '[[network.layers]]\ntype = "Residual"\nlayers = [{ type = "Dense", units = 2 }, "Tanh"]\n',
)

SIGNS = '"[]{}=,.#\n'
KEYS = (*SIGNS, "[[", '"""', "'''", "{}", "[]", "1979-05-27", "true", "\\ud800", "\0", "[" * 60, "a." * 60)
KINDS = tuple(f'"{each}"' for each in cr.Description.known) + tuple(
    f'{{ type = "{each}" }}' for each in cr.Description.known
)


ODD = (
    *(0, -1, 10**30, 2.5, 1e300, float("nan"), float("inf"), True, "", "x", "xor", "all", "-", "Sigmoid", "relu"),
    *([], {}, [[]], [0.1, 0.5], ["a"], {"x": 1}, datetime.date(1979, 5, 27), "conv(", "dense(2)"),
    *({"type": each} for each in cr.Description.known),
)
"""Values in the wrong place."""


@st.composite
def altered_toml(draw: st.DrawFn) -> bytes:
    """TOML that can be parsed, of an experiment in which values are wrong."""
    tree = tomllib.loads(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 2))):
        tree = draw(altered(tree, ODD).filter(lambda each: isinstance(each, dict)))
    return tomli_w.dumps(tree).encode("utf-8", "surrogatepass")


TOML = st.sampled_from(TEXTS).flatmap(lambda text: damaged_text(text, (*NUMBERS, *KEYS, *KINDS)))


@examples(400)
@given(st.one_of(TOML, altered_toml()))
def test_toml(path: Path, content: bytes):
    path.write_bytes(content)
    with read_or_refused():
        experiment = cr.Experiment.from_toml(path)
        assert isinstance(experiment, cr.Experiment)
        hash(experiment)
        repr(experiment)


# Arrays -----------------------------------------------------------------------------------------------------------


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


HEADER = (
    "(",
    ")",
    "'",
    "{",
    "<f8",
    "|O",
    "<U9",
    "|u1",
    ">c16",
    "<f3",
    "True",
    "L",
    ",",
    "'descr'",
    "'shape'",
    "[",
    "\n",
)


@st.composite
def damaged_npy(draw: st.DrawFn, content: bytes) -> bytes:
    """An array's file whose header is reworded, with its length corrected, or whose bytes are changed."""
    if draw(st.booleans()):
        return draw(damaged(content))
    head = draw(reworded(content[10:128].decode("latin-1"), (*NUMBERS, *HEADER))).encode("utf-8", "replace")
    return content[:8] + len(head).to_bytes(2, "little") + head + content[128:]


@st.composite
def damaged_npz(draw: st.DrawFn, members: dict[str, bytes]) -> bytes:
    """An archive of these members, some damaged before they are packed and some after."""
    file = io.BytesIO()
    packed = draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)))
    with zipfile.ZipFile(file, "w", packed) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", draw(st.one_of(st.just(content), damaged_npy(content))))
    return file.getvalue() if draw(st.booleans()) else draw(damaged(file.getvalue()))


X, Y = npy(np.arange(12.0).reshape(6, 2)), npy(np.arange(6))


@examples(400)
@given(damaged_npy(X))
def test_npy(path: Path, content: bytes):
    path.unlink(missing_ok=True)  # an array of an earlier case may still be mapped from it
    path.write_bytes(content)
    with read_or_refused():
        x, _ = cr.datasets.read_numpy(path)
        assert x.dtype.kind in "biuf"
        assert np.array(x).nbytes < 10**6


@examples(400)
@given(damaged_npz({"x": X, "y": Y}))
def test_npz(path: Path, content: bytes):
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    with read_or_refused():
        x, y = cr.datasets.read_numpy(path)
        assert x.dtype.kind in "biuf"
        assert y is None or len(x) == len(y)


# Models and kept results ------------------------------------------------------------------------------------------

NETWORK = cr.Network(
    (1, 4, 4), [cr.Residual([cr.Conv2D(1, 3, padding="same"), cr.BatchNorm()]), cr.Flatten(), cr.Dense(2)]
)
MODEL = cr.Model(
    NETWORK,
    NETWORK.initialize(),
    cr.SoftmaxCrossEntropy(),
    cr.Standardizer((1.0,), (2.0,)),
    classes=("a", "b"),
    state=NETWORK.initialize_state(),
)
JSON = ("null", "true", "[]", "{}", '""', *"{}[]:,", '"type"', '"\\ud800"', "[" * 60, *NUMBERS)
JSON_KINDS = tuple(f'"{each}"' for each in cr.Description.known)


@pytest.fixture(scope="module")
def saved(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a model's file, without the checksum."""
    MODEL.save(path)
    with np.load(path) as file:
        return {name: file[name] for name in file if name != "checksum"}


def in_archive(arrays: dict[str, np.ndarray]) -> bytes:
    """A file of these arrays, under a checksum that fits."""
    file = io.BytesIO()
    np.savez(file, **arrays, checksum=np.array(checksum(arrays)))
    return file.getvalue()


@examples(400)
@given(data=st.data())
def test_a_model(path: Path, saved: dict[str, np.ndarray], data: st.DataObject):
    """Its bytes are changed; or its description, under a checksum that fits."""
    if data.draw(st.booleans()):
        content = data.draw(damaged(in_archive(saved)))
    else:
        text = str(saved["description"])
        if data.draw(st.booleans()):
            text = data.draw(reworded(text, (*JSON, *JSON_KINDS))).replace("\0", "")
        else:
            text = json.dumps(data.draw(altered(json.loads(text), (None, *ODD))), default=str)
        content = in_archive(saved | {"description": np.array(text)})
    path.write_bytes(content)
    with read_or_refused():
        model = cr.Model.load(path)
        assert model.theta.tobytes() == MODEL.theta.tobytes()
        json.dumps(model.network.to_dict())


@pytest.fixture(scope="module")
def kept(path: Path) -> tuple[groups.Group, bytes, str]:
    """A group of runs and the file of its results."""
    (group,) = groups.groups_of([cr.Experiment("xor", epochs=3, starts=2)])
    folder = path.parent / "kept"
    folder.mkdir()
    groups.train_groups([group], folder, 1, lambda *_: None)
    (found,) = folder.iterdir()
    return group, found.read_bytes(), group.name()


@examples(400)
@given(data=st.data())
def test_kept_results(path: Path, kept: tuple[groups.Group, bytes, str], data: st.DataObject):
    group, content, name = kept
    path.write_bytes(content)
    good = groups._read(group, name, path)
    path.write_bytes(data.draw(damaged(content)))
    with read_or_refused():
        runs = groups._read(group, name, path)
        assert runs is None or (runs.losses == good.losses).all()


# IDX --------------------------------------------------------------------------------------------------------------

IMAGES = b"\0\0\x08\3" + b"\0\0\0\2\0\0\0\3\0\0\0\4" + bytes(range(24))


@examples(400)
@given(data=st.data())
def test_idx(path: Path, data: st.DataObject):
    """As it is, compressed after it was damaged, or damaged after it was compressed."""
    content = data.draw(st.one_of(st.just(IMAGES), damaged(IMAGES)))
    if data.draw(st.booleans()):
        content = data.draw(st.one_of(st.just(0), damaged(gzip.compress(content, mtime=0)))) or gzip.compress(content)
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    with read_or_refused():
        assert cr.datasets.read_idx(path).size > 0


# CSV --------------------------------------------------------------------------------------------------------------

TABLES = (
    "a,b,kind\n1,2,cat\n3,4,dog\n5.5,-6e-3,cat\n",
    '"a b";"c""d";y\r\n1;2;0\r\n3;4;1\r\n',
    "1\t2\t0.5\n3\t4\t1.5\n\n5\t6\t2.5\n",
    "\ufeffα,β\n1,2\n3,4\n",
)
CELLS = (
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    '"',
    '""',
    "'",
    "\0",
    "\x85",
    "\u2028",
    " ",
    "x",
    "=1+1",
    "\ud800",
    "9" * 1_000,
    *NUMBERS,
)


@examples(100)
@given(
    content=st.sampled_from(TABLES).flatmap(lambda text: damaged_text(text, CELLS)),
    settings=st.fixed_dictionaries(
        {},
        optional={
            "target": st.sampled_from((None, 0, -1, 5, "kind", "y", "a,b")),
            "header": st.booleans(),
            "delimiter": st.sampled_from(",;\t'|"),
            "decimal": st.sampled_from(".,"),
            "target_type": st.sampled_from(("class", "quantity")),
            "yes": st.booleans(),
        },
    ),
)
def test_csv(path: Path, content: bytes, settings: dict[str, object]):
    path.write_bytes(content)
    with read_or_refused():
        table = cr.read_table(path, **settings)
        assert np.isfinite(table.x).all()
        assert len(table.features) == table.raw.shape[1]
        assert len(table.x) == len(table.y) > 0
