"""Whatever is typed behind an option, a command ends well or in one sentence of ours."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.main import get_command

from chainrule.core.activations import ACTIVATIONS
from chainrule.core.errors import SYNONYMS, SettingError, choose
from chainrule.core.losses import LOSSES
from chainrule.core.optimizers import OPTIMIZERS
from chainrule.interfaces.cli.app import app
from chainrule.interfaces.cli.lists import COMPARED
from chainrule.interfaces.cli.option import Option
from chainrule.interfaces.cli.options import OPTIONS
from chainrule.lab.experiments.settings import INITIALIZERS
from commands import invoke
from drawn import examples

NOT_OURS = re.compile(r"Traceback|Input should|Invalid value|Usage:|Try '|Got unexpected|No such|pydantic|typer|click")

FILES_AND_WORDS = ("FILE", "MODEL", "OUT", "DIR", "FOLDER", "FIGURE", "COLUMN", "TEXT")
"""What takes any text: names of files and columns, and the text of a network, which has tests of its own."""

SHORT = {"train": ("--epochs", "1"), "compare": ("--epochs", "1", "--starts", "1", "--processes", "1")}
"""What keeps a run short, where junk turns out to be a value."""

DATA = {"predict": ("no.npz", "xor"), "report": ()}
"""What stands in front of the options; else xor."""

TYPED = [
    (name, option.opts[0])
    for name, command in get_command(app).commands.items()
    for option in command.params
    if option.param_type_name == "option" and not option.is_flag
    if not str(option.metavar).startswith(FILES_AND_WORDS)
]

JUNK = st.text(st.sampled_from("xyz,.:;-+ %½²é'\"\n\t[](){}\\☃")) | st.sampled_from(
    ["", "--", "-", "nan", "inf", "-inf", "1e999", "1_", "0x10", "1,5,", "1..5", "1e", "½", "None", "9" * 5000 + "x"]
)


@examples(60)
@given(st.sampled_from(TYPED), JUNK)
def test_junk_behind_any_option_ends_in_a_sentence(option: tuple[str, str], junk: str):
    command, flag = option
    data = DATA.get(command, ("moons",) if command == "data" else ("xor",))
    result = invoke(command, *data, *SHORT.get(command, ()), f"{flag}={junk}")
    assert result.exit_code in (0, 2), (flag, junk, result.stderr)
    if result.exit_code == 2:
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        assert not NOT_OURS.search(result.stderr)
        assert len(result.stderr) < 400


def test_options_of_all_kinds_are_typed():
    assert len(TYPED) > 90
    assert {name for name, _ in TYPED} == set(get_command(app).commands)


@examples(200)
@given(st.sampled_from([*OPTIONS.values(), *COMPARED]), st.text())
def test_what_an_option_cannot_read_is_said_with_its_name(option: Option, text: str):
    said = refused(option, text)
    assert said is None or re.match(f"{option.flag} must be .*; got .*\\.$", said)


def refused(option: Option, text: str) -> str | None:
    """The sentence about a text that an option can't read; None where it can."""
    try:
        option.read(text)
    except SettingError as error:
        return str(error)
    return None


@pytest.mark.parametrize("other", SYNONYMS)
def test_an_other_name_offers_the_name_here(other: str):
    meant = SYNONYMS[other]
    table = next(each for each in (LOSSES, INITIALIZERS, OPTIMIZERS, ACTIVATIONS | {"identity": None}) if meant in each)
    with pytest.raises(SettingError, match=f"unknown part '{other}', did you mean {meant}\\? Choose from"):
        choose("part", other, {name: None for name in table if name != other})
