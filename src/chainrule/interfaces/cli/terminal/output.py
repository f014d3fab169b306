"""Lines on stdout, notes and progress bars on stderr, errors as sentences, and the exit codes of commands.

Colours appear only where the output is a terminal, bars only where both outputs are: neither reaches a file or a pipe.
"""

import functools
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import ParamSpec, TextIO, TypeVar

import typer
from rich import progress
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.text import Text

from chainrule.core.errors import ChainruleError, DivergenceError
from chainrule.interfaces.cli import interrupts
from chainrule.interfaces.cli.streams import give_up_stdout
from chainrule.interfaces.cli.terminal.encoding import lines_shown, writable

FAILED, BAD_INPUT = 1, 2
"""Exit codes: a run that failed, input that can't be used. `interrupts.py` has those of signals."""

QUIET = ContextVar("QUIET", default=False)
"""Whether the command that runs was given --quiet: it then prints its result and its errors alone."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


def in_sentences(command: Callable[Given, Result]) -> Callable[Given, Result]:
    """A command whose errors end in one sentence on stderr and an exit code, without a traceback."""

    @functools.wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        before = QUIET.set(bool(kwargs.get("quiet")))
        interrupts.begin_command()
        try:
            return command(*args, **kwargs)
        except ChainruleError as error:
            complain(str(error))
            raise typer.Exit(FAILED if isinstance(error, DivergenceError) else BAD_INPUT) from None
        except MemoryError as error:
            complain(f"out of memory: {error or 'no details'}. Take fewer samples, smaller layers or smaller batches.")
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt as interruption:
            note(str(interruption) or "Interrupted.")
            raise typer.Exit(interrupts.exit_code()) from None
        except BrokenPipeError:  # the reader has gone (`| head`)
            give_up_stdout()
            raise typer.Exit(interrupts.exit_code(interrupts.READER_GONE)) from None
        except OSError as error:
            complain(f"{error.filename or 'the output'} can't be written or read: {error.strerror or error}.")
            if error.filename is None:
                give_up_stdout()
            raise typer.Exit(interrupts.exit_code(FAILED)) from None
        finally:
            QUIET.reset(before)

    return run


def say(line: str) -> None:
    """Print a line of the result on stdout at once; in ASCII if its encoding lacks a character."""
    print(writable(line), flush=True)


def detail(line: str) -> None:
    """Print a line that leads to the result, as `say`; nothing with --quiet."""
    if not QUIET.get():
        say(line)


def hand_over(data: str) -> None:
    """Write data on stdout, to the letter where they go to a file or a pipe; a terminal is shown them safely."""
    sys.stdout.write(writable(data) if sys.stdout.isatty() else data)


def note(sentence: str) -> None:
    """Print something worth knowing on stderr; nothing with --quiet."""
    if not QUIET.get():
        _tell(lines_shown(sentence))


def remark(sentence: str) -> None:
    """Print a note for a person: only if stderr is a terminal; nothing with --quiet."""
    if sys.stderr.isatty() and not QUIET.get():
        _tell(Text(lines_shown(sentence), "dim"))


def complain(sentence: str) -> None:
    """Print an error on stderr."""
    _tell(Text.assemble(("Error:", "bold red"), " ", lines_shown(sentence)))


def _tell(sentence: str | Text) -> None:
    """Print on stderr; an error there is ignored."""
    with suppress(OSError):
        notes_console().print(sentence)


def examples(*commands: str) -> str:
    """The examples at the end of a help page."""
    return "\n\n".join(["[bold]Examples[/bold]", *(f"$ {escape(command)}" for command in commands)])


class _Console(Console):
    """Rich's console; a reader that has gone is an error as it is for `print`."""

    def on_broken_pipe(self) -> None:
        raise  # the error that Rich caught


def stdout(width: int | None = None, height: int | None = None) -> Console:
    """Rich's console for stdout: with colours if it is a terminal that wants them."""
    return _Console(file=sys.stdout, force_terminal=sys.stdout.isatty(), width=width, height=height, highlight=False)


def notes_console(width: int | None = None) -> Console:
    """Rich's console for stderr: wraps sentences at blanks to a terminal's width; a file gets them as they are."""
    is_terminal = sys.stderr.isatty()
    return _Console(
        stderr=True,
        force_terminal=is_terminal,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=not is_terminal,
        width=width,
    )


def print_lines(console: Console, drawn: RenderableType, file: TextIO | None = None) -> None:
    """Print what Rich draws, on stdout or in a file, without the spaces that it leaves at the ends of lines."""
    with console.capture() as captured:
        console.print(drawn)
    lines = captured.get().removesuffix("\n").split("\n")
    print("\n".join(line.rstrip() for line in lines), flush=True, file=file)


class Bars(progress.Progress):
    """A progress bar for each task on stderr, with what is known of it and the time left; silent where a pipe is.

    with Bars() as show:
        show("training", done, total, "loss 0.012345")
    """

    def __init__(self) -> None:
        console = notes_console()
        # A log that is piped may come back to the same terminal (`| tee`), in the middle of a bar.
        seen = sys.stderr.isatty() and sys.stdout.isatty() and not console.is_dumb_terminal
        super().__init__(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=36),  # with room to the right for the ^C that a terminal echoes
            progress.TaskProgressColumn(),
            progress.TextColumn("{task.fields[known]}"),
            progress.TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            transient=True,
            disable=QUIET.get() or not seen,
        )
        self._bars: dict[str, progress.TaskID] = {}
        self._is_to_end = False

    def end_the_work(self) -> None:
        """Let the next call raise KeyboardInterrupt. It only sets a mark."""
        self._is_to_end = True

    def __call__(self, task: str, done: int, total: int, known: str = "") -> None:
        """Show how much of a task is done."""
        if self._is_to_end:
            raise KeyboardInterrupt
        if task not in self._bars:
            self._bars[task] = self.add_task(task, total=total, known=known)
        self.update(self._bars[task], completed=done, total=total, known=known)
