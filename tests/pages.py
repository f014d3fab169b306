"""What tests do on the playground's page, as a visitor would."""

import json
from pathlib import Path
from typing import Any


def saved(page: Any, path: Path) -> dict[str, Any]:
    """The scene with what was learnt, as the page hands it out."""
    page.click("summary:has-text('Take along')")
    with page.expect_download() as download:
        page.click("button:text-is('Save')")
    download.value.save_as(path)
    page.keyboard.press("Escape")
    return dict(json.loads(path.read_text()))


def choose_table(page: Any, file: Path) -> None:
    """Choose a table in a file."""
    with page.expect_file_chooser() as chooser:
        page.click("button:has-text('Your own table')")
    chooser.value.set_files(file)
