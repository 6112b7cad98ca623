"""Constants of one detector, from a calib directory or a numpy file."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from monitor.calib.cache import read_array
from monitor.calib.directory import GEOMETRY, closed, file_for, folder_for, is_folder, source_name, way_to
from monitor.calib.numpy_file import SUFFIXES, read_numpy
from monitor.errors import ConfigError, DamagedData

CTYPES = (
    "pedestals",
    "pixel_gain",
    "pixel_offset",
    "pixel_status",
    "status_data",
    "status_extra",
    "pixel_mask",
    "pixel_rms",
    "common_mode",
)
"""Calibration types that the chains use."""

SHORT_NAMES = {
    "pedestal": "pedestals",
    "gain": "pixel_gain",
    "offset": "pixel_offset",
    "status": "pixel_status",
    "mask": "pixel_mask",
    "rms": "pixel_rms",
}
"""Names also accepted in ``.npz`` files."""

Constants = Mapping[str, NDArray[Any]]
"""Calibration type to array, as stored."""


def files_of(place: Path, source: str, run: int) -> Iterator[tuple[str, Path]]:
    """Calibration types of a detector and the files that hold for a run; a numpy file holds them all, under an empty type.

    Parameters
    ----------
    place
        A ``.npz`` file (calibration types to arrays), a ``.npy`` file (pedestals), a calib directory, or the folder of one
        source in it.
    source
        Source text, for example ``CxiDs1-0|Cspad-0``.
    run
        Run number.
    """
    if place.suffix in SUFFIXES:
        yield "", place
        return
    folder = folder_for(place, source)
    for ctype in CTYPES:
        path = file_for(folder, ctype, run)
        if path is not None:
            yield ctype, path


def read_constants(
    place: Path, source: str, run: int, note: Callable[[str], None], seen: Callable[[Path, str], None] = lambda path, sha: None
) -> Constants:
    """Constants of a detector that hold for a run.

    Parameters
    ----------
    place, source, run
        As for ``files_of``.
    note
        Told about a file or folder that cannot be used; it then counts as missing.
    seen
        Told each file that was read, and the SHA-256 of its content.

    Raises
    ------
    ConfigError
        If there is nothing at ``place``.
    """
    if place.suffix in SUFFIXES:
        return _from_numpy(place, seen)
    if not is_folder(place):
        raise ConfigError(f"there are no constants at {place}; give a calib directory or a .npz file", key="constants")
    name = source_name(source) or source
    for folder, why in closed(way_to(place, source)):
        note(f"constants of {name} cannot be used: {why} in {folder}")
        return {}
    for folder, why in closed(folder_for(place, source) / ctype for ctype in (*CTYPES, GEOMETRY)):
        note(f"{folder.name} of {name} cannot be used: {why} in {folder}")
    found: dict[str, NDArray[Any]] = {}
    for ctype, path in files_of(place, source, run):
        try:
            found[ctype], content = read_array(path)
        except DamagedData as error:
            note(f"{ctype} of {name} cannot be used: {error}")
        else:
            seen(path, content)
    return found


def read_mask(path: Path) -> NDArray[Any]:
    """A mask of the user's, from a ``.npy`` file or a text; 0 = bad.

    Raises
    ------
    DamagedData
        If it cannot be read.
    """
    if path.suffix not in SUFFIXES:
        return read_array(path)[0]
    arrays = read_numpy(path)
    if len(arrays) != 1:
        raise DamagedData(f"holds {len(arrays)} arrays, expected is one", source=str(path))
    return next(iter(arrays.values()))


def content_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; ``OSError`` if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _from_numpy(path: Path, seen: Callable[[Path, str], None]) -> Constants:
    try:
        arrays, content = read_numpy(path), content_of(path)
    except (DamagedData, OSError) as error:
        raise ConfigError(f"the constants in {path} cannot be read: {error}", key="constants") from error
    seen(path, content)
    return {SHORT_NAMES.get(name, name) or "pedestals": array for name, array in arrays.items()}
