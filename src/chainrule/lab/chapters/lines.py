"""The lines of Python under a comparison's figure: they reproduce its table."""

import re
from typing import Any

from chainrule.lab.chapters.chapter import Chapter, Scale
from chainrule.lab.experiment import Experiment


def lines(chapter: Chapter, scale: Scale) -> str:
    """The chapter's comparisons, with chainrule alone.

    >>> from chainrule.lab.chapters import COMPARED
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
    said = {"network": experiment.network, "optimizer": experiment.optimizer}
    parts = ", ".join(f"{name}={code(value)}" for name, value in said.items())
    counts = f"epochs={experiment.epochs:_}, starts={experiment.starts}, seed={experiment.seed}"
    counts += f", dtype={experiment.dtype!r}"
    return f"cr.Experiment({code(experiment.data)},\n                  {parts},\n                  {counts})"


def _list(values: list[Any]) -> str:
    return f"[{', '.join(code(each) for each in values)}]"


def code(value: Any) -> str:
    """A value as Python that finds its classes in `cr`.

    >>> from chainrule.core.optimizers import Adam
    >>> code(Adam(0.1)), code(0.1)
    ('cr.Adam(0.1)', '0.1')
    """
    return re.sub(r"\b([A-Z]\w*)\(", r"cr.\1(", repr(value))
