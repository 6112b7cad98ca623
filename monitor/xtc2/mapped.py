"""Bytes of one XTC2 file, mapped, after a look at whether it is one."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData, Unusable
from monitor.xtc2.detect import FIRST_BYTES, is_old_layout, is_xtc2

OLD = "it was written before November 2019, with headers of 32 bytes, which nothing reads any more"
NOT_XTC2 = "its first bytes are no datagram header; check that the right file was named"


def is_xtc2_file(path: Path) -> bool:
    """Whether a file begins as XTC2 does, or did before November 2019; false if it cannot be read.

    A file of the old layout cannot be used, but the reason should be that it is too old.
    """
    try:
        with path.open("rb") as file:
            first = file.read(FIRST_BYTES)
    except OSError:
        return False
    return is_xtc2(first) or is_old_layout(first)


def check(first: bytes, path: Path) -> None:
    """Refuse a file that begins with these bytes unless it can be read.

    Raises
    ------
    DamagedData
        With the reason.
    """
    if not first:
        raise DamagedData("the file is empty; nothing was recorded, or it was not copied", source=str(path))
    if not is_xtc2(first):
        why = OLD if is_old_layout(first) else NOT_XTC2
        raise DamagedData(f"this is not an XTC2 file: {why}", source=str(path), offset=0)


def open_mapped(path: Path) -> NDArray[np.uint8]:
    """Bytes of a file, read-only; they come from the disk when they are looked at.

    Raises
    ------
    Unusable
        If there is no such file or it must not be read.
    DamagedData
        If it is no XTC2 file.
    """
    try:
        with path.open("rb") as file:
            check(file.read(FIRST_BYTES), path)
        return np.asarray(np.memmap(path, np.uint8, "r"))
    except FileNotFoundError as error:
        raise Unusable(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise Unusable(f"{path} is a folder; name the files in it") from error
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from error
