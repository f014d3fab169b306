"""The lines of Python under each figure: they reproduce its numbers, with chainrule and NumPy alone."""

from collections.abc import Mapping

from chainrule.lab.report.reference import TASKS, Lab

_NETWORK = "network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())"
"""The line that makes `Lab.network`."""


def curves(lab: Lab) -> str:
    """All starts of both tasks, and the band of their losses.

    >>> print(curves(Lab()))
    import numpy as np
    import chainrule as cr
    <BLANKLINE>
    network = cr.mlp(2, 4, 4, 1, initializer=cr.Normal())
    settings = {"loss": cr.HalfSquaredError(), "epochs": 100_000, "record_every": 500}
    # xor: all starts at once, as one population
    run = cr.train(network, *cr.datasets.xor(), optimizer=cr.SGD(0.2), population=32, seed=0, **settings)
    xor = 2 * run.history["loss"]         # (records, starts): the mean squared error
    # linear: each start has points of its own, and `train` gives a population the same ones: so they take turns
    runs = [cr.train(network, *cr.datasets.linear(n=100, seed=seed), optimizer=cr.SGD(0.8), seed=seed, **settings)
            for seed in range(0, 32)]
    linear = np.stack([2 * run.history["loss"] for run in runs], axis=1)
    for loss in (linear, xor):
        low, median, high = np.percentile(loss, [5, 50, 95], axis=1)
    """
    linear, xor = TASKS["linear"], TASKS["xor"]
    first, beyond = lab.seed, lab.seed + lab.starts
    points = f"cr.datasets.{linear.name}(n=100, seed=seed)"
    return f"""\
import numpy as np
import chainrule as cr

{_NETWORK}
settings = {{"loss": cr.{lab.loss!r}, "epochs": {lab.epochs:_}, "record_every": {lab.record_every}}}
# xor: all starts at once, as one population
run = cr.train(network, *{xor.points(first)}, optimizer=cr.{lab.optimizer(xor)!r}, population={lab.starts}, \
seed={first}, **settings)
xor = 2 * run.history["loss"]         # (records, starts): the mean squared error
# linear: each start has points of its own, and `train` gives a population the same ones: so they take turns
runs = [cr.train(network, *{points}, optimizer=cr.{lab.optimizer(linear)!r}, seed=seed, **settings)
        for seed in range({first}, {beyond})]
linear = np.stack([2 * run.history["loss"] for run in runs], axis=1)
for loss in (linear, xor):
    low, median, high = np.percentile(loss, [5, 50, 95], axis=1)
"""


def predictions(lab: Lab, shown: Mapping[str, int]) -> str:
    """The shown starts alone, one a task, and their answers to the test points. `shown`: their seeds by task.

    >>> print(predictions(Lab(), {"linear": 3, "xor": 5}).splitlines()[4])
        (cr.datasets.linear(n=100, seed=3), cr.datasets.linear(n=100, seed=32), 0.8, 3),
    """
    return f"""\
{_shown(lab, shown)}
    x_test, y_test = test
    prediction = run.model.predict(x_test)
    accuracy = run.model.score(x_test, y_test, "accuracy")
"""


def boundary(lab: Lab, shown: Mapping[str, int]) -> str:
    """The shown starts alone, and their answers at every place of a grid."""
    return f"""\
import numpy as np
{_shown(lab, shown)}
    side = np.linspace(0, 1, 101)
    places = np.stack(np.meshgrid(side, side), axis=-1)           # (101, 101, 2): x1 and x2
    answer = run.model.predict(places.reshape(-1, 2)).reshape(101, 101)
"""


def _shown(lab: Lab, shown: Mapping[str, int]) -> str:
    rows = "\n".join(
        f"    ({task.points(shown[name])}, {lab.test(task)}, {task.learning_rate}, {shown[name]}),"
        for name, task in TASKS.items()
    )
    return f"""\
import chainrule as cr

{_NETWORK}
for training, test, learning_rate, seed in (
{rows}
):
    run = cr.train(network, *training, loss=cr.{lab.loss!r}, optimizer=cr.SGD(learning_rate),
                   epochs={lab.epochs:_}, seed=seed)"""
