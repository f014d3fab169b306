"""Large products that the BLAS makes faster as their transposes, Cᵀ = Bᵀ Aᵀ: Wᵀ dz, of a wide layer's way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np

from chainrule.core.arrays import empty
from chainrule.core.calls import bind_copy, call, dot
from chainrule.core.engine.matrices import Product
from chainrule.core.engine.nodes import Node, PythonCall
from chainrule.core.engine.row import Reader

TALL = 4
"""Rows for each column of a product that is turned: of 2,048 rows and 100 columns, in float64, OpenBLAS' kernels for
AVX-512 take 0.73 of the time, the copy included, those for AVX2 0.97. In float32, and for W a, nothing is gained."""


def turned(nodes: Iterable[Node], doubted: Collection[Node], reader: Reader) -> Iterator[Node]:
    """The nodes of a row, in which a product that pays so is made as its transpose, and copied; those in doubt stay."""
    for node in nodes:
        product = Product.of(node) if isinstance(node, PythonCall) and node not in doubted else None
        if product is None or not pays(product):
            yield node
            continue
        result = empty(product.C.shape[::-1], product.C.dtype)
        made = call(dot, product.B.T, product.A.T, out=result)
        yield PythonCall(made, tuple(node.reads), (reader.view(result),))
        yield reader.node(bind_copy(result.T, out=product.C))


def pays(product: Product) -> bool:
    """Whether a product is faster as its transpose."""
    A, C = product.A, product.C
    is_tall = C.ndim == 2 and C.shape[0] >= TALL * C.shape[1]
    return is_tall and C.dtype == np.float64 and A.strides[0] == A.itemsize
