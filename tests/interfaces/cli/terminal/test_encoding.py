"""Outputs whose encoding lacks characters: names in ASCII, and no command fails for it."""

import json
import os
import subprocess
import sys

import pytest


def printed(*words: str, encoding: str) -> bytes:
    """What a command prints on stdout where outputs have this encoding; it must end well."""
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "chainrule", *words]
    made = subprocess.run(command, capture_output=True, env=environment, timeout=60)
    assert (made.returncode, made.stderr) == (0, b"")
    return made.stdout


EXPLAIN = ("explain", "xor", "--sample", "3", "--weight", "2:1:3")


def test_names_are_in_ascii_where_the_encoding_lacks_their_characters():
    said = printed(*EXPLAIN, encoding="cp1252").decode("cp1252")
    assert "dL/dw(2)_1,3 = delta(2)_1 * a(1)_3 = 0.004210553 * 0.7325747 = 0.003084545" in said
    assert "?" not in said


@pytest.mark.parametrize("form", ["--json", "--latex"])
def test_other_forms_keep_their_meaning(form: str):
    in_ascii = printed(*EXPLAIN, form, encoding="ascii").decode("ascii")
    if form == "--json":
        assert json.loads(in_ascii) == json.loads(printed(*EXPLAIN, form, encoding="utf-8").decode("utf-8"))
    else:
        assert "?" not in in_ascii


@pytest.mark.parametrize("command", ["explain", "train"])
def test_help_needs_no_other_characters_than_ascii(command: str):
    assert b"Usage: chainrule" in printed(command, "--help", encoding="ascii")


def test_errors_need_no_other_characters_than_ascii():
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "chainrule", "explain", "xor", "--weight", "9:9:9"]
    made = subprocess.run(command, capture_output=True, env=environment, timeout=60)
    assert (made.returncode, made.stdout) == (2, b"")
    assert made.stderr.startswith(b"Error: there is no layer 9")
