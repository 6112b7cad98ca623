"""The one way kernels are compiled here: cached on disk, without Python's lock.

A kernel calls only kernels of its own file: the cache on disk does not notice a change in another one.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a function of arrays and numbers with numba on its first call; a typed face for numba's decorator."""
    compiled: F = njit(cache=True, nogil=True)(function)
    return compiled


def summing_kernel(function: F) -> F:
    """As ``kernel``, and sums may be taken in any order, so that they are vectorized; NaN keeps its meaning."""
    compiled: F = njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})(function)
    return compiled
