"""Sum, mean, spread, extremes and centre of mass of a rectangle (small-data ``ROIFunc``).

Bad pixels are NaN in a corrected frame and count nowhere. With ``compat`` they count as zeros in mean and maximum, as in the
files of smalldata_tools, where a NaN at a good pixel also makes sum, mean and maximum NaN and panels have no common centre.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.calib import polygon
from monitor.model.field import Field
from monitor.settings import Feature as FeatureSettings
from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.flat import flat
from workers.features.given import Numbers, Region
from workers.features.limits import Threshold, limits
from workers.features.rectangle import (
    ABOVE,
    COLUMN,
    COUNT,
    IMAGE_COLUMN,
    IMAGE_ROW,
    LARGEST,
    ROW,
    SMALLEST,
    SPREAD,
    TOTAL,
    Rectangle,
    warm,
)
from workers.features.region import bounds_in, crop_index, several
from workers.features.user_array import user_good
from workers.features.view import View


class Parameters(Section):
    """What the settings may say about a rectangle; names as in smalldata_tools where it has the parameter."""

    ROI: Region = None
    """Rectangle in the frame; the whole frame if left out. A list of rectangles makes one feature each, ``<name>_0`` ..."""
    image_ROI: Region = None  # noqa: N815
    """Rectangle ``[[r0, r1], [c0, c1]]`` in the assembled image, as drawn on a page; instead of ``ROI``."""
    image_polygon: Any = None
    """Corners ``[[row, column], ...]`` of a polygon in the assembled image, as drawn on a page; instead of ``ROI``: the rectangle
    around it, without the pixels whose centre lies outside."""
    writeArea: bool = False  # noqa: N815  # the field's spelling
    """Keep the pixels of the rectangle too."""
    calcPars: bool = True  # noqa: N815
    """Keep sum, mean, spread, extremes and centre of mass."""
    userMask: Numbers = None  # noqa: N815
    """Good pixels (1) of the whole frame, beside those of the detector: nested lists, or the path of a npy or text file."""
    thresADU: Threshold = None  # noqa: N815
    """Values below the first number count as zero; values above the second too."""
    nsat: float | None = None
    """Count the good pixels from this value on, as ``addNsat`` does."""
    compat: bool = False
    """Count bad pixels as zeros in mean and maximum, as smalldata_tools does."""


class Roi:
    """A rectangle of one detector; see ``Parameters`` and the module."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if several(parameters.ROI):
            raise ValueError("several rectangles are several features")
        bounds = _bounds(parameters, view)
        good = user_good(parameters.userMask, view)
        drawn = np.squeeze(_drawn(parameters, view, bounds))
        self._name, self._compat = name, parameters.compat
        self._pixels = np.squeeze(_pixels(parameters, view, bounds))
        self._shape = view.shape
        cut = None if _in_image(parameters) else (slice(None), *(slice(*bound) for bound in bounds))
        self._slices = cut
        self._keep = good.reshape(-1)[self._pixels] & (self._pixels >= 0) & drawn
        self._statistics, self._area, self._saturation = parameters.calcPars, parameters.writeArea, parameters.nsat is not None
        self._placed = self._statistics and self._pixels.ndim == 3 and not parameters.compat and view.index is not None
        self._rectangle = self._made(parameters, view)
        self.gives = self._fields(view)
        self.view = view.taken(np.where(self._keep, self._pixels, -1).astype(np.int32))
        self.config = {"bound": np.array(bounds), "mask": self._keep}

    def _made(self, parameters: Parameters, view: View) -> Rectangle:
        grid = self._pixels.reshape(-1, *(1, 1, *self._pixels.shape)[-2:])
        row, column = np.zeros((2, 0, 0, 0), np.float32)
        if self._placed:
            width = view.image_index().shape[1]
            places = view.pixel_places().reshape(-1)[grid].astype(np.float32)
            row, column = np.where(places < 0, np.nan, np.stack([places // width, places % width])).astype(np.float32)
        low, high = limits(parameters.thresADU)
        limit = np.inf if parameters.nsat is None else parameters.nsat
        # A pixel that is bad in every event is NaN there already.
        limited = parameters.userMask is not None or parameters.image_polygon is not None
        keep = self._keep.reshape(grid.shape) if limited else np.ones(grid.shape, bool)
        return Rectangle(grid, keep, row, column, low, high, limit)

    def _fields(self, view: View) -> tuple[Field, ...]:
        name, unit, fields = self._name, view.unit, []
        if self._statistics:
            fields += [
                real_field(f"{name}_sum", unit, "sum over the good pixels"),
                real_field(f"{name}_mean", unit, "mean over the good pixels"),
                real_field(f"{name}_std", unit, "standard deviation of the good pixels"),
                real_field(f"{name}_min", unit, "smallest good pixel"),
                real_field(f"{name}_max", unit, "largest good pixel"),
                real_field(f"{name}_com", "pixel", "centre of mass: of panels in the image, else in the ROI", (2,)),
            ]
        if self._statistics and self._pixels.ndim == 3:
            shape = (len(self._pixels), 2)
            fields.append(real_field(f"{name}_com_tiles", "pixel", "centre of mass in each panel of the ROI", shape))
        if self._saturation:
            about = "good pixels at or above the limit"
            fields.append(Field(name=f"{name}_nsat", dtype=np.dtype(np.int64), unit="1", description=about))
        if self._area:
            dtype = view.dtype if view.dtype.kind == "f" else np.dtype(np.float64)
            fields.append(Field(name=f"{name}_area", dtype=dtype, shape=self._pixels.shape, unit=unit))
        return tuple(fields)

    def process(self, data: Data, context: Context) -> Output:
        """Values of each frame, shape (events, ...); NaN where no pixel of the rectangle is good. Children get the crops."""
        frames = flat(data)
        values: dict[str, NDArray[Any]] = {}
        if self._area:
            values[f"{self._name}_area"] = self._crops(frames)
        if self._statistics or self._saturation:
            values |= self._numbers(self._rectangle.numbers(frames))
        return Output(values, lambda: self._crops(frames))

    def _numbers(self, panels: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        found = {"nsat": panels[..., ABOVE].sum(axis=1).astype(np.int64)} if self._saturation else {}
        if self._statistics:
            found |= self._moments(panels)
        return {f"{self._name}_{key}": values for key, values in found.items()}

    def _moments(self, panels: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        count = np.where(panels[..., COUNT].sum(axis=1) > 0, panels[..., COUNT].sum(axis=1), np.nan)
        total = np.where(np.isnan(count), np.nan, panels[..., TOTAL].sum(axis=1))
        largest, smallest = np.fmax.reduce(panels[..., LARGEST], axis=1), np.fmin.reduce(panels[..., SMALLEST], axis=1)
        mean, std = total / count, np.sqrt(_spread(panels) / count)
        if self._compat:
            total, mean, largest = self._old(panels, largest)
        found = {"sum": total, "mean": mean, "std": std, "min": smallest, "max": largest, "com": self._center(panels)}
        if self._pixels.ndim == 3:
            found["com_tiles"] = _centers(panels[..., [ROW, COLUMN]], panels[..., TOTAL])
        return found

    def _old(self, panels: NDArray[np.float64], largest: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Sum, mean and maximum as smalldata_tools has them."""
        count, total = panels[..., COUNT].sum(axis=1), panels[..., TOTAL].sum(axis=1)
        if not self._keep.all():
            largest = np.fmax(largest, 0)
        poisoned = np.where(count < self._keep.sum(), np.nan, 0.0)
        return total + poisoned, total / self._pixels.size + poisoned, largest + poisoned

    def _center(self, panels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Centre of mass, shape (events, 2)."""
        if self._pixels.ndim == 3:
            moments = panels[..., [IMAGE_ROW, IMAGE_COLUMN]].sum(axis=1)
            return _centers(moments if self._placed else np.full_like(moments, np.nan), panels[..., TOTAL].sum(axis=1))
        center = _centers(panels[:, 0, [ROW, COLUMN]], panels[:, 0, TOTAL])
        poisoned = self._compat & ((panels[:, 0, COUNT] < self._keep.sum()) | (self._pixels.ndim < 2))
        return np.where(poisoned[:, None], np.nan, center)

    def _crops(self, frames: NDArray[Any]) -> NDArray[Any]:
        """Pixels of the rectangle; the frames themselves where it is all of them and nothing is changed."""
        low, high = self._rectangle.low, self._rectangle.high
        thresholds = low > -np.inf or high < np.inf
        if self._slices is None:
            crops = np.take(frames, self._pixels, axis=1)
        else:
            crops = frames.reshape(len(frames), *self._shape)[self._slices]
            changed = thresholds or not self._rectangle.whole
            crops = np.array(crops, order="C") if changed else np.ascontiguousarray(crops)
            crops = crops.reshape(len(frames), *self._pixels.shape)
        # A pixel that is bad in every event is NaN in the frame already.
        if self._slices is None or not self._rectangle.whole:
            np.copyto(crops, np.nan, where=~self._keep)
        if thresholds:
            crops[(crops < low) | (crops > high)] = 0
        return crops


def _spread(panels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of squared distances from the mean of all panels, shape (events,)."""
    count, total = panels[..., COUNT], panels[..., TOTAL]
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = total / count - (total.sum(axis=1) / count.sum(axis=1))[:, None]
    return np.asarray(panels[..., SPREAD].sum(axis=1) + np.where(count > 0, apart**2 * count, 0).sum(axis=1))


def _centers(moments: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(moments / total[..., None])


def _bounds(parameters: Parameters, view: View) -> tuple[tuple[int, int], ...]:
    """Start and stop on each axis of the frame, or of the image for what is drawn there."""
    if sum(given is not None for given in (parameters.ROI, parameters.image_ROI, parameters.image_polygon)) > 1:
        raise ValueError("give one of ROI, image_ROI and image_polygon")
    if parameters.image_polygon is not None:
        return polygon.bounds(_corners(parameters), view.image_index().shape)
    if parameters.image_ROI is None:
        whole = [[0, length] for length in view.shape]
        return bounds_in(parameters.ROI if parameters.ROI is not None else whole, view.shape, "ROI")
    return bounds_in(parameters.image_ROI, view.image_index().shape, "image_ROI")


def _corners(parameters: Parameters) -> list[list[float]]:
    """Corners of the polygon."""
    corners = parameters.image_polygon
    if not isinstance(corners, list | tuple) or not all(isinstance(corner, list | tuple) for corner in corners):
        raise ValueError("image_polygon is a list of corners, each a row and a column")
    return [list(corner) for corner in corners]


def _in_image(parameters: Parameters) -> bool:
    """Whether the region is one of the assembled image."""
    return parameters.image_ROI is not None or parameters.image_polygon is not None


def _drawn(parameters: Parameters, view: View, bounds: tuple[tuple[int, int], ...]) -> NDArray[np.bool_] | np.bool_:
    """Pixels of the rectangle that are in the polygon, if there is one."""
    if parameters.image_polygon is None:
        return np.bool_(True)
    return polygon.inside(_corners(parameters), view.image_index().shape)[tuple(slice(*bound) for bound in bounds)]


def _pixels(parameters: Parameters, view: View, bounds: tuple[tuple[int, int], ...]) -> NDArray[np.int32]:
    if not _in_image(parameters):
        return crop_index(bounds, view.shape)
    return np.ascontiguousarray(view.image_index()[tuple(slice(start, stop) for start, stop in bounds)])


def _named(parameters: Parameters) -> str:
    return "full" if parameters.ROI is None and not _in_image(parameters) else "ROI"


def one_each(settings: FeatureSettings) -> tuple[FeatureSettings, ...]:
    """A feature of several rectangles as one feature for each, ``<name>_0``, ``<name>_1`` ..."""
    regions = (settings.model_extra or {}).get("ROI")
    if regions is None or not several(regions):
        return (settings,)
    name = settings.name or "ROI"
    return tuple(settings.model_copy(update={"name": f"{name}_{n}", "ROI": region}) for n, region in enumerate(regions))


FEATURES.add(
    "ROIFunc",
    FeatureKind(
        parameters=Parameters,
        named=_named,
        make=Roi,
        results={
            "sum": "sum over the good pixels",
            "mean": "mean over the good pixels",
            "std": "standard deviation of the good pixels",
            "min": "smallest good pixel",
            "max": "largest good pixel",
            "com": "centre of mass (row, column): in the rectangle, or in the assembled image for several panels",
            "com_tiles": "centre of mass in the rectangle, panel by panel (several panels)",
            "nsat": "good pixels at or above the limit (nsat)",
            "area": "the rectangle itself (writeArea)",
        },
        example='kind = "ROIFunc"\nname = "ROI_0"\nROI = [[0, 2], [10, 60], [20, 80]]',
        split=one_each,
        warm=warm,
    ),
)
