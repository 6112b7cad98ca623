"""Looks at every file of a calib directory as a reader would, and says what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.calib.cache import read_array
from monitor.calib.directory import CTYPES, GEOMETRY, GROUPS, device_of, source_name
from monitor.calib.geometry.text import read_geometry
from monitor.calib.shapes import PANELS, RANGES, in_words, sizes_of, typed
from monitor.calib.tree import CalibFile, closed_folders
from monitor.errors import DamagedData

Weight = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a file: ``error`` = it cannot be used, ``warning`` = it may not be what was meant."""

    weight: Weight
    path: str
    text: str


def check(files: Iterable[CalibFile]) -> Iterator[Finding]:
    """What is wrong, file by file, and between files of one type."""
    by_type: defaultdict[tuple[str, str, str], list[CalibFile]] = defaultdict(list)
    sizes: dict[tuple[str, str], tuple[int, CalibFile]] = {}
    for file in files:
        by_type[file.group, file.source, file.ctype].append(file)
        yield from _place(file)
        if file.runs is not None and file.ctype in CTYPES:
            yield from _content(file, sizes)
    for same in by_type.values():
        yield from _ranges(same)


def check_folders(calib: Path) -> Iterator[Finding]:
    """Folders whose files nobody can look at."""
    for folder, why in closed_folders(calib):
        yield Finding("error", str(folder), why)


def _place(file: CalibFile) -> Iterator[Finding]:
    """What its folders and its name say."""
    name = str(file.path)
    if source_name(file.source) is None:
        yield Finding("error", name, f"{file.source} is no detector with constants")
    elif GROUPS[device_of(file.source)] != file.group:
        yield Finding("error", name, f"{file.source} belongs in {GROUPS[device_of(file.source)]}, not in {file.group}")
    if file.ctype not in CTYPES:
        yield Finding("warning", name, f"nobody reads the type {file.ctype}")
    if file.runs is None and ".data-" not in file.path.name:
        yield Finding("warning", name, "its name is no run range BEGIN-END.data; it is passed over")
    elif file.runs is not None and file.runs.begin > file.runs.end:
        yield Finding("error", name, "its range is reversed and holds for no run")


def _content(file: CalibFile, sizes: dict[tuple[str, str], tuple[int, CalibFile]]) -> Iterator[Finding]:
    """What is in it."""
    name = str(file.path)
    try:
        if file.ctype == GEOMETRY:
            read_geometry(file.path)
            return
        array = read_array(file.path)[0]
        typed(array, file.ctype)
    except DamagedData as error:
        yield Finding("error", name, error.why)
        return
    if bad := int((~np.isfinite(array)).sum()):
        yield Finding("warning", name, f"{bad:,} values are not finite; their pixels are masked")
    if file.ctype == "common_mode":
        return
    yield from _size(file, array)
    pixels = _pixels(file, array)
    before = sizes.setdefault((file.group, file.source), (pixels, file))
    if before[0] != pixels:
        other = f"{before[1].ctype}/{before[1].path.name}"
        yield Finding("error", name, f"it is for a detector of {pixels:,} pixels, and {other} for one of {before[0]:,}")


def _pixels(file: CalibFile, array: NDArray[Any]) -> int:
    """Pixels of the detector that an array is for."""
    device = device_of(file.source)
    ranges = RANGES.get(device, 1)
    panels, pixels = PANELS.get(device, ((), 0))
    whole = {count * pixels for count in panels}
    one_range = array.size in whole and array.size // ranges not in whole
    return array.size if one_range else array.size // ranges


def _size(file: CalibFile, array: NDArray[Any]) -> Iterator[Finding]:
    """Whether the number of values fits the device."""
    allowed = sizes_of(device_of(file.source))
    if allowed and array.size not in allowed:
        yield Finding("error", str(file.path), f"has {array.size:,} numbers, expected are {in_words(allowed)}")


def _ranges(files: list[CalibFile]) -> Iterator[Finding]:
    """Files of one type that hold for the very same runs: nobody knows which one is meant."""
    first: dict[tuple[int, int], CalibFile] = {}
    for file in files:
        if file.runs is None:
            continue
        other = first.setdefault((file.runs.begin, file.runs.end), file)
        if other is not file:
            yield Finding("warning", str(file.path), f"has the same range as {other.path.name}")
