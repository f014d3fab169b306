"""What the page is refused, in German: whatever a command or a table may bring about has its German form."""

import ast
import base64
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.core.errors import ChainruleError
from chainrule.interfaces.play.catalogue import catalogue
from chainrule.interfaces.play.messages import command
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.saved import kept
from chainrule.lab import scripts, tables
from sentences import written

English = Callable[[Iterable[str]], list[str]]

SETTINGS = (-1, 0, 1.5, 1e300, "x", True, None)
"""Values of which each setting refuses some."""

SCHEDULE = {"start": 0.1, "every": 10, "factor": 0.5, "steps": 10, "end": 0.01, "then": 0.1}


def test_every_refused_command_has_its_german_form(english: English):
    refused = [
        *heard(Playing(), settings(), networks(), commands()),
        *heard(diverged(), [{"kind": kind} for kind in ("play", "phase", "hand_out")], [edit(1, 1, 1)]),
        *heard(huge(), [edit(2, 1, 1e6), {"kind": "hand_out"}]),
        *heard(Playing(), files()),
        *(each for scene in WITHOUT_NUMPY for each in heard(Playing(), [scene, {"kind": "step"}, {"kind": "code"}])),
        *heard(Playing(), [{"kind": "step"}, a_scene(penalty=0.1), {"kind": "step"}, {"kind": "code"}]),
    ]
    assert len(set(refused)) > 150
    assert english(refused) == []


def test_every_refused_table_has_its_german_form(english: English):
    refused = heard(Playing(), [table(*each) for each in TABLES])
    assert len(set(refused)) > 45
    assert english(refused) == []


def test_every_sentence_of_the_rooms_of_tables_and_scripts_has_its_german_form(english: English):
    rooms = [Path(room.__file__).parent for room in (tables, scripts)]
    texts = [
        text
        for room in rooms
        for path in room.glob("*.py")
        if path.name not in NOT_OF_THE_PAGE
        for text in errors(path)
    ]
    assert len(texts) > 80
    assert english(each for each in texts if each not in FILLED and not re.search(TYPED, each)) == []


NOT_OF_THE_PAGE = {"options.py", "frames.py", "door.py"}
"""What only a shell or a program gives: options, data frames, runs."""

TYPED = "--drop and|--drop leaves|--sample-weight|weights?,? (numbers )?of 0 or more|--7:|no option"
"""Sentences about options, which the page has none of."""

FILLED = {
    "7 has no column 77, or a position from 0 to 7.",
    "7, line 7: 7.",
    "7: expected 7, got 7. Correct it, or say that it is a gap: --missing-values 7.",
    "7: expected a number that fits 7, in one writing with the others, got 7. Write all alike; if the column holds "
    "names, say 7.",
    "7: expected a number, in one writing with the others, got 7. Leave 7 out; if the column holds names, say 7.",
    "a run keeps no 7, so no script can repeat this one; train without them.",
    "it would hold 7 numbers of the 7; expected at most 7",
    "there is no script in NumPy alone: 7",
}
"""Sentences that are filled with words: the tests above have each of them whole."""


def errors(path: Path) -> Iterator[str]:
    """The sentences of the errors that a file makes, and the reasons that it returns."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("Error"):
            yield from (text for each in node.args[:1] for text in written(each))
        if isinstance(node, ast.Return) and node.value is not None:
            yield from (text.rstrip(".") for text in written(node.value) if text.startswith("it "))


def heard(playing: Playing, *commands: Iterable[Any]) -> list[str]:
    """What a run answers to commands in sentences: refusals, and why a part or a script can't be shown."""
    found = []
    for each in (each for some in commands for each in some):
        try:
            playing.obey(command(json.dumps(each)))
        except ChainruleError as error:
            found.append(str(error))
        shown = playing.glass.shown(playing.stage, playing.training) if np.isfinite(theta(playing)).all() else {}
        answers = [*playing.answers, *shown.values()]
        answers += [
            part for each in answers if isinstance(each, dict) and each.get("kind") == "code" for part in each.values()
        ]
        found += [each["sentence"] for each in answers if isinstance(each, dict) and each.get("sentence")]
        playing.answers.clear()
    return found


