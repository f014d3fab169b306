"""How a layer's matrices are made of others: a weighted layer's, a batch norm's, a dropout's; and what comes back."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from chainrule.core.blocks import Block
from chainrule.core.layers.convolution import Convolution
from chainrule.core.layers.dense import Dense
from chainrule.core.layers.normalize import BatchNorm
from chainrule.core.layers.regularize import Dropout
from chainrule.core.losses import Loss
from chainrule.lab.explain.algebra.expression import Number, constant
from chainrule.lab.explain.algebra.notes import Note
from chainrule.lab.explain.algebra.symbols import LOSS, Symbol
from chainrule.lab.explain.equations.losses import EQUATIONS
from chainrule.lab.explain.matrices.layer import LayerMatrices
from chainrule.lab.explain.matrices.matrix import ONE, Axis, Matrix, Part, Parts, ones, product
from chainrule.training.links import LINKS

Line = tuple[Matrix, Parts, Note]
"""A matrix, what it is made of, and a sentence."""


def in_columns(column: Matrix, samples: Axis) -> Parts:
    """A column, the same for every sample: times a row of ones."""
    return product(column, ones(samples).T)


def forward(layer: LayerMatrices) -> Iterator[Line]:
    """The lines of Z."""
    yield from FORWARD[_kind(layer.block)](layer)


def _weighted(layer: LayerMatrices) -> Iterator[Line]:
    parts: Parts = product(layer.parameter("weights", layer.of.theta), layer.x)
    notes = ["A sample is a column: one product computes all samples."]
    if isinstance(layer.block.head.layer, Convolution):
        notes.append("C holds the windows of the input, each as a column; padding is 0.")
    if "bias" in layer.names:
        parts = (*parts, "+", *in_columns(layer.parameter("bias", layer.of.theta), layer.samples))
        notes.append("The row of ones adds the bias to each column.")
    yield layer.z, parts, (" ".join(notes),)


def _normalised(layer: LayerMatrices) -> Iterator[Line]:
    x, x_hat, mean, r = layer.x, layer.x_hat, layer.mean, layer.r
    share = constant(1) / constant(layer.samples.size)
    yield mean, (share, *product(x, ones(layer.samples))), ("The column of ones adds up each row.",)
    spread = "r is 1 / √(var + ε), of each row. Each sample’s mean and variance are those of all."
    parts: Parts = ("(", Part(x), "-", *in_columns(mean, layer.samples), ")", "∘")
    yield x_hat, (*parts, "(", *in_columns(r, layer.samples), ")"), (spread,)
    scale, shift = (layer.parameter(name, layer.of.theta) for name in ("scale", "shift"))
    scaled = ("(", *in_columns(scale, layer.samples), ")", "∘", Part(x_hat))
    yield layer.z, (*scaled, "+", *in_columns(shift, layer.samples)), ()


def _dropped(layer: LayerMatrices) -> Iterator[Line]:
    yield layer.z, (Part(layer.mask), "∘", Part(layer.x)), ("M is 0 where a number was dropped.",)


def gradient(layer: LayerMatrices) -> Iterator[Line]:
    """The lines of the parameters' gradients."""
    delta, size = layer.delta, layer.samples.said
    lines: dict[str, tuple[Parts, str]] = {}
    if layer.has_weights:
        x = layer.x
        why = (
            f"{size} meet inside the product: each entry adds up one product per sample. Samples are the columns of "
            f"{x.symbol.letter}, and must be its rows here: hence the transpose."
        )
        lines["weights"] = product(delta, x.T), why
        lines["bias"] = product(delta, ones(layer.samples)), f"The column of ones adds up the {size}."
    else:
        both: Parts = ("(", Part(delta, "row"), "∘", Part(layer.x_hat, "row"), ")")
        lines["scale"] = (*both, Part(ones(layer.samples), "column")), f"The column of ones adds up the {size}."
        lines["shift"] = product(delta, ones(layer.samples)), ""
    for name in layer.names:
        parts, note = lines[name]
        if layer.of.penalty is not None and name == "weights":
            strength = Number(float(layer.of.penalty.strength), Symbol("λ"))  # type: ignore[arg-type]
            parts = (*parts, "+", strength, Part(layer.parameter(name, layer.of.theta)))
        yield layer.parameter(name, layer.of.gradient, of=LOSS), parts, (note,) if note else ()


def received(layer: LayerMatrices) -> tuple[Parts, Note]:
    """What ∂L/∂A is made of: what the layers above pass back, or the loss's derivative; empty where it is given."""
    if not layer.block.readers:
        return _of_loss(layer)
    parts: Parts = ()
    notes: list[str] = []
    for reader, _ in layer.block.readers:
        back = PASSED_BACK.get(_kind(reader))
        if back is None or (isinstance(reader.head.layer, Dense) and layer.block.shape != (layer.units.size,)):
            given = f"Layer {reader.number}, {reader.name}, passes these back; its way isn’t a product of matrices."
            return (), (given,)
        more, note = back(layer, reader)
        parts = (*parts, *(("+",) if parts else ()), *more)
        notes += [note] if note else []
    return parts, (" ".join(notes),) if notes else ()


