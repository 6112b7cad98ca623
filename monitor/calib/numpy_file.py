"""Arrays in numpy's own files: ``.npy`` holds one without a name, ``.npz`` several by name; nothing is ever unpickled."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData

SUFFIXES = (".npz", ".npy")


def read_numpy(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays of a file by name; the one of a ``.npy`` file has the empty name.

    Raises
    ------
    DamagedData
        Naming the file, if it cannot be read, is none, or holds anything but numbers.
    """
    try:
        with path.open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            if isinstance(stored, np.ndarray):
                arrays = {"": stored}
            else:
                with stored:
                    arrays = {name: stored[name] for name in stored.files}
    except OSError as error:
        raise DamagedData(f"cannot be read: {error.strerror or error}", source=str(path)) from error
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, MemoryError) as error:
        raise DamagedData(f"not a file of numpy arrays: {error}", source=str(path)) from error
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise DamagedData(f"{name or 'the array'} is of type {array.dtype}, not of numbers", source=str(path))
    return arrays