def theta(playing: Playing) -> np.ndarray:
    """The weights of a run."""
    return playing.training.state.parameters.theta


def a_scene(**parts: Any) -> dict[str, Any]:
    """The command for the first scene with other parts; data are added to its own."""
    scene = FIRST | parts
    scene["data"] = FIRST["data"] | parts.get("data", {})
    return {"kind": "set", "scene": scene}


FIRST = Playing().scene.model_dump(mode="json")


def edit(layer: int, unit: int, value: float) -> dict[str, Any]:
    """The command for another weight."""
    return {"kind": "edit", "layer": layer, "unit": unit, "source": 1, "value": value}


def points(*targets: float) -> tuple[dict[str, float], ...]:
    """Points of one's own with these targets."""
    return tuple({"x1": k / 9, "x2": 0.5, "y": each} for k, each in enumerate(targets))


def settings() -> Iterator[Any]:
    """Each setting of each optimizer and schedule with values that don't suit it; and parts that aren't there."""
    known = catalogue()
    for kind, fields in known["optimizers"].items():
        for each in fields:
            for value in SETTINGS:
                yield a_scene(optimizer={"type": kind, "learning_rate": 0.1} | {each["name"]: value})
    for kind, fields in known["schedules"].items():
        whole = {"type": kind} | {each["name"]: SCHEDULE[each["name"]] for each in fields}
        for each in fields:
            for value in SETTINGS:
                yield a_scene(optimizer={"type": "SGD", "learning_rate": whole | {each["name"]: value}})
    for part in ({"type": "Tanh"}, {"type": "SGDD"}, {"type": "SGD"}, {"type": 3}, {}):
        yield a_scene(optimizer=part)
        yield a_scene(initializer=part)
    yield from (a_scene(loss=name) for name in ("mse", "huber", "given"))
    yield from (a_scene(data={"name": name}) for name in ("moons2", "table"))
    yield from (a_scene(hidden=[{"units": 4, "activation": name}]) for name in ("relo", "abc"))
    yield from (a_scene(inputs=names) for names in (["x9"], []))


def networks() -> Iterator[Any]:
    """Losses, targets, batches and images that don't go together."""
    normed = [{"units": 4, "activation": "relu", "batch_norm": True}]
    for loss in catalogue()["losses"]:
        for targets in ((0,), (0, 1, 2), (0.5, 1), (7, 1), (0, 1, 2, 3, 4) * 4):
            for target in ("class", "quantity"):
                data = {"name": "own", "target": target, "points": points(*targets)}
                yield a_scene(loss=loss, data=data, hidden=normed, batch_size=1)
    yield a_scene(data={"name": "own", "points": ()})
    yield a_scene(hidden=normed, batch_size=3)
    yield a_scene(data={"name": "digits", "target": "quantity"})
    kernels = [{"units": 8, "kernel": 5, "pool": True}, {"units": 8, "kernel": 3, "pool": True}]
    yield a_scene(data={"name": "digits"}, filters=kernels, loss="softmax_cross_entropy")
    yield from (a_scene(is_given=True), a_scene(axes=[0, 5]), a_scene(seed=-1), a_scene(unknown=1), a_scene(clip=-1))
    yield a_scene(bias=False)


