"""Growth: what is said of its lines, and a small run."""

from dataclasses import replace

import pytest
from benchmarks.growth import SWEEPS, crossings, sentence
from benchmarks.results import Results
from benchmarks.tasks import Scale

from benchmarked import NOISY, STEADY, measured
from benchmarks import __main__ as command
from benchmarks import growth, table, targets


def test_where_lines_cross_is_said():
    assert crossings([1, 10, 100], [0.5, 0.5, 2.0]) == [pytest.approx(10**1.5)]
    assert crossings([1, 10], [0.5, 0.9]) == []
    points = [
        measured(point=x, chainrule=[ratio] * 7, JAX=[1.0] * 7) for x, ratio in ((10, 0.25), (100, 0.5), (1000, 2.0))
    ]
    said = "chainrule is faster at 10 to 100 (0.25 to 0.50 of its time), slower at 1,000 (2.00 of its time)."
    assert sentence("width", points, "JAX") == f"Width, beside JAX: {said} The medians cross at about 320."
    undecided = [measured(point=10, chainrule=NOISY, JAX=[2.0] * 7)]
    assert "level at 10" in sentence("width", undecided, "JAX")


def test_runs_of_growth_are_bounded():
    for sweep in SWEEPS.values():
        assert all(work.epochs >= 5 for work in sweep.works.values())
        quick = [task for group in sweep.groups(Scale(quick=True)) for task in group.tasks]
        assert 2 <= len([task for task in quick if task.what != growth.ALONE]) <= len(sweep.works)


def test_growth_is_judged_at_its_worst_point():
    """At 10 steady, at 100 noisy or slower."""
    ten, noisy = measured(point=10, **STEADY), measured(point=100, chainrule=NOISY, JAX=[2.0] * 7)
    slow = measured(point=100, chainrule=[3.0] * 7, JAX=[2.0] * 7)
    for points, verdict in (([ten], "met"), ([ten, noisy], "too noisy"), ([ten, slow], "missed")):
        (found,) = [each for each in targets.of_growth("width", points) if each.against == "JAX"]
        assert found.verdict == verdict
    assert found.measured == "1.50 (1.50 to 1.50) at 100"


def test_a_real_run_of_growth_has_the_products_alone_beside_large_points(tmp_path, monkeypatch, capfd):
    small = replace(growth.training((2, 3, 1), n=20), epochs=40)
    monkeypatch.setattr(command, "SWEEPS", {"width": growth.Sweep("width", {3: small})})
    monkeypatch.setattr(growth, "LARGE", 0)
    monkeypatch.setattr(table, "MUCH", 0.0)
    assert command.main(["--only", "growth", "--contenders", "JAX", "--quick", "--out", str(tmp_path)]) == 0
    points, products = growth.split(Results.read(tmp_path / "results.json").growth["width"])
    assert [each.point for each in points] == list(products) == [3]
    assert not points[0].left_out | products[3].left_out
    assert "growth, width, beside JAX:" in capfd.readouterr().out
    page = (tmp_path / "table.md").read_text()
    assert (
        "| width | chainrule, NumPy | JAX | NumPy's products, of chainrule's time | ratio of the products alone |"
        in page
    )
    assert "% | JAX " in page
