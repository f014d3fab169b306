"""One style for every figure, and Matplotlib's SVG fitted for a page.

A figure is drawn in the colours of light pages. They are written out, so that any viewer shows them; `dark_css` turns
each into its counterpart where the reader prefers dark pages. Text stays text. Nothing depends on the day or the
machine: the same figure is the same string.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from chainrule.core.errors import SettingError, reason
from chainrule.core.extras import missing_extra
from chainrule.core.foreign import visible
from chainrule.lab.figures.numbers import decimal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PALETTE = {
    "ink": ("#1a1d21", "#e9ebee"),
    "muted": ("#5a626c", "#a3acb7"),
    "grid": ("#d9dde2", "#363c44"),
    "paper": ("#fefefe", "#15181c"),
    "class 0": ("#d55e00", "#ff9a4d"),
    "class 1": ("#0072b2", "#56b4e9"),
    "run": ("#00795a", "#3fd0a4"),
    "fourth": ("#a8508c", "#d98cc4"),
}
"""Colours by use, on light pages and on dark ones. The hues are Okabe and Ito's (2008), for every kind of eyesight."""

COLOR = {name: light for name, (light, _) in PALETTE.items()}

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "chainrule",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with Matplotlib: the same measures everywhere
    "font.size": 10.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 10.5,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "legend.borderaxespad": 0.2,
    "text.color": COLOR["ink"],
    "axes.titlecolor": COLOR["ink"],
    "axes.labelcolor": COLOR["ink"],
    "axes.edgecolor": COLOR["muted"],
    "xtick.color": COLOR["muted"],
    "ytick.color": COLOR["muted"],
    "xtick.labelcolor": COLOR["muted"],
    "ytick.labelcolor": COLOR["muted"],
    "text.parse_math": False,  # a name may hold dollars
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": COLOR["grid"],
    "grid.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "lines.solid_capstyle": "round",
}

NAMESPACE, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
"""The prefixes of the names of SVG and of its links in a tree."""

Drawing = Callable[["Axes"], object]
"""Draws one panel on a Matplotlib axes."""


def need_matplotlib() -> Any:
    """Matplotlib, or one sentence that says how to get it, or what of its settings it complains about."""
    try:
        import matplotlib
    except ImportError:
        raise missing_extra("figures need Matplotlib", "report") from None
    except Exception as error:
        raise SettingError(
            f"Matplotlib can't be loaded ({reason(error)}); correct the variable MPLBACKEND, or the file matplotlibrc."
        ) from None
    return matplotlib


def dark_css(within: str = "") -> str:
    """CSS rules that turn each colour of light pages into its dark counterpart.

    within: the beginning of each selector, for rules that hold inside some element only. Figures with markers need
    rules without it: markers are copies, which selectors of an element around the figure don't match.

    >>> print(dark_css().splitlines()[0])
    [style*="fill: #1a1d21"] { fill: #e9ebee !important }
    """
    return "\n".join(
        f'{within}[style*="{how}: {light}"] {{ {how}: {dark} !important }}'
        for light, dark in PALETTE.values()
        for how in ("fill", "stroke")
    )


def render(
    panels: list[list[Drawing]], *, name: str, title: str, description: str, size: tuple[float, float] = (360, 280)
) -> str:
    """Rows of panels as one SVG, a string without an XML prolog.

    name: the beginning of every id in it, so that many figures can stand on one page.  size: that of one panel, in CSS
    pixels.  title, description: its name and its contents in words, for those who don't see it.

    >>> figure = render([[lambda axes: axes.plot([0, 1])]], name="line", title="A line", description="It rises.")
    >>> figure[:38], "http://" in figure.replace("http://www.w3.org/2000/svg", "")
    ('<svg xmlns="http://www.w3.org/2000/svg', False)
    """
    width, height = len(panels[0]) * size[0], len(panels) * size[1]
    with drawn(panels, size) as figure, io.StringIO() as text:
        figure.savefig(text, format="svg", metadata={"Date": None})
        return _fit_for_pages(text.getvalue(), name, title, description, width, height)


