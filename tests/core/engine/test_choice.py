"""Who decides which engine makes a run's calls, and in which order."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from threading import Thread

import pytest

import chainrule as cr
from chainrule.core.engine import choice
from chainrule.core.engine.choice import MANY_NUMBERS, MANY_STEPS, Engine, asked
from chainrule.core.engine.extension import _engine

needs_engine = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets CHAINRULE_ENGINE, which is unset at first."""

    def set_to(value: str) -> None:
        monkeypatch.setenv("CHAINRULE_ENGINE", value)
        choice._of_environment.cache_clear()

    set_to("")
    yield set_to
    choice._of_environment.cache_clear()


def test_an_argument_goes_before_the_context_and_that_before_the_environment(environment: Callable[[str], None]):
    assert asked() == "auto"
    environment("numpy")
    assert asked() == "numpy"
    with cr.engine("auto"):
        assert asked() == "auto"
        with cr.engine("numpy"):
            assert asked() == "numpy"
            assert asked("auto") == "auto"
        assert asked() == "auto"
    assert asked() == "numpy"


def test_a_context_is_left_behind_by_an_error_and_belongs_to_one_thread(environment: Callable[[str], None]):
    seen = []

    def fail() -> None:
        thread = Thread(target=lambda: seen.append(asked()))
        thread.start()
        thread.join()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), cr.engine("numpy"):
        fail()
    assert (asked(), seen) == ("auto", ["auto"])


@pytest.mark.parametrize("wrong", ["fast", "NumPy", "", 1, None, ["numpy"]])
def test_another_name_is_an_error(wrong):
    with pytest.raises(cr.SettingError, match='must be "auto", "numpy" or "compiled"; got'), cr.engine(wrong):
        pass
    if wrong is not None:
        with pytest.raises(cr.SettingError, match='engine must be "auto", "numpy" or "compiled"; got'):
            asked(wrong)


def test_a_wrong_variable_is_named(environment: Callable[[str], None]):
    environment("fast")
    with pytest.raises(cr.SettingError, match=r"the environment variable CHAINRULE_ENGINE must be .* got 'fast'"):
        asked()


def test_without_the_extension_numpy_does_the_work(monkeypatch: pytest.MonkeyPatch, environment: Callable[[str], None]):
    monkeypatch.setattr(choice, "_engine", None)
    assert str(Engine.of("auto", 10**6, 10**6)) == "numpy (the engine is not compiled)"
    with pytest.raises(cr.SettingError, match=r'engine is "compiled", but .* install a C compiler .* or choose "auto"'):
        asked("compiled")
    environment("compiled")
    with pytest.raises(cr.SettingError, match="the environment variable CHAINRULE_ENGINE"):
        asked()


@needs_engine
def test_auto_compiles_where_that_pays():
    assert Engine.of("auto", MANY_STEPS, 10).numpy_because is None
    assert Engine.of("auto", 10, MANY_NUMBERS // 10).numpy_because is None
    assert Engine.of("auto", MANY_STEPS - 1, 10).numpy_because == "a short run"
    assert Engine.of("compiled", 1, 1).numpy_because is None


def test_a_process_takes_the_engine_of_its_environment():
    """The variable is read where it is needed, not only by tests that set it themselves."""
    program = "import chainrule as cr; from chainrule.core.engine.choice import asked; print(asked())"
    environment = os.environ | {"CHAINRULE_ENGINE": "numpy"}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout == "numpy\n"
