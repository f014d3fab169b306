"""The file of a model (.npz): theta and state, a description as JSON, and a checksum of the three.

Loading builds classes of the catalogue only, and executes nothing.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.catalogue import from_dict
from chainrule.core.description import Description
from chainrule.core.errors import listing
from chainrule.core.foreign import said
from chainrule.core.network import Network
from chainrule.training.files.limits import check_text
from chainrule.training.files.npz import Archive, load_checked, save_checked
from chainrule.training.files.reading import Source
from chainrule.training.files.storage import FilePath

FORMAT = "chainrule model 1"

EARLY = ("theta", "description")
ARRAYS = (*EARLY, "state")
"""The arrays of a file, which has a checksum of them; of one from before there were states and checksums."""

LONGEST_DESCRIPTION = 2**24
"""The most characters of the description in a model's file: enough for a million names of classes."""

DESCRIBED = ("network", "loss", "columns", "standardizer", "target_standardizer")
NAMES = ("classes", "features", "targets")
PARTS = {*DESCRIBED, *NAMES, "engine", "format", "layout"}
"""The parts of a model that are descriptions, and that are names; and all parts of the description in its file."""

LATER: dict[str, Any] = {"engine": "", "columns": None, "targets": []}
"""The parts that files from before there were such don't have, as they stand for those."""


def write_model(path: FilePath, parts: Mapping[str, Any]) -> None:
    """Write a model, by the names and values of its fields, whole or not at all. Raises FileError."""
    import json  # large: only where a file is written or read

    described: dict[str, Description | None] = {name: parts[name] for name in DESCRIBED}
    description: dict[str, Any] = {name: each and each.to_dict() for name, each in described.items()}
    description |= {name: list(parts[name]) for name in NAMES}
    description |= {"engine": parts["engine"], "format": FORMAT, "layout": layout(parts["network"])}
    arrays = {name: parts[name] for name in ("theta", "state")}
    save_checked(path, {**arrays, "description": np.array(json.dumps(description))})


def read_model(source: Source) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays and the description in an open file.

    Raises FileError for a file that was changed, ValueError or what JSON raises for what is no description.
    """
    is_early = sorted(Archive(source).names) == sorted(EARLY)
    arrays = Archive(source).read(EARLY, "biufU") if is_early else load_checked(source, ARRAYS)
    return arrays, _read_json(source, str(arrays["description"]))


def fields_of(arrays: Mapping[str, Array], description: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a model by name. Raises ValueError or a public error for a description that doesn't fit."""
    parts: dict[str, Any] = {name: description[name] and from_dict(description[name]) for name in DESCRIBED}
    if layout(parts["network"]) != description["layout"]:
        raise ValueError("its parameters are stored in another layout than this version's")
    for name in NAMES:
        names = description[name]
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise ValueError(f"its {name} should be a list of names, got {said(names)}")
        parts[name] = tuple(names)
    return parts | {"theta": arrays["theta"], "state": arrays.get("state"), "engine": description["engine"]}


def _read_json(source: Source, text: str) -> dict[str, Any]:
    """A model's description. Raises what JSON raises, ValueError for another format or other parts."""
    import json

    check_text(f"{source.name}, description", text, longest=LONGEST_DESCRIPTION, longest_line=LONGEST_DESCRIPTION)
    description = json.loads(text)
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        found = description.get("format") if isinstance(description, dict) else None
        raise ValueError(f"it should be of the format '{FORMAT}', got {said(found)}")
    description = LATER | description
    if description.keys() != PARTS:
        raise ValueError(f"its description should hold {listing(PARTS)}; got {said(listing(description))}")
    return description


def layout(network: Network) -> list[list[Any]]:
    """The layout of theta and the state: for each array its layer, name, shape of the matrix, start."""
    return [
        [leaf.number, parameter.name, list(parameter.matrix), start]
        for leaf in network.leaves
        for parameters, start in ((leaf.signature.parameters, leaf.start), (leaf.signature.state, leaf.state_start))
        for parameter in parameters
    ]