@contextmanager
def drawn(panels: list[list[Drawing]], size: tuple[float, float]) -> Iterator["Figure"]:
    """Rows of panels as a Matplotlib figure in the style of all figures, to be written inside the block."""
    matplotlib = need_matplotlib()
    from matplotlib.figure import Figure

    rows, columns = len(panels), len(panels[0])
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # not the settings of the user's matplotlibrc
        matplotlib.rcParams.update(STYLE)
        figure = Figure(figsize=(columns * size[0] / 72, rows * size[1] / 72), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False)
        for row, drawings in zip(axes, panels, strict=True):
            for each, draw in zip(row, drawings, strict=True):
                draw(each)
        yield figure


def _fit_for_pages(svg: str, name: str, title: str, description: str, width: float, height: float) -> str:
    """Matplotlib's SVG with a title and a description, short numbers, the page's font, and ids of its own."""
    root = ElementTree.fromstring(svg)
    root.remove(root[0])  # metadata: with what and when it was made
    used = {target for each in root.iter() for value in each.attrib.values() if (target := _target(value))}
    for each in root.iter():
        each.tag = each.tag.removeprefix(NAMESPACE)
        each.text, each.tail = _without_indent(each.text), _without_indent(each.tail)
        each.attrib = {
            key.removeprefix(XLINK): _fitted(key, value, name)
            for key, value in each.items()
            if key != "id" or value in used
        }
    for tag, id, words in (("desc", f"{name}-desc", description), ("title", f"{name}-title", title)):
        words_of_figure = ElementTree.Element(tag, id=id)
        words_of_figure.text, words_of_figure.tail = visible(words), "\n"
        root.insert(0, words_of_figure)
    root.attrib = {
        "xmlns": NAMESPACE.strip("{}"),
        "width": f"{width:g}",
        "height": f"{height:g}",
        "viewBox": f"0 0 {width:g} {height:g}",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
    }
    return ElementTree.tostring(root, encoding="unicode").strip()


def _target(value: str) -> str:
    """The id that an attribute refers to, as href="#id" or clip-path="url(#id)" do; empty where it refers to none."""
    return value.removeprefix("url(").removesuffix(")").removeprefix("#") if value.startswith(("#", "url(#")) else ""


def _fitted(key: str, value: str, name: str) -> str:
    """An attribute's value, fit for a page: the ids begin with the figure's name."""
    if key == "id":
        return f"{name}-{value}"
    if target := _target(value):
        return value.replace(f"#{target}", f"#{name}-{target}")
    value = re.sub(r"-?\d+\.\d{3,}", lambda number: decimal(float(number[0]), 2), value)  # to a hundredth of a pixel
    if key == "style":
        return "; ".join(_in_the_pages_font(each) for each in value.split("; "))
    return _on_one_line(value) if key == "d" else value


def _in_the_pages_font(declaration: str) -> str:
    """A declaration of a style, with the page's font where it names one.

    >>> _in_the_pages_font("font-family: 'DejaVu Sans'")[:23]
    'font-family: system-ui,'
    >>> _in_the_pages_font("font: 700 11.5px 'DejaVu Sans'")[:28]  # as some versions of Matplotlib write it
    'font: 700 11.5px system-ui, '
    """
    if declaration.startswith("font-family: "):
        return f"font-family: {FONT}"
    if declaration.startswith("font: "):
        return f"{declaration[: declaration.index('px')]}px {FONT}"
    return declaration


def _on_one_line(path: str) -> str:
    r"""A path without its line breaks. After M and L, numbers alone go on with L.

    >>> _on_one_line("M 0 1 \nL 2 3 \nL 4 5 \nz\n")
    'M0 1 2 3 4 5z'
    """
    words = path.split()
    if {each for each in words if each.isalpha()} <= {"M", "L", "z"}:
        words = [each for each in words if each != "L"]
    return re.sub(r" ?([A-Za-z]) ?", r"\1", " ".join(words))


def _without_indent(text: str | None) -> str | None:
    return None if text is None else re.sub(r"\s*\n\s*", "\n", text)


def as_file(svg: str) -> str:
    """The text of a file of its own, light or dark as its reader prefers.

    >>> as_file("<svg><title>t</title></svg>").splitlines()[:2]
    ['<?xml version="1.0" encoding="utf-8"?>', '<svg><style>']
    """
    style = f"<style>\n@media (prefers-color-scheme: dark) {{\n{dark_css()}\n}}\n</style>"
    start = svg.index(">") + 1
    return f'<?xml version="1.0" encoding="utf-8"?>\n{svg[:start]}{style}{svg[start:]}\n'
