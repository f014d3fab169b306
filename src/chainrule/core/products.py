"""Products and sums of products, bound in the way that is fastest in NumPy. All ways agree to rounding.

- For two small matrices `dot` has less overhead than `matmul`. But it copies a matrix that is a slice of another.
- For a population, `matmul` takes twice as long as a ufunc to multiply a column by a row.
- For products of at most a million multiplications OpenBLAS has kernels that read the matrices in place. For larger
  ones it copies them first, which is most of the work where one matrix is long and the other has few rows. So a long
  matrix is cut into blocks: on processors with AVX-512 this takes 0.2 to 0.7 of the time, elsewhere the same. Source:
  OpenBLAS, kernel/x86_64/sgemm_small_kernel_permit_skylakex.c.

The number of blocks follows from the shapes alone, so sums are taken in the same order on every machine.
"""

import numpy as np

from chainrule.core.arrays import Array
from chainrule.core.calls import Call, Calls, call, dot, total

LARGEST = 10**6
"""The most multiplications of a product that OpenBLAS treats as small."""

SHORTEST, SHORTEST_SUM = 32, 512
"""The fewest columns of a block for which cutting pays: in a product, and in a sum over columns."""


def bind_product(A: Array, B: Array, C: Array) -> Call:
    """C = A B, bound: (..., R, S) (..., S, N) -> (..., R, N)."""
    if A.shape[-1] == 1 and C.ndim > 2:
        return call(np.multiply, A, B, out=C)
    n = count_blocks(A.shape[-2] * A.shape[-1], B.shape[-1], SHORTEST)
    if n > 1 and A.shape[-1] > 1:
        return call(np.matmul, A[..., None, :, :], in_blocks(B, n), out=in_blocks(C, n))
    return _bind_whole(A, B, C)


def bind_sum_of_products(A: Array, B: Array, C: Array) -> Call:
    """C = A Bᵀ, bound, a sum over columns: (..., R, N) (..., S, N) -> (..., R, S)."""
    n = count_blocks(A.shape[-2] * B.shape[-2], B.shape[-1], SHORTEST_SUM)
    if n == 1:
        return _bind_whole(A, B.mT, C)
    products = np.empty((*C.shape[:-2], n, *C.shape[-2:]), C.dtype)
    return Calls(
        call(np.matmul, in_blocks(A, n), in_blocks(B, n).mT, out=products),
        call(total, products, axis=-3, out=C),
    )


def bind_sum(A: Array, sums: Array) -> Call:
    """Σ over rows, bound: (..., R, N) -> (..., 1, N). A single matrix is multiplied by ones: a quarter of the time."""
    if A.ndim == 2:
        return _bind_whole(np.ones((1, len(A)), A.dtype), A, sums)
    return call(total, A, axis=-2, keepdims=True, out=sums)


def bind_inner_product(A: Array, B: Array, c: Array) -> Call:
    """C = Σ A ∘ B over rows and columns, bound: () of (M, N), or (K,) of (K, M, N)."""
    if A.ndim == 2:
        return call(dot, A.reshape(-1, copy=False), B.reshape(-1, copy=False), out=c)
    of_rows, ones = np.empty(A.shape[:-1], A.dtype), np.ones(A.shape[-2], A.dtype)
    return Calls(
        call(np.vecdot, A, B, out=of_rows),  # (K, R, N) -> (K, R)
        call(np.vecdot, of_rows, ones, out=c),  # (K, R) -> (K,)
    )


def _bind_whole(A: Array, B: Array, C: Array) -> Call:
    contiguous = C.flags.c_contiguous and all(each.flags.forc for each in (A, B))
    return call(dot if C.ndim == 2 and contiguous else np.matmul, A, B, out=C)


def count_blocks(multiplications: int, columns: int, shortest: int) -> int:
    """The fewest blocks of equal length that are small; 1 where no cut leaves blocks of `shortest` columns.

    multiplications: per column.

    >>> count_blocks(6 * 26, columns=24 * 24 * 32, shortest=32), count_blocks(500 * 500, columns=1000, shortest=32)
    (3, 1)
    """
    fewest = max(1, -(-multiplications * columns // LARGEST))
    return next((n for n in range(fewest, columns // shortest + 1) if columns % n == 0), 1)


def in_blocks(matrix: Array, n: int) -> Array:
    """A matrix (..., R, N) as n blocks of columns, (..., n, R, N / n): a view."""
    return matrix.reshape(*matrix.shape[:-1], n, -1, copy=False).swapaxes(-3, -2)
