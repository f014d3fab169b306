"""Comparisons of networks on handwritten digits: what such chapters have in common."""

from collections.abc import Mapping
from typing import Any

from chainrule.core.network import Network
from chainrule.lab.report.chapters.chapter import Chapter
from chainrule.lab.report.chapters.words import best_of_images

LEVEL = 0.05
"""A start succeeds at this cross-entropy of the images learnt."""


def conclude(found: dict[str, Any]) -> list[str]:
    """Which network answers most of the images held out rightly, and which least."""
    return [best_of_images(each["rows"]) for each in found.values()]


def chapter_on_images(networks: Mapping[Network, str], *, title: str, question: str, asks: str, about: str) -> Chapter:
    """A chapter that compares these networks, each with its name on the page; the texts are as in `Chapter`."""
    first = next(iter(networks))
    return Chapter(
        title=title,
        question=question,
        asks=asks,
        about=about,
        settings={"network": list(networks)},
        tasks=lambda scale: {"digits": scale.images(first)},
        conclude=conclude,
        names=tuple(networks.items()),
        level=LEVEL,
    )
