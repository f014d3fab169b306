"""Sentences computed from results: opposite results turn them round."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

Results = dict[str, Any]

COUNTED = ("plateau", "symmetric start", "learning rate too high", "learning rate too low")
"""The illnesses that take an article."""


def percent(fraction: float) -> str:
    """A fraction as a percentage, without needless digits.

    >>> percent(1.0), percent(0.99), percent(20 / 21)
    ('100 %', '99 %', '95.2 %')
    """
    return f"{100 * fraction:.1f}".removesuffix(".0") + " %"


def listed(items: Sequence[str]) -> str:
    """Words in a row.

    >>> listed(["5,000", "10,000", "15,000"])
    '5,000, 10,000 and 15,000'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def capital(sentence: str) -> str:
    """The sentence with a capital letter, whatever it begins with."""
    return sentence[:1].upper() + sentence[1:]


def coverage(task: str, found: Results) -> str:
    """Whether the reference's curve lies in the band of the starts, where it doesn't, and why that proves little."""
    compared = [row for row in found["log"] if row["verdict"]]
    if not compared:
        return f"On {task} there is no epoch to compare with the reference."
    sides = [(side, [f"{row['epoch']:,}" for row in compared if row["verdict"] == side]) for side in ("below", "above")]
    sides = [(side, epochs) for side, epochs in sides if epochs]
    if len(found["starts"]) == 1:
        beside = listed([f"{side} ours at {_epochs(epochs)}" for side, epochs in sides]) if sides else "where ours does"
        return f"On {task} the reference’s loss lies {beside}; a band needs more than one start."
    if [row["epoch"] for row in compared] == [0]:
        there = compared[0]["verdict"]
        lies = f"the reference’s loss lies {there} the 5–95 % band"
        return f"On {task} only epoch 0, before any step, can be compared: {lies}."
    lies, rate = f"On {task} the reference’s loss lies", f"the learning rate, {found['learning_rate']:g}, was chosen"
    of, inside = len(compared), len(compared) - sum(len(epochs) for _, epochs in sides)
    if inside == of:
        return f"{lies} inside the 5–95 % band at all {of} epochs that both logs have: {rate} by trial so that it does."
    outside = listed([f"{side} it at {_epochs(epochs)}" for side, epochs in sides])
    return (
        f"{lies} inside the 5–95 % band at {inside or 'none'} of the {of} epochs that both logs have, "
        f"though {rate} by trial to hold it there; it lies {outside}."
    )


def reached(task: str, found: Results) -> str:
    """How many starts succeed on the test points, and what becomes of the others."""
    of, perfect, nearly = found["reached"]["of"], found["reached"]["100"], found["reached"]["99"]
    worst = min(found["starts"], key=lambda start: (start["accuracy"], -start["final_loss"]))
    end = f"ends at {percent(worst['accuracy'])}, with a training loss of {worst['final_loss']:.6f}."
    if of == 1:
        return f"On {task} the one start (seed {worst['seed']}) {end}"
    if perfect == of:
        return f"On {task} all {of} starts answer every test point rightly."
    some = f"On {task} {perfect or 'none'} of the {of} starts {_verb(perfect, 'answer')} every test point rightly"
    if nearly > perfect:
        some += f", and {nearly} {_verb(nearly, 'reach', 'reaches')} 99 %"
    return f"{some}; the worst start (seed {worst['seed']}) {end}"


def accuracy(task: str, found: Results) -> str:
    """The shown start's accuracy beside the reference's."""
    n, ours, theirs = found["data"]["n_test"], found["accuracy"], found["reference"]["accuracy"]
    right, points = round(ours * n), "fresh points" if found["data"]["fresh"] else "points"
    if abs(ours - theirs) < 0.5 / n:
        beside = f"the same {percent(theirs)} as the reference"
    else:
        beside = f"{percent(ours)}, {'more' if ours > theirs else 'less'} than the reference’s {percent(theirs)}"
    return f"On {task} the start shown answers {right} of {n} {points} rightly: {beside}."


def answers(task: str, found: Results) -> str:
    """The sizes of the shown start's answers for each class, and the faintest one."""
    zero, one = found["answers"]["0"], found["answers"]["1"]
    if zero is None or one is None:
        return f"On {task} the test points are all of one class."
    zeros, ones = (f"{each['lowest']:.6f} and {each['highest']:.6f}" for each in (zero, one))
    at = one["faintest_at"]
    distance = max(abs(each - 0.5) for each in at)
    place = f"({at[0]:.2g}, {at[1]:.2g})" + (", beside the centre" if distance < 0.15 else "")
    sentence = (
        f"On {task} its answers to class 0 lie between {zeros}, those to class 1 between {ones}, "
        f"the lowest of them at {place}."
    )
    theirs = found["reference"]["answers"]
    if theirs is None:
        return sentence
    (low_0, high_0), (low_1, high_1) = theirs
    about = f"near {low_0:g}" if low_0 == high_0 else f"between {low_0:.6f} and {high_0:.6f}"
    return f"{sentence} The reference’s lie {about}, and between {low_1:.6f} and {high_1:.6f}."


