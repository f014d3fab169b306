"""Who decides which engine makes a run's calls, and in which order."""

import os
import subprocess
import sys
from threading import Thread

import pytest

import chainrule as cr
from chainrule.core.engine import choice
from chainrule.core.engine.choice import MANY_NUMBERS, MANY_STEPS, Engine, asked
from chainrule.core.engine.extension import _engine

needs_engine = pytest.mark.skipif(_engine is None, reason="Left out: the engine isn't built (make engine)")


def test_an_argument_goes_before_the_context_and_that_before_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CHAINRULE_ENGINE", raising=False)
    assert asked() == "auto"
    monkeypatch.setenv("CHAINRULE_ENGINE", "numpy")
    assert asked() == "numpy"
    with cr.engine("auto"):
        assert asked() == "auto"
        with cr.engine("numpy"):
            assert asked() == "numpy"
            assert asked("auto") == "auto"
        assert asked() == "auto"
    assert asked() == "numpy"


def test_a_context_is_left_behind_by_an_error_and_belongs_to_one_thread(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CHAINRULE_ENGINE", raising=False)
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


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CHAINRULE_ENGINE", "fast")
    with pytest.raises(cr.SettingError, match=r"the environment variable CHAINRULE_ENGINE must be .* got 'fast'"):
        asked()


def test_without_the_extension_numpy_does_the_work(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choice, "_engine", None)
    assert str(Engine.of("auto", 10**6, 10**6)) == "numpy (the engine is not compiled)"
    with pytest.raises(cr.SettingError, match=r'engine is "compiled", but .* install a C compiler .* or choose "auto"'):
        asked("compiled")
    monkeypatch.setenv("CHAINRULE_ENGINE", "compiled")
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
