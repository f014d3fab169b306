"""Random streams of many seeds at once are those of each seed by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.core.seed_words import seed_words
from chainrule.core.streams import MANY, stream, streams
from drawn import examples


@pytest.mark.hypothesis
@examples(100)
@given(
    seeds=st.lists(st.integers(0, 2**128 - 1) | st.integers(0, 9), min_size=1, max_size=30),
    key=st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 9), max_size=3),
)
def test_seeds_are_hashed_as_numpy_does(seeds: list[int], key: list[int]):
    exact = [np.random.SeedSequence(each, spawn_key=key).generate_state(4, np.uint64) for each in seeds]
    np.testing.assert_array_equal(seed_words(seeds, key), exact)


@pytest.mark.parametrize("n", [1, MANY - 1, MANY, 3 * MANY])
@pytest.mark.parametrize("largest", [0, 7, 2**128 - 1, 2**128])
def test_streams_of_many_seeds_are_those_of_each(n: int, largest: int):
    seeds = [*range(n - 1), largest]
    for seed, ours in zip(seeds, streams(seeds, "start", 2), strict=True):
        exact = stream(seed, "start", 2)
        assert ours.bit_generator.state == exact.bit_generator.state
        np.testing.assert_array_equal(ours.standard_normal(5), exact.standard_normal(5))


def test_streams_of_many_seeds_have_further_ones():
    ours, exact = streams(range(MANY), "start")[5], stream(5, "start")
    assert [each.random() for each in ours.spawn(2)] == [each.random() for each in exact.spawn(2)]
    assert (
        ours.bit_generator.seed_seq.generate_state(3).tolist()
        == exact.bit_generator.seed_seq.generate_state(3).tolist()
    )
