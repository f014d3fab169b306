"""One weight of the reference network worked out in full, on one sample of xor, some way into its training."""

from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.explain.notations import mathml
from chainrule.lab.explain.explanation import Explanation, explain
from chainrule.lab.explain.algebra.symbols import digits
from chainrule.lab.explain.derivation import Working
from chainrule.lab.report.reference import TASKS, Lab
from chainrule.lab.report.results import Results
from chainrule.lab.report.starts import Report
from chainrule.lab.report.studies.study import Answers, Study, Work
from chainrule.lab.figures.svg import COLOR

TASK, SAMPLE, LAYER, TO, FROM = "xor", 3, 2, 1, 3
"""The weight of layer 2, to unit 1 from unit 3, on a point of class 1: with a layer below and one above."""

PART = 20
"""The step that is shown comes after this part of a comparison's epochs: 1,000 of 20,000."""

KINDS = ("weight", "gradient")
"""What the edges of the two drawings are."""


def step_after(seed: int, steps: int, samples: int | None = SAMPLE) -> Explanation:
    """The reference's step on one point, or on all, after so many on all points."""
    lab, task = Lab(seed=seed), TASKS[TASK]
    x, y = task.points(seed).points()
    theta, optimizer = lab.network.initialize(seed), lab.optimizer(task)
    return explain(lab.network, theta, x, y, lab.loss, optimizer, steps=steps, samples=samples)


def worked(found: Results) -> Working:
    """The weight of these results, worked out."""
    return step_after(found["seed"], found["steps"]).weight(LAYER, TO, FROM)


def work_out(seed: int, steps: int, report: Report) -> Results:
    """The numbers of the chapter, ready for JSON.

    >>> found = work_out(0, 10, report=lambda done, total: None)
    >>> found["weight"], found["worked"]["name"]
    ([2, 1, 3], '∂L/∂w⁽²⁾₁,₃')
    """
    found: Results = {"task": TASK, "seed": seed, "steps": steps, "sample": SAMPLE, "weight": [LAYER, TO, FROM]}
    every = step_after(seed, steps, samples=None)
    found["samples"] = len(every.samples)
    found["of_all_samples"] = float(every.layers[LAYER - 1].gradients["weights"][TO - 1, FROM - 1])
    found["worked"] = worked(found).to_dict()
    report(steps, steps)
    return found


def work(scale: Scale) -> Work:
    """One job, of milliseconds."""
    steps = max(1, scale.epochs // PART)
    return {TASK: ((work_out, (scale.seed, steps)), steps)}


def results(scale: Scale, answers: Answers) -> Results:
    """The job's numbers as they are."""
    found: Results = answers[TASK]
    return found


def conclude(found: Results) -> list[str]:
    """What the gradient says, that the difference agrees, and what all samples say."""
    value, whole = found["worked"]["value"], found["of_all_samples"]
    effect = "falls" if value < 0 else "grows" if value > 0 else "stays as it is"
    sign = "of the same sign" if value * whole > 0 else "of the opposite sign" if value * whole < 0 else "beside 0 here"
    return [
        f"With a little more of this weight the point’s loss {effect}: its gradient is {_said(value)}.",
        f"The central difference of the loss, which knows nothing of the chain rule, is "
        f"{_said(found['worked']['difference'])}; the two are {found['worked']['error']:.0e} apart.",
        f"Over all {found['samples']} points, whose mean a training step takes, it is {_said(whole)}, {sign}.",
    ]


def _said(value: float) -> str:
    """A number in a sentence.

    >>> _said(-0.25)
    '−0.25'
    """
    return digits(value).replace("-", "−")


def figures(found: Results) -> dict[str, str]:
    """The network, its edges by weight and by gradient."""
    ink = f'style="fill: {COLOR["ink"]}"'
    drawn = (each.replace('fill="currentColor"', ink) for each in worked(found).drawings)
    return {f"one-weight-{kind}": svg for kind, svg in zip(KINDS, drawn, strict=True)}


def lines(scale: Scale) -> str:
    """The step, and the weight worked out.

    >>> print(lines(Scale(20_000)).splitlines()[-1])
    print(step.weight(layer=2, to=1, from_=3))
    """
    lab, task = Lab(seed=scale.seed), TASKS[TASK]
    steps = max(1, scale.epochs // PART)
    return f"""\
import chainrule as cr

x, y = {task.points(scale.seed)}
network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
theta = network.initialize(seed={scale.seed})
step = cr.explain(network, theta, x, y, cr.{lab.loss!r}, cr.{lab.optimizer(task)!r}, steps={steps:_}, samples={SAMPLE})
print(step.weight(layer={LAYER}, to={TO}, from_={FROM}))
"""


def equations(found: Results) -> str:
    """The equations, as a part of the page."""
    return '<div class="working">\n' + "\n".join(mathml.sections(worked(found), 3)) + "\n</div>"


STUDY = Study("One weight worked out", work, results, conclude, lines, figures)
