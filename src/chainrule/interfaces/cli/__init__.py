"""The command line: `chainrule report | train | predict | compare | explain | check | data`.

Typer and Rich are imported behind this door alone; without them one sentence says what to install.
"""

import sys
from contextlib import suppress

from chainrule.core.extras import missing_extra
from chainrule.core.imports import imported_for_good
from chainrule.interfaces.cli import interrupts
from chainrule.interfaces.cli.streams import forget_odd_sizes, give_up_stdout, open_closed_streams


def main() -> None:
    """Run the command that the arguments name, and exit."""
    interrupts.listen()
    try:
        open_closed_streams()
        forget_odd_sizes()
        run()
    except KeyboardInterrupt:
        sys.exit(interrupts.exit_code())
    except SystemExit as ending:  # Typer says 130 whichever signal came
        sys.exit(interrupts.exit_code() if ending.code == interrupts.CTRL_C else ending.code)
    except OSError as error:  # of a help page: commands have their own words
        give_up_stdout()
        with suppress(OSError):
            sys.stderr.write(f"Error: the output can't be written: {error.strerror or error}.\n")
        sys.exit(1)
    finally:
        interrupts.end()


def run() -> None:
    """Run the command that the arguments name, and exit; signals are seen to."""
    try:
        with imported_for_good():
            from chainrule.interfaces.cli.app import app
            from chainrule.interfaces.cli.terminal.encoding import replace_missing_characters
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        sys.stderr.write(f"Error: {missing_extra('the command line needs Typer and Rich', 'cli')}\n")
        sys.exit(2)
    replace_missing_characters(sys.stdout, sys.stderr)
    app(prog_name="chainrule")
