"""What axe, the checker of accessibility, says against a page."""

from pathlib import Path
from typing import Any

AXE = (Path(__file__).parent / "interfaces/play/vendor/axe.js").read_text(encoding="utf-8")

VIOLATIONS = """async (rules) => {
  for (const each of document.getAnimations()) {
    if (each.effect.getComputedTiming().endTime < Infinity) each.finish();  // colours on their way are no fault
  }
  return (await axe.run(rules ? { runOnly: rules } : {})).violations.map(({ id, nodes }) =>
    id + ": " + nodes.map(({ html, failureSummary }) => html.slice(0, 120) + " " + failureSummary).join(" | "));
}"""

COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe that a look or a scheme bears on; what the others say is said of every one."""

LOOK = "async (look) => ((await import('/page/look.js')).look.value = look)"


def faults(page: Any, rules: list[str] | None = None) -> list[str]:
    """What axe says against the page as it is now, by all rules or by these."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(VIOLATIONS, rules)
    return found


def faults_in_looks(page: Any, *looks: str) -> dict[str, list[str]]:
    """What axe says against the playground's page as it is now, in each of these looks where there is something."""
    found = {}
    for look in looks:
        page.evaluate(LOOK, look)
        assert page.get_attribute("html", "data-look") == look
        found[look] = faults(page, COLOURS if found else None)
    return {look: each for look, each in found.items() if each}


def faults_in_schemes(page: Any) -> dict[str, list[str]]:
    """The same on a light and on a dark system."""
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[scheme] = faults(page, COLOURS if found else None)
    return {scheme: each for scheme, each in found.items() if each}
