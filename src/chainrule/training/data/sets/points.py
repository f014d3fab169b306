"""Points in the plane, in classes: the reference lab's two data sets, and the usual shapes.

Each function returns `(x, y)`: x (n, 2) float64, and y (n, 1) float64 that holds each point's class number (0.0, 1.0).
`noise` is the standard deviation of the normal noise on each coordinate, in the units of the plane; the same seed with
other noise gives the same points, moved further. The points come in random order. Each shape has the same number of
points, give or take one.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.description import COUNT, NON_NEGATIVE, SEED, check_one_real, check_whole
from chainrule.core.errors import SettingError, choose, listing
from chainrule.core.foreign import said
from chainrule.core.memory import check_memory
from chainrule.core.streams import stream

Points = tuple[Array, Array]
"""x (n, 2) and y (n, 1)."""


def linear(n: int = 100, seed: int = 0) -> Points:
    """The reference lab's first set: x1 and x2 uniform in [0, 1); class 0 where x1 > x2, else class 1.

    x (n, 2), y (n, 1). Raises SettingError if n is below 1. Source: the reference lab, "The two data sets".

    >>> x, y = linear(5)
    >>> x.shape, bool(((x[:, :1] > x[:, 1:]) == (y == 0)).all())
    ((5, 2), True)
    """
    x = _generator(n, seed).random((n, 2))
    return x, _column(x[:, 0] <= x[:, 1])


def xor() -> Points:
    """The reference lab's second set: 21 fixed points on the two diagonals of the unit square.

    For i = 0 ... 10: (0.1 i, 0.1 i) is class 0, then, unless i = 5, (0.1 i, 1 - 0.1 i) is class 1.
    x (21, 2), y (21, 1). Raises nothing. Source: the reference lab, "The two data sets".

    >>> x, y = xor()
    >>> "".join(str(int(each)) for each in y[:, 0])
    '010101010100101010101'
    """
    rows = []
    for i in range(11):
        rows.append((0.1 * i, 0.1 * i, 0))
        if i != 5:  # the diagonals cross there
            rows.append((0.1 * i, 1 - 0.1 * i, 1))
    table = np.array(rows, dtype=np.float64)
    return table[:, :2].copy(), table[:, 2:].copy()


def xor_cloud(n: int = 200, noise: float = 0.15, seed: int = 0) -> Points:
    """Clouds around the corners of the unit square; class 1 where exactly one coordinate of the corner is 1.

    x (n, 2), y (n, 1). Raises SettingError if n is below 1 or the noise below 0.

    >>> x, y = xor_cloud(8, noise=0)
    >>> bool((y[:, 0] == (x[:, 0] != x[:, 1])).all())
    True
    """
    generator = _generator(n, seed)
    corner = _evenly(n, 4, generator)
    x = np.stack([corner // 2, corner % 2], axis=1)
    return _noisy(x, noise, generator), _column(x[:, 0] != x[:, 1])


def circles(n: int = 200, noise: float = 0.05, seed: int = 0) -> Points:
    """Two circles around the origin: class 0 at radius 1, class 1 at radius 1/2, the angles uniform.

    x (n, 2), y (n, 1). Raises SettingError if n is below 1 or the noise below 0.

    >>> x, y = circles(6, noise=0)
    >>> bool(np.allclose(np.hypot(x[:, 0], x[:, 1]), 1 - y[:, 0] / 2))
    True
    """
    generator = _generator(n, seed)
    inner = _evenly(n, 2, generator)
    x = _polar(1 - inner / 2, 2 * np.pi * generator.random(n))
    return _noisy(x, noise, generator), _column(inner)


def moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> Points:
    """Two interleaved half circles of radius 1: class 0 opens downwards around (0, 0), class 1 upwards around (1, 1/2).

    x (n, 2), y (n, 1). Raises SettingError if n is below 1 or the noise below 0. Source: scikit-learn's `make_moons`,
    here with uniform angles.

    >>> x, y = moons(6, noise=0)
    >>> bool(np.allclose(np.hypot(x[:, 0] - y[:, 0], x[:, 1] - y[:, 0] / 2), 1))
    True
    """
    generator = _generator(n, seed)
    lower = _evenly(n, 2, generator)
    x = _polar(1.0 - 2.0 * lower, np.pi * generator.random(n))  # a radius of -1 turns the half circle over
    return _noisy(x + lower[:, np.newaxis] * (1, 0.5), noise, generator), _column(lower)


def spiral(n: int = 200, noise: float = 0.03, seed: int = 0, arms: int = 2) -> Points:
    """Spiral arms that leave the origin at equal angles and make one turn out to radius 1; each arm is a class.

    x (n, 2), y (n, 1). Raises SettingError if n or arms is below 1 or the noise below 0.

    >>> x, y = spiral(7, arms=3)
    >>> x.shape, sorted(y[:, 0].tolist())
    ((7, 2), [0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0])
    """
    generator = _generator(n, seed)
    arm = _evenly(n, check_whole("arms", COUNT, arms), generator)
    t = generator.random(n)  # the position along the arm, from 0 to 1
    return _noisy(_polar(t, 2 * np.pi * (t + arm / arms)), noise, generator), _column(arm)


def gaussians(n: int = 200, noise: float = 0.3, seed: int = 0, classes: int = 2) -> Points:
    """Normal clouds whose centres lie evenly on the circle of radius 1; each cloud is a class.

    x (n, 2), y (n, 1). Raises SettingError if n or classes is below 1 or the noise below 0.

    >>> x, y = gaussians(4, noise=0)
    >>> bool(np.allclose(x[:, 0], 1 - 2 * y[:, 0]))      # centres (1, 0) and (-1, 0)
    True
    """
    generator = _generator(n, seed)
    cloud = _evenly(n, check_whole("classes", COUNT, classes), generator)
    return _noisy(_polar(np.ones(n), 2 * np.pi * cloud / classes), noise, generator), _column(cloud)


BY_NAME: dict[str, Callable[..., Points]] = {
    each.__name__: each for each in (linear, xor, xor_cloud, circles, moons, spiral, gaussians)
}


def load(name: str, **settings: Any) -> Points:
    """The points of a set by its name, with the settings that its function takes.

    x (n, 2), y (n, 1). Raises SettingError for a name or a setting that isn't known.

    >>> x, y = load("spiral", n=9, arms=3)
    >>> x.shape, y.shape
    ((9, 2), (9, 1))
    """
    function = choose("data set", name, BY_NAME)
    known = list(inspect.signature(function).parameters)
    for setting in settings:
        if setting not in known:
            choice = f"choose from {listing(known)}" if known else "it has none, leave it out"
            raise SettingError(f"the data set {name} has no setting {said(setting)}; {choice}.")
    return function(**settings)


def _generator(n: int, seed: int) -> np.random.Generator:
    check_whole("n", COUNT, n)
    check_memory(f"a data set of {n:,} points", 3 * n, "float64", "Take fewer points.")
    return stream(check_whole("seed", SEED, seed), "data")


def _evenly(n: int, classes: int, generator: np.random.Generator) -> Array:
    """Class numbers (n,) in random order, each as often as the others, give or take one."""
    return generator.permutation(n) % classes


def _polar(radius: Array, angle: Array) -> Array:
    """(n,) and (n,) -> (n, 2)."""
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _noisy(x: Array, noise: float, generator: np.random.Generator) -> Array:
    return x + check_one_real("noise", NON_NEGATIVE, noise) * generator.standard_normal(x.shape)


def _column(classes: Array) -> Array:
    """(n,) -> (n, 1) float64."""
    return classes[:, np.newaxis].astype(np.float64)
