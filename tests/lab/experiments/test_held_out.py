"""Parts of samples: at random, of each class alike; the last rows, in their order; and what is said of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.errors import DataError, SettingError
from chainrule.lab.experiments.experiment import Experiment
from chainrule.lab.experiments.held_out import hold_out, share_of, unlike
from chainrule.lab.experiments.samples import Samples
from drawn import examples

PARTS = st.sampled_from([None, 0.2, 0.3, "last:0.2", "last:0.3"])


def rows(n, n_classes=0):
    """Samples whose only feature is the row's number."""
    y = np.arange(n) % n_classes if n_classes else np.arange(n, dtype=float)
    return Samples("rows", np.arange(n, dtype=float)[:, np.newaxis], y, ("x1",), n_classes=n_classes)


@examples(40)
@given(n=st.integers(12, 60), test=PARTS, validation=PARTS, seed=st.integers(0, 99), n_classes=st.sampled_from([0, 3]))
def test_each_row_is_in_one_part_and_the_last_are_the_last(n, test, validation, seed, n_classes):
    samples = rows(n, n_classes)
    learnt, validated, tested, _ = hold_out(samples, test, validation, seed)
    parts = [learnt.x[:, 0]] + [each.x[:, 0] for each in (validated, tested) if each is not None and each is not learnt]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(n))
    for each in (learnt, validated, tested):
        if each is not None and not n_classes:
            np.testing.assert_array_equal(each.x[:, 0], each.y)
    if test is not None:
        assert len(tested) == round(share_of(test) * n)
    if isinstance(test, str):
        np.testing.assert_array_equal(tested.x[:, 0], np.arange(n - len(tested), n))
    if isinstance(validation, str):
        before = np.sort(np.concatenate([learnt.x[:, 0], validated.x[:, 0]]))
        np.testing.assert_array_equal(validated.x[:, 0], before[-len(validated) :])
        np.testing.assert_array_equal(learnt.x[:, 0], before[: -len(validated)])


def test_a_rare_class_is_kept_to_learn_and_said():
    x, y = np.zeros((20, 1)), np.repeat([0, 1, 2], [12, 7, 1])
    samples = Samples("trees", x, y, ("x1",), n_classes=3, classes=("elm", "ash", "yew"))
    for seed in range(30):
        learnt, _, test, _ = hold_out(samples, 0.25, None, seed)
        assert 2 in learnt.class_numbers
        assert unlike(learnt, test) == ["No sample of class yew is in the test; all of them are learnt."]
    learnt, _, test, _ = hold_out(samples, "last:0.25", None, 0)
    assert unlike(learnt, test)[1].startswith("No sample of class yew is learnt, but the test has some")
    learnt, _, test, _ = hold_out(samples, None, None, 0)
    assert (unlike(learnt, test), learnt is test) == ([], True)
    assert unlike(*(rows(9),) * 2) == []


def test_parts_that_are_none():
    for part in ("last", "last:", "last:0", "last:1", "last:x", "first:0.2", 0.0, 1.0, 2, True, ["last:0.2"]):
        with pytest.raises(SettingError, match=r'test must be .*or "last:0\.25" for the last rows; got'):
            Experiment("xor", test=part)
        with pytest.raises(SettingError, match=r"validation must be a fraction .* for the last rows; got"):
            Experiment("xor", validation=part)
    with pytest.raises(SettingError, match=r"test last:0\.5 and validation 0\.5 leave nothing to learn"):
        Experiment("xor", test="last:0.5", validation=0.5)
    with pytest.raises(DataError, match=r"^last:0\.01 of 21 samples would be 0 to hold out and 21 to learn; give more"):
        hold_out(rows(21), "last:0.01", None, 0)


def test_a_part_in_order_is_written_and_read():
    experiment = Experiment("moons", test="last:0.2", validation="last:0.1")
    assert Experiment.from_toml(experiment.to_toml()) == experiment
