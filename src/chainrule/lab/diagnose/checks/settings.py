"""Settings that hold a run back: they keep weights, steps or signals so small that nothing is learnt."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from chainrule.core.optimizers import AdamW
from chainrule.core.penalties import L2
from chainrule.lab.diagnose import thresholds
from chainrule.lab.diagnose.checks.learnable import find_rare
from chainrule.lab.diagnose.inspection import Seen
from chainrule.lab.diagnose.measurements import Point
from chainrule.lab.diagnose.networks import dropping, largest_dropout, single, without_dropout
from chainrule.lab.diagnose.sentences import in_words
from chainrule.lab.diagnose.trials.schedules import fades_at, schedule_of, spread
from chainrule.lab.diagnose.trials.trial import pace, steps_per_epoch, trial
from chainrule.lab.diagnose.trials.tried import TriedRun
from chainrule.lab.figures.numbers import short, significant

FRACTIONS = (0.1, 0.01, 1e-3, 1e-4)
"""A setting is tried as it is, at these fractions of its strength, and without it."""


class Setting(NamedTuple):
    """A setting that may hold a run back.

    name: as a person writes it.  keyword: the argument of `train` that holds it.
    values: the argument as it is, with the setting weaker and weaker, and with none of it.
    without: the argument that leaves it out.
    lower: the fraction of the loss with it that the loss must come down to.
    """

    name: str
    keyword: str
    values: list[Any]
    without: Any
    lower: float = thresholds.CLEARLY_LOWER


def settings_of(run: TriedRun) -> Iterator[Setting]:
    """The settings of a run that may hold it back.

    A penalty is too strong where the gradient of λ/2 w² outweighs that of the data (Krogh and Hertz, "A simple weight
    decay can improve generalization", 1991). Dropout always costs some of the training loss, so much more must be
    gained without it; at a usual rate it isn't suspected where the run only has to go on.
    """
    if run.setup is None:
        return
    penalty, optimizer, clip = run.setup.penalty, run.setup.optimizer, run.setup.clip
    if penalty is not None and penalty.strength:
        penalties = [L2(each) for each in (*_weaker(penalty.strength), 0.0)]
        yield Setting(repr(penalty), "penalty", penalties, without=None)
    if isinstance(optimizer, AdamW) and optimizer.weight_decay:
        decay = single(optimizer.weight_decay)
        optimizers = [replace(optimizer, weight_decay=each) for each in (*_weaker(decay), 0.0)]
        yield Setting(f"AdamW's weight_decay={decay:g}", "optimizer", optimizers, optimizers[-1])
    if clip is not None:
        wider = [significant(clip / each, 2) for each in FRACTIONS]
        yield Setting(f"clip={clip:g}", "clip", [clip, *wider, 1e9 * clip], without=None)
    rate = largest_dropout(run.network)
    if rate > thresholds.USUAL_DROPOUT or (rate and run.prolonged is None):
        networks = [run.network, *(dropping(run.network, each) for each in (0.5, 0.2, 0.1, 0.0))]
        yield Setting(f"Dropout({rate:g})", "network", networks, without_dropout(run.network), thresholds.MUCH_LOWER)


def _weaker(strength: Any) -> list[float]:
    """A strength, and fractions of it, to two digits as a person would write them."""
    value = single(strength)
    return [value, *(significant(fraction * value, 2) for fraction in FRACTIONS)]


def held_back(run: TriedRun) -> Seen | None:
    """The setting without which the run, restarted or continued, gets furthest, if clearly further."""
    found = [
        _tried(run, setting, run.start, "From the start") or _tried(run, setting, run.usable_end, "From its end")
        for setting in settings_of(run)
    ]
    return min((each for each in found if each is not None), key=lambda each: each["loss without"], default=None)


def _tried(run: TriedRun, setting: Setting, point: Point | None, origin: str) -> Seen | None:
    keyword, values = setting.keyword, setting.values
    steps = min(thresholds.LONGER * pace(run, len(values)).steps, max(thresholds.FEWEST_STEPS, run.planned_steps))
    tried = trial(run, point, steps, [{keyword: each} for each in values])
    own, without, best = float(tried.losses[0]), float(tried.losses[-1]), float(tried.losses.min())
    last = min(own, run.start_loss, run.end_loss)
    if not without < setting.lower * last:
        return None
    k = int((tried.losses <= best + (last - best) * thresholds.REST).argmax())
    value = setting.without if k == len(values) - 1 else values[k]
    advice = f"Try {'clip=' * (keyword == 'clip')}{in_words(value)}."
    if keyword == "network":
        advice = f"Try a rate of {short(largest_dropout(value), 2)}."
    if value is None or (keyword == "network" and value == setting.without):
        advice = "Leave it out."
    seen = {"loss with": own, "loss without": without, "steps": tried.steps}
    return seen | {"name": setting.name, "origin": origin, "advice": advice, "changes": {keyword: value}}


def ended_schedule(run: TriedRun) -> Seen | None:
    """A schedule that is down to next to nothing for most of the run, where it leads on if spread over the run."""
    optimizer = None if run.setup is None else run.setup.optimizer
    schedule = None if optimizer is None else schedule_of(optimizer)
    taken = run.steps_in(run.ending.epoch)
    fades = None if schedule is None or not taken else fades_at(schedule, taken)
    if optimizer is None or schedule is None or fades is None or run.unexplained < thresholds.UNLEARNT:
        return None
    steps = min(thresholds.LONGER * pace(run).steps, taken)
    shorter, longer = (
        replace(optimizer, learning_rate=spread(schedule, each / max(1, fades)))  # type: ignore[type-var]
        for each in (steps, run.planned_steps)
    )
    tried = trial(run, run.start, steps, [{"optimizer": shorter}])
    loss = float(tried.losses[0])
    if not loss < thresholds.CLEARLY_LOWER * run.end_loss:
        return None
    seen = {"step": fades, "loss": run.end_loss, "loss spread out": loss, "steps": tried.steps}
    return seen | {"schedule": schedule, "taken": f"{taken:,}", "changes": {"optimizer": longer}}


def held_back_by_the_data(run: TriedRun) -> Seen | None:
    """A run with augmentation or sample weights that is left far behind, in as many epochs or fewer, without them.

    A run tells that it had them, not which: so it is restarted on the data as they are.
    """
    setup, verdict = run.setup, run.rate_verdict
    if setup is None or not (setup.augmented or setup.weighted):
        return None
    left = thresholds.UNLEARNT if setup.augmented else thresholds.LEARNT  # augmentation always costs some
    if run.unexplained < left or run.under_way or (verdict is not None and verdict.too == "high"):
        return None
    rare = find_rare(run) if setup.weighted else None
    if rare is not None and rare.recall >= thresholds.MOST:
        return None  # weights that make a rare class count cost the others something
    steps = min(10 * pace(run).steps, run.ending.epoch * steps_per_epoch(run))
    tried = trial(run, run.start, steps)
    if run.end is None or not tried.losses[0] < thresholds.MUCH_LOWER * run.end_loss:
        return None
    names = ["augmentation"] * setup.augmented + ["sample weights"] * setup.weighted
    keywords = ["augment"] * setup.augmented + ["sample_weight"] * setup.weighted
    return {
        "loss": run.end_loss,
        "loss alone": float(tried.losses[0]),
        "steps": tried.steps,
        "names": " and ".join(names),
        "hold": "holds" if names == ["augmentation"] else "hold",
        "keywords": " and ".join(f"{keyword}=" for keyword in keywords),
        "them": "it" if names == ["augmentation"] else "them",
        "changes": dict.fromkeys(keywords),
    }
