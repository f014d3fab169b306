"""The phases of a step: for every layer, loss and optimizer, what each writes, its equations and its source."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from cases import CASES, LAYERS, OPTIMIZERS, Case
from chainrule.core.layers.base import Buffers, Layer
from chainrule.core.optimizers import Optimizer
from chainrule.lab.explain.explanation import Explanation
from chainrule.lab.explain.phases.equations import Chosen, PhaseEquations
from chainrule.lab.explain.phases.phases import Phase, Written, phases_of
from chainrule.lab.explain.phases.source import FORWARD, ROOT, Source, source_of


def explained(case: Case, optimizer: cr.Optimizer | None = None, **settings: object) -> Explanation:
    x, y = case.data()
    theta = case.network.initialize(seed=0)
    return cr.explain(case.network, theta, x, y, case.loss, optimizer or cr.SGD(0.1), seed=0, **settings)


def verbatim(source: Source, folder: Path = ROOT) -> bool:
    lines = (folder / source.file).read_text(encoding="utf-8").splitlines()
    return all(lines[each.number - 1] == each.text for each in source.lines)


def written(phases: tuple[Phase, ...]) -> set[Written]:
    return {each for phase in phases for each in phase.writes}


@pytest.mark.parametrize("name", CASES)
def test_each_phase_has_equations_and_lines_as_they_stand_in_the_file(name: str):
    step = explained(CASES[name])
    equations = PhaseEquations(step, sample=2)
    for phase in phases_of(step):
        section = equations.section(phase)
        assert section.equations, phase.kind
        for each in section.equations:
            assert each.error <= 1e-9 * max(1.0, abs(each.value)), each
        for source in phase.sources:
            assert source.sentence == ""
            assert any(line.runs for line in source.lines), source.title
            assert verbatim(source), source.title
        assert phase.sources


@pytest.mark.parametrize("name", CASES)
def test_the_phases_write_all_arrays_of_the_step(name: str):
    step = explained(CASES[name], cr.Adam(0.01), penalty=cr.L2(0.1), clip=0.5)
    all_of_them = written(phases_of(step))
    learning = min(each.number for each in step.layers if each.gradients)
    wanted = {Written("loss"), Written("theta"), Written("slot", of="m"), Written("slot", of="v")}
    for each in step.layers:
        wanted |= {Written("z", each.number), Written("a", each.number)}
        wanted |= {Written("gradient", each.number, of) for of in each.gradients}
        if each.number >= learning:  # training doesn't go back further
            wanted |= {Written("delta", each.number)}
            wanted |= {Written("slope", each.number)} if each.slope is not None else set()
    assert wanted <= all_of_them
    assert {each for each in all_of_them - wanted if each.what not in ("d_a", "statistics")} == set()
    assert written(phases_of(step, by="pass")) == all_of_them


@pytest.mark.parametrize("name", LAYERS)
def test_nothing_is_used_before_it_is_written(name: str):
    done: set[Written] = set()
    for phase in phases_of(explained(LAYERS[name])):
        if phase.kind == "backward":
            (layer,) = phase.layers
            arrived = {Written("d_a", layer), Written("delta", layer)} & done
            assert arrived, f"nothing has arrived at layer {layer}"
        done |= set(phase.writes)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_update_is_the_optimizers(name: str):
    step = explained(CASES["SquaredError"], OPTIMIZERS[name], clip=1e-3, penalty=cr.L2(0.01))
    *_, penalty, clip, update = phases_of(step)
    assert (penalty.kind, clip.kind, update.kind) == ("penalty", "clip", "update")
    equations = PhaseEquations(step, sample=0)
    for phase in (penalty, clip, update):
        for each in equations.section(phase).equations:
            assert each.error <= 1e-9
        assert all(verbatim(source) and source.lines for source in phase.sources)
    new = equations.section(update).equations[-1]
    assert new.symbol.prefix == "new"
    assert new.value in step.new_theta
    assert any("bind" in each.title for each in update.sources)


def test_all_of_a_pass_at_once():
    step = explained(CASES["the reference network"])
    assert [(each.kind, each.layers) for each in phases_of(step, by="pass")] == [
        ("forward", (1, 2, 3)),
        ("loss", ()),
        ("backward", (3, 2, 1)),
        ("update", ()),
    ]
    forward = phases_of(step, by="pass")[0]
    assert [each.title for each in forward.sources] == ["Dense.bind", "Sigmoid.bind"]


def test_the_chosen_parameter_is_followed():
    step = explained(CASES["the reference network"])
    chosen = PhaseEquations(step, 0, Chosen(layer=2, unit=3, name="weights", index=(3, 1)))
    backward = next(each for each in phases_of(step) if each.kind == "backward" and each.layers == (2,))
    (gradient,) = (each for each in chosen.section(backward).equations if each.symbol.letter == "w")
    assert gradient.symbol.index == (4, 2)
    assert gradient.value == step.layers[1].gradients["weights"][3, 1]
    update = chosen.section(phases_of(step)[-1]).equations[-1]
    assert update.symbol.index == (4, 2)


@dataclass(frozen=True, repr=False)
class Doubled(Layer):
    """y = 2 x, in a way of its own: plain functions."""

    def signature(self, input_shape):
        return cr.Tanh().signature(input_shape)

    def bind(self, at: Buffers):
        x, y, dx, dy = at.input, at.output, at.d_input, at.d_output

        def ahead():
            np.multiply(x, 2.0, out=y)

        def back():
            np.multiply(dy, 2.0, out=dx)

        return ahead, back


@dataclass(frozen=True, repr=False)
class Still(Optimizer):
    """W stays, but for a millionth."""

    def bind(self, at):
        W, g = at.W, at.g

        def move(step: int) -> None:
            W[...] -= 1e-6 * g

        return move


def test_parts_of_ones_own_have_their_lines_too():
    network = cr.Network((3,), [cr.Dense(2), Doubled(), cr.Dense(1)])
    step = explained(Case(network, cr.SquaredError()), Still())
    phases = phases_of(step)
    sources = [source for phase in phases for source in phase.sources]
    assert all(verbatim(each, Path(__file__).parent) for each in sources if each.file == "test_phases.py")
    (own,) = (each for each in phases[1].sources)
    assert [line.text.strip() for line in own.lines if line.runs] == ["def ahead():", "np.multiply(x, 2.0, out=y)"]
    assert "W[...] -= 1e-6 * g" in [line.text.strip() for line in phases[-1].sources[0].lines]
    for phase in phases:
        PhaseEquations(step, 0).section(phase)


def test_what_has_no_file_is_a_sentence():
    names: dict[str, object] = {}
    exec("def bind(self, at):\n    return at.forward, at.backward\n", names)
    (source,) = source_of(names["bind"])
    assert source.sentence == "The source of bind can't be read; keep it in a file to see it here."
    (builtin,) = source_of(np.exp, FORWARD)
    assert builtin.sentence == "exp isn't written in Python; its lines can't be shown."


def test_a_file_that_has_changed_is_a_sentence(tmp_path: Path):
    file = tmp_path / "changing.py"
    text = "def bind(self, at):\n    return at.forward, at.backward\n"
    file.write_text("# now\n# other lines\n" + text)
    names: dict[str, object] = {}
    exec(compile(text, str(file), "exec"), names)
    (source,) = source_of(names["bind"])
    assert "can't be read" in source.sentence


def test_what_the_first_layer_does_not_pass_back():
    step = explained(CASES["the reference network"])
    *_, first, _ = phases_of(step)
    assert not any("to_input" in line.text for source in first.sources for line in source.lines)
    second = phases_of(step)[-3]
    assert any("to_input" in line.text for source in second.sources for line in source.lines)
