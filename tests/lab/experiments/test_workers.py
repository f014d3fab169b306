"""Jobs in processes of their own: their answers, their errors, and what becomes of them when somebody dies."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.core.engine.choice import asked
from chainrule.core.errors import MissingExtraError, SettingError
from chainrule.core.extras import advice
from chainrule.lab.experiments.workers import WorkerError, run_side_by_side
from processes import children, ends_within
from pseudo_terminal import posix

pytestmark = posix


def echo(value, report):
    report(1, 2)
    print("a line that belongs to no answer")
    report(2, 2)
    return value


def engine_of(report):
    return asked()


def fail(report):
    raise SettingError("a sentence from far away.")


def err(report):
    raise ZeroDivisionError("a bug")


def die(report):
    os._exit(3)


def die_once(path, report):
    if not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done again"


def linger(report):
    time.sleep(1)
    return "awake"


def wait_for_ever(report):
    while True:
        time.sleep(1)


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    """Workers find this module by its name, as they find any module on the path."""
    pytest.importorskip("cloudpickle")
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    for function in (echo, engine_of, fail, err, die, die_once, linger, wait_for_ever):
        monkeypatch.setattr(function, "__module__", "test_workers")
    monkeypatch.setitem(sys.modules, "test_workers", sys.modules[__name__])


def test_answers_counts_and_what_is_kept():
    seen, kept = [], []
    jobs = {name: (echo, (name.upper(),)) for name in "abcde"}
    answers = run_side_by_side(jobs, lambda *step: seen.append(step), 2, lambda *each: kept.append(each))
    assert list(answers.items()) == [(name, name.upper()) for name in "abcde"]
    assert sorted(kept) == list(answers.items())
    assert {(name, 2, 2) for name in "abcde"} <= set(seen)
    assert not children()


def test_workers_take_the_callers_engine():
    with cr.engine("numpy"):
        assert run_side_by_side({"a": (engine_of, ()), "b": (engine_of, ())}) == {"a": "numpy", "b": "numpy"}
    assert run_side_by_side({"a": (engine_of, ())}) == {"a": asked()}


def test_an_error_of_a_job_is_the_callers():
    with pytest.raises(SettingError, match="a sentence from far away") as caught:
        run_side_by_side({"a": (fail, ()), "b": (wait_for_ever, ())}, at_once=2)
    assert not hasattr(caught.value, "__notes__")
    with pytest.raises(ZeroDivisionError, match="a bug") as caught:
        run_side_by_side({"a": (err, ())})
    assert "test_workers.py" in caught.value.__notes__[0]
    assert not children()


def test_a_job_that_kills_its_workers_ends_in_a_sentence():
    sentence = r"3 workers ended without an answer, .* with exit code 3; if memory ran out, try fewer starts, or .*\."
    with pytest.raises(WorkerError, match=sentence):
        run_side_by_side({"a": (die, ()), "b": (wait_for_ever, ())}, at_once=2)
    assert not children()


def test_the_job_of_a_worker_that_was_killed_is_done_again(tmp_path):
    jobs = {"a": (die_once, (str(tmp_path / "tried"),)), "b": (echo, (2,))}
    assert run_side_by_side(jobs, at_once=2) == {"a": "done again", "b": 2}


def test_a_worker_that_was_asleep_is_waited_for():
    seen = []

    def put_to_sleep(name, done, total):
        seen.append(children())
        if len(seen) in (1, 6):
            os.kill(seen[0][0], signal.SIGSTOP if len(seen) == 1 else signal.SIGCONT)

    assert run_side_by_side({"a": (linger, ())}, put_to_sleep) == {"a": "awake"}
    assert len(seen) > 6


def test_what_progress_raises_ends_all_workers():
    def interrupt(name, done, total):
        assert len(children()) == 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_side_by_side({"a": (wait_for_ever, ()), "b": (wait_for_ever, ())}, interrupt, at_once=2)
    assert not children()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_workers_end_with_their_caller_however_it_ends(how, tmp_path):
    program = (
        "from test_workers import wait_for_ever\n"
        "from chainrule.lab.experiments.workers import run_side_by_side\n"
        "run_side_by_side({'a': (wait_for_ever, ()), 'b': (wait_for_ever, ())}, at_once=2)"
    )
    path = os.pathsep.join((str(Path(cr.__file__).parents[1]), str(Path(__file__).parent), *sys.path))
    environment = os.environ | {"PYTHONPATH": path, "TMPDIR": str(tmp_path)}
    caller = subprocess.Popen([sys.executable, "-c", program], env=environment)
    workers = []
    while len(workers) < 2:
        workers = children(caller.pid)
        time.sleep(0.05)
    caller.send_signal(how)
    caller.wait(60)
    assert all(ends_within(5.0, worker) for worker in workers)
    assert not list(tmp_path.iterdir())


def test_without_cloudpickle_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    with pytest.raises(MissingExtraError, match=re.escape(f"need cloudpickle: {advice('report')}")):
        run_side_by_side({"a": (echo, (1,))})


def test_a_process_that_cant_be_started_ends_in_a_sentence(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/python")
    with pytest.raises(WorkerError, match=r"can't start a process: .*; try processes=1\."):
        run_side_by_side({"a": (echo, (1,))})
