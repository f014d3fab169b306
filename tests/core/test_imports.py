"""Programs in whose modules no garbage is looked for."""

import gc
import importlib
import subprocess
import sys

import pytest

from chainrule.core.imports import imported_for_good

FROZEN = """
import gc, sys
from chainrule.interfaces.cli import main
sys.argv = ["chainrule", "--version"]
try:
    main()
except SystemExit:
    print(gc.isenabled(), gc.get_freeze_count() > 50_000)
"""


def test_garbage_is_looked_for_again_afterwards_also_where_a_module_is_missing():
    seen = []
    with pytest.raises(ModuleNotFoundError), imported_for_good():
        importlib.import_module("no_such_module")
    assert gc.isenabled()
    with imported_for_good():
        seen.append(gc.isenabled())
    assert (seen, gc.isenabled()) == ([False], True)
    gc.disable()
    try:
        with imported_for_good():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()


def test_what_a_command_imports_is_kept_for_good():
    told = subprocess.run([sys.executable, "-c", FROZEN], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == "True True"
