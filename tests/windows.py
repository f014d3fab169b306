"""Random kernels, a single layer on random numbers, and a naive loop over windows to compare it with."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

import chainrule as cr
from chainrule.core.calls import Calls, run
from chainrule.core.layers.base import Buffers
from optional import needed


@st.composite
def kernels(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], str | int]:
    """The shape of an input (C, L) or (C, H, W), with a kernel, strides and padding that fit it."""
    n_axes = draw(st.sampled_from([1, 2]))
    several = lambda most: tuple(draw(st.integers(1, most)) for _ in range(n_axes))  # noqa: E731
    shape, kernel, stride = (draw(st.integers(1, 3)), *several(9)), several(4), several(3)
    padding = draw(st.sampled_from(["valid", "same", 0, 1, 2]))
    around = padding if isinstance(padding, int) else 0
    assume(padding == "same" or all(n + 2 * around >= k for n, k in zip(shape[1:], kernel, strict=True)))
    return shape, kernel, stride, padding


def passes(layer: cr.Layer, x: np.ndarray, dy: np.ndarray, W: np.ndarray | None) -> tuple[np.ndarray, ...]:
    """y, dx and dW of one layer: x (n, C, ...), dy (n, ...), W (O, I + 1)."""
    output = np.empty((*dy.shape[1:], len(dy)))
    at = Buffers(
        input=np.moveaxis(x, 0, -1).copy(),
        output=output,
        d_input=np.full((*x.shape[1:], len(x)), np.nan),
        d_output=np.moveaxis(dy, 0, -1).copy(),
        input_and_ones=None,
        d_input_and_ones=None,
        parameters={"weights": W},
        gradients={"weights": np.full_like(W, np.nan) if W is not None else None},
        state={},
        generators=(),
        population=False,
        scratch=lambda: np.full_like(output, np.nan),
        kept=lambda: np.full_like(output, np.nan),
        branch=lambda: None,
    )
    bound = layer.bind(at)
    for _ in range(2):  # twice: the second pass finds what the first one left
        run(Calls(*bound))
    return np.moveaxis(at.output, -1, 0), np.moveaxis(at.d_input, -1, 0), at.d_weights


def drawn_passes(layer: cr.Layer, shape: tuple[int, ...], whole: bool = False, seed: int = 0) -> dict[str, Any]:
    """Random numbers through a layer; `whole` ones, where many should be equal."""
    rng = np.random.default_rng(seed)
    signature = layer.signature(shape)
    draw = (lambda shape: rng.integers(0, 2, shape).astype(float)) if whole else rng.standard_normal
    x, dy = draw((3, *shape)), rng.standard_normal((3, *signature.output))
    W = rng.standard_normal(signature.parameters[0].matrix) if signature.parameters else None
    y, dx, dW = passes(layer, x, dy, W)
    return {"x": x, "dy": dy, "W": W, "y": y, "dx": dx, "dW": dW, "signature": signature}


def margins(shape: tuple[int, ...], kernel: tuple[int, ...], stride: tuple[int, ...], padding: str | int) -> Any:
    """The padding (before, after) of each axis, computed independently, for JAX and the loop below."""
    if padding != "same":
        return [(0, 0) if padding == "valid" else (padding, padding)] * len(kernel)
    around = [max(0, (-(-n // s) - 1) * s + k - n) for n, k, s in zip(shape[1:], kernel, stride, strict=True)]
    return [(each // 2, each - each // 2) for each in around]


def naive_windows(x: np.ndarray, kernel: Any, stride: Any, margin: Any, fill: float) -> Any:
    """Yield each window of one sample x (C, ...): its position, and its numbers (C, *kernel)."""
    padded = np.pad(x, [(0, 0), *margin], constant_values=fill)
    counts = [(n - k) // s + 1 for n, k, s in zip(padded.shape[1:], kernel, stride, strict=True)]
    for place in itertools.product(*map(range, counts)):
        cut = (slice(at * s, at * s + k) for at, s, k in zip(place, stride, kernel, strict=True))
        yield place, padded[:, *cut]


def jax_judge() -> Any:
    jax = needed("jax")
    jax.config.update("jax_enable_x64", True)
    return jax


def with_pull_back(function: Callable[..., Any], dy: np.ndarray, *given: np.ndarray) -> tuple[Any, tuple[Any, ...]]:
    """JAX's y of a function, and dy pulled back to each of what is given; compiled as a whole, not call by call."""
    jax = jax_judge()

    @jax.jit
    def both(given: tuple[Any, ...], dy: Any) -> tuple[Any, tuple[Any, ...]]:
        y, pull_back = jax.vjp(function, *given)
        return y, pull_back(dy)

    return both(given, dy)
