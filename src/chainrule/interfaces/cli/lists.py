"""The options of compare: settings with several values, commas between them."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from chainrule.core.errors import SettingError, choose
from chainrule.interfaces.cli.settings import units
from chainrule.lab.experiments.comparison import label

Value = TypeVar("Value")


def _option(panel: str, flag: str, metavar: str, words: str, **settings: Any) -> Any:
    return typer.Option(flag, metavar=metavar, help=words, rich_help_panel=panel, show_default=False, **settings)


P = "Settings to compare"
LearningRates = Annotated[str | None, _option(P, "--learning-rate", "RATE,...", "Length of a step.")]
Optimizers = Annotated[
    str | None, _option(P, "--optimizer", "NAME,...", "Each at its usual rate, unless --learning-rate says one.")
]
Momenta = Annotated[str | None, _option(P, "--momentum", "NUMBER,...", "μ; in Adam β1.")]
Epochs = Annotated[str | None, _option(P, "--epochs", "N,...", "Passes over the data. \\[20,000; for a file 1,000]")]
BatchSizes = Annotated[str | None, _option(P, "--batch-size", "N,...", "Samples a step, or all. \\[all]")]
Clips = Annotated[str | None, _option(P, "--clip", "NORM,...", "Largest norm of a gradient, or none.")]
Networks = Annotated[list[str] | None, _option(P, "--network", "TEXT", "All layers, as text; once for each network.")]
Layers = Annotated[
    str | None, _option(P, "--layers", "N,N:N:...", "Units of the hidden layers, a colon between: 4,4:8:none.")
]
Activations = Annotated[str | None, _option(P, "--activation", "NAME,...", "Activation functions.")]
Biases = Annotated[str | None, _option(P, "--bias", "yes,no", "Units with and without a bias.")]
Initializers = Annotated[str | None, _option(P, "--initializer", "NAME,...", "What draws the starting weights.")]
Losses = Annotated[str | None, _option(P, "--loss", "NAME,...", "Losses; each shows its own value.")]
Penalties = Annotated[str | None, _option(P, "--penalty", "STRENGTH,...", "L2 penalty on the weights.")]
Noises = Annotated[str | None, _option(P, "--noise", "DEVIATION,...", "Noise of a named set.")]

P = "Runs"
Starts = Annotated[int, _option(P, "--starts", "N", "Starts of each setting. \\[16]", min=1)]
Seed = Annotated[int, _option(P, "--seed", "N", "Start k has this seed + k. \\[0]", min=0)]
Test = Annotated[float | None, _option(P, "--test", "FRACTION", "Hold this part of the samples out for the test.")]
Level = Annotated[float, _option(P, "--level", "LOSS", "A start succeeds that ends at or below. \\[0.05]")]
Processes = Annotated[int | None, _option(P, "--processes", "N", "How many at once. \\[all cores]", min=1)]

P = "Results"
Out = Annotated[Path | None, _option(P, "--out", "FIGURE.svg", "Draw curves and final losses.")]
Table = Annotated[Path | None, _option(P, "--csv", "FILE.csv", "Write a row for each run.")]
Plot = Annotated[bool | None, _option(P, "--plot/--no-plot", "", "Draw the median losses as text. \\[in a terminal]")]
Keep = Annotated[
    Path | None, _option(P, "--keep", "FOLDER", "Keep what is finished; an interrupted comparison goes on from there.")
]


def _split(option: str, text: str | None, read: Callable[[str], Value], kind: str, by: str = ",") -> list[Value]:
    """The values of a list, or a sentence that shows how one is written."""
    values = []
    for each in [] if text is None else text.split(by):
        try:
            values.append(read(each.strip()))
        except ValueError:
            raise SettingError(f"{option} must be {kind}; got {text!r}.") from None
    return values


def numbers(option: str, text: str | None, none: str | None = None) -> list[Any]:
    """Numbers, such as 0.01,0.1,1; the word `none` stands for None.

    >>> numbers("--clip", "0.5,1,none", none="none")
    [0.5, 1.0, None]
    """
    also = f", or {none}" if none else ""
    kind = f"numbers with commas between, such as 0.01,0.1,1{also}"
    return _split(option, text, lambda each: None if each == none else float(each), kind)


def wholes(option: str, text: str | None, none: str | None = None) -> list[Any]:
    """Whole numbers, such as 8,16; the word `none` stands for None.

    >>> wholes("--batch-size", "8,all", none="all")
    [8, None]
    """
    also = f", or {none}" if none else ""
    kind = f"whole numbers with commas between, such as 8,16{also}"
    return _split(option, text, lambda each: None if each == none else int(each), kind)


def words(option: str, text: str | None, table: Mapping[str, Any] | None = None) -> list[str]:
    """Names, such as sgd,adam; each one that the table knows.

    >>> words("--optimizer", "sgd, adam")
    ['sgd', 'adam']
    """
    names = _split(option, text, str, "names with commas between")
    for name in names if table is not None else ():
        choose(option.removeprefix("--"), name, table or {})
    return names


def yes_or_no(option: str, text: str | None) -> list[bool]:
    """Truths, such as yes,no.

    >>> yes_or_no("--bias", "yes,no")
    [True, False]
    """

    def read(word: str) -> bool:
        if word not in ("yes", "no"):
            raise ValueError
        return word == "yes"

    return _split(option, text, read, "yes, no, or yes,no")


def layer_lists(text: str | None) -> list[tuple[int, ...]]:
    """The units of the hidden layers of several networks, colons between.

    >>> layer_lists("4,4:8:none")
    [(4, 4), (8,), ()]
    """
    return [tuple(units(each)) for each in ([] if text is None else text.split(":"))]


def cells(values: Iterable[Any]) -> list[str]:
    """A setting's values as the cells of a table."""
    return [{True: "yes", False: "no"}[each] if isinstance(each, bool) else label((each,)) for each in values]
