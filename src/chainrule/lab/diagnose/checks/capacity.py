"""What a network can't hold: a hidden layer so narrow that less comes through it than the answers need."""

from dataclasses import replace
from itertools import pairwise

from chainrule.core.arrays import count
from chainrule.core.layers.dense import Dense
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.networks import restarted, with_layers
from chainrule.lab.diagnose.trials.compared import compare
from chainrule.lab.diagnose.trials.tried import TriedRun


def narrow_layer(run: TriedRun) -> Seen | None:
    """A hidden layer of one unit, or of few beside many outputs, where more come in: tried wider.

    All that the layers behind it learn of a sample are these few numbers. With more units the loss of the rows learnt
    must come far down, and that of rows held out, at best, too. An autoencoder, with as many outputs as
    inputs, has such a layer on purpose, and is left alone.
    """
    layers = run.network.layers
    places = [i for i, each in enumerate(layers) if isinstance(each, Dense)]
    widths = {i: layers[i].units for i in places}  # type: ignore[attr-defined]  # Dense has units
    inputs, outputs = count(run.network.input_shape), run.targets.shape[1]
    few = max(1, outputs // thresholds.OUTPUTS_PER_UNIT)
    before = {here: widths[front] for front, here in pairwise(places)} | ({places[0]: inputs} if places else {})
    narrow = [i for i in places[:-1] if widths[i] <= few and widths[i] < before[i]]
    if not narrow or inputs == outputs or run.under_way or len(run.x) < thresholds.FEWEST_ROWS:
        return None
    some = max(thresholds.SOME_UNITS, thresholds.OUTPUTS_PER_UNIT * outputs)
    units = min((widths[i] for i in places[:-1] if widths[i] > few), default=some)
    wider = with_layers(
        run.network,
        [replace(each, units=units) if i in narrow else each for i, each in enumerate(layers)],  # type: ignore[type-var]
    )
    learnt = compare(run, restarted(wider), holds_out=False)
    compared = compare(run, restarted(wider), holds_out=True, keeps_best=True)
    is_wanted = learnt.changed < thresholds.FAR_LOWER * learnt.own
    if not (is_wanted and compared.changed < thresholds.LOWER * compared.own):
        return None
    layer = next(each for each in run.at_start.layers if each.place.layer is layers[narrow[0]])
    seen = {"units": widths[narrow[0]], "units tried": units, "loss": compared.own, "loss when wider": compared.changed}
    are = "is one number" if seen["units"] == 1 else f"are {seen['units']} numbers"
    return seen | {"are": are, "layer": layer, "steps": f"{compared.steps:,}", "changes": restarted(wider)}
