"""The program of a row: its operations as the extension takes them, and a listing of them beside the calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, Ended, one_by_one, repeat
from chainrule.core.engine.copies import from_sources
from chainrule.core.engine.extension import _engine, table
from chainrule.core.engine.halves import in_halves
from chainrule.core.engine.likeness import known
from chainrule.core.engine.lowering import Lowering
from chainrule.core.engine.nodes import Key, Node
from chainrule.core.engine.sections import Record, Section


class Program:
    """A row of calls, compiled. Calling it does what the calls do.

    calls: the row as it was, one by one.  records: what is left to do, as the extension takes it.
    members: of a population; each in turn does what it has of the row, on as many threads, `threads`, as there may be.
    run(times): runs the program so many times, without the interpreter's lock between calls into Python, and returns
        how often it ran to its end: fewer times where a `check_finite` in it found a number that isn't finite.
        run(times, value, rows, every) keeps values, as `repeat` does.
    time(): runs the program once, in one thread, and returns the nanoseconds that each of the records took.

    >>> import numpy as np
    >>> from chainrule.core.calls import call
    >>> a, one = np.zeros(3), np.ones(())
    >>> program = lowered(Calls(call(np.add, a, one, out=a), call(np.multiply, a, a, out=a)))
    >>> for _ in range(3):
    ...     program()
    >>> a
    array([25., 25., 25.])
    """

    def __init__(
        self,
        calls: Sequence[Call],
        observed: Iterable[Array] | None,
        *,
        fuse: bool = True,
        members: int = 1,
        threads: int = 1,
    ) -> None:
        self.calls, self.threads = tuple(calls), threads
        observed = None if observed is None else tuple(observed)
        self._lower = partial(Lowering, self.calls, observed, fuse=fuse, members=members)
        self._known, self.records = known(self.calls, observed, (fuse, members), lambda: self.lowering)

    @cached_property
    def _program(self) -> Any:
        """Made at the first run: rows of a step are never run alone, `in_turn` makes one program of them."""
        return _engine.Program(self.records, table=table(), threads=self.threads)

    @cached_property
    def run(self) -> Callable[..., int]:
        """Runs the program a number of times, and returns how often it came to its end."""
        run: Callable[..., int] = self._program.run
        return run

    @cached_property
    def time(self) -> Callable[[], list[int]]:
        """Runs the program once, and returns the nanoseconds of each record."""
        time: Callable[[], list[int]] = self._program.time
        return time

    @cached_property
    def lowering(self) -> Lowering:
        """How the calls became records: made when it is asked for, where a row like this one was lowered before."""
        return self._lower()

    def __call__(self) -> None:
        """Run once; raises Ended as the calls would."""
        if not self.run():
            raise Ended

    @property
    def n(self) -> int:
        """The number of operations, calls into Python included."""
        return self._known.n

    @property
    def n_python(self) -> int:
        """The number of calls into Python."""
        return self._known.n_python

    @property
    def n_blas(self) -> int:
        """The number of large products, which the BLAS makes: their last digits may depend on its threads."""
        return self._known.n_blas

    @property
    def nodes(self) -> Sequence[Node]:
        """What became of the calls."""
        return self.lowering.nodes

    @property
    def stored(self) -> Sequence[set[Key]]:
        """What each node writes to memory."""
        return self.lowering.stored

    def timed(self, rounds: Sequence[Sequence[int]]) -> str:
        """The operations as `print` shows them, with what each takes: the median of what `time` returned in rounds."""
        if not rounds:
            return str(self)
        return self.lowering.text([float(np.median(column)) for column in zip(*rounds, strict=False)])

    def __str__(self) -> str:
        """The operations, one per line, with the calls that each does."""
        if not self._known.text:
            self._known.text = str(self.lowering)
        return self._known.text


def lowered(
    calls: Call, observed: Iterable[Array] | None = None, *, members: int = 1, threads: int = 1
) -> Program | Calls:
    """A row as one call: a program, or the calls themselves where the engine isn't built.

    observed: the arrays that are read after a run; None: any of them may be.
    members: of a population, which are dealt out to so many threads.
    A row like one before gets that one's records.
    """
    row = one_by_one(calls)
    return Calls(*row) if _engine is None else Program(row, observed, members=members, threads=threads)


def in_turn(*rows: Call) -> Callable[..., int]:
    """A function that makes the calls of several rows, one row after the other, so many times; it takes what follows
    the calls in `repeat`.

    It returns how often they came to their end: fewer times where a `check_finite` found a number that isn't finite.
    Rows that are programs are run as one; between them only what each has as observed is read.

    >>> import numpy as np
    >>> from chainrule.core.calls import call
    >>> a, one = np.zeros(3), np.ones(())
    >>> run = in_turn(lowered(call(np.add, a, one, out=a)), lowered(call(np.multiply, a, a, out=a)))
    >>> run(3), a
    (3, array([25., 25., 25.]))
    """
    if not any(isinstance(row, Program) for row in rows):
        return partial(repeat, one_by_one(Calls(*rows)))
    threads = max(row.threads for row in rows if isinstance(row, Program))
    run: Callable[..., int] = _engine.Program(
        in_halves(tuple(from_sources(records(rows)))), table=table(), threads=threads
    ).run
    return run


def records(rows: Iterable[Call]) -> Iterator[Record | Section | Call]:
    """What the extension makes of rows, some of them programs."""
    for row in rows:
        yield from row.records if isinstance(row, Program) else one_by_one(row)
