"""Constants as text: numbers in rows, with shape and type in comments.

Format: PSCalib's NDArrIO, as its files lie in calib directories. Metadata are comments of the shape ``# KEY value``; the data are
reshaped to the DIM lines only if NDIM is above 2, so a single row comes back one-dimensional.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData


def read_text(path: Path) -> NDArray[Any]:
    """Array in a text file; float32 unless a DTYPE line says otherwise.

    Raises
    ------
    DamagedData
        Naming the file, if it cannot be read, holds no numbers, or its numbers do not fit its metadata.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        return parse(text)
    except (OSError, ValueError, TypeError, OverflowError) as error:
        raise DamagedData(f"not a text file of constants: {error}", source=str(path)) from error


def parse(text: str) -> NDArray[Any]:
    """Array in such a text.

    Raises
    ------
    ValueError, TypeError, OverflowError
        If the numbers do not fit the metadata.
    """
    dtype, ndim, shape = _metadata(text)
    if not any(line.strip() and not line.startswith("#") for line in text.splitlines()):
        raise ValueError("there are no numbers")
    if ndim is not None and shape and ndim != len(shape):
        raise ValueError(f"NDIM is {ndim}, but there are {len(shape)} DIM lines")
    numbers = np.loadtxt(io.StringIO(text), dtype=dtype, comments="#", ndmin=1)
    return numbers.reshape(shape) if ndim is not None and ndim > 2 else numbers


def _metadata(text: str) -> tuple[np.dtype[Any], int | None, list[int]]:
    """Type, number of dimensions and shape, from the comments."""
    dtype, ndim, shape = np.dtype(np.float32), None, []
    for line in text.splitlines():
        if not line.startswith("# "):
            continue
        words = line.split(" ", 2)
        key, value = words[1], words[2].strip() if len(words) == 3 else ""
        if key == "DTYPE":
            dtype = np.dtype(value.split()[0])
        elif key == "NDIM":
            ndim = int(value)
        elif key.startswith("DIM:"):
            shape.append(int(value))
    if dtype.kind not in "iuf":
        raise ValueError(f"DTYPE {dtype} is not a number")
    return dtype, ndim, shape
