"""How many examples a property is tried on: `make soak` draws many times as many."""

import os

from hypothesis import Phase, settings

SOAK = int(os.environ.get("CHAINRULE_SOAK", "1"))


def examples(n: int, *, shrink: bool = True) -> settings:
    """The same n examples in every run, and more behind them in a soak.

    shrink: look for the simplest example that fails; where an example takes a second, the first one must do.
    """
    phases = [Phase.explicit, Phase.generate, Phase.shrink] if shrink else [Phase.explicit, Phase.generate]
    return settings(max_examples=n * SOAK, deadline=None, derandomize=True, phases=phases)