def _of_loss(layer: LayerMatrices) -> tuple[Parts, Note]:
    """A multiple of the probabilities, or outputs, less the targets."""
    of, recording = layer.of, layer.numbers.recording
    loss, n, n_outputs = of.objective, len(of.samples), layer.units.size
    if type(loss) not in EQUATIONS:
        return (), (f"From the loss, {loss!r}.",)
    y = Matrix(Symbol("Y"), recording.targets.reshape(n_outputs, -1), layer.units, layer.samples)
    answered, note = _answered(loss, layer)
    apart: Parts = ("(", Part(answered), "-", Part(y), ")")
    factor = loss.factor(n_outputs)
    if layer.numbers.weights is not None:
        shares = Matrix(Symbol("s"), recording.shares[:, None], layer.samples, ONE)
        spread: Parts = ("∘", "(", *product(ones(layer.units), shares.T), ")")
        weighted = "s is each sample’s weight over the sum of weights."
        return ((Number(factor),) if factor != 1.0 else ()) + apart + spread, (f"{note} {weighted}".strip(),)
    over = n if factor == 1.0 else n * n_outputs
    share = constant(1 if factor == 1.0 else round(factor * n_outputs)) / constant(over)
    mean = f"The mean over {layer.samples.said} is why it is divided by {n}: later sums over samples only add."
    return (share, *apart), (f"{note} {mean}".strip(),)


def _answered(loss: Loss, layer: LayerMatrices) -> tuple[Matrix, str]:
    """What is compared with the targets: the outputs, or probabilities made of them."""
    if loss.link == "identity":
        return layer.a, ""
    made = "each column’s softmax" if loss.link == "softmax" else "each entry’s sigmoid"
    values = LINKS[loss.link](layer.a.values.T).T
    return Matrix(
        Symbol("P"), values, layer.units, layer.samples
    ), f"P is {layer.a.symbol.letter}’s probabilities: {made}."


def _through_weights(layer: LayerMatrices, reader: Block) -> tuple[Parts, str]:
    above = LayerMatrices(layer.of, reader, sample=layer.sample)
    units = replace(above.units, name=f"unit of layer {reader.number}")
    weights = replace(above.parameter("weights", layer.of.theta), rows=units, columns=layer.units)
    note = (
        f"Forward, these weights lead from {layer.units.said} to {units.said}; back they lead the other way: hence the "
        "transpose."
    )
    return product(weights.T, replace(above.delta, rows=units)), note


def _through_norm(layer: LayerMatrices, reader: Block) -> tuple[Parts, str]:
    above = LayerMatrices(layer.of, reader, layer.unit, layer.sample)
    scale = above.parameter("scale", layer.of.theta)
    d_scale, d_shift = (above.parameter(name, layer.of.gradient, of=LOSS) for name in ("scale", "shift"))
    share = constant(1) / constant(above.samples.size)
    spread: Parts = ("(", Part(scale, "row"), "∘", Part(above.r, "row"), ")", Part(ones(above.samples).T, "column"))
    mean = ("(", *in_columns(d_shift, above.samples), "+", *in_columns(d_scale, above.samples), "∘", Part(above.x_hat))
    parts = (*spread, "∘", "(", Part(above.delta), "-", share, *mean, ")", ")")
    return parts, "The mean and the variance depend on each sample, too: what they pass back is subtracted."


def _through_mask(layer: LayerMatrices, reader: Block) -> tuple[Parts, str]:
    above = LayerMatrices(layer.of, reader, layer.unit, layer.sample)
    return (Part(above.mask), "∘", Part(above.delta)), ""


def _kind(block: Block) -> object:
    """What a layer computes: a layer of one's own may be a Dense by name alone."""
    return None if block.head.branch else type(block.head.layer).bind


FORWARD: dict[object, Callable[[LayerMatrices], Iterator[Line]]] = {
    Dense.bind: _weighted,
    Convolution.bind: _weighted,
    BatchNorm.bind: _normalised,
    Dropout.bind: _dropped,
}
"""The layers that are said in matrices, by what they compute."""

PASSED_BACK: dict[object, Callable[[LayerMatrices, Block], tuple[Parts, str]]] = {
    Dense.bind: _through_weights,
    BatchNorm.bind: _through_norm,
    Dropout.bind: _through_mask,
}
"""What a layer passes back to the one below it."""


def has_matrices(block: Block) -> bool:
    """Whether a layer is said in matrices."""
    return _kind(block) in FORWARD
