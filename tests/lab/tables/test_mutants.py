"""Mutants of the public cases, and of every other form: each is read or refused in one sentence, soon, in little memory.

`make soak` tries 20,000 of them in one process.
"""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from chainrule.lab.tables.find import find
from chainrule.training.files.reading import in_memory
from damaged import damaged, read_or_refused
from drawn import examples
from test_forms import WRITERS
