"""Settings that hold a run back: what keeps weights, steps or signals small, so small that nothing is learnt."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from chainrule.core.description import Real
from chainrule.core.layers.base import Layer
from chainrule.core.layers.regularize import ChannelDropout, Dropout
from chainrule.core.network import Network
from chainrule.core.optimizers import AdamW, Momentum, Nesterov
from chainrule.core.penalties import L2
from chainrule.lab.diagnose.case import Case
from chainrule.lab.diagnose.finding import Finding, in_words, said
from chainrule.lab.diagnose.remedies import mapped
from chainrule.lab.diagnose.trials.rates import BETTER, LONGER, MUCH_BETTER, UNLEARNT
from chainrule.lab.diagnose.trials.trial import FEWEST_STEPS, Point

PARTS = (1.0, 0.1, 0.01, 1e-3, 1e-4, 0.0)
"""A setting is tried as it is, at these parts of its strength, and without it."""

OF_USE = 0.5
"""Dropout up to this rate is usual (Srivastava et al., "Dropout", 2014, 7.3)."""

OF_A_RATE = (1.0, 0.5, 0.2, 0.1, 0.0)
"""The same of dropout's rate."""

HEAVY, USUAL = 0.95, 0.9
"""A momentum above the one is tried at the other: it remembers 1 / (1 - μ) steps (Sutskever et al., 2013)."""

REST = 1 / 30
"""The strength that is advised leaves this part of the way: what is small in a trial may be felt in a long run."""

NO_CLIP = 1e9
"""A clip so many times as large clips nothing."""


class Brake(NamedTuple):
    """A setting that holds back.

    name: as a person writes it.  changed: by parts of its strength, for a population, or by one, for a run: settings of
    `train`.  lower: what the loss must go down to, as a part of that with it.  parts: those to try.
    """

    name: str
    changed: Callable[[Any], dict[str, Any]]
    lower: float = BETTER
    parts: tuple[float, ...] = PARTS


def brakes(case: Case) -> Iterator[Brake]:
    """Those of a run."""
    setup = case.setup
    if setup is None:
        return
    if setup.penalty is not None and setup.penalty.strength:
        strength = _single(setup.penalty.strength)
        yield Brake(repr(setup.penalty), lambda part: {"penalty": _unless_none(part, L2, strength)})
    if isinstance(setup.optimizer, AdamW) and setup.optimizer.weight_decay:
        adam, decay = setup.optimizer, _single(setup.optimizer.weight_decay)
        yield Brake(
            f"AdamW's weight_decay={decay:g}",
            lambda part: {"optimizer": replace(adam, weight_decay=_times(part, decay))},
        )
    if setup.clip is not None:
        clip = setup.clip
        yield Brake(f"clip={clip:g}", lambda part: {"clip": _widened(part, clip)})
    if isinstance(setup.optimizer, Momentum | Nesterov) and _single(setup.optimizer.momentum) > HEAVY:
        rolling, mu = setup.optimizer, _single(setup.optimizer.momentum)
        yield Brake(
            f"momentum={mu:g}",
            lambda part: {"optimizer": replace(rolling, momentum=_either(part, mu, USUAL))},
            parts=(1.0, 0.0),
        )
    rate = _largest_rate(case.network)
    if rate > OF_USE or (rate and not (case.longer is not None and case.longer.gets_down)):
        yield Brake(
            f"Dropout({rate:g})", lambda part: {"network": _dropping_less(case.network, part)}, MUCH_BETTER, OF_A_RATE
        )


def _either(part: Any, value: float, other: float) -> Any:
    """A setting as it is at a part of 1, else the other."""
    return [value if each == 1 else other for each in part] if isinstance(part, Sequence) else other


def _times(part: Any, value: float) -> Any:
    """A setting at a part of its strength, or at several."""
    return [each * value for each in part] if isinstance(part, Sequence) else float(f"{part * value:.2g}")


def _unless_none(part: Any, kind: Callable[[Any], Any], value: float) -> Any:
    """A penalty; a single one of no strength is none."""
    return None if part == 0 else kind(_times(part, value))


def _widened(part: Any, clip: float) -> Any:
    if isinstance(part, Sequence):
        return tuple(clip / each if each else clip * NO_CLIP for each in part)
    return float(f"{clip / part:.2g}") if part else None


def _dropping_less(network: Network, part: Any) -> Network:
    """The network with its dropouts at parts of their rates; a single part of nothing leaves them out."""

    def change(layer: Layer) -> Layer:
        if not isinstance(layer, Dropout | ChannelDropout):
            return layer
        return type(layer)(_times(part, _single(layer.rate)))

    changed = mapped(network.layers, change)
    if part == 0:
        changed = tuple(each for each in changed if not isinstance(each, Dropout | ChannelDropout))
    return Network(network.input_shape, changed, network.initializer)


