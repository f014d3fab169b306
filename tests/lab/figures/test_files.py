"""A figure as a file: what its form says, and the same bytes each time."""

import pytest

from chainrule.core.errors import FileError
from chainrule.lab.figures.files import FORMS, one_panel, write

BEGINNINGS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.fixture(scope="module")
def figure():
    words = {"name": "line", "title": "A line", "description": "It rises."}
    return one_panel(lambda axes: axes.plot([0, 1]), size=(300, 200), **words)["line"]


@pytest.mark.parametrize("form", FORMS)
def test_the_contents_have_the_form_and_are_the_same_each_time(figure, form, tmp_path):
    contents = figure.file(form)
    assert contents.startswith(BEGINNINGS[form])
    assert b"A line" in contents
    write(figure, tmp_path / f"figure.{form.upper()}")
    assert (tmp_path / f"figure.{form.upper()}").read_bytes() == contents


def test_another_ending_is_refused(figure, tmp_path):
    with pytest.raises(FileError, match=r"must end in \.svg, \.png or \.pdf; got .*figure\.gif"):
        write(figure, tmp_path / "figure.gif")
    assert list(tmp_path.iterdir()) == []
