"""Packages that only tests need, as independent judges."""

import importlib
import os
from types import ModuleType

import pytest


def needed(name: str) -> ModuleType:
    """The module. Where it is missing its tests are skipped, but under CI they fail."""
    return importlib.import_module(name) if os.environ.get("CI") else pytest.importorskip(name)
