"""Which row and column of an image a pixel, or a point in space, falls into.

In the psana frame rows count x and columns count y, both from the smallest; in the laboratory frame rows count y downwards and
columns count x. This is what the facility's ``det.image`` shows. Source: PSCalib GeometryAccess.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.calib.geometry.coordinates import Coordinates
from monitor.calib.geometry.segment import Real
from monitor.errors import DamagedData

LARGEST_SIDE = 1 << 15


@dataclass(frozen=True, slots=True, eq=False)
class PixelIndex:
    """Places in an image.

    Attributes
    ----------
    rows, columns
        Of each pixel, int32, in the shape of the coordinates.
    shape
        Rows and columns of the image that holds them all.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    shape: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """The pixels of an image in space.

    Attributes
    ----------
    scale
        Size of an image pixel, micrometre.
    row_origin, column_origin
        Coordinate of the outer edge of row 0 and column 0, micrometre.
    laboratory
        Rows count y downwards and columns x; else rows count x and columns y.
    """

    scale: float
    row_origin: float
    column_origin: float
    laboratory: bool = False

    def rows(self, x: Real, y: Real) -> Real:
        """Row of points, with its fraction."""
        return (self.row_origin - y) / self.scale if self.laboratory else (x - self.row_origin) / self.scale

    def columns(self, x: Real, y: Real) -> Real:
        """Column of points, with its fraction."""
        return ((x if self.laboratory else y) - self.column_origin) / self.scale


def grid_of(pixels: Coordinates, scale: float, *, offset: tuple[float, float] = (0, 0), laboratory: bool = False) -> Grid:
    """The image in which these pixels just fit.

    Parameters
    ----------
    pixels
        Pixel centres, in the frame that ``laboratory`` says.
    scale
        Size of an image pixel, micrometre.
    offset
        Empty image pixels in front along x and y; negative ones count as none (the facility's rule). The C++ side of the facility
        instead places the coordinate origin there; this is what its Python side does.
    """
    over_x, over_y = (max(pixel, 0) * scale for pixel in offset)
    low_x = pixels.x.min() - over_x - scale / 2
    if laboratory:
        return Grid(scale, float(pixels.y.max() + over_y + scale / 2), float(low_x), True)
    return Grid(scale, float(low_x), float(pixels.y.min() - over_y - scale / 2))


def pixel_index(pixels: Coordinates, grid: Grid) -> PixelIndex:
    """Row and column of each pixel.

    Raises
    ------
    DamagedData
        If the image would have more rows or columns than any detector's.
    """
    rows, columns = grid.rows(pixels.x, pixels.y), grid.columns(pixels.x, pixels.y)
    high, wide = rows.max(), columns.max()
    if not (high < LARGEST_SIDE and wide < LARGEST_SIDE and rows.min() >= 0 and columns.min() >= 0):
        raise DamagedData(f"pixels so far apart that their image would have {high:.0f} x {wide:.0f} pixels")
    return PixelIndex(rows.astype(np.int32), columns.astype(np.int32), (int(high) + 1, int(wide) + 1))


def point_index(x: float, y: float, grid: Grid) -> tuple[float, float]:
    """Row and column of a point, with fractions; negative or beyond the image if it lies outside.

    ``math.floor`` of both is the image pixel.
    """
    point = np.asarray(x, np.float64), np.asarray(y, np.float64)
    return float(grid.rows(*point)), float(grid.columns(*point))
