"""The elements of a drawing, as a tree that the standard library writes and escapes."""

from xml.etree.ElementTree import Element

from chainrule.core.foreign import visible
from chainrule.lab.figures.svg import COLOR

Row = list[Element]
"""Elements that are written on one line of the file."""


def element(tag: str, content: str | None = None, **attributes: float | str) -> Element:
    """An element with some text in it; numbers are written short, and a name's `_` is a hyphen, but one at its end.

    >>> from xml.etree.ElementTree import tostring
    >>> tostring(element("text", "a < b", x=2.50, font_size=11))
    b'<text x="2.5" font-size="11">a &lt; b</text>'
    """
    named = {
        name.removesuffix("_").replace("_", "-"): visible(value) if isinstance(value, str) else f"{value:g}"
        for name, value in attributes.items()
    }
    made = Element(tag, named)
    made.text = None if content is None else visible(content)
    return made


def text(x: float, y: float, content: str, size: float, weight: str = "400") -> Element:
    """Text around a point."""
    return element(
        "text",
        content,
        x=x,
        y=y,
        font_size=size,
        font_weight=weight,
        text_anchor="middle",
        style=style(fill="ink"),
    )


def style(**colors: str) -> str:
    """Colours by their names in the palette, so that `dark_css()` finds them.

    >>> style(fill="ink", stroke="muted")
    'fill: #1a1d21; stroke: #5a626c'
    """
    return "; ".join(f"{what}: {COLOR[name]}" for what, name in colors.items())
