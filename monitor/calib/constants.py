"""Constants of one detector, from a calib directory or a numpy file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.calib.directory import file_for, source_folder
from monitor.calib.ndarray_text import read_text
from monitor.errors import ConfigError, DamagedData

CTYPES = ("pedestals", "pixel_gain", "pixel_offset", "pixel_status", "pixel_mask", "common_mode")
"""Calibration types that the chains use."""

SHORT_NAMES = {
    "pedestal": "pedestals",
    "gain": "pixel_gain",
    "offset": "pixel_offset",
    "status": "pixel_status",
    "mask": "pixel_mask",
}
"""Names also accepted in ``.npz`` files."""

Constants = Mapping[str, NDArray[Any]]
"""Calibration type to array, as stored."""


def read_constants(place: Path, source: str, run: int, note: Callable[[str], None]) -> Constants:
    """Constants of a detector that hold for a run.

    Parameters
    ----------
    place
        A ``.npz`` file (calibration types to arrays), a ``.npy`` file (pedestals), a calib directory, or the folder of one
        source in it.
    source
        Source text, for example ``CxiDs1-0|Cspad-0``.
    run
        Run number.
    note
        Told about a file that cannot be used; it then counts as missing.

    Raises
    ------
    ConfigError
        If there is nothing at ``place``.
    """
    if place.suffix in (".npz", ".npy"):
        return _from_numpy(place)
    if not place.is_dir():
        raise ConfigError(f"there are no constants at {place}; give a calib directory or a .npz file", key="constants")
    folder = source_folder(place, source)
    if folder is None or not folder.is_dir():
        folder = place
    found: dict[str, NDArray[Any]] = {}
    for ctype in CTYPES:
        path = file_for(folder, ctype, run)
        if path is None:
            continue
        try:
            found[ctype] = read_text(path)
        except DamagedData as error:
            note(str(error))
    return found


def _from_numpy(path: Path) -> Constants:
    try:
        stored = np.load(path, allow_pickle=False)
        if isinstance(stored, np.ndarray):
            return {"pedestals": stored}
        with stored:
            return {SHORT_NAMES.get(name, name): stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError) as error:
        raise ConfigError(f"the constants in {path} cannot be read: {error}", key="constants") from error
