"""Sum, mean, largest value and centre of mass of a rectangle (small-data ``ROIFunc``).

Bad pixels are NaN in a corrected frame and count nowhere. With ``compat`` they count as zeros in mean and maximum, as in the
files of smalldata_tools.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind
from workers.features.region import bounds_in, crop_index
from workers.features.view import View
from workers.kernel import summing_kernel

SUM, COUNT, LARGEST, MOMENT_ROW, MOMENT_COLUMN = range(5)


class Parameters(Section):
    """What the settings may say about a rectangle; names as in smalldata_tools where it has the parameter."""

    ROI: Any = None
    """Rectangle in the frame; the whole frame if left out."""
    image_ROI: Any = None  # noqa: N815
    """Rectangle ``[[r0, r1], [c0, c1]]`` in the assembled image, as drawn on a page; instead of ``ROI``."""
    writeArea: bool = False  # noqa: N815  # the field's spelling
    """Keep the pixels of the rectangle too."""
    calcPars: bool = True  # noqa: N815
    """Keep sum, mean, largest pixel and centre of mass."""
    thresADU: float | tuple[float, float] | None = None  # noqa: N815
    """Values below the first number count as zero; values above the second too."""
    compat: bool = False
    """Count bad pixels as zeros in mean and maximum, as smalldata_tools does."""


class Roi:
    """A rectangle of one detector; see ``Parameters`` and the module."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._name, self._compat = name, parameters.compat
        self._pixels = np.squeeze(_pixels(parameters, view))
        self._grid = self._pixels.reshape(-1, self._pixels.shape[-1]) if self._pixels.ndim else self._pixels.reshape(1, 1)
        self._contiguous = bool((self._grid[:, 0] >= 0).all() and (np.diff(self._grid, axis=1) == 1).all())
        self._limits = _limits(parameters.thresADU)
        self._statistics, self._area = parameters.calcPars, parameters.writeArea
        self.gives = self._fields(view.unit)
        self.view = view.taken(self._pixels)
        self.config = {"bound": np.array(_bounds(parameters, view))}

    def _fields(self, unit: str) -> tuple[Field, ...]:
        real, fields = np.dtype(np.float64), []
        if self._statistics:
            fields += [
                Field(name=f"{self._name}_sum", dtype=real, unit=unit, description="sum over the good pixels"),
                Field(name=f"{self._name}_mean", dtype=real, unit=unit, description="mean over the good pixels"),
                Field(name=f"{self._name}_max", dtype=real, unit=unit, description="largest good pixel"),
                Field(name=f"{self._name}_com", dtype=real, shape=(2,), unit="pixel", description="centre of mass in the ROI"),
            ]
        if self._area:
            shape = self._pixels.shape
            fields.append(Field(name=f"{self._name}_area", dtype=np.dtype(np.float32), shape=shape, unit=unit))
        return tuple(fields)

    def process(self, data: Data, context: Context) -> Output:
        """Values of each frame, shape (events, ...); NaN where no pixel of the rectangle is good. Children get the crops."""
        frames = np.asarray(data)
        flat = frames.reshape(len(frames), math.prod(frames.shape[1:]))
        values: dict[str, NDArray[Any]] = {}
        if self._area:
            values[f"{self._name}_area"] = self._crops(flat)
        if self._statistics:
            values |= self._numbers(flat)
        return Output(values, lambda: self._crops(flat))

    def _numbers(self, flat: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        found = np.empty((len(flat), 5))
        rectangle_numbers(flat, self._grid, self._contiguous, *self._limits, found)
        total, count, largest, rows, columns = found.T
        count[count == 0] = np.nan
        if self._compat:
            mean = total / self._pixels.size
            largest = np.where(count < (self._pixels >= 0).sum(), np.fmax(largest, 0), largest)
        else:
            total, mean = np.where(np.isnan(count), np.nan, total), total / count
        center = np.full((len(flat), 2), np.nan)
        if self._pixels.ndim == 2:
            with np.errstate(invalid="ignore", divide="ignore"):
                center[:] = (np.stack([rows, columns]) / total).T
        names = (f"{self._name}_{key}" for key in ("sum", "mean", "max", "com"))
        return dict(zip(names, (total, mean, largest, center), strict=True))

    def _crops(self, flat: NDArray[np.float32]) -> NDArray[np.float32]:
        low, high = self._limits
        crops = np.where(self._pixels >= 0, flat[:, self._pixels], np.float32(np.nan))
        crops[(crops < low) | (crops > high)] = 0
        return crops


@summing_kernel
def rectangle_numbers(
    flat: NDArray[np.float32],
    grid: NDArray[np.int32],
    contiguous: bool,
    low: float,
    high: float,
    found: NDArray[np.float64],
) -> None:
    """Sum, count, maximum and first moments of the good pixels of a rectangle.

    Parameters
    ----------
    flat
        Frames, shape (events, pixels); NaN = bad.
    grid
        Pixel numbers of the rectangle, shape (rows, columns); -1 = no pixel there.
    contiguous
        The numbers of each row follow one another.
    low, high
        Values outside count as zero.
    found
        Result, shape (events, 5): sum, count, maximum (NaN if none), sum of value x row, sum of value x column.
    """
    columns = grid.shape[1]
    # Through buffers of one row, because the compiler vectorizes a choice and a sum, but not both in one loop.
    value, good = np.empty(columns, np.float32), np.empty(columns, np.int32)
    for event in range(len(flat)):
        values = flat[event]
        total, count, largest, moment_row, moment_column = 0.0, np.int64(0), np.float32(-np.inf), 0.0, 0.0
        for row in range(grid.shape[0]):
            pixels = grid[row]
            row_total, row_moment, row_count, row_largest = 0.0, 0.0, np.int32(0), np.float32(-np.inf)
            if contiguous:
                line = values[pixels[0] : pixels[0] + columns]
                for column in range(columns):
                    value[column] = line[column]
            else:
                for column in range(columns):
                    value[column] = values[pixels[column]] if pixels[column] >= 0 else np.float32(np.nan)
            for column in range(columns):
                v = value[column]
                good[column] = 1 if v == v else 0
                value[column] = v if v >= low and v <= high else np.float32(0)
            for column in range(columns):
                row_total += value[column]
                row_moment += value[column] * np.float64(column)
                row_count += good[column]
            for column in range(columns):
                if good[column] == 1:
                    row_largest = max(row_largest, value[column])
            total += row_total
            count += row_count
            largest = max(largest, row_largest)
            moment_row += row_total * row
            moment_column += row_moment
        found[event, SUM] = total
        found[event, COUNT] = count
        found[event, LARGEST] = largest if count else np.nan
        found[event, MOMENT_ROW] = moment_row
        found[event, MOMENT_COLUMN] = moment_column


def _bounds(parameters: Parameters, view: View) -> tuple[tuple[int, int], ...]:
    """Start and stop on each axis of the frame, or of the image for ``image_ROI``."""
    if parameters.image_ROI is None:
        return bounds_in(parameters.ROI if parameters.ROI is not None else [[0, length] for length in view.shape], view.shape)
    if parameters.ROI is not None:
        raise ValueError("give either ROI or image_ROI, not both")
    return bounds_in(parameters.image_ROI, view.image_index().shape)


def _pixels(parameters: Parameters, view: View) -> NDArray[np.int32]:
    bounds = _bounds(parameters, view)
    if parameters.image_ROI is None:
        return crop_index(bounds, view.shape)
    return np.ascontiguousarray(view.image_index()[tuple(slice(start, stop) for start, stop in bounds)])


def _limits(threshold: float | tuple[float, float] | None) -> tuple[float, float]:
    if threshold is None:
        return -np.inf, np.inf
    return (threshold[0], threshold[1]) if isinstance(threshold, tuple) else (threshold, np.inf)


def _named(parameters: Parameters) -> str:
    return "full" if parameters.ROI is None and parameters.image_ROI is None else "ROI"


FEATURES.add(
    "ROIFunc",
    FeatureKind(
        parameters=Parameters,
        named=_named,
        make=Roi,
        results={
            "sum": "sum over the good pixels",
            "mean": "mean over the good pixels",
            "max": "largest good pixel",
            "com": "centre of mass in the rectangle, (row, column)",
            "area": "the rectangle itself (writeArea)",
        },
        example='kind = "ROIFunc"\nname = "ROI_0"\nROI = [[0, 2], [10, 60], [20, 80]]',
    ),
)
