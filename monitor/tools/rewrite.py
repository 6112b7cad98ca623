"""Writes a run again: all of it byte for byte, or chosen events and sources, in chunks of any size, with its companions."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.tools.selection import Selection, refuse_small
from monitor.xtc.filename import RunFiles, runs_of
from monitor.xtc.header import CONTAINER, DATAGRAM_SIZE, EPICS, Level, Transition
from monitor.xtc.mapped import check, open_mapped
from monitor.xtc.names import SourcePattern
from monitor.xtc.rewriting.chunk_writer import UNFINISHED, ChunkWriter
from monitor.xtc.rewriting.index_file import FileIndex
from monitor.xtc.rewriting.rebuild import Action, rebuild
from monitor.xtc.rewriting.small_data import small_datagrams
from monitor.xtc.scan import FIRST_CAMERA_STREAM
from monitor.xtc.walk import Stop, walk

STRIDE = 4096
Advance = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to write.

    Attributes
    ----------
    folder
        Where to.
    selection
        Events to keep; all if ``None``. Of the others the EPICS values are kept.
    sources
        Sources whose payloads events keep, besides EPICS; all if empty.
    chunk_size
        Bytes after which a stream begins its next file; 0 = as it was.
    small, index
        Write ``smalldata/*.smd.xtc`` and ``index/*.xtc.idx`` too.
    overwrite
        Replace files that are there already.
    """

    folder: Path
    selection: Selection | None = None
    sources: tuple[SourcePattern, ...] = ()
    chunk_size: int = 0
    small: bool = False
    index: bool = False
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what could not be read, in words."""

    files: tuple[Path, ...]
    size: int
    warnings: tuple[str, ...]


def rewrite(paths: Sequence[Path], plan: Plan, advance: Advance) -> Written:
    """Write files again as planned.

    Raises
    ------
    Unusable, DamagedData, ConfigError
        If a file cannot be read or written, or the output would replace its input.
    """
    runs = runs_of(list(dict.fromkeys(paths)))
    if plan.small or plan.index or plan.sources:
        refuse_small(paths)
    for path in paths:
        if path.parent.resolve() == plan.folder.resolve():
            raise ConfigError(f"{plan.folder} holds the files that are read; name another folder", file="--output")
    total = sum(check(path, growing=path.name.endswith(UNFINISHED)) for path in paths)
    with ChunkWriter(plan.folder, overwrite=plan.overwrite) as writer:
        work = _Rewriter(plan, writer, advance, total)
        for run in runs:
            for number, chunks in sorted(run.streams.items()):
                work.stream(run, number, chunks)
    return Written(tuple(work.files), work.size, tuple(work.warnings))


class _Rewriter:
    """Goes through the files of a run, stream by stream."""

    def __init__(self, plan: Plan, writer: ChunkWriter, advance: Advance, total: int) -> None:
        self._plan, self._writer, self._advance, self._total = plan, writer, advance, total
        self._done = 0
        self._names: Iterator[str] = iter(())
        self.files: list[Path] = []
        self.size = 0
        self.warnings: list[str] = []
        self._camera = False

    def stream(self, run: RunFiles, number: int, chunks: Sequence[Path]) -> None:
        """Write one stream."""
        cut = self._plan.chunk_size > 0 and run.run is not None
        self._camera = number >= FIRST_CAMERA_STREAM
        if cut:
            self._names = (f"{run.experiment}-r{run.run:04d}-s{number:02d}-c{chunk:02d}.xtc" for chunk in itertools.count())
        else:
            self._names = iter([path.name.removesuffix(UNFINISHED) for path in chunks])
        for path in chunks:
            if not cut or path == chunks[0]:
                self._writer.begin(next(self._names))
            self._file(path, cut)
            if not cut or path == chunks[-1]:
                self._finish()

    def _finish(self) -> None:
        path = self._writer.finish()
        self.files.append(path)
        self.size += path.stat().st_size
        self.files += _companions(path, self._plan, camera=self._camera)

    def _file(self, path: Path, cut: bool) -> None:
        file = open_mapped(path)
        try:
            while file.ended is None:
                before = file.at
                found = file.next(STRIDE)
                if len(found.table):
                    for data, lengths in self._kept(path, file.data, found.table):
                        self._write(data, lengths, cut)
                self._done += file.at - before
                self._advance(self._done, self._total)
        finally:
            file.close()
        if file.ended != Stop.END:
            self.warnings.append(f"{path.name} cannot be read behind byte {file.at} of {len(file.data)}; that part is left out")

    def _kept(
        self, path: Path, buffer: NDArray[np.uint8], heads: NDArray[Any]
    ) -> list[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
        """Bytes to write for some datagrams, in order, each with the lengths of the datagrams in it."""
        selection = self._plan.selection
        event = heads["control"] & 15 == Transition.L1ACCEPT
        chosen = ~event
        if selection is None:
            chosen[:] = True
        else:
            chosen |= np.isin(heads["offset"].astype(np.int64), selection.offsets[path])
        whole = chosen & ~(event & bool(self._plan.sources))
        parts = []
        changes = np.flatnonzero(np.diff(whole)) + 1
        for stretch in np.split(np.arange(len(heads)), changes):
            mine = heads[stretch]
            if whole[stretch[0]]:
                start, lengths = int(mine["offset"][0]), mine["length"].astype(np.int64)
                parts.append((buffer[start : start + int(lengths.sum())], lengths))
            else:
                parts.append(self._thinned(buffer, mine, chosen[stretch]))
        return parts

    def _thinned(
        self, buffer: NDArray[np.uint8], heads: NDArray[Any], chosen: NDArray[np.bool_]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Chosen events with the sources wanted; of the others those that have EPICS values, with nothing else."""
        index = walk(buffer, heads["offset"], heads["length"]).index
        epics = index["contains"] & 0xFFFF == EPICS
        keep = epics | chosen[index["datagram"]] & _of_sources(index, self._plan.sources)
        made = rebuild(buffer, heads, np.where(keep, Action.COPY, Action.DROP).astype(np.uint8), prune=True)
        stay = chosen | (made.lengths > DATAGRAM_SIZE)
        return made.data[np.repeat(stay, made.lengths)], made.lengths[stay]

    def _write(self, data: NDArray[np.uint8], lengths: NDArray[np.int64], cut: bool) -> None:
        """Write datagrams; with ``cut``, a new file begins before the datagram that would make the present one too large."""
        ends = np.cumsum(lengths)
        at = 0
        while cut and len(ends):
            room = self._plan.chunk_size - self._writer.size
            fits = int(np.searchsorted(ends - at, room, side="right"))
            if fits == len(ends):
                break
            if fits == 0 and self._writer.size == 0:
                fits = 1
            stop = int(ends[fits - 1]) if fits else at
            self._writer.write(data[at:stop])
            at, ends = stop, ends[fits:]
            if len(ends):
                self._finish()
                self._writer.begin(next(self._names))
        self._writer.write(data[at:])


