"""Names of XTC files, ``<experiment>-r<run>-s<stream>-c<chunk>.xtc``, and the runs that such files make up."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError

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
    growing = ending.endswith(".inprogress")
    ending = ending.removesuffix(".inprogress")
    if found is None or ending not in ("xtc", "smd.xtc"):
        return None
    run, stream, chunk = (int(found[part]) for part in ("run", "stream", "chunk"))
    return XtcName(ending == "smd.xtc", found["experiment"], run, stream, chunk, growing)


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of one run: chunks in order, by stream."""

    experiment: str
    run: int | None
    streams: Mapping[int, tuple[Path, ...]]


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
    experiment = next(iter(known)).experiment
    return [RunFiles(experiment, run, streams) for run, streams in runs.items()]
