"""The messages between a page and its run.

A page sends commands, as JSON; what it may send is checked here. It gets answers as JSON (`kind` says which), and
pictures as binary frames (see `frames.py`). The JSON Schema of the commands gives the page its types.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from chainrule.core.errors import DataError
from chainrule.interfaces.play.scene import (
    MOST_CONVOLUTIONS,
    MOST_FILTERS,
    MOST_NUMBERS,
    MOST_POINTS,
    Column,
    Coordinate,
    Label,
    Name,
    Scene,
    Strict,
)

LONGEST = 4_000_000
"""The most bytes of a command: a saved file with all that a run has learnt is far smaller."""


class Play(Strict):
    """Train on."""

    kind: Literal["play"]


class Pause(Strict):
    """Stand still."""

    kind: Literal["pause"]


class Step(Strict):
    """Make one step, or the steps up to the end of an epoch, then stand still."""

    kind: Literal["step"]
    unit: Literal["step", "epoch"] = "step"


class Pace(Strict):
    """Train at so many steps a second; None: as fast as it goes."""

    kind: Literal["pace"]
    steps_per_second: Annotated[float, Field(gt=0.0, le=1e6)] | None = None


class Set(Strict):
    """Another scene: the run goes on with it where it can, else it begins anew."""

    kind: Literal["set"]
    scene: Scene


class Reset(Strict):
    """Begin anew from the same start, or from that of the next seed."""

    kind: Literal["reset"]
    start: Literal["same", "next"] = "same"


class Undo(Strict):
    """Back to what was before the last change, its weights included; or forward again."""

    kind: Literal["undo", "redo"]


Ink = Annotated[float, Field(ge=0.0, le=1.0)]


class Pixel(Strict):
    """A number of a feature map: its layer among those that are drawn, and its filter, row and column, from 0."""

    layer: Annotated[int, Field(ge=0, lt=MOST_CONVOLUTIONS)]
    unit: Annotated[int, Field(ge=0, lt=MOST_FILTERS)]
    row: Annotated[int, Field(ge=0, le=100)]
    column: Annotated[int, Field(ge=0, le=100)]


class View(Strict):
    """What the pictures show, and which of them are wanted.

    at, sample: what one points at in the plane: a place, or a sample, counted through the learnt ones and the test.
    image: the sample whose feature maps are shown, counted likewise.  drawing: an image of one's own in its place.
    pixel: that of a feature map whose number is worked out.
    """

    kind: Literal["view"]
    units: Literal["a", "z", "delta"] = "a"
    samples: bool = False
    at: tuple[Coordinate, Coordinate] | None = None
    sample: Annotated[int, Field(ge=0, lt=MOST_POINTS)] | None = None
    image: Annotated[int, Field(ge=0, lt=MOST_POINTS)] = 0
    drawing: Annotated[tuple[Ink, ...], Field(min_length=64, max_length=64)] | None = None
    pixel: Pixel | None = None
    left: Coordinate = -1.5
    right: Coordinate = 1.5
    bottom: Coordinate = -1.5
    top: Coordinate = 1.5


class Lines(Strict):
    """The lines that are in sight, counted from 0: the others aren't written."""

    first: Annotated[int, Field(ge=0, le=100_000)] = 0
    count: Annotated[int, Field(ge=0, le=60)] = 30


class Chain(Strict):
    """A weight or a unit of a drawn layer, counted from 1. source: the unit or input before it; None: of the unit."""

    layer: Annotated[int, Field(ge=1, le=100)]
    unit: Annotated[int, Field(ge=1, le=1000)]
    source: Annotated[int, Field(ge=1, le=MOST_NUMBERS)] | Literal["bias"] | None = None
    lines: Lines = Lines()


class Hand(Strict):
    """A weight, to be edited: its unit's numbers, and the loss along it. h: of the secant, by default of the check."""

    at: Chain
    h: Annotated[float, Field(ge=1e-6, le=100.0)] = 1e-5


class Phases(Strict):
    """The phases of the step that comes next, layer by layer or a whole pass at once. at: what is followed in them."""

    by: Literal["layer", "pass"] = "layer"
    at: Chain | None = None


class Deltas(Strict):
    """The δ that the drawing shows: of a learnt sample, by its row; None: of all of them."""

    sample: Annotated[int, Field(ge=0, lt=MOST_POINTS)] | None = None