def commands() -> Iterator[Any]:
    """Commands that the run, at this moment, can't obey; the last scene has no biases."""
    for at in (
        {"layer": 9, "unit": 1},
        {"layer": 1, "unit": 99},
        *({"layer": 1, "unit": 1, "source": k} for k in (99, "bias")),
    ):
        yield {"kind": "hand_out", "chain": at}
        for part in ("chain", "matrices"):
            yield {"kind": "glass", part: at}
        yield {"kind": "glass", "hand": {"at": at}}
        yield {"kind": "edit", "value": 1.0, "source": 1} | at
    yield from ({"kind": kind} for kind in ("glass", "undo", "redo", "unknown"))
    yield from ({"kind": "undo"} for _ in range(40))
    yield {"kind": "phase", "go": "back"}
    yield {"kind": "treat", "finding": 3}
    yield {"kind": "predict", "target": "y"}
    yield {"kind": "view", "left": 2, "right": 1}
    yield {"kind": "amend", "sample": 0, "value": 7}
    yield {"kind": "amend", "sample": 900, "value": 0}
    yield {"kind": "amend", "sample": 0, "column": 9, "value": 0}
    yield from ({"kind": "edit", "layer": 1, "unit": 1, "source": 1, "value": each} for each in (1e9, "a", None))
    yield from ([], {"kind": "set"}, {"kind": "step", "unit": "x"}, {"kind": "view", "drawing": [1]})
    yield {"kind": "pace", "steps_per_second": -1}
    yield a_scene(hidden=[{"units": 99}])
    yield a_scene(hidden=[{"units": 1.5}] * 9)


def diverged() -> Playing:
    """A run that has diverged."""
    playing = Playing()
    far = ({"x1": 1e6, "x2": 1e6, "y": 1e6}, {"x1": -1e6, "x2": 5e5, "y": -1e6})
    data = {"name": "own", "target": "quantity", "points": far}
    rate = {"type": "SGD", "learning_rate": 1e30}
    heard(
        playing, [a_scene(optimizer=rate, loss="squared_error", data=data, hidden=[{"units": 4, "activation": "relu"}])]
    )
    heard(playing, [{"kind": "step"} for _ in range(9)])
    return playing


def huge() -> Playing:
    """A run with numbers that are too large to be shown."""
    playing = Playing()
    theta(playing)[...] = 1e200
    return playing


def files() -> Iterator[Any]:
    """Files that look like saved ones."""
    playing = Playing()
    good = kept(playing.stage, playing.training, playing.past)
    arrays = dict(np.load(io.BytesIO(base64.b64decode(good["arrays"]))))
    for each in ({}, good | {"format": "x"}, good | {"arrays": "!"}, good | {"arrays": "YWJj"}):
        yield {"kind": "open", "file": each}
    for other in (
        {"theta": np.zeros(2)},
        {"theta": np.array(["a"])},
        {"more": np.zeros(2)},
        {"step": arrays["step"] - 7},
    ):
        yield {"kind": "open", "file": good | {"arrays": archive(**arrays | other)}}


def archive(**arrays: np.ndarray) -> str:
    """An .npz file in base64."""
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    return base64.b64encode(packed.getvalue()).decode()


WITHOUT_NUMPY = [
    a_scene(hidden=[{"units": 4, "batch_norm": True}]),
    a_scene(hidden=[{"units": 4, "activation": "identity"}, {"units": 4, "dropout": 0.5}]),
    a_scene(batch_size=4),
    a_scene(optimizer={"type": "AdamW", "learning_rate": 0.1}),
    a_scene(optimizer={"type": "SGD", "learning_rate": {"type": "Cosine", "start": 0.1, "steps": 9}}),
    a_scene(data={"name": "moons", "n": 1000}, inputs=["x1", "x2", "x1²", "x2²", "x1 x2", "sin x1", "sin x2"]),
]
"""Scenes whose runs have no script in NumPy alone."""


def table(name: str, content: str | bytes, target: str | None = None) -> dict[str, Any]:
    """The command that reads a file."""
    packed = base64.b64encode(content.encode() if isinstance(content, str) else content).decode()
    return {"kind": "read", "name": name, "base64": packed, "target": target}


