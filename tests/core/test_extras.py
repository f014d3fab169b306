"""What to type where an extra is missing: the command follows from how chainrule was installed."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from chainrule.core import extras


class Installed:
    """A distribution with these notes of pip's beside it."""

    requires = (
        "numpy>=2.1",
        'typer>=0.16; extra == "cli"',
        "rich>=13.9 ; extra == 'cli'",
        'jinja2>=3.1; extra == "report"',
    )

    def __init__(self, origin: str | None) -> None:
        self.origin = origin

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return self.origin


def advice(origin: str | None, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(metadata, "distribution", lambda name: Installed(origin))
    return extras.advice("cli")


def test_a_package_of_an_index_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert advice(None, monkeypatch) == 'pip install "chainrule[cli]"'


def test_a_clone_is_named_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = tmp_path / "my clone"
    clone.mkdir()
    origin = f'{{"url": "{clone.as_uri()}", "dir_info": {{}}}}'
    assert advice(origin, monkeypatch) == f'pip install "{clone}[cli]"'
    assert advice(origin.replace("{}}", '{"editable": true}}'), monkeypatch) == f'pip install -e "{clone}[cli]"'


def test_a_wheel_is_named_by_its_file_while_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "chainrule-1.0-py3-none-any.whl"
    wheel.touch()
    origin = f'{{"url": "{wheel.as_uri()}", "archive_info": {{}}}}'
    assert advice(origin, monkeypatch) == f'pip install "{wheel}[cli]"'
    wheel.unlink()
    assert advice(origin, monkeypatch) == 'pip install "typer>=0.16" "rich>=13.9"'


def test_an_address_is_named_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    origin = '{"url": "https://example.org/chainrule.zip", "archive_info": {}}'
    assert advice(origin, monkeypatch) == 'pip install "chainrule[cli] @ https://example.org/chainrule.zip"'


def test_a_source_that_was_never_installed_is_named_by_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Installed:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    root = Path(extras.__file__).parents[3]
    assert extras.advice("cli") == f'pip install "{root}[cli]"'


def test_only_the_sentence_imports_what_it_needs() -> None:
    names = "'importlib.metadata' in sys.modules, 'urllib.request' in sys.modules"
    program = f"import sys, chainrule.core.extras; print({names})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
