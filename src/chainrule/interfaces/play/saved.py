"""What is taken along from a run, and taken up again: a file with scene and weights, the model, the history."""

import base64
import io
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from pydantic import ValidationError

from chainrule.core.arrays import Array
from chainrule.core.catalogue import from_dict
from chainrule.core.errors import DataError
from chainrule.interfaces.play.course import Course
from chainrule.interfaces.play.messages import View
from chainrule.interfaces.play.past import Past
from chainrule.interfaces.play.scene import Scene
from chainrule.interfaces.play.stage import Stage
from chainrule.training.files.npz import Archive
from chainrule.training.files.reading import Source, reading
from chainrule.training.model import Model
from chainrule.training.training import Training

LARGEST = 2**26
"""The most bytes of memory that the arrays of a file may take: 64 MiB, far beyond those of a run on a page."""

FORMAT = "chainrule play 1"

Answer = dict[str, Any]


Drawing = tuple[float, ...] | None


def kept(stage: Stage, training: Training, past: Past | None, drawing: Drawing = None) -> Answer:
    """What a page keeps of its run, to go on from if this is lost; also a saved file.

    drawing: the image of one's own that is shown in place of one that is learnt.
    """
    arrays = io.BytesIO()
    np.savez_compressed(arrays, allow_pickle=False, **training.state.arrays())
    return {
        "format": FORMAT,
        "scene": stage.scene.model_dump(mode="json"),
        "arrays": base64.b64encode(arrays.getvalue()).decode(),
        "past": None if past is None else past.model_dump(mode="json"),
        "drawing": drawing,
    }


def from_file(file: Mapping[str, Any]) -> tuple[Scene, Mapping[str, Array], Past | None, Drawing]:
    """The scene, the arrays, the past and the drawing of a saved file. Raises DataError or FileError for another one.

    Older files have no past, or no drawing.
    """
    try:
        if file.get("format") != FORMAT:
            raise ValueError("another format")
        packed = base64.b64decode(file["arrays"], validate=True)
        scene = Scene.model_validate(file["scene"])
        past = None if file.get("past") is None else Past.model_validate(file["past"])
        drawing = View.model_validate_json(json.dumps({"kind": "view", "drawing": file.get("drawing")})).drawing
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        kind = type(error).__name__
        raise DataError(f"this isn't a file that the playground saved ({kind}); open another.") from None
    source = Source("the file", None, io.BytesIO(packed), LARGEST)
    with reading(source, "one that the playground saved", "open another", LARGEST) as opened:
        archive = Archive(opened)
        return scene, archive.read(archive.names), past, drawing


def scene_file(stage: Stage, training: Training, course: Course, past: Past | None, drawing: Drawing) -> Answer:
    """Scene and weights, and the drawing."""
    return {"kind": "file", "name": "playground.json", "text": json.dumps(kept(stage, training, past, drawing))}


def model_file(stage: Stage, training: Training, course: Course, past: Past | None, drawing: Drawing) -> Answer:
    """The model as a file, for `chainrule predict` and `Model.load`."""
    state, table = training.state, stage.scene.data.table
    parts = {} if table is None else {name: cast(Any, from_dict(part)) for name, part in table.parts.items()}
    model = Model(
        stage.network,
        state.parameters.theta,
        stage.loss,
        state=state.statistics,
        features=stage.ground.names,
        classes=() if table is None else table.classes,
        engine=training.setup.engine,
        **parts,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.npz")
        model.save(path)
        data = path.read_bytes()
    return {"kind": "file", "name": "model.npz", "base64": base64.b64encode(data).decode()}


def history_file(stage: Stage, training: Training, course: Course, past: Past | None, drawing: Drawing) -> Answer:
    """The course as CSV."""
    names = ["step", "loss", "test_loss", "accuracy", "test_accuracy"]
    rows = course.rows(-1, 0)[:, : len(names)]
    lines = [",".join(names), *(",".join("" if np.isnan(each) else repr(float(each)) for each in row) for row in rows)]
    return {"kind": "file", "name": "history.csv", "text": "\n".join(lines) + "\n"}


SAVED = {"scene": scene_file, "model": model_file, "history": history_file}
"""What can be taken along, by name."""
