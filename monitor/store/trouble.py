"""What the disk or the HDF5 library refuses, as one sentence."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import Unusable

SPARE_BYTES = 64 << 20
"""Never filled up by us: what closing the files and everybody else on that disk may still need."""


class NoSpace(Unusable):
    """The disk is nearly full: nothing was begun, the same can be tried again."""


_SENTENCES = {
    errno.ENOSPC: "the disk is full; make room, what is committed is safe",
    errno.EDQUOT: "the disk quota is used up; make room, what is committed is safe",
    errno.EFBIG: "the file has reached the largest size this system allows; roll smaller parts",
    errno.EACCES: "it is not writable for this user; choose another directory or change its permissions",
    errno.EPERM: "it is not writable for this user; choose another directory or change its permissions",
    errno.EROFS: "it lies on a read-only file system; choose another directory",
    errno.ENOENT: "it does not exist",
    errno.ENOTDIR: "a part of its path is not a directory",
    errno.EIO: "the disk reports an input/output error",
}


@contextmanager
def refusals(path: Path, doing: str) -> Iterator[None]:
    """Turn what the system refuses in this block into ``Unusable``, naming the path and what was being done."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise Unusable(f"cannot {doing} {path}: {_why(error)}") from error


def need_space(directory: Path, wanted: int) -> None:
    """Refuse before the disk is full, while the files can still be closed properly.

    Raises
    ------
    NoSpace
        If ``wanted`` bytes do not fit, with some to spare.
    """
    free = free_bytes(directory)
    if free < wanted + SPARE_BYTES:
        raise NoSpace(
            f"cannot write to {directory}: the disk is nearly full ({free >> 20} MiB free); make room, what is committed is safe"
        )


def free_bytes(directory: Path) -> int:
    """Bytes this user may still write in a directory."""
    return shutil.disk_usage(directory).free


def _why(error: OSError | RuntimeError) -> str:
    """A sentence; the HDF5 library hides the system's reason inside its own text."""
    number = error.errno if isinstance(error, OSError) else None
    for code, sentence in _SENTENCES.items():
        if number == code or f"errno = {code}," in str(error) or os.strerror(code) in str(error):
            return sentence
    return str(error)
