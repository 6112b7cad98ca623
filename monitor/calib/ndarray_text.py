"""Constants as text: numbers in rows, with shape and type in comments.

Format: PSCalib's NDArrIO, as its files lie in calib directories. Metadata are comments of the shape ``# KEY value``; the data are
reshaped to the DIM lines only if NDIM is above 2, so a single row comes back one-dimensional. Its two readers differ: the older
one takes every number through a double and refuses a text without numbers; the newer one keeps whole numbers exact.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.calib.number_text import COLUMNS, COMMENTS, NUMBERS, RAGGED, ROWS, SLOW, room_for, scan, settle
from monitor.errors import DamagedData

Reader = Literal["newer", "older"]

_DTYPE = re.compile(r"[<>=|]?[A-Za-z]+\d{0,3}_?")
_WIDEST = 8


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the comments say: type, number of dimensions (None = not said) and shape (empty = not said)."""

    dtype: np.dtype[Any]
    ndim: int | None
    shape: tuple[int, ...]


def read_text(path: Path, reader: Reader = "newer") -> NDArray[Any]:
    """Array in a text file; float32 unless a DTYPE line says otherwise.

    Raises
    ------
    DamagedData
        Naming the file, if it cannot be read or its numbers do not fit its metadata.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DamagedData(f"cannot be read: {error.strerror}", source=str(path)) from error
    return parse(text, reader, source=str(path))


def parse(text: bytes, reader: Reader = "newer", *, source: str = "") -> NDArray[Any]:
    """Array in such a text.

    Parameters
    ----------
    text
        The bytes of a file.
    reader
        Whose rules hold where the facility's two readers differ.
    source
        Name of the file, for the error.

    Raises
    ------
    DamagedData
        If the numbers are none, or do not fit the metadata.
    """
    values, slow, comments, tally = room_for(len(text))
    scan(np.frombuffer(text, np.uint8), values, slow, comments, tally)
    values = values[: tally[NUMBERS]]
    about = _metadata((text[start:stop] for start, stop in comments[: tally[COMMENTS]].tolist()), source)
    if not len(values) and reader == "older":
        raise DamagedData("there are no numbers", source=source)
    slow = slow[: tally[SLOW]]
    if about.dtype == np.float32:
        slow = slow[: settle(np.frombuffer(text, np.uint8), values, slow)]
    numbers = _numbers(text, values, slow, about.dtype, reader, source)
    return _shaped(numbers, about, tally, source)


def _metadata(comments: Iterable[bytes], source: str) -> Metadata:
    """Type, number of dimensions and shape, from the comments."""
    dtype: np.dtype[Any] = np.dtype(np.float32)
    ndim, shape = None, []
    for comment in comments:
        words = comment.decode("utf-8", "replace").split(" ", 2)
        if len(words) < 2 or words[0] != "#":
            continue
        key, value = words[1], words[2].strip() if len(words) == 3 else ""
        if key == "DTYPE":
            dtype = _dtype(value, source)
        elif key == "NDIM":
            ndim = _whole(key, value, source)
        elif key.startswith("DIM:"):
            shape.append(_whole(key, value, source))
    return Metadata(dtype, ndim, tuple(shape))


def _dtype(value: str, source: str) -> np.dtype[Any]:
    word = (value.split() or [""])[0]
    try:
        dtype = np.dtype(word) if _DTYPE.fullmatch(word) else None
    except (TypeError, ValueError):
        dtype = None
    if dtype is None or dtype.kind not in "biuf" or dtype.itemsize > _WIDEST:
        raise DamagedData(f"DTYPE {word!r} is no type of numbers", source=source)
    return dtype


def _whole(key: str, value: str, source: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 12):
        raise DamagedData(f"{key} is {value!r}, expected is a whole number", source=source)
    return int(value)


def _numbers(
    text: bytes, values: NDArray[np.float64], slow: NDArray[np.int64], dtype: np.dtype[Any], reader: Reader, source: str
) -> NDArray[Any]:
    """All numbers in their type."""
    exact: dict[int, int] = {}
    for number, start, stop in slow.tolist():
        word = text[start:stop]
        try:
            if b"_" in word:
                raise ValueError
            values[number] = float(word)
            if dtype.kind in "iu" and reader == "newer" and word.lstrip(b"+-").isdigit():
                exact[number] = int(word)
        except ValueError:
            shown = word[:20].decode("ascii", "backslashreplace")
            raise DamagedData(f"{shown!r} is not a number", source=source, offset=start) from None
    if dtype.kind in "iu":
        return _whole_numbers(values, exact, dtype, reader, source)
    try:
        with np.errstate(over="raise"):
            return values.astype(dtype)
    except FloatingPointError:
        raise DamagedData(f"there are numbers too large for {dtype}", source=source) from None


def _whole_numbers(
    values: NDArray[np.float64], exact: dict[int, int], dtype: np.dtype[Any], reader: Reader, source: str
) -> NDArray[Any]:
    """Whole numbers: those that a double does not hold exactly are put in one by one."""
    limits = np.iinfo(dtype)
    for number in exact:
        values[number] = 0.0
    # The last whole number of 64 bits rounds to one too many, so the upper limit is compared from below.
    fits = (values >= float(limits.min)) & (values < float(int(limits.max) + 1))
    beyond = [whole for whole in exact.values() if not limits.min <= whole <= limits.max]
    if not fits.all() or beyond:
        raise DamagedData(f"there are numbers that {dtype} has no room for", source=source)
    if reader == "newer" and (values != np.trunc(values)).any():
        raise DamagedData(f"there are fractions, and DTYPE is {dtype}", source=source)
    numbers = values.astype(dtype)
    for number, whole in exact.items():
        numbers[number] = whole
    return numbers


def _shaped(numbers: NDArray[Any], about: Metadata, tally: NDArray[np.int64], source: str) -> NDArray[Any]:
    """The array in the shape that metadata and rows give it."""
    described = about.ndim is not None and bool(about.shape)
    if described and about.ndim != len(about.shape):
        raise DamagedData(f"NDIM is {about.ndim}, but there are {len(about.shape)} DIM lines", source=source)
    ragged = int(tally[RAGGED])
    if described and (len(about.shape) > 2 or ragged >= 0):
        if math.prod(about.shape) != numbers.size:
            words = " x ".join(map(str, about.shape))
            raise DamagedData(f"there are {numbers.size:,} numbers, expected are {words}", source=source)
        return numbers.reshape(about.shape)
    if ragged >= 0:
        raise DamagedData(f"row {ragged + 1} has more or fewer numbers than the {tally[COLUMNS]} of the first", source=source)
    if tally[ROWS] < 2 or tally[COLUMNS] == 1:
        return numbers
    return numbers.reshape(int(tally[ROWS]), int(tally[COLUMNS]))
