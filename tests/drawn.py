"""How many examples a property is tried on: `make soak` draws many times as many."""

import os

from hypothesis import settings

SOAK = int(os.environ.get("CHAINRULE_SOAK", "1"))


def examples(n: int) -> settings:
    """The same n examples in every run, and more behind them in a soak."""
    return settings(max_examples=n * SOAK, deadline=None, derandomize=True)