def _of_sources(index: NDArray[Any], patterns: Sequence[SourcePattern]) -> NDArray[np.bool_]:
    """Whether each payload is of a source that is wanted, or of none that could be named (the level-3 result)."""
    if not patterns:
        return np.ones(len(index), bool)
    sources, which = np.unique(index[["level", "physical"]], return_inverse=True)
    named = (int(Level.SOURCE), int(Level.REPORTER))
    wanted = [level not in named or any(p.matches(level, physical) for p in patterns) for level, physical in sources.tolist()]
    found: NDArray[np.bool_] = np.array(wanted, bool)[which.reshape(-1)] & (index["contains"] & 0xFFFF != CONTAINER)
    return found


def _companions(path: Path, plan: Plan, *, camera: bool) -> list[Path]:
    """Write the small-data file and the index of a finished file."""
    made: list[Path] = []
    if plan.small:
        with ChunkWriter(path.parent / "smalldata", overwrite=plan.overwrite) as writer:
            writer.begin(path.name.removesuffix(".xtc") + ".smd.xtc")
            for buffer, heads in _datagrams(path):
                for part in small_datagrams(buffer, heads, camera=camera):
                    writer.write(part)
            made.append(writer.finish())
    if plan.index:
        index = FileIndex(path.name)
        for buffer, heads in _datagrams(path):
            index.add(buffer, heads)
        with ChunkWriter(path.parent / "index", overwrite=plan.overwrite) as writer:
            writer.begin(path.name + ".idx")
            writer.write(index.data())
            made.append(writer.finish())
    return made


def _datagrams(path: Path) -> Iterator[tuple[NDArray[np.uint8], NDArray[Any]]]:
    """Buffer and datagrams of a file, stride by stride."""
    file = open_mapped(path)
    try:
        while file.ended is None:
            found = file.next(STRIDE)
            if len(found.table):
                yield file.data, found.table
    finally:
        file.close()
