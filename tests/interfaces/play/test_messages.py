"""Messages of a page: whatever comes, it is a command or refused in one sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.interfaces.play.messages import LONGEST, command, schema

VALUES = [None, True, -1, 1, 1e308, float("nan"), "", 'a<"é\0', [], [[3]], {}, {"layer": 1}, {"é": [None, {"a": "b"}]}]
"""What a field may hold, right or wrong. Drawn from a list, since trees drawn anew take a busy machine seconds."""
FIELDS = ["scene", "unit", "frame", "file", "chain", "matrices", "proof", "sample", "hand", "value", "column", "layer"]
KINDS = [
    "play",
    "pause",
    "step",
    "pace",
    "set",
    "reset",
    "undo",
    "view",
    "seen",
    "diagnose",
    "treat",
    "save",
    "open",
    "glass",
    "edit",
    "amend",
]


@given(
    kind=st.sampled_from(KINDS),
    rest=st.dictionaries(
        st.sampled_from(FIELDS),
        st.sampled_from(VALUES),
    ),
)
def test_any_fields_are_taken_or_refused(kind: str, rest: dict[str, object]):
    try:
        command(json.dumps({"kind": kind} | rest))
    except cr.DataError as error:
        said = str(error)
    else:
        said = ""
    assert "\n" not in said


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "[" * 10_000, '{"kind": 3}', '{"kind": "fly"}', "\ud800", "NaN", '{"kind": "step", "unit": "mile"}',
        '{"kind": "pace", "steps_per_second": 1e999}', '{"kind": "pace", "steps_per_second": NaN}', "x" * (LONGEST + 1),
        '{"kind": "set", "scene": {"hidden": [{"units": 17}]}}', '{"kind": "set", "scene": {"inputs": []}}',
        '{"kind": "treat", "finding": -1}',
    ],
)  # fmt: skip
def test_what_is_no_command_is_refused_in_a_sentence(text: str):
    with pytest.raises(cr.DataError, match="send"):
        command(text)


PLACE, LINE = st.sampled_from([-1, 0, 1, 7, 200]), st.sampled_from([-1, 0, 1, 60, 61])


@given(
    place=st.tuples(PLACE, PLACE, st.sampled_from([None, "bias", -1, 1, 2.5])),
    lines=st.none() | st.tuples(LINE, LINE),
    sample=st.none() | PLACE,
)
def test_a_chain_is_asked_for_within_bounds_or_refused(
    place: tuple[object, ...], lines: tuple[int, int] | None, sample: int | None
):
    chain: dict[str, object] = dict(zip(("layer", "unit", "source"), place, strict=True))
    if lines is not None:
        chain["lines"] = dict(zip(("first", "count"), lines, strict=True))
    try:
        asked = command(json.dumps({"kind": "glass", "chain": chain, "sample": sample}))
    except cr.DataError:
        return
    assert asked.chain.lines.count <= 60
    assert asked.chain.layer >= 1


def test_the_schema_names_every_command():
    assert set(schema()["discriminator"]["mapping"]) >= set(KINDS)
