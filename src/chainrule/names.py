"""Public names that are imported when they are first used (PEP 562), so that a package costs little to import."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, names: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a package: its names, by the module in it that has them."""
    homes = {name: home for home, listed in names.items() for name in listed.split()}
    public = sorted(homes)

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"{package} has no {name!r}; it has {', '.join(public)}.")
        home = import_module(f"{package}.{homes[name]}")
        value = getattr(home, name) if hasattr(home, name) else import_module(f"{home.__name__}.{name}")
        setattr(sys.modules[package], name, value)
        return value

    return get, lambda: public, public
