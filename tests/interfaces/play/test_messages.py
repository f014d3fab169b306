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
        st.sampled_from(
            ["scene", "unit", "frame", "file", "chain", "sample", "hand", "value", "column", "layer", "source"]
        ),
        JSON,
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


@given(
    chain=st.fixed_dictionaries(
        {
            "layer": st.integers(-1, 200),
            "unit": st.integers(-1, 2000),
            "source": st.none() | st.just("bias") | st.integers(),
        },
        optional={"lines": st.dictionaries(st.sampled_from(["first", "count", "last"]), st.integers(-1, 100))},
    ),
    sample=st.none() | st.integers(-1, 2000),
)
def test_a_chain_is_asked_for_within_bounds_or_refused(chain: dict[str, object], sample: int | None):
    try:
        asked = command(json.dumps({"kind": "glass", "chain": chain, "sample": sample}))
    except cr.DataError:
        return
    assert asked.chain.lines.count <= 60
    assert asked.chain.layer >= 1


def test_the_schema_names_every_command():
    assert set(schema()["discriminator"]["mapping"]) >= set(KINDS)
