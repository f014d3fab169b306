"""One weight of the reference network worked out in full, on one sample of xor, some way into its training."""

from typing import Any

from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.explanation import Explanation, explain
from chainrule.lab.explain.notations import mathml
from chainrule.lab.report.bands import Results
from chainrule.lab.report.chapters.chapter import Answers, Chapter, Scale, Work
from chainrule.lab.report.reference import TASKS, Lab
from chainrule.lab.report.starts import Report

TASK, SAMPLE, LAYER, TO, FROM = "xor", 3, 2, 1, 3
"""The weight of layer 2, to unit 1 from unit 3, on a point of class 1: with a layer below and one above."""

PART = 20
"""Epochs of a comparison per step before the one that is shown, which comes after 1,000 at full scale."""

KINDS = ("weight", "gradient")
"""The quantities that the edges of the two drawings show."""


class OneWeight(Chapter):
    """The weight's gradient by hand, from the forward pass to the numeric check."""

    name = "one-weight"
    title = "One weight worked out"

    def work(self, scale: Scale) -> Work:
        """One job, of milliseconds."""
        steps = _steps(scale)
        return {TASK: ((work_out, (scale.seed, steps)), steps)}

    def results(self, scale: Scale, answers: Answers) -> Results:
        """The numbers of the job."""
        found: Results = answers[TASK]
        return found

    def constants(self, scale: Scale) -> dict[str, Any]:
        """The steps before the one that is shown, and the seed."""
        return {"STEPS": _steps(scale), "SEED": scale.seed}

    def shown(self, found: Results) -> Results:
        """Its numbers, and the equations as HTML."""
        equations = "\n".join(mathml.sections(worked(found), 3))
        return found | {"equations": f'<div class="derivation">\n{equations}\n</div>'}

    def figures(self, found: Results, answers: Answers) -> dict[str, str]:
        """The network, its edges by weight and by gradient."""
        drawings = worked(found).drawings
        return {f"one-weight-{kind}": svg for kind, svg in zip(KINDS, drawings, strict=True)}


def _steps(scale: Scale) -> int:
    return max(1, scale.epochs // PART)


def step_after(seed: int, steps: int, samples: int | None = SAMPLE) -> Explanation:
    """The reference's step on one point, or on all, after a number of steps on all points."""
    lab, task = Lab(seed=seed), TASKS[TASK]
    x, y = task.points(seed).points()
    theta, optimizer = lab.network.initialize(seed), lab.optimizer(task)
    return explain(lab.network, theta, x, y, lab.loss, optimizer, steps=steps, samples=samples)


def worked(found: Results) -> Derivation:
    """The derivation of the weight that these results are about."""
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
