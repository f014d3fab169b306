"""Messages of a page: whatever comes, it is a command or refused in one sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.interfaces.play.messages import LONGEST, command, schema

TEXT = st.text('ab<"é\0', max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
KINDS = ["play", "pause", "step", "pace", "set", "reset", "undo", "view", "seen", "diagnose", "treat", "save", "open"]


@given(kind=st.sampled_from(KINDS), rest=st.dictionaries(st.sampled_from(["scene", "unit", "frame", "file"]), JSON))
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


def test_the_schema_names_every_command():
    assert set(schema()["discriminator"]["mapping"]) >= set(KINDS)
