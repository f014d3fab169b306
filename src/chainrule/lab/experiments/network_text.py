"""A network as text, `conv(8, 3) relu pool(2) flatten dense(10)`, and the layers that it stands for."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from chainrule.core.activations import ACTIVATIONS
from chainrule.core.arrays import Shape
from chainrule.core.description import Description, check_kind, part, setting
from chainrule.core.errors import ChainruleError, choices
from chainrule.core.foreign import said
from chainrule.core.initializers import Glorot, He, Initializer, LeCun, Normal, Uniform, Zeros
from chainrule.core.layers import (
    AveragePool,
    BatchNorm,
    ChannelDropout,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    Layer,
    MaxPool,
    Residual,
)
from chainrule.core.losses import Loss, SoftmaxCrossEntropy
from chainrule.core.network import Network
from chainrule.lab.experiments.grammar import Argument, Call, Span, complaint_at, parse

LAYERS: dict[str, type[Layer]] = {
    kind.__name__.lower(): kind
    for kind in (
        AveragePool,
        BatchNorm,
        ChannelDropout,
        Conv1D,
        Conv2D,
        Dense,
        Dropout,
        Flatten,
        GlobalAveragePool,
        MaxPool,
        Residual,
        *ACTIVATIONS.values(),
    )
} | {"conv": Conv2D, "pool": MaxPool}
"""The layers by their names in a text. On a series, `conv` is a Conv1D."""

INITIALIZERS: dict[str, type[Initializer]] = {
    kind.__name__.lower(): kind for kind in (Glorot, He, LeCun, Normal, Uniform, Zeros)
}

WORDS = {"true": True, "false": False, "none": None}
"""Words that stand for a value of Python; any other word is a string."""


def _check_text(name: str, value: Any) -> str:
    text: str = check_kind(name, str, 'a text such as "dense(4) relu dense(1)"', value)
    _Reader(text).layers(parse(text))
    return text


@dataclass(frozen=True, repr=False)
class NetworkText(Description):
    """A network written as text; the shape of its input comes from the data.

    text: the layers, separated by spaces, each with its settings as in Python, in order or by name: `conv(8, 3)`,
    `conv(8, (3, 5), stride=2, padding=same)`, `residual(dense(4) relu)`. A layer is named as its class, in any case and
    with or without "_"; `conv` is short for Conv1D or Conv2D, `pool` for MaxPool. The text is parsed, never evaluated.
    initializer: for the layers that name none of their own, as in `Network`.

    Raises SettingError with the column of the mistake and a mark under it.

    >>> NetworkText("conv(4, 3) relu pool(2) flatten dense(10)").layers((1, 8, 8))
    (Conv2D(4, 3), ReLU(), MaxPool(2), Flatten(), Dense(10))
    >>> NetworkText("dense(0) relu")
    Traceback (most recent call last):
    chainrule.core.errors.SettingError: column 7: Dense's units must be a whole number of 1 or more; got 0.
        dense(0) relu
              ^
    """

    text: str = setting(_check_text)
    initializer: Initializer | None = part(Initializer, "an initializer such as He()")

    def layers(self, input_shape: Shape) -> tuple[Layer, ...]:
        """The layers for samples of this shape. Raises SettingError that points at the first layer that doesn't fit."""
        return _Reader(self.text).layers(parse(self.text), input_shape)

    def build(self, input_shape: Shape, n_outputs: int, loss: Loss) -> Network:
        """The network for samples of this shape. Raises SettingError if targets and loss need other outputs."""
        network = Network(input_shape, self.layers(input_shape), self.initializer)
        if network.output_shape != (n_outputs,):
            of = "one for each class" if isinstance(loss, SoftmaxCrossEntropy) else "as the targets have"
            flatten = "flatten " if len(network.output_shape) > 1 else ""
            raise complaint_at(
                self.text,
                parse(self.text)[-1].span,
                f"the network's output is {network.output_shape}, and {loss} expects ({n_outputs},), {of}. "
                f"Let {flatten}dense({n_outputs}) be the last layer with units.",
            )
        return network


