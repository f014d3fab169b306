"""Comparisons: an experiment with several values of a setting, or of settings crossed, all from the same starts.

Runs of one architecture are one population, in groups whose size is a constant; the groups run side by side on all
cores. Finished groups can be kept in a folder, from which an interrupted comparison continues.
"""

from collections.abc import Sequence
from typing import Any

from chainrule.core.description import COUNT, POSITIVE, check_callable, check_kind, check_real, check_whole
from chainrule.lab.experiments.comparison import Comparison
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.groups import by_setting, groups_of, make_folder, train_groups
from chainrule.lab.experiments.prepared import prepare
from chainrule.lab.experiments.settings import cross
from chainrule.lab.experiments.workers import Progress, silent
from chainrule.training.files.storage import FilePath

LEVEL = 0.05
"""For classes, the loss at or below which a start succeeds, unless the caller gives another level: a squared error of
0.05, or a cross-entropy that gives the right class a probability of 0.95. There is no such number for quantities, whose
losses have the target's unit."""


def compare(
    experiment: Experiment,
    *,
    level: float | None = None,
    keep: FilePath | None = None,
    processes: int | None = None,
    progress: Progress = silent,
    **settings: Sequence[Any],
) -> Comparison:
    """Train an experiment with each value of a setting; two settings or more are crossed, a full grid.

    settings: lists of values by name: a setting of the experiment (`epochs`, `batch_size`, `penalty`, `clip`, ...), of
        its optimizer (`learning_rate`, `momentum`, ...), network (`layers`, `activation`, `bias`, ...) or data
        (`noise`, `n`, ...); `units` changes the width of every hidden layer. An optimizer by its name keeps the
        settings that it shares with the experiment's own.
    level: a start succeeds when its loss ends at or below this; None: 0.05 for classes, no level for quantities.
    keep: a folder for finished results; the next call with the same settings reads them, and continues from there.
        A file in it that is damaged, or was changed, is computed again. If one can't be written, a
        warning says so, and the comparison goes on.
    processes: the most at once; None: as many as there are cores. The results don't depend on it.
    progress: called as `progress(task, done, total)`, counting epochs times members.

    Starts that diverge are marked, and the others go on. Raises SettingError for a setting that is unknown or out of
    range, before any work is done.

    >>> comparison = compare(Experiment("xor", epochs=50, starts=2), learning_rate=[0.1, 1.0])
    >>> comparison.names, comparison.values, [len(each) for each in comparison.runs]
    (('learning_rate',), ((0.1,), (1.0,)), [2, 2])
    """
    check_kind("experiment", Experiment, 'an Experiment such as Experiment("xor")', experiment)
    check_callable("progress", "one of (task, done, total)", progress)
    if level is not None:
        level = check_kind("level", float, "a number such as 0.05", check_real("level", POSITIVE, level))
    processes = None if processes is None else check_whole("processes", COUNT, processes)
    grid = cross(experiment, settings)
    folder = None if keep is None else make_folder(keep)
    groups = groups_of(list(grid.values()))
    for each in groups:
        prepared = prepare(each.experiments[0])
        prepared.begin(epochs=1)  # raises what is wrong with the settings together, and trains nothing
    if level is None and prepared.metric == "accuracy":
        level = LEVEL
    results = train_groups(groups, folder, processes, progress)

    runs_by_setting = by_setting(groups, results, len(grid))
    return Comparison(experiment, tuple(settings), tuple(grid), tuple(grid.values()), runs_by_setting, level)