class Glass(Strict):
    """What the glass box shows of the step that comes next. A part that isn't asked for costs nothing.

    sample: the sample that is followed, by its row among the learnt ones; None: the one with the largest share.
    """

    kind: Literal["glass"]
    sample: Annotated[int, Field(ge=0, lt=MOST_POINTS)] | None = None
    chain: Chain | None = None
    phases: Phases | None = None
    matrices: Chain | None = None
    proof: Literal[True] | None = None
    hand: Hand | None = None
    marks: Literal[True] | None = None
    deltas: Deltas | None = None


class Edit(Strict):
    """Another value for a weight or a bias, from which the run goes on. grip: edits of one grip are one change."""

    kind: Literal["edit"]
    layer: Annotated[int, Field(ge=1, le=100)]
    unit: Annotated[int, Field(ge=1, le=1000)]
    source: Annotated[int, Field(ge=1, le=MOST_NUMBERS)] | Literal["bias"]
    value: Coordinate
    grip: Annotated[int, Field(ge=0, lt=2**53)] | None = None


class Amend(Strict):
    """Another value for an input of a learnt sample, by its column, or for its target: None. The weights stay."""

    kind: Literal["amend"]
    sample: Annotated[int, Field(ge=0, lt=MOST_POINTS)]
    column: Column | None = None
    value: Coordinate
    grip: Annotated[int, Field(ge=0, lt=2**53)] | None = None


class Phase(Strict):
    """Go on, or back, by a phase of the step that comes next; behind its last one the step is made."""

    kind: Literal["phase"]
    go: Literal["next", "back"] = "next"


class Seen(Strict):
    """A frame has been shown: the next one may follow. rows: the rows of the history that the page has."""

    kind: Literal["seen"]
    frame: Annotated[int, Field(ge=0)]
    history: Annotated[int, Field(ge=0)] = 0
    rows: Annotated[int, Field(ge=0)] = 0


class Hello(Strict):
    """A page has connected: it gets the whole state, and a frame."""

    kind: Literal["hello"]


class Diagnose(Strict):
    """Ask the doctor now."""

    kind: Literal["diagnose"]


class Treat(Strict):
    """Do what the doctor's finding of this number advises."""

    kind: Literal["treat"]
    finding: Annotated[int, Field(ge=0, le=100)]


class Save(Strict):
    """Send a file: the scene with what was learnt, the model, or the history."""

    kind: Literal["save"]
    what: Literal["scene", "model", "history"] = "scene"


class Code(Strict):
    """Send the scripts that repeat the run as it is now."""

    kind: Literal["code"]


class HandOut(Strict):
    """Send the chain of a weight or of a unit, or else an overview of the next step, as a file."""

    kind: Literal["hand_out"]
    chain: Chain | None = None
    sample: Annotated[int, Field(ge=0, lt=MOST_POINTS)] | None = None
    format: Literal["html", "latex", "json"] = "html"


class Open(Strict):
    """Take a saved file up again, or what the page kept of a run that was lost."""

    kind: Literal["open"]
    file: dict[Name, Any]


class Read(Strict):
    """Read a table, in a file of this name, and learn it. target: the column to predict; None: the door decides."""

    kind: Literal["read"]
    name: Label
    base64: str
    target: Label | None = None


class Predict(Strict):
    """Learn another column of the table with which pages begin, in a file that was named in a shell."""

    kind: Literal["predict"]
    target: Label


Command = Annotated[
    Play
    | Pause
    | Step
    | Pace
    | Set
    | Reset
    | Undo
    | View
    | Glass
    | Phase
    | Edit
    | Amend
    | Seen
    | Hello
    | Diagnose
    | Treat
    | Save
    | Code
    | HandOut
    | Open
    | Read
    | Predict,
    Field(discriminator="kind"),
]

COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)


def command(text: str | bytes) -> Command:
    """The command in a message. Raises DataError, in one sentence, for anything else."""
    if len(text) > LONGEST:
        raise DataError(f"expected a message of at most {LONGEST:,} bytes, got {len(text):,}; send less.")
    try:
        return COMMANDS.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place, said = ".".join(map(str, first["loc"])) or "the message", first["msg"]
        raise DataError(f"{place}: {said[0].lower()}{said[1:]}; send a command of the protocol.") from None
    except (RecursionError, UnicodeError):
        raise DataError("expected a command as JSON, got something else; send a command of the protocol.") from None


def schema() -> dict[str, Any]:
    """The JSON Schema of all commands."""
    return COMMANDS.json_schema()
