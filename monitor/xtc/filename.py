"""Names of XTC files, ``<experiment>-r<run>-s<stream>-c<chunk>.xtc``, and the runs that such files make up."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError

GROWING = ".inprogress"
"""Ending of a file that its recorder still writes; it is renamed when it is complete."""
SMALL_FOLDER, INDEX_FOLDER = "smalldata", "index"
"""Folders beside the big files for small-data files and for indexes."""
BIG, SMALL = ("xtc", "xtc2"), ("smd.xtc", "smd.xtc2")
"""Endings of big files and of small-data files, of both generations."""
PATTERN = re.compile(r"(?P<experiment>.+)-r(?P<run>\d+)-s(?P<stream>\d+)-c(?P<chunk>\d+)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class XtcName:
    """What the name of a file says; sorts in the order of reading.

    Attributes
    ----------
    small
        Whether it is a small-data file, which has proxies instead of large payloads.
    experiment, run, stream, chunk
        As in the name.
    growing
        Whether the recorder still had it open when it was named.
    """

    small: bool
    experiment: str
    run: int
    stream: int
    chunk: int
    growing: bool = False


def parse(path: Path) -> XtcName | None:
    """What a file's name says; ``None`` if it is not built like the name of an XTC file.

    >>> parse(Path("xtc/e81-r0098-s00-c00.xtc"))
    XtcName(small=False, experiment='e81', run=98, stream=0, chunk=0, growing=False)
    """
    stem, _, ending = path.name.partition(".")
    found = PATTERN.fullmatch(stem)
    growing = ending.endswith(GROWING)
    ending = ending.removesuffix(GROWING)
    if found is None or ending not in (*BIG, *SMALL):
        return None
    run, stream, chunk = (int(found[part]) for part in ("run", "stream", "chunk"))
    return XtcName(ending in SMALL, found["experiment"], run, stream, chunk, growing)


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of one run: chunks in order, by stream; either big files or small-data files."""

    experiment: str
    run: int | None
    streams: Mapping[int, tuple[Path, ...]]
    small: bool = False


def final_name(path: Path) -> Path:
    """The name a file has when it is complete.

    >>> final_name(Path("e81-r0098-s00-c00.xtc.inprogress")).name
    'e81-r0098-s00-c00.xtc'
    """
    return path.with_name(path.name.removesuffix(GROWING))


def next_chunk(path: Path) -> Path | None:
    """Final name of the chunk behind this one; ``None`` if the name says nothing about chunks.

    >>> next_chunk(Path("e81-r0098-s00-c09.xtc.inprogress")).name
    'e81-r0098-s00-c10.xtc'
    """
    stem, dot, ending = final_name(path).name.partition(".")
    found = PATTERN.fullmatch(stem)
    if found is None:
        return None
    digits = found["chunk"]
    return path.with_name(f"{stem[: -len(digits)]}{int(digits) + 1:0{len(digits)}d}{dot}{ending}")


def big_file(small: Path) -> Path:
    """The file of which a small-data file is a digest.

    >>> big_file(Path("xtc/smalldata/e81-r0098-s00-c00.smd.xtc"))
    PosixPath('xtc/e81-r0098-s00-c00.xtc')
    """
    stem = final_name(small).name.removesuffix(".smd.xtc")
    folder = small.parent.parent if small.parent.name == SMALL_FOLDER else small.parent
    return folder / f"{stem}.xtc"


def index_file(path: Path) -> Path:
    """Where the index of a file is, if it has one.

    >>> index_file(Path("xtc/e81-r0098-s00-c00.xtc"))
    PosixPath('xtc/index/e81-r0098-s00-c00.xtc.idx')
    """
    return path.parent / INDEX_FOLDER / f"{final_name(path).name}.idx"


def open_present(path: str) -> int:
    """Descriptor of a file that may still have its growing name, or be renamed at this very moment.

    Raises
    ------
    OSError
        If it cannot be opened under either name.
    """
    for name in (path, path + GROWING):
        try:
            return os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def runs_of(paths: Sequence[Path]) -> list[RunFiles]:
    """Files sorted into runs, streams and chunks.

    Raises
    ------
    ConfigError
        If the names do not fit together: a chunk given twice, several files of which one has no telling name, small data
        beside full files, or several experiments.
    """
    if not paths:
        raise ConfigError("no files were given; name at least one XTC file")
    names = {path: parse(path) for path in paths}
    if len(paths) == 1 and names[paths[0]] is None:
        return [RunFiles(paths[0].name.partition(".")[0], None, {0: (paths[0],)})]
    known: dict[XtcName, Path] = {}
    for path, name in names.items():
        if name is None:
            raise ConfigError("several files need names like exp-r0001-s00-c00.xtc, to know their order", file=str(path))
        if name in known:
            raise ConfigError(f"the same chunk as {known[name]}", file=str(path))
        known[name] = path
    if len({name.small for name in known}) > 1:
        raise ConfigError("small-data files and full files cannot be read together; give one kind")
    if len({name.experiment for name in known}) > 1:
        raise ConfigError("files of several experiments cannot be read together; give those of one")
    runs: dict[int, dict[int, tuple[Path, ...]]] = {}
    for name in sorted(known):
        streams = runs.setdefault(name.run, {})
        streams[name.stream] = (*streams.get(name.stream, ()), known[name])
    first = next(iter(known))
    return [RunFiles(first.experiment, run, streams, first.small) for run, streams in runs.items()]
