"""An experiment: one run described as a whole, with many starts. It compares, hashes, prints, and is a TOML file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chainrule.core.description import check_callable
from chainrule.lab.experiments import toml
from chainrule.lab.experiments.groups import by_setting, groups_of, train_groups
from chainrule.lab.experiments.populations import Runs
from chainrule.lab.experiments.run_description import RunDescription


@dataclass(frozen=True, repr=False)
class Experiment(RunDescription):
    """A run described as a whole: what is learnt, by what, how long, and from how many starts.

    Its fields and their meaning are those of `RunDescription`: data, network, loss, optimizer, epochs, batch_size,
    penalty, clip, dtype, seed, starts, test, validation, early_stopping, standardize, class_weight, start,
    engine.

    Raises SettingError, with the name of the setting, for a value that can't be used.

    >>> from chainrule.core.optimizers import SGD
    >>> experiment = Experiment("xor", optimizer=SGD(0.5), epochs=100, starts=3)
    >>> experiment
    Experiment(DataSet('xor'), optimizer=SGD(0.5), epochs=100, starts=3)
    >>> experiment.run().final.shape
    (3,)
    """

    def to_toml(self) -> str:
        """The experiment as TOML: the main settings, and the others where they differ from the defaults.

        Raises MissingExtraError without tomli-w, of the extra `cli`.

        >>> from chainrule.core.optimizers import SGD
        >>> print(Experiment("xor", optimizer=SGD(0.5)).to_toml())
        data = "xor"
        loss = "HalfSquaredError"
        epochs = 20000
        batch_size = "all"
        seed = 0
        starts = 16
        <BLANKLINE>
        [network]
        layers = [
            4,
            4,
        ]
        activation = "sigmoid"
        <BLANKLINE>
        [optimizer]
        type = "SGD"
        learning_rate = 0.5
        <BLANKLINE>
        """
        return toml.write(self)

    @staticmethod
    def from_toml(source: str | Path) -> "Experiment":
        r"""The experiment in a TOML text, or in a file.

        A string is a text if it holds "=", else the name of a file. What it leaves out has the defaults of
        `Experiment`, and an optimizer without a learning rate its usual one; the command line (`train --config`) takes
        the settings that suit the data.
        Raises FileError for what isn't TOML or can't be read, SettingError that names the key for a setting that is
        unknown or out of range.

        >>> Experiment.from_toml('data = "xor"\noptimizer = { type = "SGD", learning_rate = 0.5 }')
        Experiment(DataSet('xor'), optimizer=SGD(0.5))
        """
        return toml.read(source, Experiment)

    def run(self, report: Callable[[int, int], object] = lambda done, total: None) -> Runs:
        """Train all starts, as one population, in this process; `report(done, total)` counts epochs of members.

        Raises what is wrong with the settings or the data. A start that diverges is marked, and the others go on.
        """
        check_callable("report", "one of (done, total)", report)
        groups = groups_of([self])
        results = train_groups(groups, None, 1, lambda task, done, total: report(done, total))
        return by_setting(groups, results, 1)[0]
