"""The chain in the glass box: the very lines of `explain`, of what is in sight, and the same from step to step."""

import json
from typing import Any

import pytest

from chainrule.interfaces.play import messages
from chainrule.interfaces.play.glass.next_step import NextStep
from chainrule.interfaces.play.playing import Playing
from chainrule.interfaces.play.scene import Data, Hidden, Scene
from chainrule.lab.explain.notations import mathml
from chainrule.lab.explain.sections import share_of

WIDE = Scene(data=Data(name="moons", n=60), hidden=(Hidden(units=16, activation="tanh"),) * 8)


def asked(playing: Playing, chain: dict[str, Any] | None, sample: int | None = None) -> dict[str, Any]:
    """What the glass box answers."""
    playing.obey(messages.command(json.dumps({"kind": "glass", "chain": chain, "sample": sample})))
    return playing.glass.shown(playing.stage, playing.training)


def step(playing: Playing) -> None:
    playing.obey(messages.command('{"kind": "step"}'))


def lines(found: dict[str, Any]) -> list[str]:
    """All lines that were written, without the remarks."""
    return [each.split("</p>")[0] + "</p>" for one in found["sections"] for each in one["lines"].values()]


@pytest.mark.parametrize("optimizer", ["SGD", "Momentum", "Adam"])
@pytest.mark.parametrize("source", [1, 3, "bias", None])
def test_its_lines_are_those_of_explain(source: int | str | None, optimizer: str):
    playing = Playing(Scene(optimizer={"type": optimizer, "learning_rate": 0.1}))
    for _ in range(3):
        step(playing)
        found = asked(playing, {"layer": 2, "unit": 1, "source": source, "lines": {"first": 0, "count": 60}}, sample=5)
        of = NextStep(playing.stage, playing.training).explanation
        own = of.unit(2, 1, 5) if source is None else of.weight(2, 1, source, 5)
        assert lines(found["chain"]) == [mathml.equation(each, 5 if each.kept else None) for each in own.equations]
        if source is not None:
            (line,) = (each for each in lines(found["chain"]) if "followed" in each)
            assert line.count("followed") == 2  # its product in names, and in numbers
            assert "sample 5’s share of" in lines(found["chain"])[lines(found["chain"]).index(line) + 1]
            share = next(each.value for each in own.equations if each.symbol == share_of(own.symbol, 5))
            assert float(found["chain"]["share"]) == share
        shown = found["chain"]["value"], found["chain"]["difference"], found["chain"]["error"]
        assert shown == tuple(map(repr, map(float, (own.value, own.difference, own.error))))
        if source is not None:
            moved = of.weight(2, 1, source, 5).sections[-2].equations[-1]
            assert float(found["chain"]["update"][0]["after"]) == moved.value
            assert len(found["chain"]["update"]) == 1 + len(of.before)


def test_lines_out_of_sight_are_not_written_and_a_part_that_is_not_asked_for_is_not_made():
    playing = Playing()
    found = asked(playing, {"layer": 1, "unit": 1, "source": 1, "lines": {"first": 20, "count": 3}})["chain"]
    assert sorted(int(each) for one in found["sections"] for each in one["lines"]) == [20, 21, 22]
    assert found["sections"][0]["note"] is None
    assert asked(playing, None) == {}


def test_the_sample_and_the_units_stay_while_training_goes_on():
    playing = Playing(WIDE)
    first = asked(playing, {"layer": 1, "unit": 1, "source": 1})["chain"]
    assert sum(map(len, first["way"])) <= 24
    for _ in range(20):
        step(playing)
        now = playing.glass.shown(playing.stage, playing.training)["chain"]
        assert (now["sample"], now["way"]) == (first["sample"], first["way"])
        assert [len(each["lines"]) for each in now["sections"]] == [len(each["lines"]) for each in first["sections"]]


