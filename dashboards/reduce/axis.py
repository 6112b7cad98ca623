"""What the elements of an array field stand for, as the workers told."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

LABELS = {
    "q": "q (1/Å)",
    "r": "radius (mm)",
    "bins": "bin",
    "profile_0": "radius (pixel)",
}
"""Name of the array in a feature's configuration, and what it is for a person."""

ANGLES = ("phiVec", "az")


def axis_of(name: str, length: int, axes: Mapping[str, NDArray[Any]]) -> tuple[NDArray[np.float64], str]:
    """Positions along the last axis of a field, shape (length,), and their label; the number of the element if nothing is known.

    Parameters
    ----------
    name
        Of the field: ``cspad/azav_azav``.
    length
        Elements along its last axis.
    axes
        What workers told, by path: ``cspad/azav__azav_q``. Edges (one more than elements) count by their middles.
    """
    for key, label in LABELS.items():
        for values in _told(name, key, axes):
            if len(values) == length:
                return values.astype(np.float64), label
            if len(values) == length + 1:
                return (values[1:] + values[:-1]) / 2, label
    return np.arange(length, dtype=np.float64), "element"


def row_names(name: str, rows: int, axes: Mapping[str, NDArray[Any]]) -> list[str]:
    """What the rows of a field of several curves stand for: ranges of azimuth in degree, else their numbers."""
    for key in ANGLES:
        for values in _told(name, key, axes):
            if len(values) == rows + 1:
                degrees = np.degrees(values.astype(np.float64))
                return [f"{low:.0f}° to {high:.0f}°" for low, high in pairwise(degrees)]
    return [f"row {i}" for i in range(rows)]


def _told(name: str, key: str, axes: Mapping[str, NDArray[Any]]) -> Iterator[NDArray[Any]]:
    """Arrays of this key that belong to the feature of a field."""
    detector, _, leaf = name.rpartition("/")
    for path, values in axes.items():
        owner, _, own = path.rpartition("/")
        feature, between, rest = own.partition("__")
        if between and owner == detector and leaf.startswith(feature) and (rest == key or rest.endswith("_" + key)):
            yield values
