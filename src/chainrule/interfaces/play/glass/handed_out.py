"""An explanation of the next step as a file: the chain of a weight or a unit, or an overview where none is chosen."""

import json
from collections.abc import Callable
from typing import Any

from chainrule.interfaces.play.glass.chain import chain_of
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.messages import HandOut
from chainrule.lab.explain.derivation import Derivation
from chainrule.lab.explain.notations.document import document


def handed_out(step: NextStep, asked: HandOut) -> dict[str, Any]:
    """The file that the page gets. Raises SettingError for a weight or a unit that isn't there.

    >>> from chainrule.interfaces.play.playing import Playing
    >>> playing = Playing()
    >>> step = NextStep(playing.stage, playing.training)
    >>> handed_out(step, HandOut(kind="hand_out", format="latex"))["name"]
    'step-1.tex'
    """
    if asked.chain is None:
        found = step.explanation.overview(step.followed(asked.sample))
    else:
        found = chain_of(step, asked.chain, asked.sample)
    ending, written = FORMATS[asked.format]
    return {"kind": "file", "name": f"step-{step.number}.{ending}", "text": written(found)}


def _latex(found: Derivation) -> str:
    """A LaTeX document, whole."""
    return "\n".join(
        [
            r"\documentclass{article}",
            r"\usepackage{amsmath}",
            r"\usepackage[a4paper, margin=2cm]{geometry}",
            r"\setlength{\jot}{6pt} % between the lines of equations: fractions don't touch",
            r"\setlength{\emergencystretch}{2em} % words that can't be hyphenated fit, too",
            r"\begin{document}",
            found.latex().rstrip(),
            r"\end{document}",
            "",
        ]
    )


def _json(found: Derivation) -> str:
    return json.dumps(found.to_dict(), ensure_ascii=False, indent=1) + "\n"


FORMATS: dict[str, tuple[str, Callable[[Derivation], str]]] = {
    "html": ("html", document),
    "latex": ("tex", _latex),
    "json": ("json", _json),
}
"""Each format: a file's ending, and how a derivation is written."""
