"""What a process that works for days asks of the interpreter and of the C library.

Freed memory is kept for what comes next: a service needs the same megabytes again and again, and having them cleared by the
system each time costs a good part of a core. The search for garbage leaves out what was there before the work began, and goes
through the rest less often.
"""

import ctypes
import gc

import numpy as np
import psutil

from monitor.errors import ConfigError

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""Parameters of the GNU C library's ``mallopt`` (malloc.h)."""
KEPT_BYTES = 1 << 30
MAPPED_BYTES = 32 << 20
"""The largest threshold that the library takes; larger blocks always go back to the system."""
GARBAGE = (20_000, 20, 20)
"""New objects before the youngest are looked through, and how seldom the older ones."""
BLOCK_BYTES = MAPPED_BYTES - (1 << 20)
"""Blocks of the reserve: below the size from which memory goes back to the system when it is freed."""


def settle(reserve: int = 0) -> None:
    """Prepare for long work; call it once, when everything is imported.

    Parameters
    ----------
    reserve
        MiB to be taken from the system now, and kept for what will be needed.

    Raises
    ------
    ConfigError
        If the machine does not have them.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        # One arena, so that what one thread frees another can use.
        for parameter, value in ((MMAP_THRESHOLD, MAPPED_BYTES), (TRIM_THRESHOLD, KEPT_BYTES), (ARENA_MAX, 1)):
            mallopt(parameter, value)
    _reserve(reserve)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _reserve(wanted: int) -> None:
    """Take so many MiB, write to them once, and free them; the C library keeps them."""
    free = psutil.virtual_memory().available >> 20
    if wanted > free:
        raise ConfigError(f"{wanted} MiB are more than the {free} MiB of this machine that are free", key="pool.reserve")
    blocks = [np.empty(BLOCK_BYTES, np.uint8) for _ in range((wanted << 20) // BLOCK_BYTES)]
    for block in blocks:
        block.fill(0)
