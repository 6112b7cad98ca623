"""Traces (waveforms, projections, spectra): windows, medians and arrays in files, for the features that work on them."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.calib.cache import read_array
from monitor.calib.numpy_file import SUFFIXES, read_numpy
from monitor.errors import DamagedData
from workers.features.data import Data
from workers.features.view import View

Floats = NDArray[np.float64]


def floats(data: Data) -> Floats:
    """Values as float64, leading event axis kept; the data itself if it is that already."""
    return np.asarray(data, np.float64)


def as_rows(data: Data) -> Floats:
    """Traces below one another, shape (events * channels, samples), float64."""
    values = floats(data)
    return values.reshape(math.prod(values.shape[:-1]), values.shape[-1])


def window(given: tuple[int, int] | None, length: int, name: str) -> tuple[int, int]:
    """Start and stop of ``[a, b]`` in a trace, as in a slice of Python: the end is left out, -1 counts from the end.

    Raises
    ------
    ValueError
        If no sample is in it.

    Examples
    --------
    >>> window((10, -1), 100, "ROI")
    (10, 99)
    """
    start, stop, _ = slice(*given).indices(length) if given else (0, length, 1)
    if start >= stop:
        raise ValueError(f"{name} = {list(given or ())} holds no sample of a trace of {length}")
    return start, stop


def trace_length(view: View, kind: str) -> int:
    """Samples of a view that is one trace per event.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if len(view.shape) != 1 or view.shape[0] < 1:
        raise ValueError(f"{kind} works on one trace per event, and its input has the shape {view.shape}")
    return view.shape[0]


def median_of(values: Floats) -> Floats:
    """Median over the last axis of what is not NaN; NaN where nothing is."""
    ordered = np.sort(values, axis=-1)
    count = (~np.isnan(values)).sum(axis=-1, keepdims=True)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[-1] - 1)
    both = np.take_along_axis(ordered, low, -1) / 2 + np.take_along_axis(ordered, high, -1) / 2
    return np.where(count > 0, both, np.nan)[..., 0]


def sum_of(values: Floats) -> Floats:
    """Sum over the last axis of what is not NaN; NaN where nothing is."""
    bad = np.isnan(values)
    return np.where(bad.all(axis=-1), np.nan, np.where(bad, 0.0, values).sum(axis=-1))


def mean_of(values: Floats) -> Floats:
    """Mean over the last axis of what is not NaN; NaN where nothing is."""
    count = (~np.isnan(values)).sum(axis=-1)
    return sum_of(values) / np.maximum(count, 1)


def std_of(values: Floats) -> Floats:
    """Standard deviation (of the samples at hand) over the last axis of what is not NaN; NaN where nothing is."""
    offset = values - mean_of(values)[..., None]
    return np.sqrt(mean_of(offset * offset))


def array_of(given: Any, name: str) -> NDArray[Any]:
    """Numbers written in the settings, or the path of a ``.npy`` or text file that holds them.

    Raises
    ------
    ValueError
        If they are no regular array of numbers, or the file cannot be read.
    """
    if isinstance(given, str):
        return _from_file(Path(given), name)
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise ValueError(f"{name} is no regular list of numbers") from error
    if array.dtype.kind not in "biuf" or not array.size:
        raise ValueError(f"{name} is no regular list of numbers")
    return array


def _from_file(path: Path, name: str) -> NDArray[Any]:
    try:
        arrays = read_numpy(path) if path.suffix in SUFFIXES else {"": read_array(path)[0]}
    except (DamagedData, OSError) as error:
        raise ValueError(f"{name}: {error}") from error
    if len(arrays) != 1:
        raise ValueError(f"{name}: {path} holds {len(arrays)} arrays, and one is needed")
    (array,) = arrays.values()
    if not array.size:
        raise ValueError(f"{name}: {path} holds no numbers")
    return array