def wrong(found: Results) -> str:
    """Which of the shown start's answers are wrong; the first eight by name."""
    rows = [f"{i} ({found['predictions'][i]['prediction']:.3f})" for i in found["wrong"]]
    if not rows:
        return "None is wrong."
    more = f" and {len(rows) - 8} more" if len(rows) > 8 else ""
    return f"Wrong: Iter {', '.join(rows[:8])}{more}."


def speed(tasks: dict[str, Results], level: float) -> str:
    """Which task is learnt first, at the learning rate that each has."""
    (a, first), (b, second) = tasks.items()
    at_a, at_b = first["learnt"], second["learnt"]
    loss = "the loss" if len(first["starts"]) == 1 else "the median loss"
    rates = {name: f"{name} (learning rate {each['learning_rate']:g})" for name, each in tasks.items()}
    if at_a is None and at_b is None:
        return f"Neither task is learnt: {loss} is below {level:g} at no epoch recorded, on {rates[a]} or {rates[b]}."
    if at_a is None or at_b is None:
        learnt, at, other = (a, at_a, b) if at_b is None else (b, at_b, a)
        return (
            f"{capital(learnt)} is learnt, {other} isn’t: {loss} falls below {level:g} by epoch {at:,} "
            f"on {rates[learnt]}, at no epoch recorded on {rates[other]}."
        )
    if at_a == at_b:
        return (
            f"Both tasks are learnt alike: {loss} falls below {level:g} by epoch {at_a:,} on {rates[a]} and {rates[b]}."
        )
    quick, at, slow, later = (a, at_a, b, at_b) if at_a < at_b else (b, at_b, a, at_a)
    return (
        f"{capital(quick)} is learnt before {slow}, each at its own learning rate: {loss} falls below {level:g} "
        f"by epoch {at:,} on {rates[quick]}, by epoch {later:,} on {rates[slow]}."
    )


def ailing(task: str, found: Results) -> str:
    """What the doctor finds in the starts.

    >>> ailing("xor", {"findings": [None, {"illness": "plateau"}, {"illness": "plateau"}]})
    'On xor the doctor finds a plateau in 2 of the 3 starts, and nothing in the others.'
    >>> ailing("linear", {"findings": [None, None]})
    'On linear the doctor finds nothing wrong with any of the 2 starts.'
    """
    starts = found["findings"]
    counts = Counter(each["illness"] for each in starts if each is not None)
    of = "the one start" if len(starts) == 1 else f"any of the {len(starts)} starts"
    if not counts:
        return f"On {task} the doctor finds nothing wrong with {of}."
    named = [
        f"{'a ' * (illness in COUNTED)}{illness} in {'it' if len(starts) == 1 else f'{n} of the {len(starts)} starts'}"
        for illness, n in counts.most_common()
    ]
    others = ", and nothing in the others" if counts.total() < len(starts) else ""
    return f"On {task} the doctor finds {listed(named)}{others}."


def final(tasks: dict[str, Results]) -> str:
    """The losses after the last epoch."""
    alone = len(next(iter(tasks.values()))["starts"]) == 1
    each = "{median:.6f} on {task}" if alone else "{median:.6f} on {task} (5–95 %: {low:.6f} to {high:.6f})"
    losses = [each.format(task=task, **found["final"]) for task, found in tasks.items()]
    return f"After the last epoch the {'loss' if alone else 'median loss'} is {listed(losses)}."


def sure(tasks: dict[str, Results]) -> str:
    """How much of the square is answered surely.

    >>> sure({"linear": {"sure": 0.971}, "xor": {"sure": 0.6}})
    '97 % of the square on linear and 60 % on xor'
    """
    square = [f"{100 * found['sure']:.0f} %{{}} on {task}" for task, found in tasks.items()]
    return listed([each.format("" if i else " of the square") for i, each in enumerate(square)])


def _epochs(epochs: Sequence[str]) -> str:
    """Epochs by name, or, where there are many, the first and the last."""
    if len(epochs) <= 4:
        return f"epoch{'s' * (len(epochs) > 1)} {listed(epochs)}"
    return f"{len(epochs)} epochs from {epochs[0]} to {epochs[-1]}"


def _verb(n: int, plural: str, singular: str = "") -> str:
    return (singular or plural + "s") if n == 1 else plural
