"""Sentences computed from results: opposite results turn them round."""

from collections.abc import Sequence
from typing import Any

Results = dict[str, Any]


def many(n: int, thing: str) -> str:
    """A count with its noun.

    >>> many(1, "start"), many(1000, "epoch")
    ('1 start', '1,000 epochs')
    """
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def n_of(n: int, of: int, thing: str) -> str:
    """How many of them: all, none, or a count.

    >>> n_of(32, 32, "start"), n_of(0, 32, "start"), n_of(31, 32, "start"), n_of(1, 1, "start")
    ('all 32 starts', 'none of the 32 starts', '31 of the 32 starts', 'the only start')
    """
    if of == 1:
        return f"the only {thing}" if n else f"not the only {thing}"
    if n == of:
        return f"all {of} {thing}s"
    return f"{n or 'none'} of the {of} {thing}s"


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
    """Whether the reference's curve lies in the band of the starts, and where it doesn't."""
    inside, of = found["coverage"]["inside"], found["coverage"]["of"]
    if of == 0:
        return f"On {task} there is no epoch to compare with the reference."
    if inside == of:
        where = "the only epoch" if of == 1 else f"all {of} epochs"
        return f"On {task} the reference’s loss lies inside the 5–95 % band at {where} that both logs have."
    count = f"{inside} of the {of}" if inside else f"none of the {of}"
    sides = []
    for side in ("below", "above"):
        epochs = [f"{row['epoch']:,}" for row in found["log"] if row["verdict"] == side]
        if epochs:
            at = epochs if len(epochs) <= 4 else [f"{len(epochs)} epochs from {epochs[0]} to {epochs[-1]}"]
            sides.append(f"{side} it at {listed(at)}")
    noun = "epoch" if of == 1 else "epochs"
    return (
        f"On {task} the reference’s loss lies inside the 5–95 % band at {count} {noun} that both logs have; "
        f"it lies {' and '.join(sides)}."
    )


def reached(task: str, found: Results) -> str:
    """How many starts succeed on the test points, and what becomes of the others."""
    of, perfect, nearly = found["reached"]["of"], found["reached"]["100"], found["reached"]["99"]
    if perfect == of:
        return f"On {task} {n_of(of, of, 'start')} answer every test point rightly."
    some = f"On {task} {n_of(perfect, of, 'start')} {_verb(perfect, of, 'answer')} every test point rightly"
    if nearly > perfect:
        some += f", and {nearly} reach 99 %" if nearly > 1 else ", and 1 reaches 99 %"
    worst = min(found["starts"], key=lambda start: (start["accuracy"], -start["final_loss"]))
    return (
        f"{some}; the worst start (seed {worst['seed']}) ends at {percent(worst['accuracy'])}, "
        f"with a training loss of {worst['final_loss']:.6f}."
    )


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


def speed(tasks: dict[str, Results], level: float) -> str:
    """Which task is learnt first, and which ends with the lower loss."""
    (a, first), (b, second) = tasks.items()
    at_a, at_b = first["learnt"], second["learnt"]
    below = f"half of the starts have a loss below {level:g}"
    if at_a is None and at_b is None:
        return f"On neither task {below} at any epoch recorded."
    if at_a is None or at_b is None:
        learnt, at, other = (a, at_a, b) if at_b is None else (b, at_b, a)
        return f"{capital(learnt)} is learnt, {other} isn’t: on {learnt} {below} at epoch {at:,}, on {other} never."
    if at_a == at_b:
        return f"Both tasks are learnt at the same pace: {below} at epoch {at_a:,}."
    quick, at, slow, later = (a, at_a, b, at_b) if at_a < at_b else (b, at_b, a, at_a)
    return f"{capital(quick)} is learnt before {slow}: on {quick} {below} at epoch {at:,}, on {slow} at {later:,}."


def final(tasks: dict[str, Results]) -> str:
    """The losses after the last epoch."""
    each = [
        "{median:.6f} on {task} (5–95 %: {low:.6f} to {high:.6f})".format(task=task, **found["final"])
        for task, found in tasks.items()
    ]
    return f"After the last epoch the median loss is {listed(each)}."


def _verb(n: int, of: int, verb: str) -> str:
    return verb + "s" if n == 1 or of == 1 else verb
