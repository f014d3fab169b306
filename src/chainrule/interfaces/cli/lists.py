"""The options of compare: the same settings with several values, commas between them."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from chainrule.interfaces.cli.option import Option
from chainrule.interfaces.cli.options import OPTIONS
from chainrule.interfaces.cli.readers import Reader, as_it_is, layer_lists, several
from chainrule.lab.experiments.labels import label


@dataclass(frozen=True)
class Several(Option):
    """An option that takes several values."""

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return f"--{self.key.replace('_', '-')}"

    def parameter(self) -> inspect.Parameter:
        """A text that `read` splits into values; a network is a text of its own, and the option is repeated."""
        return self.parameter_of(list[str] if self.key == "network" else str, self.flag)


def _several(
    name: str, metavar: str, words: str = "", default: str = "", none: str = "", reader: Reader | None = None
) -> Several:
    row = OPTIONS[name]
    reader = reader or several(row.kind, row.rule, none)
    return Several(row.of, row.field, metavar, words or row.help, default, row.name, reader, "Settings to compare")


COMPARED = (
    _several("optimizer", "NAME,...", "Each at its usual rate, unless --learning-rate gives one."),
    _several("learning_rate", "RATE,..."),
    _several("momentum", "NUMBER,..."),
    _several("beta1", "NUMBER,..."),
    _several("epochs", "N,...", default="20,000; for a file 1,000"),
    _several("batch_size", "N,...", "Samples per step, or all.", "all", none="all"),
    _several("clip", "NORM,...", "Largest norm of a gradient, or none.", none="none"),
    _several("network", "TEXT", "All layers, as text; once for each network.", reader=as_it_is),
    _several("layers", "N,N:N:...", "Units of the hidden layers, a colon between: 4,4:8:none.", reader=layer_lists),
    _several("activation", "NAME,...", "Activation functions."),
    _several("bias", "yes,no", "Units with and without a bias."),
    _several("initializer", "NAME,...", "Initializers of the weights."),
    _several("loss", "NAME,...", "Losses; each shows its own value."),
    _several("penalty", "STRENGTH,..."),
    _several("class_weight", "balanced,none", "All classes count alike, or all samples.", none="none"),
    _several("noise", "DEVIATION,..."),
)
"""The settings that can be compared."""

SHARED = (
    replace(OPTIONS["starts"], panel="Runs"),
    replace(OPTIONS["seed"], panel="Runs", help="Start k has this seed + k."),
    replace(OPTIONS["test"], panel="Runs"),
    replace(OPTIONS["engine"], panel="Runs"),
)
"""The settings that all runs share."""


def cells(values: Iterable[Any]) -> list[str]:
    """A setting's values as the cells of a table."""
    return [{True: "yes", False: "no"}[each] if isinstance(each, bool) else label((each,)) for each in values]
