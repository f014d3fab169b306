"""The lines of Python under a comparison's figure: they reproduce its table."""

import re
from typing import Any

from chainrule.lab.report.chapters.chapter import Chapter, Scale
from chainrule.lab.experiments.settings import PARTS
from chainrule.lab.experiments.experiment import Experiment


def lines(chapter: Chapter, scale: Scale) -> str:
    """The chapter's comparisons, with chainrule alone.

    >>> from chainrule.lab.report.chapters import COMPARED
    >>> print(lines(COMPARED["learning-rates"], Scale(1000)).splitlines()[2])
    for experiment in (
    """
    experiments = "\n".join(f"    {_written(each)}," for each in chapter.tasks(scale).values())
    settings = ",\n".join(f"        {name}={_list(values)}" for name, values in chapter.settings.items())
    return f"""\
import chainrule as cr

for experiment in (
{experiments}
):
    comparison = cr.compare(
        experiment,
{settings},
        level={chapter.level},
    )
    for row in comparison.summary():
        print(experiment.data.name, row.label, row.median, row.low, row.high, row.succeeded, row.diverged)
"""


def _written(experiment: Experiment) -> str:
    """The experiment, with all that isn't as by default, and what the caption names."""
    shown = {"epochs": f"{experiment.epochs:_}", "starts": experiment.starts, "seed": experiment.seed}
    for field, value in experiment.settings():
        if field.name not in ("data", *shown) and value != field.default:
            shown[field.name] = code(value)
    parts = (f"{name}={value}" for name, value in sorted(shown.items(), key=lambda each: each[0] not in PARTS))
    lines = ",\n                  ".join((code(experiment.data), *parts))
    return f"cr.Experiment({lines})"


def _list(values: list[Any]) -> str:
    return f"[{', '.join(code(each) for each in values)}]"


def code(value: Any) -> str:
    """A value as Python that finds its classes in `cr`.

    >>> from chainrule.core.optimizers import Adam
    >>> code(Adam(0.1)), code(0.1)
    ('cr.Adam(0.1)', '0.1')
    """
    return re.sub(r"\b([A-Z]\w*)\(", r"cr.\1(", repr(value))
