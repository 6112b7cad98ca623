"""What the kernels share: plain arrays in, little-endian words out of them, tables as columns.

They are compiled into the kernels of other files, whose cache on disk does not notice a change here: who makes one clears it.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


def plain(buffer: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same bytes as a plain, contiguous, read-only array, so that each kernel is compiled once."""
    view = np.ascontiguousarray(buffer).view(np.ndarray)[:]
    view.flags.writeable = False
    return view


def columns(table: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Views of the fields; a kernel that goes through records counts references and takes six times as long."""
    return tuple(table[name] for name in table.dtype.names or ())


def grown(table: NDArray[Any]) -> NDArray[Any]:
    """The same rows in an array twice as long."""
    larger = np.empty(2 * len(table), table.dtype)
    larger[: len(table)] = table
    return larger


@njit(cache=True, nogil=True, inline="always")
def half(buffer, at):  # type: ignore[no-untyped-def]
    """Little-endian 16-bit word as int64; two bytes from ``at`` must be inside."""
    a = np.uint64(at)
    return np.int64(buffer[a]) | np.int64(buffer[a + np.uint64(1)]) << 8


@njit(cache=True, nogil=True, inline="always")
def word(buffer, at):  # type: ignore[no-untyped-def]
    """Little-endian 32-bit word as int64; four bytes from ``at`` must be inside.

    Unsigned positions spare the test for negative ones, and with it the compiler sees one load instead of four.
    """
    a = np.uint64(at)
    low = np.uint32(buffer[a]) | np.uint32(buffer[a + np.uint64(1)]) << np.uint32(8)
    high = np.uint32(buffer[a + np.uint64(2)]) << np.uint32(16) | np.uint32(buffer[a + np.uint64(3)]) << np.uint32(24)
    return np.int64(np.uint32(low | high))
