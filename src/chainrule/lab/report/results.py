"""From what was trained to results.json: every number on the page, and the settings that they depend on."""

import json
import platform
import re
from collections.abc import Mapping

import numpy as np

import chainrule
from chainrule.core.engine.choice import MANY_STEPS, Engine, asked
from chainrule.lab.report.bands import Results
from chainrule.lab.report.chapters import CHAPTERS
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.chapters.comparing import Comparing
from chainrule.lab.report.main_runs import task_results
from chainrule.lab.report.reference import Lab
from chainrule.lab.report.training import Trained

FORMAT = "chainrule reference lab 1"


def results(lab: Lab, scale: Scale, trained: Trained) -> Results:
    """Every number of the page but the timings, which are the caller's to add.

    tasks: those of the main runs.  studies, chapters: those of the chapters that compare nothing, and of those that do.

    >>> found = results(Lab(epochs=40, starts=3), Scale(8), Trained())
    >>> list(found)
    ['format', 'settings', 'tasks', 'environment', 'studies', 'chapters']
    """
    found = {name: CHAPTERS[name].results(scale, answers) for name, answers in trained.answers.items()}
    comparing = {name for name in found if isinstance(CHAPTERS[name], Comparing)}
    return {
        "format": FORMAT,
        "settings": settings(lab) | {"comparisons": {"epochs": scale.epochs, "starts": scale.starts}},
        "tasks": {name: task_results(outcome) for name, outcome in trained.outcomes.items()},
        "environment": environment(),
        "studies": {name: each for name, each in found.items() if name not in comparing},
        "chapters": {name: each for name, each in found.items() if name in comparing},
    }


def of_chapters(found: Results) -> Mapping[str, Results]:
    """The numbers of every chapter that has runs of its own, by its name."""
    both: dict[str, Results] = found["studies"] | found["chapters"]
    return both


def settings(lab: Lab) -> Results:
    """The settings that all starts share."""
    return {
        "network": repr(lab.network),
        "parameters": lab.network.n_parameters,
        "loss": repr(lab.loss),
        "epochs": lab.epochs,
        "record_every": lab.record_every,
        "starts": lab.starts,
        "seed": lab.seed,
    }


def environment() -> Results:
    """The versions and the kind of machine that numbers can depend on; nothing that tells whose machine it was."""
    return {
        "chainrule": chainrule.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "system": platform.system(),
        "machine": platform.machine(),
        "engine": str(Engine.of(asked(), MANY_STEPS, 1)),
    }


def as_json(found: Results) -> str:
    """Results as JSON that a person can read: lists of numbers stay on one line.

    >>> print(as_json({"a": [1, 2.5], "b": {"c": None}}), end="")
    {
     "a": [1, 2.5],
     "b": {
      "c": null
     }
    }
    """
    text = json.dumps(found, indent=1, allow_nan=False)
    return re.sub(r"\[\s+[-+.\de,\s]*?\s+\]", lambda numbers: f"[{' '.join(numbers[0][1:-1].split())}]", text) + "\n"
