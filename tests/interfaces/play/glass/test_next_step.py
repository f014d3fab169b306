"""The step that comes next: its number, and the samples of its batch."""

import numpy as np
import pytest

from chainrule.interfaces.play import messages
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import Data, Scene


@pytest.mark.parametrize("batch_size", [None, 5])
def test_the_step_foretold_is_the_step_made(batch_size: int | None):
    playing = Playing(
        Scene(data=Data(name="moons", n=24), batch_size=batch_size, optimizer={"type": "SGD", "learning_rate": 0.5})
    )
    for _ in range(9):
        step = NextStep(playing.stage, playing.training)
        foretold = step.explanation.new_theta.copy()
        playing.obey(messages.command('{"kind": "step"}'))
        np.testing.assert_allclose(playing.training.state.parameters.theta, foretold, rtol=0, atol=1e-12)
        assert playing.training.state.step == step.number
