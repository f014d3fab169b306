"""A derivation as a page of its own, which needs nothing else: no script, no font, no request."""

from chainrule.core.foreign import in_xml
from chainrule.lab.explain.content import Content
from chainrule.lab.explain.notations import mathml
from chainrule.lab.figures.svg import FONT, PALETTE, dark_css


def document(content: Content) -> str:
    """The page, light or dark as its reader likes."""
    names = ("ink", "muted", "grid", "paper")
    light, dark = ("; ".join(f"--{name}: {PALETTE[name][i]}" for name in names) for i in (0, 1))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{in_xml(content.title)} · chainrule</title>
<style>
:root {{ {light}; color-scheme: light dark; }}
@media screen and (prefers-color-scheme: dark) {{
:root {{ {dark}; }}
{dark_css()}
}}
body {{ margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 66rem; background: var(--paper); color: var(--ink); \
font: 1rem/1.5 {FONT}; }}
h1 {{ margin: 0 0 .4rem; font-size: 1.7rem; line-height: 1.2; }}
h2 {{ margin: 1.6rem 0 .3rem; padding-top: .9rem; border-top: 1px solid var(--grid); font-size: 1.2rem; }}
.note {{ margin: .2rem 0 .5rem; color: var(--muted); font-size: .9rem; }}
{mathml.STYLE}
</style>
</head>
<body>
{mathml.page(content, heading=1, style=False)}
</body>
</html>
"""
