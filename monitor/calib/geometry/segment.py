"""Sensors whose pixels a geometry file places: shape, pitch, wide pixels, and what a mask may leave out.

All of them are grids: one coordinate depends on the row alone and the other on the column alone.
Source: the facility's PSCalib segment classes (SegGeometry*V1).
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from monitor.plugins import Registry, load_folder

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axis:
    """One direction of a sensor.

    Attributes
    ----------
    positions
        Centres of its rows or columns, micrometre, shape (n,).
    wide_centres
        The same, with the centre of a wide pixel in its middle; None where the sensor has no such option.
    sizes
        Sizes of its pixels, micrometre, shape (n,).
    borders
        First row or column behind each border between two readout chips, or other line that a central mask leaves out.
    chips
        First row or column of each readout chip.
    """

    positions: Real
    wide_centres: Real | None = None
    sizes: Real
    borders: tuple[int, ...] = ()
    chips: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """One kind of sensor.

    Attributes
    ----------
    name
        As geometry files have it: ``SENS2X1:V1``.
    rows, columns
        The two directions.
    x_along
        Which of the two tells x; the other tells y.
    scale
        Nominal size of a pixel, micrometre.
    depth
        Thickness, micrometre.
    unbonded
        Row and column of pixels without connection, shape (n, 2).
    """

    name: str
    rows: Axis
    columns: Axis
    x_along: Literal["rows", "columns"] = "columns"
    scale: float
    depth: float = 400.0
    unbonded: NDArray[np.intp] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows.positions), len(self.columns.positions)

    def coordinates(self, *, wide_centres: bool = False) -> tuple[Real, Real]:
        """x and y of the pixel centres, micrometre, shape ``shape``; read-only views."""
        down, across = (_positions(axis, wide_centres) for axis in (self.rows, self.columns))
        by_row = np.broadcast_to(down[:, None], self.shape)
        by_column = np.broadcast_to(across[None, :], self.shape)
        return (by_column, by_row) if self.x_along == "columns" else (by_row, by_column)

    def areas(self) -> Real:
        """Area of each pixel relative to a plain one, shape ``shape``."""
        return np.outer(self.rows.sizes / self.rows.sizes.min(), self.columns.sizes / self.columns.sizes.min())


@dataclass(frozen=True, slots=True)
class SegmentKind:
    """What one file of the folder ``segments`` declares: names that match the pattern are sensors made from the match.

    ``make`` may raise ``ValueError`` for a name that makes no sense.
    """

    pattern: str
    make: Callable[[re.Match[str]], Segment]


SEGMENTS: Registry[SegmentKind] = Registry("sensor")


@functools.lru_cache(maxsize=64)
def segment_for(name: str) -> Segment | None:
    """The sensor of this name; None if it is the name of something else.

    Raises
    ------
    ValueError
        If the name is one of a sensor that cannot be.
    """
    load_folder("monitor.calib.geometry.segments")
    for _, kind in SEGMENTS.items():
        match = re.fullmatch(kind.pattern, name)
        if match is not None:
            return kind.make(match)
    return None


def plain_axis(count: int, pitch: float, *, centred: bool = False, falling: bool = False) -> Axis:
    """Pixels of one size, from 0 on or around the middle, growing or falling."""
    numbers = np.arange(count, dtype=np.float64)
    if centred:
        numbers -= (count - 1) / 2
    return Axis(positions=(-numbers if falling else numbers) * pitch, sizes=np.full(count, float(pitch)))


def mirrored_axis(count: int, pitch: float, wide: float, *, falling: bool = False, wide_centre: float | None = None) -> Axis:
    """Two halves that mirror each other, each beginning at the middle with a pixel of size ``wide``.

    Parameters
    ----------
    wide_centre
        Where the option of wide pixel centres puts those two; None = there is no such option.
    """
    half = np.arange(count // 2) * pitch + (wide - pitch / 2)
    positions = np.concatenate([-half[::-1], half])
    sizes = np.full(count, float(pitch))
    middle = slice(count // 2 - 1, count // 2 + 1)
    sizes[middle] = wide
    centres = None
    if wide_centre is not None:
        centres = positions.copy()
        centres[middle] = -wide_centre, wide_centre
    if falling:
        positions = -positions
    chips = (0, count // 2)
    return Axis(positions=positions, wide_centres=centres, sizes=sizes, borders=chips[1:], chips=chips)


def _positions(axis: Axis, wide_centres: bool) -> Real:
    return axis.wide_centres if wide_centres and axis.wide_centres is not None else axis.positions
