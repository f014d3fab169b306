"""Augmentation: its effect on a batch; a run trains on changed batches and is evaluated on the data as they are."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.streams import stream
from drawn import examples

DRAW = np.random.default_rng(0)
X = DRAW.standard_normal((20, 1, 4, 5))
Y = np.arange(20) % 2
NETWORK = cr.Network((1, 4, 5), [cr.Flatten(), cr.Dense(3), cr.Tanh(), cr.Dense(2)])
ALL = [cr.Shift(1), cr.Flip(), cr.Noise(0.3)]


def train(x: Any = X, network: cr.Network = NETWORK, **settings: Any) -> cr.Run:
    fixed = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.SGD(0.1), "epochs": 5, "batch_size": 8}
    return cr.train(network, x, Y, **fixed | settings)


def moved(sample: np.ndarray, by: tuple[int, ...]) -> np.ndarray:
    """A naive shift: out[c, i] = sample[c, i - by] where that is inside, else 0."""
    out = np.zeros_like(sample)
    for place in np.ndindex(sample.shape):
        source = (place[0], *(i - d for i, d in zip(place[1:], by, strict=True)))
        if all(0 <= i < size for i, size in zip(source, sample.shape, strict=True)):
            out[place] = sample[source]
    return out


# Each alone ----------------------------------------------------------------------------------------------------------


@examples(40)
@given(pixels=st.integers(1, 6), channels=st.integers(1, 3), sizes=st.lists(st.integers(1, 5), min_size=1, max_size=2))
def test_a_shift_moves_each_sample_as_a_whole_and_fills_with_zeros(pixels: int, channels: int, sizes: list[int]):
    x = DRAW.uniform(1, 2, (7, channels, *sizes))
    shifted = x.copy()
    assert cr.Shift(pixels)(shifted, np.random.default_rng(pixels)) is None
    ways = list(np.ndindex(*(2 * pixels + 1 for _ in sizes)))
    for before, after in zip(x, shifted, strict=True):
        assert any((after == moved(before, tuple(d - pixels for d in way))).all() for way in ways)


def test_all_shifts_are_as_likely_and_samples_and_axes_move_by_themselves():
    x = np.zeros((9000, 1, 7, 7))
    x[:, :, 3, 3] = 1.0
    cr.Shift(1)(x, np.random.default_rng(3))
    counts = x.sum(axis=(0, 1))
    assert counts[2:5, 2:5].sum() == 9000
    assert abs(counts[2:5, 2:5] - 1000).max() < 150  # five deviations


def test_a_flip_mirrors_the_last_axis_of_some_samples():
    x = X.copy()
    cr.Flip()(x, np.random.default_rng(1))
    mirrored = (x == X[..., ::-1]).all(axis=(1, 2, 3))
    kept = (x == X).all(axis=(1, 2, 3))
    assert (mirrored ^ kept).all()
    assert mirrored.any()
    assert kept.any()


@pytest.mark.parametrize("probability", [0.0, 0.25, 1.0])
def test_a_flip_has_its_probability(probability: float):
    x = np.tile([0.0, 1.0], (4000, 1, 1))
    cr.Flip(probability)(x, np.random.default_rng(0))
    assert x[:, 0, 0].mean() == pytest.approx(probability, abs=0.03)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_noise_is_normal_around_the_sample(dtype: str):
    x = np.full((5000, 3), 2.0, dtype)
    cr.Noise(0.5)(x, np.random.default_rng(0))
    assert x.dtype == dtype
    assert x.mean() == pytest.approx(2.0, abs=0.02)
    assert x.std() == pytest.approx(0.5, abs=0.02)
    assert (abs(x - 2.0) < 0.5).mean() == pytest.approx(0.683, abs=0.02)


# In a run ------------------------------------------------------------------------------------------------------------


class Seen:
    """An augmentation that changes nothing and keeps a copy of every batch; the first is the trial before the run."""

    def __init__(self):
        self.batches: list[np.ndarray] = []

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> None:
        self.batches.append(x.copy())


def test_a_function_of_ones_own_sees_every_batch_in_the_runs_dtype():
    seen = Seen()
    run = train((10 * X).astype(np.int16), augment=seen, epochs=2, dtype="float32")
    batches = seen.batches[1:]
    assert [len(batch) for batch in batches] == [8, 8, 4] * 2
    assert {batch.dtype for batch in batches} == {np.dtype(np.float32)}
    first = np.concatenate(batches[:3])
    assert sorted(first[:, 0, 0, 0]) == sorted((10 * X).astype(np.int16)[:, 0, 0, 0])
    plain = train((10 * X).astype(np.int16), epochs=2, dtype="float32")
    assert (run.model.theta == plain.model.theta).all()


def test_in_place_and_by_return_are_the_same():
    def doubled(x, rng):
        return 2 * x

    def double(x, rng):
        x *= 2

    runs = [train(augment=each) for each in (doubled, double)]
    assert (runs[0].model.theta == runs[1].model.theta).all()
    np.testing.assert_allclose(runs[0].model.theta, train(2 * X).model.theta, rtol=0, atol=1e-12)


def test_several_are_applied_in_their_order():
    def add(x, rng):
        return x + 1

    def double(x, rng):
        return 2 * x

    run = train(augment=[add, double])
    np.testing.assert_allclose(run.model.theta, train(2 * (X + 1)).model.theta, rtol=0, atol=1e-12)


def test_the_seed_decides():
    runs = [train(augment=ALL, seed=seed) for seed in (3, 3, 4)]
    assert (runs[0].model.theta == runs[1].model.theta).all()
    assert (runs[0].model.theta != runs[2].model.theta).any()
    assert (runs[0].model.theta != train(seed=3).model.theta).any()


def test_the_draws_are_the_stream_of_their_own():
    """Augmentation draws from `stream(seed, "augment")` and changes no other random stream."""
    seen, drawn = Seen(), []
    train(augment=[seen, lambda x, rng: drawn.append(rng.random())], seed=7, epochs=1)
    source = stream(7, "augment")
    assert drawn[1:] == [source.random() for _ in range(3)]
    plain = Seen()
    train(augment=plain, seed=7, epochs=1)
    assert all((a == b).all() for a, b in zip(seen.batches, plain.batches, strict=True))


def test_the_data_the_validation_and_the_final_loss_stay_as_they_are():
    x = X.copy()
    x.setflags(write=False)
    run = train(x, augment=ALL, validation=(x, Y))
    loss = NETWORK.loss_and_gradient(run.model.theta, X, Y, cr.SoftmaxCrossEntropy())[0]
    assert run.final_loss == pytest.approx(loss, abs=1e-12)
    assert run.final_validation_loss == pytest.approx(loss, abs=1e-12)
    assert run.history["validation_loss"][0] == pytest.approx(
        NETWORK.loss_and_gradient(NETWORK.initialize(0), X, Y, cr.SoftmaxCrossEntropy())[0], abs=1e-12
    )
    assert abs(run.history["loss"][0] - train(x).history["loss"][0]) > 1e-3


@pytest.mark.parametrize("seeds", [(2, 3, 4), (5, 5, 5), (6, 0, 6)])
def test_a_member_equals_its_single_run(seeds: tuple[int, ...]):
    run = train(augment=ALL, seed=seeds, epochs=40)
    for k, seed in enumerate(seeds):
        single = train(augment=ALL, seed=seed, epochs=40)
        np.testing.assert_allclose(run.model.theta[k], single.model.theta, rtol=0, atol=1e-10)
        np.testing.assert_allclose(run.history["loss"][:, k], single.history["loss"], rtol=0, atol=1e-10)


def test_series_are_augmented_too():
    network = cr.Network((1, 20), [cr.Flatten(), cr.Dense(2)])
    series = X.reshape(20, 1, 20)
    run = train(series, network, augment=ALL)
    assert (run.model.theta != train(series, network).model.theta).any()


def test_moved_images_are_learnt_from_few():
    """Two shapes at many places: with augmentation a network recognises them at places that it never saw."""
    shapes = np.zeros((2, 1, 7, 7))
    shapes[0, 0, 3, 2:5] = shapes[1, 0, 2:5, 3] = 1.0  # a line across, a line down
    everywhere = np.repeat(shapes, 200, axis=0)
    cr.Shift(2)(everywhere, np.random.default_rng(5))
    network = cr.Network((1, 7, 7), [cr.Flatten(), cr.Dense(16), cr.Tanh(), cr.Dense(2)])
    settings = {"loss": cr.SoftmaxCrossEntropy(), "optimizer": cr.Adam(0.02), "epochs": 300, "batch_size": 20}
    data = np.repeat(shapes, 10, axis=0), np.repeat([0, 1], 10)
    scores = [
        cr.train(network, *data, **settings, augment=each).model.score(everywhere, np.repeat([0, 1], 200))
        for each in (None, cr.Shift(2))
    ]
    assert scores[0] < 0.9
    assert scores[1] > 0.97


def test_a_run_without_pays_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chainrule.training.batches.Augmenter", lambda *_: pytest.fail("augmented"))
    train()
    train(augment=[])


# What doesn't fit ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"augment": cr.Shift(1), "batch_size": None}, cr.SettingError, "batch_size=None .* 20 makes one batch"),
        ({"augment": "flip"}, cr.SettingError, r"a function of a batch such as Shift\(1\), .*; got 'flip'"),
        ({"augment": [cr.Flip(), 3]}, cr.SettingError, r"or a list of them; got \[Flip\(\), 3\]"),
        ({"augment": lambda x, rng: x[:1]}, cr.ShapeError, r"\(8, 1, 4, 5\), or None .*; got \(1, 1, 4, 5\)"),
        ({"augment": lambda x, rng: 0.0}, cr.ShapeError, r"got \(\) from"),
    ],
)
def test_what_does_not_fit_gets_one_sentence_before_any_work(
    settings: dict[str, Any], error: type[Exception], match: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chainrule.training.training.Training.__init__", lambda *_: pytest.fail("a run was bound"))
    with pytest.raises(error, match=match):
        train(**settings)


@pytest.mark.parametrize("augmentation", [cr.Shift(1), cr.Flip()])
def test_vectors_have_no_places_to_move_to(augmentation: Any):
    with pytest.raises(cr.ShapeError, match=r"expects images \(n, C, H, W\) or series \(n, C, L\), got \(8, 20\)"):
        train(X.reshape(20, 20), cr.mlp(20, 2, output="identity"), augment=augmentation)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: cr.Shift(0), "Shift's pixels must be a whole number of 1 or more; got 0"),
        (lambda: cr.Flip(1.5), "Flip's probability must be a number from 0 to 1; got 1.5"),
        (lambda: cr.Noise(-1), "Noise's deviation must be a number above 0; got -1"),
        (lambda: cr.Noise([0.1, 0.2]), r"Noise's deviation must be a number above 0; got \[0.1, 0.2\]"),
    ],
)
def test_settings_out_of_range(make: Any, match: str):
    with pytest.raises(cr.SettingError, match=match):
        make()
