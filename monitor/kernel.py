"""The one way kernels are compiled here: cached on disk, without Python's lock.

A kernel calls only kernels of its own file: the cache on disk does not notice a change in another one.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from monitor.kernel_cache import share

share()

Number = Any
"""A whole number inside a kernel: Python's and numpy's mix there, and numba does the typing."""
F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C")


def kernel(function: F) -> F:
    """Compile a function of arrays and numbers with numba on its first call; a typed face for numba's decorator."""
    compiled: F = njit(cache=True, nogil=True)(function)
    return compiled


def inlined_kernel(function: F) -> F:
    """As ``kernel``, and put into its callers before they are compiled: for a few instructions that run for every word."""
    compiled: F = njit(cache=True, nogil=True, inline="always")(function)
    return compiled


def summing_kernel(function: F) -> F:
    """As ``kernel``, and sums may be taken in any order, so that they are vectorized; NaN keeps its meaning."""
    compiled: F = njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})(function)
    return compiled


@kernel
def first_of(values: NDArray[np.float64]) -> float:
    """The first of some numbers; one of the smallest kernels."""
    first: float = values[0]
    return first


def make_ready() -> None:
    """Have numba's compiler ready, which otherwise takes the first kernel that a process loads a quarter of a second."""
    first_of(np.zeros(1))


def columns(kind: Callable[..., C], table: NDArray[Any]) -> C:
    """Views of the fields of a structured array, as a named tuple of the same names, for a kernel.

    A single loop over a table is four to six times as fast through columns as through records. Kernels that call others are not:
    each call counts the references to every column (event building took 30 times as long). A table of one row counts as
    contiguous, and the kernel is compiled once more for it.
    """
    return kind(**{name: table[name] for name in table.dtype.names or ()})
