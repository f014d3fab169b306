"""A scene: all that a page sets, as JSON. The address, a saved file and undo hold it.

Its bounds are checked here, once, for whatever comes from outside; what a setting means, the library checks. Parts with
settings of their own, as optimizers, are tables like those in a model's file: {"type": "Adam", "learning_rate": 0.01}.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

OWN = "own"
"""The name of the data that are drawn on the page, or came with it."""

MOST_POINTS, MOST_LAYERS, MOST_UNITS, MOST_CLASSES = 1000, 8, 16, 5

Coordinate = Annotated[float, Field(ge=-1e6, le=1e6)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Name = Annotated[str, Field(max_length=40)]
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


class Data(Strict):
    """Points of a data set that has a name, or one's own. None: the set's own default."""

    name: Name = "xor"
    n: Annotated[int, Field(ge=4, le=MOST_POINTS)] | None = None
    noise: Annotated[float, Field(ge=0.0, le=2.0)] | None = None
    seed: Seed = 0
    points: Annotated[tuple[Point, ...], Field(max_length=MOST_POINTS)] = ()
    target: Literal["class", "quantity"] = "class"
    test: Fraction = 0.25


class Hidden(Strict):
    """A hidden layer: its units, their activation, and what stands beside it."""

    units: Annotated[int, Field(ge=1, le=MOST_UNITS)] = 4
    activation: Name = "sigmoid"
    batch_norm: bool = False
    dropout: Fraction = 0.0


class Scene(Strict):
    """Data, network and training."""

    format: Literal["chainrule scene 1"] = "chainrule scene 1"
    data: Data = Data()
    inputs: Annotated[tuple[Name, ...], Field(min_length=1, max_length=7)] = ("x1", "x2")
    hidden: Annotated[tuple[Hidden, ...], Field(max_length=MOST_LAYERS)] = (Hidden(), Hidden())
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


ANEW = ("data", "inputs", "hidden", "bias", "initializer", "loss", "batch_size", "seed")
"""The parts of a scene that a run can't change on its way."""
