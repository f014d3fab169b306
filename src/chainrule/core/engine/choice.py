"""Which engine makes the calls of a run: NumPy, or the engine's programs. Decided here, once for each run.

The argument `engine=` decides; else the context `engine(...)`; else the variable CHAINRULE_ENGINE; else it is "auto",
which compiles the rows of a run where that pays.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls
from chainrule.core.cores import threads
from chainrule.core.engine.extension import _engine, table
from chainrule.core.errors import SettingError
from chainrule.core.foreign import said
from chainrule.core.plan.layout import Allocate, allocate, allocate_by_members

if TYPE_CHECKING:
    from chainrule.core.engine.program import Program

ENGINES = ("auto", "numpy", "compiled")
VARIABLE = "CHAINRULE_ENGINE"

MANY_STEPS = 100
"""Runs of so many steps are compiled. At 100 steps whole calls of `train` took 0.4 to 0.7 of the time when compiled
(xor, T1 and T3 with SGD and Adam, xor with three members), and at 40, or of T3 at 57, 0.6 to 0.9; a process' first run,
whose rows are like none before, took 1.0 to 1.4 of it. Medians of ratios of CPU time, run by run in turns."""

MANY_NUMBERS = 5_000_000
"""So are runs whose steps compute so many activations and parameters in all. There LeNet, and T1's network on 10,000
samples, took as long with both engines, and with twice as many a fifth less; wide networks took 0.6 to 0.9 of the time
with Adam and with SGD, whose update is one pass through memory then."""

_of_context: ContextVar[str | None] = ContextVar("engine", default=None)


def check_engine(name: str, value: Any) -> str:
    """The name of an engine that is here; else a SettingError."""
    if not isinstance(value, str) or value not in ENGINES:
        raise SettingError(f'{name} must be "auto", "numpy" or "compiled"; got {said(value)}.')
    if value == "compiled" and _engine is None:
        raise SettingError(
            f'{name} is "compiled", but the engine was not compiled when chainrule was installed; install a C compiler '
            'and then chainrule again, or choose "auto" or "numpy".'
        )
    return value


@contextmanager
def engine(name: str) -> Iterator[None]:
    """A block in which everything is computed by an engine: "auto", "numpy" or "compiled".

    It holds in this thread and in the worker processes that are started in it; an argument `engine=` goes before it.
    Raises SettingError for another name, and for "compiled" where the engine isn't built.

    >>> with engine("numpy"):
    ...     asked()
    'numpy'
    """
    token = _of_context.set(check_engine("engine()'s name", name))
    try:
        yield
    finally:
        _of_context.reset(token)


def asked(argument: str | None = None) -> str:
    """The engine that was asked for: by the argument, by the context, by the environment; else "auto"."""
    if argument is not None:
        return check_engine("engine", argument)
    return _of_context.get() or _of_environment()


@cache
def _of_environment() -> str:
    """What CHAINRULE_ENGINE says, read once: each prediction asks."""
    value = os.environ.get(VARIABLE)
    return check_engine(f"the environment variable {VARIABLE}", value) if value else "auto"


@dataclass
class Engine:
    """What makes the calls of a run: programs, or NumPy for a reason.

    numpy_because: why NumPy makes them; None: programs do.
    members: of the population that the run is of.  threads: that a program may deal them out to.
    programs: the programs of a step so far, by what they compute.  calls: its rows, where NumPy makes their calls.
    """

    numpy_because: str | None = None
    members: int = 1
    threads: int = field(default_factory=threads)
    programs: dict[str, Program] = field(default_factory=dict)
    calls: dict[str, Calls] = field(default_factory=dict)

    @classmethod
    def of(cls, asked: str, steps: int, numbers: int, members: int = 1) -> Engine:
        """The engine of a run that plans so many steps, each of which computes so many numbers of all members.

        >>> str(Engine.of("auto", 10, 1000)), str(Engine.of("numpy", 10**6, 1000))
        ('numpy (a short run)', 'numpy (asked for)')
        """
        if asked == "numpy":
            return cls("asked for")
        if _engine is None:
            return cls("the engine is not compiled")
        if asked == "auto" and steps < MANY_STEPS and steps * numbers < MANY_NUMBERS:
            return cls("a short run")
        return cls(members=members)

    def moves(self, array: Array) -> bool:
        """Whether a program takes entries of an array from where they are, however it lies in memory."""
        if self.numpy_because is not None:
            return False
        from chainrule.core.engine.row import MOST_AXES, MOVED

        flags, dtype = array.flags, array.dtype
        return dtype in MOVED and dtype.isnative and flags.aligned and array.ndim <= MOST_AXES

    def row(self, calls: Calls, observed: Iterable[Array], computes: str | None = None) -> Call:
        """The call to make in place of a row: its program, or the row itself.

        observed: the arrays that the row writes and that may be read after it: nothing else of what it writes is.
        computes: what a row of a step computes, as a listing names it; None: it isn't listed.
        """
        if self.numpy_because is not None:
            if computes is not None:
                self.calls[computes] = calls
            return calls
        from chainrule.core.engine.program import Program, lowered  # with all that it reads: a model is loaded without

        program = lowered(calls, observed, members=self.members, threads=self.threads)
        if computes is not None and isinstance(program, Program):
            self.programs[computes] = program
        return program

    @property
    def memory(self) -> Allocate:
        """Where activations are to lie: a member's side by side, where members are done one after the other."""
        return allocate if self.numpy_because is not None else allocate_by_members

    def __str__(self) -> str:
        if self.numpy_because is not None:
            return f"numpy ({self.numpy_because})"
        n = sum(each.n for each in self.programs.values())
        n_python = sum(each.n_python for each in self.programs.values())
        n_blas = sum(each.n_blas for each in self.programs.values())
        counted = f", {n} operations, {n_python} in Python" if n else ""
        counted += f", {n_blas} of them by the BLAS" if n_blas else ""
        return f"compiled ({table()}{counted})"

    def listing(self, runs: int = 0) -> str:
        """A step, one operation per line beside the calls that it makes; or one of NumPy's calls per line.

        runs: makes so many steps, and shows the median of the time that each operation took in them.
        """
        from chainrule.core.engine.listing import listing_of_calls

        took: dict[str, list[list[int]]] = {computes: [] for computes in self.programs}
        for _ in range(runs):
            for computes, program in self.programs.items():
                took[computes].append(program.time())
        parts = [f"{computes}\n{each.timed(took[computes])}" for computes, each in self.programs.items()]
        parts += [f"{computes}\n{listing_of_calls(row)}" for computes, row in self.calls.items()]
        return "\n\n".join([str(self), *parts])
