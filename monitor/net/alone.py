"""One process of a role per runtime folder: a second one would take over its socket without a word."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import Unusable


@contextmanager
def alone(folder: Path, role: str) -> Iterator[None]:
    """Hold the folder for one process of this role; the system lets go when the process dies.

    Raises
    ------
    Unusable
        If another one holds it, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / f".{role}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise Unusable(f"{folder} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise Unusable(f"another {role} runs in {folder}; stop it or choose another folder") from error
    try:
        yield
    finally:
        os.close(lock)