def test_the_way_goes_from_the_weight_to_the_loss_through_units_that_depend_on_it():
    found = asked(Playing(), {"layer": 2, "unit": 3, "source": 1})["chain"]
    assert found["way"] == [[], [2], [0]]


def test_layers_are_those_that_the_page_draws():
    normed = Scene(data=Data(name="moons", n=30), hidden=(Hidden(units=4, batch_norm=True), Hidden(units=3)))
    playing = Playing(normed)
    found = asked(playing, {"layer": 2, "unit": 3, "source": 4})["chain"]
    assert found["title"] == "Layer 3: the weight to unit 3 from unit 4"
    assert found["way"] == [[], [2], [0]]


def test_a_sample_that_is_not_in_the_batch_gives_way_and_what_is_gone_is_said():
    playing = Playing(Scene(data=Data(name="moons", n=40), batch_size=4))
    batch = NextStep(playing.stage, playing.training).samples
    other = next(each for each in range(20) if each not in batch)
    found = asked(playing, {"layer": 1, "unit": 1, "source": 1}, other)["chain"]
    assert found["sample"] in batch
    assert found["sample_asked"] == other
    assert asked(playing, {"layer": 9, "unit": 1, "source": 1})["chain"]["sentence"][:24] == "the network has 3 layers"
    assert "no unit 7" in asked(playing, {"layer": 1, "unit": 7})["chain"]["sentence"]


def test_looking_inside_waits_while_the_run_trains_and_comes_at_once_when_it_stands():
    playing = Playing()
    asked(playing, {"layer": 1, "unit": 1})
    now = playing.glass._due
    assert not playing.glass.is_due(now - 0.01, is_playing=True)
    assert playing.glass.is_due(now - 0.01, is_playing=False)
    assert playing.glass.is_due(now, is_playing=True)


@pytest.mark.parametrize("seconds", [0.0, 0.03, 0.3])
def test_the_run_trains_for_more_than_a_quarter_of_the_time(seconds: float, monkeypatch: pytest.MonkeyPatch):
    """Counted on a clock of its own, that goes on by a millisecond a step, and by so many seconds for a look inside."""
    clock = {"now": 100.0, "trained": 0.0, "looks": 0}
    playing = Playing()
    playing.obey(messages.command('{"kind": "pace"}'))
    playing.obey(messages.command('{"kind": "play"}'))
    monkeypatch.setattr("time.monotonic", lambda: clock["now"])
    advance, shown = playing._advance, playing.glass.shown

    def trains(steps: int) -> None:
        advance(steps)
        clock["now"] += 0.001 * steps
        clock["trained"] += 0.001 * steps

    def looks(*given: Any) -> dict[str, Any]:
        clock["now"] += seconds
        clock["looks"] += 1
        return shown(*given)

    monkeypatch.setattr(playing, "_advance", trains)
    monkeypatch.setattr(playing.glass, "shown", looks)
    for _ in range(60):
        playing.train_a_while()
        assert playing.next_frame() is not None
        playing.obey(messages.command(f'{{"kind": "seen", "frame": {playing._showing._made}}}'))
    assert clock["trained"] > (clock["now"] - 100.0) / 4.0
    assert clock["looks"] > 3


def test_a_unit_whose_sample_nobody_asked_for_follows_the_largest_and_says_so():
    playing = Playing()
    layer = NextStep(playing.stage, playing.training).explanation.layers[1]
    largest = int(abs(layer.delta[:, 2]).argmax())
    found = asked(playing, {"layer": 2, "unit": 3, "source": None})["chain"]
    assert found["sample"] == largest
    assert f"sample {largest} is followed, the one with the largest δ of this unit" in found["lead"]
    step(playing)
    later = playing.glass.shown(playing.stage, playing.training)["chain"]
    assert f"sample {largest} is followed, the one that was followed before" in later["lead"]
    assert "as asked" in asked(playing, {"layer": 2, "unit": 3, "source": None}, sample=1)["chain"]["lead"]
