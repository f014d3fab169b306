"""The δ of the drawn units beside differences of the loss: a verdict on each unit's map, layer by layer."""

from collections.abc import Iterator, Sequence

import numpy as np

from chainrule.core.activations import Activation
from chainrule.core.architecture import Place
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.lab.explain.verdicts import Verdicts


def deltas_in_parts(step: NextStep, sample: int | None, most: int) -> Iterator[list[int] | float]:
    """The verdict on each drawn unit's δ, at the end; before it, how much is done, from 0 to 1.

    sample: whose δ are drawn, of a feature map one at each place; None: those of all samples that are learnt.
    most: each part computes about this many numbers.

    >>> from chainrule.interfaces.play.playing import Playing
    >>> playing = Playing()
    >>> step = NextStep(playing.stage, playing.training)
    >>> *_, verdicts = deltas_in_parts(step, None, most=10**6)
    >>> verdicts
    [1, 1, 1, 1, 1, 1, 1, 1, 1]
    """
    recording, verdicts = step.drawn_gradient.numbers.recording, Verdicts(step.drawn_gradient)
    samples = np.arange(len(step.stage.learnt))
    samples = samples if sample is None else samples[sample : sample + 1]  # none of a sample that has gone
    units = [(place, rows) for place in places_of_z(list(recording.layers)) if len(samples) for rows in _units(place)]
    at_once = max(1, most // (3 * recording.data.n * step.stage.network.n_numbers))
    found: list[int] = []
    for place, rows in units:
        found.append(verdicts.on_outputs(place, np.repeat(rows, len(samples)), np.tile(samples, len(rows))))
        if len(found) % at_once == 0:
            yield len(found) / len(units)
    yield found


def places_of_z(seen: Sequence[Place]) -> list[Place]:
    """For each layer with weights the place whose output is its z: what its activation takes. seen: as layers run."""
    starts = [k for k, each in enumerate(seen) if _has_weights(each)]
    places = []
    for start, end in zip(starts, [*starts[1:], len(seen)], strict=True):
        behind = range(start + 1, end)
        activation = next((k for k in behind if isinstance(seen[k].layer, Activation)), start + 1)
        places.append(seen[activation - 1])
    return places


def _units(place: Place) -> list[np.ndarray]:
    """The outputs of each drawn unit: of a feature map those at all its places."""
    shape = place.signature.output
    return list(np.arange(int(np.prod(shape))).reshape(shape[0], -1))


def _has_weights(place: Place) -> bool:
    return any(each.name == "weights" for each in place.signature.parameters)
