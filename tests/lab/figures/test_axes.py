"""Axes as people read them: epochs at whole numbers, however few, and a curve of one point that is seen."""

import xml.etree.ElementTree as ET

import pytest

from chainrule.lab.figures.axes import dot, epochs_below
from chainrule.lab.figures.files import Figure


def drawn(losses, epochs):
    def drawing(axes):
        axes.plot(losses, **dot(len(losses)))
        epochs_below(axes, epochs)
        axes.set_yticks([])

    return Figure([[drawing]], "curve", "A curve", "It falls.", (300, 200)).svg()


@pytest.mark.parametrize(
    ("epochs", "labels"),
    [
        (1, ["0", "1", "epoch"]),
        (3, ["0", "1", "2", "3", "epoch"]),
        (400, ["0", "100", "200", "300", "400", "epoch"]),
        (20_000, ["0", "5", "10", "15", "20", "epoch, in thousands"]),
    ],
)
def test_epochs_are_whole_numbers_from_0_to_the_last(epochs, labels):
    svg = ET.fromstring(drawn([0.5, 0.25], epochs))
    assert [each.text for each in svg.iter("{http://www.w3.org/2000/svg}text")] == labels


def test_a_single_point_is_drawn_as_a_dot():
    assert drawn([0.5], 1).count("<use") == drawn([0.5, 0.25], 1).count("<use") + 1
