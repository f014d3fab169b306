"""The public door: the scripts of a finished run."""

from numpy.typing import ArrayLike

from chainrule.core.arrays import as_numbers
from chainrule.core.checks import check_samples, check_targets
from chainrule.core.description import check_kind
from chainrule.core.errors import DataError, SettingError, ShapeError
from chainrule.lab.scripts.library import MOST_NUMBERS, library_script
from chainrule.lab.scripts.plain import numpy_script as of_numpy
from chainrule.lab.scripts.recipe import Recipe, Samples, check_repeats
from chainrule.training.run import Run
from chainrule.training.stopping import Ending


def script(run: Run, x: ArrayLike, y: ArrayLike) -> str:
    r"""A script that repeats a run with the library, and prints its losses.

    x, y: the samples that the run has learnt, which it doesn't keep. The script holds them as numbers, at most 60,000.
    Raises SettingError for a run that no script can repeat: one with augmented samples or sample weights, or that went
    back to the best epoch; DataError for samples that are too many.

    >>> import chainrule as cr
    >>> x, y = [[0.0], [1.0]], [0.0, 1.0]
    >>> run = cr.train(cr.mlp(1, 1), x, y, loss=cr.SquaredError(), optimizer=cr.SGD(1.0), epochs=9)
    >>> print("\n".join(cr.script(run, x, y).splitlines()[5:10]))
    x = np.array([[0.0], [1.0]])
    y = np.array([0.0, 1.0])
    <BLANKLINE>
    network = cr.mlp(1, 1)
    <BLANKLINE>
    """
    return library_script(recipe_of(run, x, y))


def numpy_script(run: Run, x: ArrayLike, y: ArrayLike) -> str:
    """A script of some forty lines in NumPy alone, beside the numbers, that repeats a run of a dense network.

    x, y: as for `script`. It is for runs on all samples at once, by SGD, Momentum or Adam; its numbers are the
    library's to 1e-12 after a hundred steps. Raises SettingError, which says why, where there can't be one.

    >>> import chainrule as cr
    >>> x, y = cr.datasets.xor()
    >>> run = cr.train(cr.mlp(2, 4, 1), x, y, loss=cr.HalfSquaredError(), optimizer=cr.SGD(0.5), epochs=100)
    >>> "da = (a[-1] - y) / n" in cr.numpy_script(run, x, y)
    True
    """
    return of_numpy(recipe_of(run, x, y))


def recipe_of(run: Run, x: ArrayLike, y: ArrayLike) -> Recipe:
    """The recipe of a finished run."""
    check_kind("run", Run, "what train() returns", run)
    setup = check_repeats(run.setup)
    ending = run.ending if isinstance(run.ending, Ending) else max(run.ending, key=lambda each: each.epoch)
    if ending.best_epoch is not None:
        raise SettingError("no script can repeat a run that went back to its best epoch; train without early_stopping.")
    samples = Samples(as_numbers(x, "x"), as_numbers(y, "y"))
    if samples.x.size > MOST_NUMBERS:
        raise DataError(f"a script holds at most {MOST_NUMBERS:,} numbers, got x {samples.x.shape}; give less.")
    network, loss = run.model.network, run.model.loss
    if loss is None:
        raise SettingError("this run's model names no loss; expected one that train() or iterate() returned.")
    if samples.x.ndim <= 1 + len(network.input_shape):  # else each member has samples of its own
        check_targets(network, loss, samples.y, len(check_samples(network.input_shape, samples.x)))
    elif samples.y.shape[:2] != samples.x.shape[:2]:
        raise ShapeError(f"expected y {samples.x.shape[:2]} beside x {samples.x.shape}, got y {samples.y.shape}.")
    batches = 1 if setup.batch_size is None else -(-len(samples.x) // setup.batch_size)
    return Recipe(network, loss, samples, setup, ending.epoch * batches)
