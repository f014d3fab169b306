"""Settings that all tests share."""

import os

import pytest

SOAK = int(os.environ.get("CHAINRULE_SOAK", "1"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "property: a property over drawn examples; `make soak` draws many more")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what hypothesis drives, and multiply its examples by CHAINRULE_SOAK."""
    from hypothesis import settings

    for item in items:
        function = getattr(item, "obj", None)
        if hasattr(function, "hypothesis"):
            item.add_marker(pytest.mark.property)
            drawn = function._hypothesis_internal_use_settings
            function._hypothesis_internal_use_settings = settings(drawn, max_examples=drawn.max_examples * SOAK)
