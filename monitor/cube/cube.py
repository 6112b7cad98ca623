"""Sums of fields in bins of one or several variables (small-data "cube").

Source: facts of smalldata_tools 15.5. Where it differs: float64 throughout, an empty bin has the count 0, axes are kept as edges
and as centres, and squares are always summed, so that a spread can be told in one dimension too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.cube.selection import Columns, number_of

GUARD = 1e-7
"""Around the values of a scan that are bins by themselves."""


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Bins of a variable: [edge, next edge) each, and nothing on the outermost edges.

    Attributes
    ----------
    field
        Name of the variable.
    edges
        Ascending, at least two.
    """

    field: str
    edges: NDArray[np.float64]

    def __post_init__(self) -> None:
        if len(self.edges) < 2 or not (np.diff(self.edges) > 0).all():
            raise ValueError(f"the edges of {self.field} must be at least two numbers that grow")

    @property
    def bins(self) -> int:
        """Number of bins."""
        return len(self.edges) - 1

    @property
    def centers(self) -> NDArray[np.float64]:
        """Middle of each bin."""
        return np.asarray((self.edges[:-1] + self.edges[1:]) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Sums over the events of each bin; every array begins with the axes' bins.

    Attributes
    ----------
    axes
        The bins.
    count
        Events of each bin, int64.
    total, squares
        Sum of each field and of its squares, float64, by name; NaN of an event left out.
    entries
        Events of each bin and element that were not NaN, by name.
    """

    axes: Sequence[Axis]
    count: NDArray[np.int64]
    total: Mapping[str, NDArray[np.float64]]
    squares: Mapping[str, NDArray[np.float64]]
    entries: Mapping[str, NDArray[np.int64]]

    def mean(self, field: str) -> NDArray[np.float64]:
        """Mean of a field in each bin, NaN in empty ones."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.total[field] / self.entries[field])

    def std(self, field: str) -> NDArray[np.float64]:
        """Standard deviation of a field in each bin, NaN in empty ones."""
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = self.squares[field] / self.entries[field] - self.mean(field) ** 2
        return np.asarray(np.sqrt(np.maximum(spread, 0)))


def scan_edges(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """One bin for each value of a step scan.

    >>> scan_edges(np.array([2.0, 1.0, 2.0, 4.0])).tolist()
    [1.0, 2.0, 4.0, 4.0000001]
    """
    found = np.unique(values[np.isfinite(values)]).astype(np.float64)
    return np.append(found, found[-1] + GUARD) if len(found) else found


def cube(columns: Columns, axes: Sequence[Axis], fields: Sequence[str], chosen: NDArray[np.bool_]) -> Cube:
    """Sum fields in bins.

    Parameters
    ----------
    columns
        Fields by name, with a leading event axis; the variables of the axes are among them.
    axes
        At least one.
    fields
        What is summed.
    chosen
        Events that count; see ``Selection``.

    Raises
    ------
    KeyError
        If a field is not there.
    """
    used = chosen.copy()
    place, shape = np.zeros(len(chosen), np.int64), tuple(axis.bins for axis in axes)
    for axis in axes:
        values = number_of(columns, axis.field)
        used &= (values >= axis.edges[0]) & (values < axis.edges[-1])
        place = place * axis.bins + np.clip(np.searchsorted(axis.edges, values, side="right") - 1, 0, axis.bins - 1)
    bins, place = int(np.prod(shape)), place[used]
    total, squares, entries = {}, {}, {}
    for name in fields:
        values = np.asarray(columns[name][used], np.float64)
        good = ~np.isnan(values)
        values = np.where(good, values, 0)
        total[name] = _summed(values, place, bins).reshape(*shape, *values.shape[1:])
        squares[name] = _summed(values**2, place, bins).reshape(*shape, *values.shape[1:])
        entries[name] = _summed(good.astype(np.int64), place, bins).reshape(*shape, *values.shape[1:])
    return Cube(axes, np.bincount(place, minlength=bins).reshape(shape), total, squares, entries)


def _summed(values: NDArray[Any], place: NDArray[np.int64], bins: int) -> NDArray[Any]:
    found = np.zeros((bins, *values.shape[1:]), values.dtype)
    np.add.at(found, place, values)
    return found
