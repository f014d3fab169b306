"""What is installed: every file of the source, in packages."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_no_source_file_is_ignored():
    """Whoever adds files to a commit leaves out what .gitignore names: in src, only what is made there."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    command = ["git", "ls-files", "--cached", "--others", "--ignored", "--exclude-standard", "src"]
    ignored = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    made = ("/__pycache__/", ".egg-info/", "/engine/_engine.")
    assert [path for path in ignored if not any(each in path for each in made)] == []


def test_every_folder_with_python_files_is_a_package():
    """Without __init__.py a folder can be imported, but tools that walk through packages don't find it."""
    folders = {path.parent for path in (ROOT / "src" / "chainrule").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
