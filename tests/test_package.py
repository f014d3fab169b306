"""What is installed: every file of the source, in packages."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_no_source_file_is_ignored():
    """The wheel leaves out what .gitignore names, in any folder; so does whoever adds files to a commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    command = ["git", "ls-files", "--cached", "--others", "--ignored", "--exclude-standard", "src"]
    ignored = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [path for path in ignored if "__pycache__" not in path] == []


def test_every_folder_with_python_files_is_a_package():
    """Without __init__.py a folder can be imported, but tools that walk through packages don't find it."""
    folders = {path.parent for path in (ROOT / "src" / "chainrule").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
