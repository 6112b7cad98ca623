"""Writes one run as recorders do: several streams, chunks that begin with Enable, a temporary name until a file is whole.

File names and chunk rules: the facility's recorder; a file grows as ``NAME.xtc.inprogress`` and is renamed when it is closed.
"""

from io import BufferedWriter
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from monitor.errors import Unusable
from monitor.simulate.assemble import Block

GROWING = ".inprogress"


class Recorder:
    """One DAQ stream: a sequence of chunk files.

    Parameters
    ----------
    stem
        Path without chunk number, ``DIR/e81-r0098-s00``.
    """

    def __init__(self, stem: Path) -> None:
        self._stem = stem
        self._file: BufferedWriter | None = None
        self.files: list[Path] = []
        self.size = 0
        """Bytes in the present chunk."""

    @property
    def _growing(self) -> Path:
        final = self.files[-1]
        return final.with_name(final.name + GROWING)

    def begin(self) -> None:
        """Open the next chunk."""
        self.files.append(self._stem.with_name(f"{self._stem.name}-c{len(self.files):02d}.xtc"))
        self.size = 0
        self._file = self._growing.open("wb")

    def write(self, data: NDArray[np.uint8]) -> None:
        """Append whole datagrams."""
        if self._file is None:
            raise ValueError("no chunk is open")
        self._file.write(data.data)
        self.size += len(data)

    def flush(self) -> None:
        """Let readers see everything that was written."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Close the present chunk and give it its final name."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        self._growing.rename(self.files[-1])

    def abandon(self) -> None:
        """Remove everything this recorder wrote."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._growing.unlink()
            self.files.pop()
        while self.files:
            self.files.pop().unlink()


class RunWriter:
    """All recorders of one run. Used with ``with``: an exception inside removes what was written.

    Parameters
    ----------
    directory
        Where the files go; made if it is not there.
    name
        Experiment and run as in file names, ``e81-r0098``.
    streams
        Number of recorders.
    chunk_size
        Bytes after which a recorder wants a new file; 0 = never.
    overwrite
        Remove files of the same run first.

    Raises
    ------
    Unusable
        If the directory cannot be used, or holds files of this run already.
    """

    def __init__(self, directory: Path, name: str, *, streams: int, chunk_size: int = 0, overwrite: bool = False) -> None:
        self._chunk_size = chunk_size
        self._recorders = [Recorder(directory / f"{name}-s{stream:02d}") for stream in range(streams)]
        try:
            directory.mkdir(parents=True, exist_ok=True)
            _clear(directory, name, overwrite)
            for recorder in self._recorders:
                recorder.begin()
        except OSError as error:
            self.abandon()
            raise Unusable(f"{directory} cannot be written to: {error.strerror}; choose another directory") from error

    def __enter__(self) -> "RunWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
            return
        self.abandon()
        if isinstance(error, OSError):
            raise Unusable(f"the run could not be written: {error.strerror}; nothing was kept") from error

    @property
    def files(self) -> tuple[tuple[Path, ...], ...]:
        """Chunk files of each stream, in order, under their final names."""
        return tuple(tuple(recorder.files) for recorder in self._recorders)

    @property
    def full(self) -> bool:
        """Some recorder wants a new file: disable, ``roll()``, enable."""
        return any(self._is_full(recorder) for recorder in self._recorders)

    def broadcast(self, block: Block) -> None:
        """Write transitions to every stream."""
        for recorder in self._recorders:
            recorder.write(block.data)

    def distribute(self, block: Block, streams: NDArray[np.int64]) -> None:
        """Write events, each to its own stream (shape (events,))."""
        for stream, recorder in enumerate(self._recorders):
            for at in np.flatnonzero(streams == stream):
                recorder.write(block.data[block.offsets[at] : block.offsets[at + 1]])

    def roll(self) -> None:
        """Begin a new file where the old one is full; the next thing written must be an Enable."""
        for recorder in self._recorders:
            if self._is_full(recorder):
                recorder.close()
                recorder.begin()

    def flush(self) -> None:
        """Let readers see everything that was written."""
        for recorder in self._recorders:
            recorder.flush()

    def close(self) -> None:
        """Give the last files their final names."""
        for recorder in self._recorders:
            recorder.close()

    def abandon(self) -> None:
        """Remove everything that was written."""
        for recorder in self._recorders:
            recorder.abandon()

    def _is_full(self, recorder: Recorder) -> bool:
        return 0 < self._chunk_size <= recorder.size


def _clear(directory: Path, name: str, overwrite: bool) -> None:
    """Make sure that no older file would be taken for a part of this run."""
    old = sorted([*directory.glob(f"{name}-s*-c*.xtc"), *directory.glob(f"{name}-s*-c*.xtc{GROWING}")])
    if old and not overwrite:
        raise Unusable(f"{directory} already holds {old[0].name}; choose another directory, or allow overwriting")
    for path in old:
        path.unlink()
