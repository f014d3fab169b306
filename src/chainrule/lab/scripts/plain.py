"""The script in NumPy alone: forward, loss, backward and update, with the starting weights as numbers."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.core.activations import Activation
from chainrule.core.arrays import one_hot
from chainrule.core.errors import SettingError
from chainrule.core.foreign import said
from chainrule.core.layers.dense import Dense
from chainrule.core.optimizers import Adam
from chainrule.core.schedules import Schedule
from chainrule.lab.scripts.formulas import ACTIVATIONS, IDENTITY, LOSSES, OPTIMIZERS, UNCORRECTED, Formula
from chainrule.lab.scripts.library import headline
from chainrule.lab.scripts.recipe import Recipe
from chainrule.lab.scripts.source import named, numbers

MOST_NUMBERS = 4000
"""The most numbers that the script holds of samples, and of weights: beyond, nobody reads it."""


def numpy_script(recipe: Recipe) -> str:
    """The script. Raises SettingError, which says why, where there can't be one."""
    reason = why_not(recipe)
    if reason is not None:
        raise SettingError(f"there is no script in NumPy alone: {reason}")
    lines = [
        *headline(recipe, "A column is a sample: x (inputs, n), W (units, inputs), b (units, 1)."),
        "",
        "import numpy as np",
        "",
        *_numbers(recipe),
        *_activations(recipe),
        *_steps(recipe),
    ]
    return "\n".join(lines) + "\n"


def why_not(recipe: Recipe) -> str | None:
    """Why there is no script in NumPy alone, in a sentence; None where there is one."""
    setup, samples = recipe.setup, recipe.samples
    optimizer: Any = setup.optimizer
    others = [layer for layer in recipe.network.layers if not (isinstance(layer, Dense) or _formula(layer))]
    if setup.theta.ndim > 1:
        return "it is for one network, and this run trained several."
    if others:
        return f"it is for dense layers and the library's activations, and this network has {said(others[0])}."
    if _in_pairs(recipe) is None:
        return "it is for dense layers with one activation after each, and all with biases or none."
    if type(recipe.loss) not in LOSSES:
        return f"it is for the library's losses, and this one is {said(recipe.loss)}."
    if setup.theta.dtype != np.float64:
        return f"it is for float64, and this run is in {setup.theta.dtype}."
    if setup.batch_size is not None and setup.batch_size < len(samples.x):
        return f"it is for all samples at once, and this run takes {setup.batch_size} at a time."
    if type(optimizer) not in OPTIMIZERS:
        return f"it is for SGD, Momentum and Adam, and this run has {said(optimizer)}."
    if isinstance(optimizer.learning_rate, Schedule):
        return f"it is for a learning rate that stays the same, and this one is {said(optimizer.learning_rate)}."
    if recipe.changes:
        return f"it is for settings that stay the same, and these changed at step {recipe.changes[0][0] + 1:,}."
    for what, size in (("samples", samples.x.size), ("weights", setup.theta.size)):
        if size > MOST_NUMBERS:
            return f"it would hold {size:,} numbers of the {what}; expected at most {MOST_NUMBERS:,}."
    return None


def _formula(layer: Any) -> Formula | None:
    """The formula of an activation, or of a layer that changes nothing of a vector."""
    return IDENTITY if layer.view else ACTIVATIONS.get(type(layer))


def _in_pairs(recipe: Recipe) -> list[tuple[Dense, Activation | None]] | None:
    """Each dense layer with its activation; None where they don't come so."""
    pairs: list[tuple[Dense, Any]] = []
    for layer in recipe.network.layers:
        if isinstance(layer, Dense):
            pairs.append((layer, None))
        elif layer.view:
            continue
        elif not pairs or pairs[-1][1] is not None:
            return None
        else:
            pairs[-1] = pairs[-1][0], layer
    return pairs if pairs and len({dense.bias for dense, _ in pairs}) == 1 else None


def _pairs(recipe: Recipe) -> list[tuple[Dense, Activation | None]]:
    return _in_pairs(recipe) or []


def _has_biases(recipe: Recipe) -> bool:
    return _pairs(recipe)[0][0].bias


def _numbers(recipe: Recipe) -> Iterator[str]:
    """Samples and weights."""
    setup, n_outputs = recipe.setup, recipe.network.output_shape[0]
    y = recipe.loss.rows(recipe.samples.y, n_outputs)
    if recipe.samples.note:
        yield f"# {recipe.samples.note}"
    yield from named("x", np.asarray(recipe.samples.x, np.float64).T)
    yield from named("y", (one_hot(y, n_outputs) if y.ndim == 1 else y).astype(np.float64).T)
    yield ""
    parameters = [each for each in recipe.network.parameters(setup.theta) if each]
    yield from _listed("W", [each["weights"] for each in parameters])
    if _has_biases(recipe):
        yield from _listed("b", [each["bias"][:, np.newaxis] for each in parameters])


