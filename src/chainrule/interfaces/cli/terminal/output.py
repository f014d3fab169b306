"""The terminal: lines on stdout, notes and bars on stderr, errors as sentences, and how a command exits.

Colours appear only where stderr is a terminal, bars where stdout is one too: they never reach a file or a pipe.
"""

import functools
import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

import typer
from rich import progress
from rich.console import Console
from rich.markup import escape

from chainrule.core.errors import ChainruleError, DivergenceError
from chainrule.interfaces.cli.terminal.encoding import writable

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
"""Exit codes: a run that failed, input that can't be used, Ctrl-C."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


def in_sentences(command: Callable[Given, Result]) -> Callable[Given, Result]:
    """A command whose errors end in one sentence on stderr and an exit code, without a traceback."""

    @functools.wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except ChainruleError as error:
            complain(str(error))
            raise typer.Exit(FAILED if isinstance(error, DivergenceError) else BAD_INPUT) from None
        except MemoryError as error:
            complain(f"out of memory: {error or 'no details'}. Take fewer samples, smaller layers or smaller batches.")
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt:
            note("Interrupted.")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # The reader has gone (`| head`): what is still buffered goes nowhere, and quietly.
            _drop_output()
            raise typer.Exit(FAILED) from None
        except OSError as error:
            complain(f"{error.filename or 'the output'} can't be written or read: {error.strerror or error}.")
            if error.filename is None:
                _drop_output()  # else Python tries once more to write it
            raise typer.Exit(FAILED) from None

    return run


def _drop_output() -> None:
    """Send what is still buffered nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(line: str) -> None:
    """A line of the result, on stdout at once; in ASCII where it can't be written otherwise."""
    print(writable(line), flush=True)


def note(sentence: str) -> None:
    """Something worth knowing, on stderr."""
    _stderr().print(sentence, markup=False, emoji=False, highlight=False, soft_wrap=True)


def remark(sentence: str) -> None:
    """A note for a person who watches: only where stderr is a terminal."""
    if sys.stderr.isatty():
        _stderr().print(sentence, style="dim", markup=False, emoji=False, highlight=False, soft_wrap=True)


def complain(sentence: str) -> None:
    """An error, on stderr."""
    console = _stderr()
    console.print("Error:", style="bold red", end=" ")
    console.print(sentence, markup=False, emoji=False, highlight=False, soft_wrap=True)


def examples(*commands: str) -> str:
    """The examples at the end of a help page."""
    return "\n\n".join(["[bold]Examples[/bold]", *(f"$ {escape(command)}" for command in commands)])


def _stderr() -> Console:
    return Console(stderr=True, force_terminal=sys.stderr.isatty())


class Bars:
    """A bar for each task on stderr, with what is known of it and the time left; nothing where output goes elsewhere.

    with Bars() as show:
        show("training", done, total, "loss 0.012345")
    """

    def __init__(self) -> None:
        console = _stderr()
        # A log that is piped may come back to the same terminal (`| tee`), in the middle of a bar.
        self._seen = sys.stderr.isatty() and sys.stdout.isatty() and not console.is_dumb_terminal
        self._tasks: dict[str, progress.TaskID] = {}
        self._progress = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=36),  # with room to the right for the ^C that a terminal echoes
            progress.TaskProgressColumn(),
            progress.TextColumn("{task.fields[known]}"),
            progress.TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            transient=True,
        )

    def __enter__(self) -> Self:
        if self._seen:
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._seen:
            self._progress.stop()

    def __call__(self, task: str, done: int, total: int, known: str = "") -> None:
        """Show how much of a task is done."""
        if task not in self._tasks:
            self._tasks[task] = self._progress.add_task(task, total=total, known=known)
        self._progress.update(self._tasks[task], completed=done, total=total, known=known)
