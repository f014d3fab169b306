"""A scene: all that a page sets, as JSON. The address, a saved file and undo hold it.

Its bounds are checked here, once, for whatever comes from outside; what a setting means, the library checks. Parts with
settings of their own, as optimizers, are tables like those in a model's file: {"type": "Adam", "learning_rate": 0.01}.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

OWN, TABLE = "own", "table"
"""The names of the data that are drawn on the page, and of those that came as a table."""

GIVEN = "given"
"""The name of a loss of one's own, which came from Python."""

MOST_POINTS, MOST_LAYERS, MOST_UNITS, MOST_CLASSES = 1000, 8, 16, 5

IMAGES = "digits"
"""The name of the data that are images: these are seen by themselves, and not in a plane."""

MOST_FILTERS, MOST_CONVOLUTIONS = 8, 2

MOST_SENTENCES = 12

MOST_NUMBERS = 50_000
"""The most inputs of a table in all: each change sends them."""

Coordinate = Annotated[float, Field(ge=-1e6, le=1e6)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Name = Annotated[str, Field(max_length=40)]
Label = Annotated[str, Field(max_length=200)]
Sentence = Annotated[str, Field(max_length=400)]
Column = Annotated[int, Field(ge=0, lt=MOST_NUMBERS)]
Table = dict[Name, Any]
"""A description with settings; the library builds it, and refuses what it doesn't know."""


class Strict(BaseModel):
    """A message or a part of one: no field that isn't known, no value converted, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Point(Strict):
    """A point in the plane, and its target: the number of a class, or a quantity."""

    x1: Coordinate
    x2: Coordinate
    y: Coordinate


class OwnTable(Strict):
    """A table as a network takes it: x (n, I) by the names of its inputs, and y (n,), class numbers or quantities.

    target: the column that is learnt.  note: what is to be said of it.  said: what the tables' door said of the file.
    parts: the descriptions with which a model of it is saved.
    """

    file: Label
    inputs: Annotated[tuple[Label, ...], Field(min_length=1)]
    x: Annotated[tuple[tuple[Coordinate, ...], ...], Field(min_length=1, max_length=MOST_POINTS)]
    y: tuple[Coordinate, ...]
    classes: Annotated[tuple[Label, ...], Field(max_length=MOST_CLASSES)] = ()
    target: Label = ""
    note: Annotated[str, Field(max_length=400)] = ""
    said: Annotated[tuple[Sentence, ...], Field(max_length=MOST_SENTENCES)] = ()
    parts: Table = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> "OwnTable":
        if {len(row) for row in self.x} != {len(self.inputs)} or len(self.y) != len(self.x):
            raise ValueError("each row needs a number for each input, and a target")
        if len(self.x) * len(self.inputs) > MOST_NUMBERS:
            raise ValueError(f"expected at most {MOST_NUMBERS:,} numbers")
        return self


class Data(Strict):
    """Points of a data set that has a name, or one's own: drawn, or a table. None: the set's own default.

    held_out: the rows of a table that aren't learnt; None: drawn, so many as `test` says.
    """

    name: Name = "xor"
    n: Annotated[int, Field(ge=4, le=MOST_POINTS)] | None = None
    noise: Annotated[float, Field(ge=0.0, le=2.0)] | None = None
    seed: Seed = 0
    points: Annotated[tuple[Point, ...], Field(max_length=MOST_POINTS)] = ()
    table: OwnTable | None = None
    target: Literal["class", "quantity"] = "class"
    test: Fraction = 0.25
    held_out: Annotated[tuple[Column, ...], Field(max_length=MOST_POINTS)] | None = None

    def is_like(self, other: "Data") -> bool:
        """Whether the other has samples of the same kind: points of one's own, or rows of the same table."""
        mine, others = self.table, other.table
        if self.name == TABLE and mine is not None and others is not None:
            mine = mine.model_copy(update={"x": others.x, "y": others.y})
        alike = {"points": other.points, "held_out": other.held_out, "table": mine}
        return self.name in (OWN, TABLE) and self.model_copy(update=alike) == other


class Hidden(Strict):
    """A hidden layer: its units, their activation, and what stands beside it."""

    units: Annotated[int, Field(ge=1, le=MOST_UNITS)] = 4
    activation: Name = "sigmoid"
    batch_norm: bool = False
    dropout: Fraction = 0.0


class Filters(Strict):
    """A convolutional layer: its filters, the side of their kernels, their activation, and whether a pool follows it.

    A pool keeps the largest of each 2 x 2 numbers of a feature map.
    """

    units: Annotated[int, Field(ge=1, le=MOST_FILTERS)] = 6
    kernel: Annotated[int, Field(ge=1, le=5)] = 3
    activation: Name = "relu"
    pool: bool = True


class Scene(Strict):
    """Data, network and training.

    filters: the convolutional layers before the hidden ones, where the data are images.

    axes: the two inputs of a table that the plane shows; the others are held at their means.
    is_given: whether the network is the one that came from Python, instead of the hidden layers here.
    """

    format: Literal["chainrule scene 1"] = "chainrule scene 1"
    data: Data = Data()
    inputs: Annotated[tuple[Name, ...], Field(min_length=1, max_length=7)] = ("x1", "x2")
    filters: Annotated[tuple[Filters, ...], Field(max_length=MOST_CONVOLUTIONS)] = (Filters(),)
    hidden: Annotated[tuple[Hidden, ...], Field(max_length=MOST_LAYERS)] = (Hidden(), Hidden())
    axes: tuple[Column, Column] = (0, 1)
    is_given: bool = False
    bias: bool = True
    initializer: Table | None = None
    loss: Name = "half_squared_error"
    optimizer: Table = Field(default_factory=lambda: {"type": "Adam", "learning_rate": 0.03})
    batch_size: Annotated[int, Field(ge=1, le=MOST_POINTS)] | None = None
    penalty: Annotated[float, Field(ge=0.0, le=1e3)] = 0.0
    clip: Annotated[float, Field(gt=0.0, le=1e9)] | None = None
    seed: Seed = 0

    def goes_on(self, other: "Scene") -> bool:
        """Whether a run of this scene goes on with the other's settings; else it begins anew."""
        return all(getattr(self, name) == getattr(other, name) for name in ANEW)

    def keeps_weights(self, other: "Scene") -> bool:
        """Whether the other scene differs in samples of one's own alone: what was learnt of them is kept."""
        same = other.model_copy(update={"data": self.data})
        return self.data != other.data and self.data.is_like(other.data) and self.goes_on(same)


ANEW = ("data", "inputs", "filters", "hidden", "is_given", "bias", "initializer", "loss", "batch_size", "seed")
"""The parts of a scene that a run can't change on its way."""
