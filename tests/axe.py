"""What axe, the checker of accessibility, says against a page."""

from pathlib import Path
from typing import Any

AXE = (Path(__file__).parent / "interfaces/play/vendor/axe.js").read_text(encoding="utf-8")

VIOLATIONS = """async () => {
  for (const each of document.getAnimations()) {
    if (each.effect.getComputedTiming().endTime < Infinity) each.finish();  // colours on their way are no fault
  }
  return (await axe.run()).violations.map(({ id, nodes }) =>
    id + ": " + nodes.map(({ html, failureSummary }) => html.slice(0, 120) + " " + failureSummary).join(" | "));
}"""

LOOK = "async (look) => ((await import('/page/look.js')).look.value = look)"


def faults(page: Any) -> list[str]:
    """What axe says against the page as it is now."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(VIOLATIONS)
    return found


def faults_in_looks(page: Any, *looks: str) -> dict[str, list[str]]:
    """What axe says against the playground's page as it is now, in each of these looks where there is something."""
    found = {}
    for look in looks:
        page.evaluate(LOOK, look)
        assert page.get_attribute("html", "data-look") == look
        found[look] = faults(page)
    return {look: each for look, each in found.items() if each}


def faults_in_schemes(page: Any) -> dict[str, list[str]]:
    """The same on a light and on a dark system."""
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[scheme] = faults(page)
    return {scheme: each for scheme, each in found.items() if each}
