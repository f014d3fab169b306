"""Remedies: what to try against a problem, as settings of `train`; None where a remedy isn't for a run."""

from collections.abc import Callable
from dataclasses import replace

from chainrule.core.layers.dense import Dense
from chainrule.core.network import Network
from chainrule.core.optimizers import Adam, AdamW
from chainrule.lab.diagnose import networks, thresholds
from chainrule.lab.diagnose.networks import restarted
from chainrule.lab.diagnose.trials.compared import compare
from chainrule.lab.diagnose.trials.rates import round_rate, steadier
from chainrule.lab.diagnose.trials.schedules import with_peak
from chainrule.lab.diagnose.trials.trial import Changes, Samples
from chainrule.lab.diagnose.trials.tried import TriedRun
from chainrule.training.data.standardizer import Standardizer

Remedy = Callable[[TriedRun], Changes | None]
"""Settings of `train`, and the standardizers that x and y go through first."""


def restart(change: Callable[[Network], Network]) -> Remedy:
    """The network changed, and from its own start, unless that is how the run began."""

    def remedy(run: TriedRun) -> Changes | None:
        network = change(run.network)
        return None if run.began_as(network) else restarted(network)

    return remedy


default_start = restart(networks.with_default_start)
leaky = restart(networks.leaky)
leaky_start = restart(lambda network: networks.leaky(networks.with_default_start(network)))
passing_more = restart(networks.passing_more)
normalized = restart(networks.normalized)
non_linear = restart(networks.non_linear)
with_biases = restart(networks.with_biases)
without_output = restart(networks.without_output)


def gentler(run: TriedRun) -> Changes | None:
    """A lower learning rate, where long steps have done harm; None where no lower one gets the run further."""
    verdict, rates = run.rate_verdict, run.rates_from_start
    if verdict is not None:
        return {"optimizer": verdict.advised.optimizer} if verdict.too == "high" else None
    if rates is None or not rates.lower.loss < rates.loss:
        return None
    return {"optimizer": with_peak(rates.optimizer, round_rate(rates.lower.rate), max(1, run.planned_steps))}


def standardized_targets_and_rate(run: TriedRun) -> Changes | None:
    """Standardised targets, and another learning rate where it helps with these, on rows held out, too."""
    standardizer = Standardizer.fit(run.targets)

    def draw(most: int) -> Samples:
        x, y = run.draw(most)
        return x, standardizer.apply(run.columns(y))

    scaled = replace(run, y=standardizer.apply(run.targets), draw=draw)
    rates = scaled.rates_from_start
    if rates is None or not (rates.overshoots or (rates.is_slow() and rates.loss > thresholds.UNLEARNT * rates.before)):
        return None
    better = steadier(scaled, rates.optimizer, (rates.lower if rates.overshoots else rates.higher).rate)
    compared = compare(scaled, {"optimizer": better.optimizer}, holds_out=True)
    if not (rates.overshoots or compared.changed < thresholds.CLEARLY_LOWER * compared.own):
        return None
    return {"target_standardizer": standardizer, "optimizer": better.optimizer}


def hidden_layer(run: TriedRun) -> Changes | None:
    """A hidden layer, for a network without one."""
    learning = [each.layer for each in run.network.leaves if each.learns]
    if len(learning) != 1 or not isinstance(learning[0], Dense):
        return None
    return restarted(networks.with_hidden_layer(run.network))


def wider(run: TriedRun) -> Changes | None:
    """Wider layers, from another seed, where the optimizer is Adam already."""
    if run.setup is None or not isinstance(run.setup.optimizer, Adam | AdamW):
        return None
    return restarted(networks.widened(run.network)) | {"seed": 1 + run.seed}


def adam(run: TriedRun) -> Changes | None:
    """Adam, from another seed."""
    return {"optimizer": Adam(0.01), "theta": None, "state": None, "seed": 1 + run.seed}
