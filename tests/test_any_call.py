"""Every public function and method, called with anything: it ends in a result or in a public error.

`make soak` draws twenty times as many calls, 30,000 and more. Left out is what layers, losses and optimizers are bound
by: its caller is the plan, which hands it checked arrays.
"""

import inspect
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import any_values as values
import chainrule as cr
from drawn import examples

PROTOCOL = {
    *("bind", "bind_prediction", "bind_slots", "signature", "pieces", "checked", "checks", "settings", "members"),
    *("check_network", "check_targets", "check_values", "rows", "factor", "draw", "scale", "without_randomness"),
    *("pick",),
}
"""What the plan calls; and `pick`, which takes what NumPy's indexing takes."""

OBJECTS: dict[str, Callable[[], Any]] = {
    "network": lambda: values.NETWORK,
    "normed": lambda: values.NORMED,
    "model": values.model,
    "population": lambda: values.model(2),
    "model of columns": values.model_of_columns,
    "run": values.run,
    "history": lambda: cr.train(values.NETWORK, values.X, values.Y, **values.FIT).history,
    "training": values.training,
    "state": lambda: values.training().state,
    "explanation": values.explanation,
    "derivation": lambda: values.explanation().weight(1, 1, 1),
    "experiment": values.experiment,
    "comparison": values.comparison,
    "runs": lambda: values.comparison().runs[0],
    "data set": lambda: cr.DataSet("xor"),
    "standardizer": lambda: cr.Standardizer((0.0, 0.0), (1.0, 1.0)),
    "schedule": lambda: cr.StepDecay(0.1, 10, 0.5),
    "schedules": lambda: cr.WarmUp(cr.Cosine([0.1, 0.2], 5), 3),
    "optimizer": lambda: cr.SGD([0.1, 0.2]),
    "finding": lambda: cr.Finding("plateau", "It stays.", "Wait.", {"loss": 0.25}, changes={"epochs": 20}),
    "shift": cr.Shift,
    "flip": cr.Flip,
    "noise": cr.Noise,
    "doctor": lambda: cr.Doctor(values.X, values.Y),
}


def public() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function, class and method, by name; a method makes its object anew at each call."""
    for name in cr.__all__:
        thing = getattr(cr, name)
        if callable(thing) and not (isinstance(thing, type) and issubclass(thing, Exception)):
            yield name, thing
    for name in cr.datasets.__all__:
        thing = getattr(cr.datasets, name)
        if callable(thing):
            yield f"datasets.{name}", thing
    for name, make in OBJECTS.items():
        kind = type(make())
        for method in dir(kind):
            special = method in ("__call__", "__getitem__", "__contains__", "__eq__", "__str__", "__iter__", "__hash__")
            if method in PROTOCOL or (method.startswith("_") and not special):
                continue
            if callable(getattr(kind, method)):
                yield f"{name}.{method}", _method(make, kind, method)


def _method(make: Callable[[], Any], kind: type, method: str) -> Callable[..., Any]:
    function = inspect.getattr_static(kind, method)
    if isinstance(function, staticmethod | classmethod):
        return getattr(kind, method)

    def call(*given: Any, **named: Any) -> Any:
        return getattr(make(), method)(*given, **named)

    try:
        signature = inspect.signature(getattr(kind, method))
    except ValueError:
        signature = inspect.Signature([inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)])
    call.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])  # type: ignore[attr-defined]
    return call


CALLS = dict(public())
HEAVY = {"compare", "diagnose", "experiment.run", "experiment_for", "datasets.mnist1d", "datasets.digits"}
"""Calls of some tenths of a second: fewer are drawn."""

LIMIT = 10.0
"""The seconds that a call may take."""


def call(name: str, draw: random.Random) -> str | None:
    """Make one drawn call; what is wrong with its end, or None."""
    function = CALLS[name]
    positional, named, words = values.arguments(function, draw)
    start = time.perf_counter()
    try:
        function(*positional, **named)
    except cr.ChainruleError as error:
        sentence = str(error.args[0]) if error.args else ""
        if not sentence or "\n" in sentence or len(sentence) > 1000:
            return f"{name}({words}): not a sentence: {error}"
    except IndexError as error:
        if not name.endswith(("__getitem__", ".member")):
            return f"{name}({words}): {error!r}"
    except Exception as error:
        return f"{name}({words}): {error!r}"
    if time.perf_counter() - start > LIMIT:
        return f"{name}({words}): took {time.perf_counter() - start:.0f} s"
    return None


@pytest.fixture(scope="module", autouse=True)
def _in_a_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before, folder = Path.cwd(), tmp_path_factory.mktemp("calls")
    os.chdir(folder)
    Path("found.csv").write_text("a,b,y\n1,2,no\n2,1,yes\n0,1,no\n1,3,yes\n")
    values.model().save("model.npz")
    yield
    os.chdir(before)


@pytest.mark.parametrize("name", [each for each in CALLS if each not in HEAVY])
@examples(8)
@given(draw=st.randoms(use_true_random=False))
def test_any_call_ends_in_a_result_or_a_public_error(name: str, draw: random.Random) -> None:
    assert call(name, draw) is None


@pytest.mark.parametrize("name", sorted(HEAVY))
@examples(2)
@given(draw=st.randoms(use_true_random=False))
def test_any_heavy_call_ends_in_a_result_or_a_public_error(name: str, draw: random.Random) -> None:
    assert call(name, draw) is None
