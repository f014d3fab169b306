"""How many cores and threads there are."""

import os

import pytest

from chainrule.core.cores import OF_THREADS, cores, threads


def test_there_is_a_core():
    assert 1 <= cores() <= (os.cpu_count() or 1)


@pytest.mark.parametrize("said", ["", "0", "many", "1000"])
def test_threads_are_as_many_as_cores(said: str, monkeypatch: pytest.MonkeyPatch):
    for name in OF_THREADS:
        monkeypatch.setenv(name, said)
    assert threads() == cores()


@pytest.mark.parametrize("name", OF_THREADS)
def test_who_limits_a_blas_limits_the_engine(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(name, "1")
    assert threads() == 1