def zipped(name: str, content: str) -> bytes:
    """A zip archive of one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(name, content)
    return packed.getvalue()


def npz(**arrays: Any) -> bytes:
    """An .npz file."""
    return base64.b64decode(archive(**{name: np.array(each) for name, each in arrays.items()}))


NUMBERS = [f"{k},{k % 2}\n" for k in range(20)]
SEVERAL = "a,b,c\n" + "".join(f"{k},{k * 7 % 5},{k % 3}.5\n" for k in range(12))

TABLES = [
    ("a.csv", ""), ("a.csv", "a,b,y\n"), ("a.csv", "a\n1\n2\n"), ("a.csv", "a,b,y\n1,2\n1,2,3\n1,2,3\n"),
    ("a.csv", 'a,b\n"1,2\n3,4\n'), ("a.csv", "a,y\n" + "".join(f"{k},t{k}\n" for k in range(30))),
    ("a.csv", "d,y\n01/02/2024,1\n02/03/2024,2\n03/04/2024,1\n"), ("a.csv", 'p,y\n"1,421",1\n"2,333",2\n"3,111",3\n'),
    ("a.csv", "".join(["a,y\n", *NUMBERS, "x,1\n"])), ("a.csv", "".join(["a,y\n", *NUMBERS, "x,1\nz,0\n"])),
    ("a.csv", "".join(["a,y\n", *NUMBERS, "x,1\n"]), "a"), ("a.csv", "a,y\n1,2\ninf,3\n4,5\n"),
    ("a.csv", "a,y\n1,2\n1e200,3\n4,5\n"), ("a.csv", "a,y\n1,\n2,\n"),
    ("a.csv", "a,y\n" + "".join(f"name{k},{k % 2}\n" for k in range(90))),
    ("a.csv", "a,y\n" + "".join(f"{k},c{k % 9}\n" for k in range(90))), ("a.csv", "a,y\n1,2\0\n2,3\n"),
    ("a.csv", b"\xff\xfe\x00"), ("a.csv", "# c\n\n"), ("a.csv", "a;y\n1,5;1\n2.5;2\n3,5;3\n"),
    ("a.csv", "a;y\n1,5;1,5\n2,5;2,5\n3;3,5\n1.234,5;3\n"),
    ("a.csv", "a;y\n" + "".join(f"{k};{k % 4},{k}\n" for k in range(9))),
    *(("a.csv", SEVERAL, name) for name in ("zz", "aa", "99", "a,zz")),
    ("a.png", b"\x89PNG\r\n\x1a\n12345678"), ("a.jpg", b"\xff\xd8\xff12345678"), ("a.pdf", b"%PDF-1.4"),
    ("a.html", "<html><body></body></html>"), ("a.xml", "<?xml version='1.0'?><a/>"), ("a.7z", b"7z\xbc\xaf1234"),
    ("a.bz2", b"BZh91234"), ("a.zip", zipped("a.txt", "hi")), ("a.xlsx", zipped("xl/workbook.xml", "<a/>")),
    ("a.xlsb", zipped("xl/workbook.bin", "a")), ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ("a.parquet", b"PAR1abcPAR1"), ("a.db", b"SQLite format 3\0" + bytes(100)), ("a.gz", b"\x1f\x8bgarbage garbage"),
    ("a.json", "{}"), ("a.json", "[]"), ("a.json", "[1, 2]"), ("a.json", '{"a": [1, 2], "b": [1]}'),
    ("a.jsonl", '{"a": 1}\n{oops\n'), ("a.arff", "@relation x\n@attribute a numeric\n"),
    ("a.arff", "@relation x\n@attribute a numeric\n@data\n{0 1}\n"),
    ("a.npz", npz(x=np.zeros((3, 2)))), ("a.npz", npz(x=np.zeros((3, 2)), y=np.zeros(2))),
    ("a.npz", npz(x=["a"], y=[1])),
    ("a.npz", npz(x=[1, 2], y=[1, 2])), ("a.npz", npz(x=[[np.nan]], y=[1])),
    ("a.npz", npz(x=np.zeros((3, 2)), y=np.zeros((3, 4)))),
    ("a.npz", npz(x=np.zeros((4, 3, 3)), y=[0, 1, 0, 1])),
    ("a.npz", npz(a=np.zeros((3, 2)), b=np.zeros((3, 2)), c=[1, 2, 3])),
    ("a.npz", zipped("a.npy", "no")),
]  # fmt: skip
"""Files that can't be learnt, each for a reason of its own."""