def held_back(case: Case) -> Finding | None:
    """A setting without which the run, begun anew or gone on, gets clearly further: tried, as learning rates are.

    A penalty is too strong where the gradient of λ/2 w² outweighs that of the data (Krogh and Hertz, "A simple weight
    decay can improve generalization", 1991); dropout's rate is half or less where it is of use (Srivastava et al.,
    2014, 7.3). All but those of dropout are named from `BETTER` on, dropout from `MUCH_BETTER`: it always costs some.
    A rate of use is not suspected where the run only has to go on.
    """
    if case.learnt or case.bench is None:
        return None
    found = [each for brake in brakes(case) if (each := _without(case, brake)) is not None]
    return min(found, key=lambda each: each.evidence["loss without"], default=None)


def _without(case: Case, brake: Brake) -> Finding | None:
    """What a run comes to with less of a setting, from its start and from its end."""
    for point, origin in ((case.start, "From the start"), (None if case.fled else case.end, "From its end")):
        found = None if point is None else _tried(case, brake, point, origin)
        if found is not None:
            return found
    return None


def _tried(case: Case, brake: Brake, point: Point, origin: str) -> Finding | None:
    bench = case.bench
    if bench is None:
        return None
    steps = min(LONGER * bench.means(len(brake.parts)).steps, max(FEWEST_STEPS, case.planned))
    losses, steps = bench.train_on(point, len(brake.parts), steps, **brake.changed(brake.parts))
    own, free, best = float(losses[0]), float(losses[-1]), float(losses.min())
    last = min(own, *(float(bench.value(each.theta)) for each in (case.start, case.end) if each is not None))
    if not free < brake.lower * last:
        return None
    part = next(each for each, loss in zip(brake.parts, losses, strict=True) if loss <= best + (last - best) * REST)
    changes = brake.changed(part)
    [(setting, value)] = changes.items()
    advice = f"Try {'clip=' if setting == 'clip' else ''}{in_words(value)}."
    if setting == "network":
        advice = f"Try a rate of {said(part * _largest_rate(case.network), 2)}."
    if value is None or (setting == "network" and part == 0):
        advice = "Leave it out."
    return Finding(
        "held back",
        f"{brake.name} holds the run back. {origin}, {steps} steps with it bring the loss of the data to {said(own)}, "
        f"without it to {said(free)}.",
        advice,
        {"loss with": own, "loss without": free, "steps": steps},
        changes=changes,
        may_pass=True,
    )


def _largest_rate(network: Network) -> float:
    """Of its dropouts; 0 where there are none."""
    layers = [each.layer for each in network.leaves]
    return max((_single(each.rate) for each in layers if isinstance(each, Dropout | ChannelDropout)), default=0.0)


def _single(value: Real) -> float:
    """A run's setting: a population's are cut into its members'."""
    return value if isinstance(value, float) else value[0]


def held_back_by_the_rest(case: Case) -> Finding | None:
    """A run with augmentation or sample weights that is left far behind, in as many epochs or fewer, without them.

    A run tells that it had them, not which: so it is begun anew on the data as they are.
    """
    setup = case.setup
    if (
        setup is None
        or not (setup.augmented or setup.weighted)
        or case.learnt
        or case.left < UNLEARNT
        or case.under_way
        or (case.verdict is not None and case.verdict.too == "high")
    ):
        return None
    if case.bench is None or case.start is None or case.end is None or case.ending is None:
        return None
    steps = min(case.bench.means(1).steps, case.ending.epoch * case.bench.batches)
    losses, steps = case.bench.train_on(case.start, 1, steps)
    last, alone = float(case.bench.value(case.end.theta)), float(losses[0])
    if not alone < MUCH_BETTER * last:
        return None
    had = {"augment": setup.augmented, "sample_weight": setup.weighted}
    words = [word for word, is_had in zip(("augmentation", "sample weights"), had.values(), strict=True) if is_had]
    changes = {name: None for name, is_had in had.items() if is_had}
    return Finding(
        "held back",
        f"The run ended at a loss of {said(last)}, but {steps} steps of it, begun anew on the data as they are, lead "
        f"to {said(alone)}: {' and '.join(words)} hold{'s' if words == ['augmentation'] else ''} it back.",
        f"Leave out {' and '.join(f'{name}=' for name in changes)}, or weaken {'it' if len(words) == 1 else 'them'}.",
        {"loss": last, "loss alone": alone, "steps": steps},
        changes=changes,
    )
