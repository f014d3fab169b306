"""`chainrule play`: the playground, in a browser."""

from typing import Annotated, Any

import typer

from chainrule.core.description import Rule
from chainrule.core.errors import SettingError
from chainrule.interfaces.cli.chosen_engine import chooses_engine
from chainrule.interfaces.cli.option import own, takes
from chainrule.interfaces.cli.options import OPTIONS, READING, options
from chainrule.interfaces.cli.readers import whole
from chainrule.interfaces.cli.terminal.output import examples

EXAMPLES = examples(
    "chainrule play",
    "chainrule play spiral",
    "chainrule play pets.csv --target weight --drop name",
    "chainrule play --port 8200 --no-browser",
)

PORT = Rule("a whole number from 1 to 65535", lambda value: 1 <= value <= 65535)


@chooses_engine
@takes(*options("target", *READING))
def play(
    data: Annotated[
        str | None,
        typer.Argument(metavar="[DATA]", help="Begin with this data set, or with the table in this file."),
    ] = None,
    *,
    port: Annotated[int | None, own("Listen at this port.", "N", read=whole(PORT))] = None,
    host: Annotated[
        str, own("Listen at this address: others than your own machine's let others in.", "ADDRESS")
    ] = "127.0.0.1",
    browser: Annotated[bool, own("Open the page in a browser.", "", None, "--browser/--no-browser")] = True,
    settings: dict[str, Any],
) -> None:
    """Open the playground: a page on which a network trains, every number in sight.

    The address is printed, with a token without which nobody comes in. Ctrl-C
    ends it.
    """
    from chainrule.interfaces.cli.described import named, with_data
    from chainrule.interfaces.play.door import serve  # the extra `play`, only where somebody plays

    if data is None and settings:
        flags = ", ".join(OPTIONS[name].flag for name in settings)
        raise SettingError(f"{flags} is for a table in a file, and none is named; name it: chainrule play FILE.")
    serve(port, host, browser, None if data is None else with_data(named(data), settings))
