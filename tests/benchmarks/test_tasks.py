"""Tasks and contenders: each has what it needs, and a time is brought to the whole."""

from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.contenders import CONTENDERS
from benchmarks.groups import GROUPS
from benchmarks.plots import LOOKS
from benchmarks.tasks import Scale

from benchmarked import STEADY, all_tasks, measured
from benchmarks import contenders, profile, table


def test_every_contender_has_a_module_and_a_look():
    named = {name for task in all_tasks() for name in task.entries}
    assert named == set(CONTENDERS) == set(LOOKS)
    folder = Path(contenders.__file__).parent
    assert {each.module for each in CONTENDERS.values()} == {each.stem for each in folder.glob("*.py")} - {"__init__"}


def test_times_are_brought_to_a_whole():
    """Two of 128 runs for a twentieth of the epochs, at once on two cores: 64 times twenty times as long."""
    (task,) = GROUPS["T5"][0](Scale()).tasks
    entry = task.entries["PyTorch eager"]
    assert [work.population for work in entry.works] == [None, None]
    assert entry.per == pytest.approx(64 * 20)
    members = [work.population for work in task.entries["JAX"].works]
    assert members == [64, 64]
    assert task.entries["JAX"].per == 20
    whole = task.entries["chainrule"].works[0].training
    rates = [rate for work in task.entries["JAX"].works for rate in work.rates]
    assert sorted(rates) == sorted(whole.rates)


@pytest.mark.parametrize("name", ["T1", "T3", "T7"])
def test_a_profile_has_every_call_of_a_step_in_its_place(name: str):
    """The profile has as many calls as a plan's passes and the optimizer's update, and takes about as long."""
    (entry,) = (task.entries["chainrule"] for task in GROUPS[name][0](Scale()).tasks[:1])
    (work,) = entry.works
    lines = profile.profile(work)
    assert sum(count for _, count, _ in lines) == len(profile.bound(work))
    assert all(microseconds >= 0.0 for *_, microseconds in lines)
    assert "dot" in [name for name, *_ in lines]
    times = STEADY | {"chainrule,_NumPy": [2.0] * 7}
    page = table.of_task(replace(measured(**times), profile=lines))[-2:]
    assert page[0].startswith(f"With NumPy, these {len(profile.bound(work))} calls take")
    assert "| `dot` |" in page[1]
