"""English words in what should be said in another language."""

import re

QUOTED = re.compile(r"'[^']*'|\([^()]*\)|\b\w+\.\w[\w.]*")
"""What others say within a sentence: a value, another program's reason, a command's field as in `step.unit`."""

SMALL = re.compile(
    r"\b(the|is|of|has|with|and|or|expected|got|should|must|such|input|which|to|say|takes?|layer|sample|weight|step|each|column|place)\b"
)
"""Words of English sentences, none of which is German."""


def english_words(text: str) -> list[str]:
    """The English words among the words of a text.

    >>> english_words("Schicht 2 has no bias, nicht 'the layer'")
    ['has']
    """
    return SMALL.findall(QUOTED.sub("", text))
