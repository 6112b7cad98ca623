"""Arrival time from a time-tool camera image against a background (small-data ``mecttFunc``).

The image over the background is turned upright and projected; the edge is where the smoothed projection falls most steeply, found
by fitting a Gaussian on a straight line.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, rotate

from monitor.errors import DamagedData
from monitor.model.field import Field
from monitor.settings import Section
from monitor.store.sum_image import read_sum
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.given import Numbers, Region
from workers.features.least_squares import fitted
from workers.features.region import bounds_in
from workers.features.trace import Floats, array_of, floats, mean_of
from workers.features.view import View

LEAST_CHANGE = 0.03
"""A projection that varies less has no edge."""
LEAST_ROWS = 10
ARRIVED, LOST, NO_EDGE = 1, 0, -1
HEIGHT, CENTER, SIGMA, LEVEL, SLOPE = range(5)


class Parameters(Section):
    """Names as in smalldata_tools."""

    bkgfile: str = ""
    """Background: a small-data file of another run with the sum ``bkgdet``, or a ``.npy`` or text file."""
    bkgdet: str = "alvium_tt_calib"
    """Name of the sum in that file."""
    background: Numbers = None
    """The background as lists of numbers, or one number for all pixels, instead of ``bkgfile``."""
    roi_n: Region = None
    """Rectangle ``[[r0, r1], [c0, c1]]`` in which image and background are brought to the same mean; the whole image if left
    out."""
    roi_s: Region = None
    """Rectangle of the turned image that is projected on its rows; all of it if left out."""
    tilt: float = 0.0
    """Degrees by which the image is turned; it grows by that."""
    sm: float = 3.0
    """Standard deviation of the smoothing, in pixels."""
    sigma_TT: float = 18.0  # noqa: N815  # the field's spelling
    """Width of the edge at the start of the fit, in pixels."""
    ttRaw: bool = False  # noqa: N815
    """Keep the image too."""
    compat: bool = False
    """Round positions, widths and background to whole numbers, as smalldata_tools does."""


class Mectt:
    """``<det>/<name>_time_px`` and what belongs to it; the position counts from the first row of ``roi_s``."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if len(view.shape) != 2:
            raise ValueError(f"mecttFunc works on images, and its input has the shape {view.shape}")
        if not parameters.sm > 0 or not parameters.sigma_TT > 0:
            raise ValueError("sm and sigma_TT must be above 0")
        self._own, self._background = parameters, background_of(parameters, view)
        self._norm = region(parameters.roi_n, view.shape, "roi_n")
        self._level = float(mean_of(self._background[self._norm].reshape(-1)))
        self._pixels = math.prod(part.stop - part.start for part in self._norm)
        turned = rotate(np.zeros(view.shape), angle=parameters.tilt).shape
        self._signal = region(parameters.roi_s, turned, "roi_s")
        self._rows = self._signal[0].stop - self._signal[0].start
        if self._rows < LEAST_ROWS:
            raise ValueError(f"roi_s has {self._rows} rows, too few to fit an edge")
        self.gives = self._fields(name, view)
        self.config: dict[str, Any] = {"background_used": self._background}

    def _fields(self, name: str, view: View) -> tuple[Field, ...]:
        whole = np.dtype(np.int64)
        fields = (
            real_field(f"{name}_sig_pj", "1", "projection of image over background", (self._rows,)),
            real_field(f"{name}_time_px", "pixel", "position of the edge"),
            real_field(f"{name}_ampl_px", "1/pixel", "height of the fitted Gaussian"),
            real_field(f"{name}_width_px", "pixel", "its standard deviation"),
            Field(name=f"{name}_err", dtype=whole, unit="1", description="1 = the fit arrived, 0 = it did not, -1 = no edge"),
            real_field(f"{name}_bkg_const", "1/pixel", "straight line below it at row 0"),
            real_field(f"{name}_bkg_slope", "1/pixel^2", "its slope"),
        )
        raw = real_field(f"{name}_ttRaw", view.unit, "the image", view.shape)
        return (*fields, raw) if self._own.ttRaw else fields

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of each image; NaN without an edge, or where the fit is lost. A bad pixel counts as one without any change."""
        images = floats(data)
        means = mean_of(images[:, *self._norm].reshape(len(images), self._pixels))
        projected = np.full((len(images), self._rows), np.nan)
        for event in np.flatnonzero(means != 0):
            ratio = images[event] / self._background * (self._level / means[event])
            if np.isfinite(means[event]):
                turned = rotate(np.where(np.isfinite(ratio), ratio, 1.0), angle=self._own.tilt)
                projected[event] = turned[self._signal].sum(axis=1)
        found, status = edges_in(projected, self._own)
        if self._own.compat:
            found[:, CENTER:] = np.round(found[:, CENTER:])
        height, center, sigma, level, slope = found.T
        values = (projected, center, height, sigma, status, level, slope, images)
        return Output({field.name: array for field, array in zip(self.gives, values, strict=False)})


def edges_in(projected: Floats, own: Parameters) -> tuple[Floats, NDArray[np.int64]]:
    """Height, centre, width, level and slope at each edge, shape (events, 5), NaN without one; and how the fit went."""
    found, status = np.full((len(projected), 5), math.nan), np.full(len(projected), NO_EDGE, np.int64)
    some = np.flatnonzero(projected.max(axis=1, initial=-np.inf) - projected.min(axis=1, initial=np.inf) >= LEAST_CHANGE)
    slopes = -np.gradient(gaussian_filter1d(projected[some], own.sm, axis=1), axis=1)
    fit = fitted(residuals_of(slopes), start_of(slopes, own.sigma_TT))
    found[some] = fit.parameters
    found[:, SIGMA] = np.abs(found[:, SIGMA])
    inside = (found[some, CENTER] >= 0) & (found[some, CENTER] <= projected.shape[1] - 1)
    status[some] = np.where(fit.converged & inside, ARRIVED, LOST)
    if not own.compat:
        found[status == LOST] = math.nan
    return found, status


def start_of(slopes: Floats, sigma: float) -> Floats:
    """Start of the fit: the line through the first and the last sample, and what stands highest above it."""
    level, slope = slopes[:, 0], (slopes[:, -1] - slopes[:, 0]) / (slopes.shape[1] - 1.0)
    above = slopes - level[:, None] - slope[:, None] * np.arange(slopes.shape[1])
    return np.stack([above.max(axis=1), above.argmax(axis=1), np.full(len(slopes), sigma), level, slope], axis=1)


def residuals_of(slopes: Floats) -> Any:
    """Residuals and derivatives of a Gaussian on a straight line; see ``least_squares``."""
    place = np.arange(slopes.shape[1], dtype=np.float64)

    def residuals(parameters: Floats, events: NDArray[np.int64]) -> tuple[Floats, Floats]:
        height, center, sigma, level, slope = (parameters[:, i, None] for i in range(5))
        distance = (place - center) / sigma
        bell = np.exp(-distance * distance / 2)
        rest = height * bell + level + slope * place - slopes[events]
        ones = np.ones_like(bell)
        derivatives = [bell, height * bell * distance / sigma, height * bell * distance**2 / sigma, ones, place * ones]
        return rest, np.stack(derivatives, axis=2)

    return residuals


def background_of(own: Parameters, view: View) -> Floats:
    """Background in the shape of an image, NaN where it is not positive; ``ValueError`` if there is none that fits."""
    if bool(own.bkgfile) == (own.background is not None):
        raise ValueError("either bkgfile or background is needed")
    if own.bkgfile and Path(own.bkgfile).suffix in (".h5", ".hdf5"):
        try:
            found = read_sum(Path(own.bkgfile), own.bkgdet)
        except DamagedData as error:
            raise ValueError(str(error)) from error
    else:
        given, name = (own.bkgfile, "bkgfile") if own.bkgfile else (own.background, "background")
        found = array_of(given, name).astype(np.float64)
    found = np.full(view.shape, found) if not found.ndim else found
    if found.shape != view.shape:
        raise ValueError(f"the background has the shape {found.shape}, and the image {view.shape}")
    return np.where(found > 0, found, np.nan)


def region(given: Any, shape: tuple[int, ...], name: str) -> tuple[slice, ...]:
    """Rectangle as slices; all of ``shape`` if none is given."""
    bounds = bounds_in(given if given is not None else [[0, length] for length in shape], shape, name)
    return tuple(slice(start, stop) for start, stop in bounds)


FEATURES.add(
    "mecttFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "mectt",
        make=Mectt,
        results={
            "sig_pj": "projection of image over background",
            "time_px": "position of the edge in pixels",
            "ampl_px": "height of the fitted Gaussian",
            "width_px": "its standard deviation",
            "err": "1 = the fit arrived, 0 = it did not, -1 = no edge",
            "bkg_const": "level below it",
            "bkg_slope": "slope below it",
            "ttRaw": "the image (ttRaw)",
        },
        example='kind = "mecttFunc"\nbackground = 5.0\nroi_n = [[0, 8], [0, 12]]\ntilt = -2.7\nsm = 2',
        example_shape=(16, 12),
    ),
)
