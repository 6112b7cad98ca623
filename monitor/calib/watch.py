"""Notices constants that appear or change: cheap looks at names, sizes and times; contents are hashed only when these moved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.calib.constants import content_of, files_of
from monitor.calib.directory import geometry_file
from monitor.calib.numpy_file import SUFFIXES

UNREADABLE = "unreadable"
"""Stands for the content of a file that cannot be read."""

Mark = tuple[int, int, int]
"""Size, time of the last change in nanoseconds, and number of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """What decides which constants files are in use.

    Attributes
    ----------
    places
        Calib directories, folders of one source, numpy files.
    files
        Files that are named one by one: masks, geometries.
    sources
        Source texts of the run.
    run
        Run number.
    """

    places: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
    run: int = 0


def files_in_use(use: InUse) -> Iterator[Path]:
    """The constants files that hold now; the same one may come more than once."""
    yield from use.files
    for place in use.places:
        if place.suffix in SUFFIXES:
            yield place
            continue
        for source in use.sources:
            yield from (path for _, path in files_of(place, source, use.run))
            geometry = geometry_file(place, source, use.run)
            if geometry is not None:
                yield geometry


class Watch:
    """Contents of the constants in use.

    A file that is being written changes from look to look; a change counts when two looks in a row agree.
    """

    def __init__(self) -> None:
        self._use = InUse()
        self._settled: dict[Path, Mark] = {}
        self._last: dict[Path, Mark] = {}
        self._hashed: dict[tuple[Path, Mark], str] = {}

    def begin(self, use: InUse) -> Mapping[str, str]:
        """Watch these from now on; path and SHA-256 of each file."""
        self._use = use
        self._settled = self._last = _marks(use)
        return self._contents()

    def look(self) -> Mapping[str, str] | None:
        """Contents if they may have changed since the last time; else None."""
        before, self._last = self._last, _marks(self._use)
        if self._last != before or self._last == self._settled:
            return None
        self._settled = self._last
        return self._contents()

    def _contents(self) -> Mapping[str, str]:
        hashed = {}
        for path, mark in self._settled.items():
            hashed[path, mark] = self._hashed.get((path, mark)) or _content(path)
        self._hashed = hashed
        return {str(path): content for (path, _), content in sorted(hashed.items())}


def _marks(use: InUse) -> dict[Path, Mark]:
    marks = {}
    for path in files_in_use(use):
        try:
            about = path.stat()
        except OSError:
            continue
        marks[path] = (about.st_size, about.st_mtime_ns, about.st_ino)
    return marks


def _content(path: Path) -> str:
    try:
        return content_of(path)
    except OSError:
        return UNREADABLE
