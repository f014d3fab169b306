"""The extension module, written in C: see engine/ at the root of the repository."""

from collections.abc import Callable
from typing import Any

from chainrule.core.arrays import Array

Record = tuple[Any, ...]
"""A kind, operands, settings, and perhaps a call."""

TABLES: list[str]
INSTRUCTIONS: list[str]

class Program:
    def __init__(
        self, records: tuple[Record | Callable[[], object], ...], table: str | None = None, threads: int = 1
    ) -> None: ...
    def run(self, times: int = 1, value: Array = ..., rows: Array = ..., every: int = 1) -> int: ...
    def time(self) -> list[int]: ...
    def __call__(self) -> int: ...

def extent(array: Array) -> tuple[int, int, int]: ...
def layout(arrays: list[Array]) -> bytes: ...
def operand(array: Array) -> tuple[bytes, int, str, int, int, bool, bool] | None: ...
def flattened(
    values: tuple[Any, ...],
    numbers: dict[int, int],
    arrays: list[Array],
    types: tuple[type, type],
    kinds: tuple[type, ...],
    known: dict[Any, Any],
    other: Callable[[Any], object],
) -> tuple[object, ...]: ...
def has_kernel(n_operands: int, settings: tuple[int, ...]) -> bool: ...
