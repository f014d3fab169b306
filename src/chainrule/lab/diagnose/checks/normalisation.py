"""Problems of batch normalisation: batches that tell little, and running statistics that prediction can't rely on."""

from dataclasses import replace

from chainrule.core.layers.base import Layer
from chainrule.core.layers.normalize import BatchNorm
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.networks import mapped, restarted, single, with_layers
from chainrule.lab.diagnose.trials.trial import trial
from chainrule.lab.diagnose.trials.tried import TriedRun


def lagging_statistics(run: TriedRun) -> Seen | None:
    """Running statistics far from those of the data: the loss of what is predicted beside that with the data's own.

    After t steps (1 - momentum)^t of a running mean is still what it began with; a momentum near 1 keeps the last
    batch alone. Source: Ioffe and Szegedy, "Batch normalization" (2015), 3.1.
    """
    layers = [each for each in run.at_start.layers if isinstance(each.place.layer, BatchNorm)]
    if not layers or run.setup is None or run.end is None or run.under_way:
        return None
    layer = min(layers, key=lambda each: single(each.place.layer.momentum))  # type: ignore[attr-defined]
    momentum, steps = single(layer.place.layer.momentum), run.steps_in(run.ending.epoch)  # type: ignore[attr-defined]
    of_start = (1 - momentum) ** steps
    if momentum >= thresholds.USUAL_RUNNING or of_start < thresholds.NEGLIGIBLE:
        return None
    predicted = run.predicted_loss(run.end)
    if not run.end_loss < thresholds.CLEARLY_LOWER * predicted:
        return None

    def faster(layer: Layer) -> Layer:
        return replace(layer, momentum=thresholds.USUAL_RUNNING) if isinstance(layer, BatchNorm) else layer

    network = with_layers(run.network, mapped(run.network.layers, faster))
    seen = {"momentum": momentum, "of the start": of_start, "loss": predicted, "loss with the data's own": run.end_loss}
    words = {"layer": layer, "steps": f"{steps:,}", "usual": thresholds.USUAL_RUNNING}
    return seen | words | {"changes": restarted(network)}


def small_batches(run: TriedRun) -> Seen | None:
    """Batch normalisation with so few samples per batch that their mean and variance tell little.

    Of two samples it leaves only which one is the larger. Tried: larger batches, for at most as many epochs; both are
    judged in prediction mode, by the running statistics.
    Source: Wu and He, "Group normalization" (2018), figure 1.
    """
    batch = thresholds.LEAST_BATCH
    layers = [each for each in run.at_start.layers if isinstance(each.place.layer, BatchNorm)]
    flat = [each for each in layers if len(each.place.input_shape) == 1]  # others also average over positions
    if not flat or run.batch_size >= batch or len(run.x) < batch:
        return None
    steps = run.ending.epoch * -(-len(run.x) // batch)
    tried = trial(
        run,
        run.start,
        min(steps, thresholds.LONGER * thresholds.MOST_STEPS),
        batch=batch,
        held_out=(run.x, run.y),
    )
    own, larger = float(trial(run, run.end, 1, held_out=(run.x, run.y)).losses[0]), float(tried.losses[0])
    if not larger < thresholds.CLEARLY_LOWER * own:
        return None
    seen = {"batch": run.batch_size, "loss": own, "loss with larger": larger, "steps": tried.steps}
    return seen | {"layer": flat[0], "larger": f"{batch}", "changes": {"batch_size": batch}}