@dataclass(frozen=True)
class _Reader:
    """Builds layers from the calls of a text. Its errors point at the call or argument that is wrong."""

    text: str

    def layers(self, calls: tuple[Call, ...], shape: Shape | None = None) -> tuple[Layer, ...]:
        """The layers of successive calls. With the shape of a sample, each layer must fit its input."""
        found = []
        for call in calls:
            layer = self.layer(call, shape)
            if shape is not None:
                with self.pointing_at(call.span):
                    shape = layer.signature(shape).output
            found.append(layer)
        return tuple(found)

    def layer(self, call: Call, shape: Shape | None) -> Layer:
        """The layer of one call; shape: of its input, for one sample."""
        name = _plain(call.name)
        if name not in LAYERS:
            span = call.span[0], call.span[0] + len(call.name)
            raise complaint_at(self.text, span, f"unknown layer {said(call.name)}{choices(name, LAYERS)}.")
        of_series = name == "conv" and shape is not None and len(shape) == 2
        layer: Layer = self.build(Conv1D if of_series else LAYERS[name], call, shape)
        return layer

    def build(self, kind: type[Description], call: Call, shape: Shape | None) -> Any:
        """An object of this class, with the arguments of the call as its settings."""
        known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # every description is a dataclass
        values: dict[str, Any] = {}
        for argument, name in zip(call.arguments, _names(call, list(known)), strict=True):
            if name not in known or name in values:
                raise complaint_at(self.text, argument.span, _misplaced(call, argument, name, known))
            values[name] = self.value(kind, known[name], argument, shape)
        needed = [name for name, field in known.items() if field.default is MISSING]
        missing = " and ".join(name for name in needed if name not in values)
        if missing:
            sentence = f"{call.name} needs {missing}; write {call.name}({', '.join(needed)})."
            raise complaint_at(self.text, call.span, sentence)
        with self.pointing_at(call.span):
            return kind(**values)

    def value(self, kind: type[Description], field: Field[Any], argument: Argument, shape: Shape | None) -> Any:
        """An argument's value as its setting takes it: numbers, a word, an initializer, or a tuple of layers."""
        value = self.read(argument.value, shape, words="check" in field.metadata)
        with self.pointing_at(argument.span):
            value = kind.checked(field, value)
        if field.metadata.get("per member") and isinstance(value, tuple):
            sentence = f"{kind.__name__}'s {field.name} must be one number in a text, got {len(value)}. Choose one."
            raise complaint_at(self.text, argument.span, sentence)
        return value

    def read(self, value: Any, shape: Shape | None, words: bool) -> Any:
        """The value that an argument stands for. words: whether a name may be a word, such as `same`."""
        if not isinstance(value, tuple) or not isinstance(value[0], Call):
            return value
        first = value[0]
        name = _plain(first.name)
        if len(value) == 1 and name in INITIALIZERS:
            return self.build(INITIALIZERS[name], first, None)
        is_word = words and len(value) == 1 and name not in LAYERS and not first.arguments
        return WORDS.get(name, first.name.lower()) if is_word else self.layers(value, shape)

    @contextmanager
    def pointing_at(self, span: Span) -> Iterator[None]:
        """Turn an error inside the block into one that points at this place of the text."""
        try:
            yield
        except ChainruleError as error:
            raise complaint_at(self.text, span, str(error)) from None


def _plain(name: str) -> str:
    """A name in the form of the tables' keys: lower case, without "_"."""
    return name.lower().replace("_", "")


def _names(call: Call, known: list[str]) -> list[str]:
    """The setting that each argument is for, by its own name or by its position; "" after the last setting."""
    by_place = known + [""] * len(call.arguments)
    return [each.name.lower() if each.name else name for each, name in zip(call.arguments, by_place, strict=False)]


def _misplaced(call: Call, argument: Argument, name: str, known: Iterable[str]) -> str:
    """The sentence about an argument that the call doesn't take."""
    if name in known:
        return f"{call.name}'s {name} is given twice. Delete one."
    if argument.name:
        return f"{call.name} has no setting {said(argument.name)}{choices(name, known)}."
    n = len(list(known))
    most = f"at most {n}" if n else "no"
    return f"{call.name} expects {most} settings, got {len(call.arguments)}. Delete what is too much."
