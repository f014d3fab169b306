"""The extension module `_engine`, or None where it isn't built: then NumPy does the work."""

import os
from importlib import import_module
from typing import Any

from chainrule.core.errors import choose

_engine: Any
try:
    _engine = import_module("chainrule.core.engine._engine")
except ImportError:  # installed without a C compiler, or run from a folder where it wasn't built
    _engine = None


def tables() -> list[str]:
    """The instruction sets that this processor has functions for, the best first; none without the extension.

    >>> set(tables()) <= {"avx512", "avx2", "baseline"}
    True
    """
    return [] if _engine is None else list(_engine.TABLES)


def table() -> str | None:
    """The instruction set of programs: the best, or the one that CHAINRULE_INSTRUCTIONS names; None without any."""
    found = tables()
    if not found:
        return None
    named = os.environ.get("CHAINRULE_INSTRUCTIONS")
    return choose("CHAINRULE_INSTRUCTIONS", named, {t: t for t in found}) if named else found[0]
