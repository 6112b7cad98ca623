"""Writes the chunks of one stream; a file gets its name when it is complete."""

import errno
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from monitor.errors import Unusable

UNFINISHED = ".inprogress"
"""Ending of a file that is being written, as the recorders have it."""


class ChunkWriter:
    """One output file at a time, written under a temporary name.

    Parameters
    ----------
    folder
        Where to write; made if it is missing.
    overwrite
        Replace files that are there already.
    """

    def __init__(self, folder: Path, *, overwrite: bool = False) -> None:
        self._folder, self._overwrite = folder, overwrite
        self._target: Path | None = None
        self._file: BinaryIO | None = None
        self.size = 0
        """Bytes of the present file."""

    def __enter__(self) -> "ChunkWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None and self._target is not None:
            self._file.close()
            self._file = None
            _unfinished(self._target).unlink(missing_ok=True)

    def begin(self, name: str) -> None:
        """Open the next file.

        Raises
        ------
        Unusable
            If it is there already or cannot be written.
        """
        target = self._folder / name
        if target.exists() and not self._overwrite:
            raise Unusable(f"{target} is there already; name another folder, or give --overwrite")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._file = _unfinished(target).open("wb")
        except OSError as error:
            raise _refused(target, error) from error
        self._target, self.size = target, 0

    def write(self, data: bytes | NDArray[np.uint8]) -> None:
        """Add bytes to the file.

        Raises
        ------
        Unusable
            If the disk is full or refuses.
        """
        assert self._file is not None
        assert self._target is not None
        try:
            self._file.write(data if isinstance(data, bytes) else data.data)
        except OSError as error:
            raise _refused(self._target, error) from error
        self.size += len(data)

    def finish(self) -> Path:
        """Close the file and give it its name."""
        assert self._file is not None
        assert self._target is not None
        try:
            self._file.close()
            _unfinished(self._target).replace(self._target)
        except OSError as error:
            raise _refused(self._target, error) from error
        self._file = None
        return self._target


def _unfinished(target: Path) -> Path:
    return target.with_name(target.name + UNFINISHED)


def _refused(target: Path, error: OSError) -> Unusable:
    hint = "; make room and start again" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return Unusable(f"{target} cannot be written: {error.strerror}{hint}")
