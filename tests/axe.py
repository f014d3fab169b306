"""What axe, the checker of accessibility, says against a page."""

from pathlib import Path
from typing import Any

AXE = (Path(__file__).parent / "interfaces/play/vendor/axe.js").read_text(encoding="utf-8")

VIOLATIONS = """async () => (await axe.run()).violations.map(
    each => each.id + ': ' + each.nodes.map(node => node.html.slice(0, 120) + ' ' + node.failureSummary).join(' | '))"""


def faults(page: Any) -> list[str]:
    """What axe says against the page as it is now."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(VIOLATIONS)
    return found