def _edits(recipe: Recipe) -> Iterator[str]:
    """The numbers that were put by hand, by the step before which they were: the array, the place in it, the number."""
    arrays: dict[int, str] = {}
    places = [each for each in recipe.network.parameters(np.arange(recipe.setup.theta.size)) if each]
    for layer, each in enumerate(places):
        arrays |= {int(at): f"(W[{layer}], {index}" for index, at in np.ndenumerate(each["weights"])}
        if "bias" in each:
            arrays |= {int(at): f"(b[{layer}], {(*index, 0)}" for index, at in np.ndenumerate(each["bias"])}
    by_step: dict[int, list[str]] = {}
    for step, place, number in recipe.edits:
        by_step.setdefault(step, []).append(f"{arrays[place]}, {number!r})")
    yield "edits = {  # what was put by hand, before which step: the array, the place in it, the number"
    yield from (f"    {step}: [{', '.join(made)}]," for step, made in sorted(by_step.items()))
    yield "}"


def _listed(name: str, arrays: list[np.ndarray]) -> Iterator[str]:
    yield f"{name} = ["
    for each in arrays:
        lines = numbers(each)
        yield from (f"    {line}" for line in [*lines[:-1], lines[-1] + ","])
    yield "]"


def _named(recipe: Recipe) -> list[tuple[str, Formula, Activation | None]]:
    """The activation of each layer: its name in the script, its formula and its settings."""
    names: dict[Any, str] = {}
    found = []
    for _, layer in _pairs(recipe):
        formula = IDENTITY if layer is None else ACTIVATIONS[type(layer)]
        if layer not in names:
            alike = sum(type(each) is type(layer) for each in names)
            names[layer] = formula.name + (f"_{alike + 1}" if alike else "")
        found.append((names[layer], formula, layer))
    return found


def _settings(of: Any) -> dict[str, str]:
    return {} if of is None else {field.name: repr(each) for field, each in of.settings()}


def _activations(recipe: Recipe) -> Iterator[str]:
    """Each activation and its slope, as functions."""
    listed = _named(recipe)
    for name, formula, layer in {each[0]: each for each in listed}.values():
        settings = _settings(layer)
        yield from ("", "", f"def {name}(z):", f"    return {formula.a.format(**settings)}")
        yield from ("", "", f"def {name}_slope(z, a):", *(f"    {line}" for line in formula.first))
        yield f"    return {formula.slope.format(**settings)}"
    yield from ("", "")
    yield f"f = [{', '.join(name for name, _, _ in listed)}]"
    yield f"slope = [{', '.join(f'{name}_slope' for name, _, _ in listed)}]"


def _steps(recipe: Recipe) -> Iterator[str]:
    """The loop over the steps."""
    setup, is_biased = recipe.setup, _has_biases(recipe)
    optimizer: Any = setup.optimizer
    slots, n_layers = optimizer.slots, len(_pairs(recipe))
    loss, d_loss = LOSSES[type(recipe.loss)]
    weights, gradients = ("W + b", "dW + db") if is_biased else ("W", "dW")

    yield "n = x.shape[1]"
    for name in slots:
        yield f"all_{name} = [np.zeros_like(w) for w in {weights}]"
    if recipe.edits:
        yield from _edits(recipe)
    yield from ("", f"for step in range({recipe.steps}):")
    if recipe.edits:
        yield from ("    for w, place, number in edits.get(step, []):", "        w[place] = number", "")
    yield from ("    # Forward", "    z, a = [], [x]")
    yield f"    for layer in range({n_layers}):"
    yield f"        z.append(W[layer] @ a[layer]{' + b[layer]' if is_biased else ''})"
    yield "        a.append(f[layer](z[layer]))"
    yield ""
    yield "    # Loss"
    yield from (f"    {line}" for line in loss)
    if setup.penalty is not None:
        yield f"    loss += {setup.penalty.strength!r} / 2 * sum(np.sum(w**2) for w in W)"
    yield from ("    print(step, loss)", "", "    # Backward")
    yield from (f"    {line}" for line in d_loss)
    yield f"    dW{', db = [], []' if is_biased else ' = []'}"
    yield f"    for layer in reversed(range({n_layers})):"
    yield "        dz = da * slope[layer](z[layer], a[layer + 1])"
    of_penalty = "" if setup.penalty is None else f" + {setup.penalty.strength!r} * W[layer]"
    yield f"        dW.insert(0, dz @ a[layer].T{of_penalty})"
    if is_biased:
        yield "        db.insert(0, dz.sum(axis=1, keepdims=True))"
    yield "        da = W[layer].T @ dz"
    yield ""
    yield "    # Update"
    if setup.clip is not None:
        yield f"    norm = np.sqrt(sum(np.sum(g**2) for g in {gradients}))"
    names = ", ".join(["w", "g", *slots])
    yield f"    for {names} in zip({', '.join([weights, gradients, *(f'all_{each}' for each in slots)])}, strict=True):"
    if setup.clip is not None:
        yield f"        g *= {setup.clip!r} / max(norm, {setup.clip!r})"
    yield from (f"        {line.format(**_settings(optimizer))}" for line in _update(optimizer))
    if any(step == recipe.steps for step, _, _ in recipe.edits):
        yield from ("", f"for w, place, number in edits[{recipe.steps}]:", "    w[place] = number")


def _update(optimizer: Any) -> tuple[str, ...]:
    """The optimizer's lines."""
    if isinstance(optimizer, Adam) and not optimizer.bias_correction:
        return UNCORRECTED
    return OPTIMIZERS[type(optimizer)]
