"""Everything public pickles, copies and deep-copies, or says why not."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import any_values as values
import chainrule as cr

SETTINGS: dict[str, tuple[Any, ...]] = {
    "Dense": (2,),
    "Conv1D": (2, 3),
    "Conv2D": (2, 3),
    "MaxPool": (2,),
    "AveragePool": (2,),
    "Dropout": (0.5,),
    "ChannelDropout": (0.5,),
    "Residual": ([cr.Dense(2), cr.Tanh()],),
    "Uniform": (0.1,),
    "SGD": (0.1,),
    "Momentum": (0.1,),
    "Nesterov": (0.1,),
    "RMSprop": (0.1,),
    "L2": (0.1,),
    "Constant": (0.1,),
    "Cosine": (0.1, 10),
    "Exponential": (0.1, 10),
    "StepDecay": (0.1, 10),
    "WarmUp": (0.1, 10),
    "DataSet": ("xor",),
    "DataFile": ("pets.csv",),
    "NetworkText": ("dense(2)",),
    "Standardizer": ((0.0,), (1.0,)),
    "Ending": ("finished", 3),
    "Finding": ("plateau", "It stays.", "Wait.", {"loss": 0.25}),
    "Record": (0, 5, 0, 0.5, np.zeros(3)),
    "Doctor": (values.X, values.Y),
    "Description": (),
}
OBJECTS: dict[str, Callable[[], Any]] = {
    "Comparison": values.comparison,
    "Derivation": lambda: values.explanation().weight(1, 1, 1),
    "Experiment": values.experiment,
    "Explanation": values.explanation,
    "History": lambda: values.run().history,
    "LayerCheck": lambda: cr.check_gradient(values.NETWORK, values.X, values.Y, cr.SquaredError())[0],
    "Model": values.model,
    "Network": lambda: values.NETWORK,
    "Run": values.run,
    "Table": values.table,
    "Training": values.training,
}
ABSTRACT = {"Initializer", "Layer", "Loss", "Optimizer", "Schedule", "Description"}
TYPES = {name: getattr(cr, name) for name in cr.__all__ if isinstance(getattr(cr, name), type)}
ERRORS = {name for name, kind in TYPES.items() if issubclass(kind, Exception)}
CLASSES = sorted(TYPES.keys() - ERRORS - ABSTRACT)

COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


def made(name: str) -> Any:
    return OBJECTS[name]() if name in OBJECTS else getattr(cr, name)(*SETTINGS.get(name, ()))


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", CLASSES)
def test_every_public_object_is_copied_or_says_why_not(name: str, how: str) -> None:
    original = made(name)
    if name == "Training" or (how == "pickle" and name in ("Derivation", "Explanation")):
        with pytest.raises(TypeError, match=r"state\.arrays\(\)|keep a derivation's to_dict\(\)"):
            COPIES[how](original)
        return
    found = COPIES[how](original)
    assert type(found) is type(original)
    assert str(found) == str(original) or type(original).__str__ is object.__str__
    if isinstance(original, cr.Description):
        assert found == original
    for field in ("theta", "mean", "final_loss", "value", "gradient", "x", "y"):
        if hasattr(original, field):
            np.testing.assert_array_equal(getattr(found, field), getattr(original, field))
    if isinstance(original, cr.Table):
        assert [found.found.place(row) for row in range(2)] == ["line 2", "line 5"]


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", sorted(ERRORS))
def test_every_error_is_copied(name: str, how: str) -> None:
    original = getattr(cr, name)("column 1: no.", "rellu", "^^^^^")
    found = COPIES[how](original)
    assert (type(found), str(found), found.args) == (type(original), str(original), original.args)


def test_a_divergence_keeps_its_run_when_it_is_pickled() -> None:
    with pytest.raises(cr.DivergenceError) as caught:
        cr.train(values.NETWORK, values.X * 1e300, values.Y * 1e300, **values.FIT)
    found = pickle.loads(pickle.dumps(caught.value))
    assert str(found) == str(caught.value)
    assert str(found.run) == str(caught.value.run)
    assert isinstance(found.run, cr.Run)


def test_what_runs_make_is_copied() -> None:
    state = values.training().state.arrays()
    assert state.keys() == copy.deepcopy(state).keys()
    figure = values.comparison().figure()
    assert pickle.loads(pickle.dumps(figure)) == figure
    runs = copy.deepcopy(values.comparison().runs[0])
    assert len(runs) == 2
