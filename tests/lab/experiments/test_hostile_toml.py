"""TOML that no person would write: each text ends in one sentence."""

import pytest

import chainrule as cr

HOSTILE_TOML = {
    'data="xor"\nloss={type="Dense"}': "loss: expected units, which Dense has no default for; add it",
    'data="xor"\ntype="x"': "unknown key 'type' of an experiment",
    'data={type="DataSet",name="moons"}': "data: unknown key 'type' of DataSet",
    'data="xor"\nseed=' + "9" * 5000: "line 2, column 6: expected at most 1,000 digits",
    'data="xor"\nx=' + "[" * 1500 + "]" * 1500: "line 2, column 53: expected at most 50 brackets open at once",
    'data="xor"\n' + "a." * 3000 + "a=1": "unknown key 'a' of an experiment",
    'data="xor"\noptimizer.learning_rate.' + "a." * 3000 + "a=1": "nested too deeply|optimizer",
    'data="xor"\nx="' + "y" * 20_000 + '"': "line 2: expected at most 10,000 characters",
    'data="xor"\n' + "#\n" * 50_000: "expected at most 65,536 characters",
    'data="xor"\nseed=1979-05-27': "seed must be a whole number",
    'data="xor"\nx="\ud800"': "isn't text in UTF-8, at byte 14",
    'data="xor"\nnetwork={type="Layer"}': "network: expected a table with the type of a description",
    'data="xor"\nepochs=' + "9" * 999: "epochs",
    'data="xor"\noptimizer={type="SGD",learning_rate=' + "9" * 999 + "}": "learning_rate must be a number above 0",
}


@pytest.mark.parametrize(("text", "sentence"), HOSTILE_TOML.items(), ids=range(len(HOSTILE_TOML)))
def test_hostile_toml_gets_one_short_sentence(text, sentence):
    with pytest.raises(cr.ChainruleError, match=sentence) as caught:
        cr.Experiment.from_toml(text)
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)
