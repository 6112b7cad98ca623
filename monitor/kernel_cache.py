"""The compiled kernels on disk, shared by the processes of a service.

Numba (``numba/core/caching.py``) reads the list of a kernel's variants, chooses the next free file name and writes both, without
a lock: two processes that add different variants at once choose the same name, and one would run the other's code later.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from numba.core.caching import IndexDataCacheFile

FOLDER = Path(__file__).parent
"""What is locked while the cache is used."""


def share() -> None:
    """From now on this process and others that asked for it use the cache one at a time; asking twice is asking once."""
    for name in ("load", "save"):
        function = getattr(IndexDataCacheFile, name)
        if not hasattr(function, "__wrapped__"):
            setattr(IndexDataCacheFile, name, _one_at_a_time(function))


def _one_at_a_time(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def alone(*arguments: Any) -> Any:
        with locked():
            return function(*arguments)

    return alone


@contextmanager
def locked() -> Iterator[None]:
    """Nobody else uses the cache meanwhile; where the file system knows no locks, nothing is promised."""
    folder = os.open(FOLDER, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
        except OSError:
            yield
            return
        yield
    finally:
        os.close(folder)
