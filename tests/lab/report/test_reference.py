"""The reference lab's descriptions, its numbers, and what its starts compute."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.core.errors import SettingError
from chainrule.lab.experiments.data import TEST_SEED
from chainrule.lab.report.chapters.chapter import Scale
from chainrule.lab.report.reference import TASKS, Lab, accuracy_line, log_line, prediction_line
from chainrule.lab.report.starts import train_task
from chainrule.lab.report.training import train_all
from processes import children


def test_the_network_is_the_references():
    network = Lab().network
    assert network == cr.mlp(2, 4, 4, 1, activation="sigmoid", initializer=cr.Normal())
    assert [repr(layer) for layer in network.layers] == ["Dense(4)", "Sigmoid()"] * 2 + ["Dense(1)", "Sigmoid()"]
    assert network.n_parameters == 37
    start = network.initialize(0, 2000)
    weights = network.is_weight() == 1
    assert abs(start[:, weights].std() - 1) < 0.01
    assert (start[:, ~weights] == 0).all()


def test_the_references_numbers_are_as_it_printed_them():
    linear, xor = TASKS["linear"].published, TASKS["xor"].published
    assert list(linear.by_epoch()) == list(xor.by_epoch()) == list(range(0, 100_000, 5_000))
    assert (linear.losses[0], linear.losses[10], linear.losses[-1]) == (0.249764, 0.000621, 0.000205)
    assert (xor.losses[0], xor.losses[3], xor.losses[-1]) == (0.310752, 0.057058, 0.000285)
    assert (linear.accuracy, xor.accuracy) == (0.99, 1.0)
    assert all(a > b for each in (linear, xor) for a, b in zip(each.losses, each.losses[1:], strict=False))


@pytest.mark.parametrize("epochs", [1, 19, 20, 25, 400, 1000, 12_345, 20_000, 99_999, 100_000, 200_000])
def test_the_log_has_at_most_20_evenly_spaced_epochs_all_of_them_recorded(epochs):
    lab = Lab(epochs)
    assert 1 <= len(lab.log_epochs) <= 20
    assert lab.log_epochs[0] == 0
    assert lab.log_epochs[-1] < epochs
    assert len(set(np.diff(lab.log_epochs))) <= 1
    assert set(lab.log_epochs) <= set(range(0, epochs, lab.record_every))
    assert len(range(0, epochs, lab.record_every)) <= 200


def test_the_full_lab_logs_the_references_epochs():
    assert Lab().log_epochs == tuple(TASKS["linear"].published.by_epoch())
    assert Lab().record_every == 500


@pytest.mark.parametrize("task", TASKS)
def test_each_start_is_the_single_run_of_its_seed(task):
    lab = Lab(epochs=200, starts=3, seed=5)
    outcome = train_task(lab, task)
    for k in range(3):
        x, y = lab.training(TASKS[task], k).points()
        run = cr.train(
            lab.network,
            x,
            y,
            loss=lab.loss,
            optimizer=lab.optimizer(TASKS[task]),
            epochs=200,
            record_every=1,
            seed=5 + k,
        )
        np.testing.assert_allclose(outcome.losses[:, k], 2 * run.history["loss"], rtol=0, atol=1e-10)
        np.testing.assert_allclose(outcome.theta[k], run.model.theta, rtol=0, atol=1e-9)
        assert outcome.final[k] == pytest.approx(cr.mean_squared_error(y, run.model.predict(x)), abs=1e-12)


def test_linear_is_asked_points_that_no_start_learnt_from():
    lab = Lab(starts=4, seed=3)
    linear = TASKS["linear"]
    draws = [lab.training(linear, k).points()[0] for k in range(4)] + [lab.test(linear).points()[0]]
    assert len({each.tobytes() for each in draws}) == 5
    assert str(lab.test(TASKS["xor"])) == str(lab.training(TASKS["xor"], 2)) == "cr.datasets.xor()"


def test_other_doors_test_on_the_draw_that_the_lab_tests_on():
    assert Lab().test(TASKS["linear"]).settings == (("n", 100), ("seed", TEST_SEED))


def test_the_start_shown_is_the_middle_one():
    outcome = train_task(Lab(epochs=100, starts=6), "xor")
    rank = sorted(outcome.final.tolist()).index(outcome.final[outcome.shown])
    assert rank == 2


def test_both_tasks_side_by_side_are_what_each_is_alone():
    lab, seen = Lab(epochs=60, starts=2), []
    outcomes = train_all(lab, [], Scale(12), lambda *step: seen.append(step)).outcomes
    assert list(outcomes) == ["linear", "xor"]
    for task, outcome in outcomes.items():
        alone = train_task(lab, task)
        np.testing.assert_array_equal(outcome.theta, alone.theta)
        np.testing.assert_array_equal(outcome.losses, alone.losses)
        assert (task, 60, 60) in seen
    assert {task for task, _, _ in seen} == {"linear", "xor"}
    assert all(0 <= done <= total == 60 for _, done, total in seen)


def test_an_interruption_leaves_no_worker_behind():
    def interrupt(task, done, total):
        assert children()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_all(Lab(epochs=1_000_000, starts=2), [], Scale(2), interrupt)
    assert not children()


def test_the_rows_are_the_references():
    assert log_line(95_000, 0.000205) == "Epoch 95000 Loss: 0.000205"
    assert prediction_line(0, 1, 0.960788) == "Iter 0  Ground Truth: 1  Prediction: 0.960788"
    assert accuracy_line(0.99) == "Test Accuracy: 99.00%"


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"starts": 0}, {"seed": -1}, {"epochs": 1.5}])
def test_bad_settings_are_a_sentence(wrong):
    with pytest.raises(SettingError, match=f"Lab's {next(iter(wrong))} must be a whole number of"):
        Lab(**wrong)
    with pytest.raises(SettingError, match=r"unknown task 'xnor', did you mean xor\? Choose from linear, xor"):
        train_task(Lab(epochs=1, starts=1), "xnor")
