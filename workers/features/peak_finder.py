"""Bragg peaks of crystallography: where they are, how strong, and whether the frame is a hit.

A peak is the largest pixel far and wide that stands out of a ring around it, with the pixels that hang together with it.
Parameters as in psana's peak finders (v3r3, v4r3).
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Limited

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output, PixelList, Ragged, Values
from workers.features.feature import FEATURES, FeatureKind, ragged_name, real_field
from workers.features.given import Numbers
from workers.features.peak_search import search
from workers.features.tiles import tile_shape, tiles_of
from workers.features.user_array import user_good
from workers.features.view import View

LEAVES = ("row", "col", "tile", "npix", "amp_max", "amp_tot", "son", "background", "noise")
LISTED = ("data", "row", "col", "tile", "npix")
RESULTS = {
    "row": "row of the centre of mass in the tile",
    "col": "column of the centre of mass in the tile",
    "tile": "tile of the frame",
    "npix": "pixels of the peak",
    "amp_max": "largest pixel over the background",
    "amp_tot": "sum of the pixels over the background",
    "son": "sum over the noise of as many pixels",
    "background": "mean of the ring",
    "noise": "standard deviation of the ring",
}


class Parameters(Section):
    """What the settings may say."""

    npix_min: int = Limited(2, ge=1)
    """Fewest pixels of a peak."""
    npix_max: int = Limited(50, ge=1, le=10_000)
    """Most pixels of a peak."""
    amax_thr: float = 0.0
    """Least height of the largest pixel over the background."""
    atot_thr: float = 0.0
    """Least sum over the background."""
    son_min: float = 6.0
    """Least sum over the noise of as many pixels."""
    rank: int = Limited(3, ge=1, le=50)
    """Rows and columns around within which a peak's largest pixel is the largest."""
    r0: float = Limited(5.0, ge=1, le=100)
    """Inner radius of the ring of the background, in pixels."""
    dr: float = Limited(2.0, gt=0, le=50)
    """Width of the ring."""
    nsigm: float = Limited(5.0, gt=0)
    """Least height of the largest pixel over the background, in its noise."""
    nsigm_low: float = Limited(3.0, gt=0)
    """The same for the other pixels of a peak."""
    thr_high: float | None = None
    """Least value of the largest pixel, background included."""
    thr_low: float | None = None
    """Least value of the other pixels."""
    min_peaks: int = Limited(15, ge=1)
    """Peaks that make a hit."""
    mask: Numbers = None
    """Pixels to look at (1 = good), beside those that are bad anyway: rows of numbers, or a file."""


class Peaks:
    """``<det>/<name>_nPeaks``, ``_hit`` and lists ``<det>/var_<name>/row`` ...; children get the lists."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        good = user_good(parameters.mask, view, "mask")
        self._mask = None if parameters.mask is None else good
        self._rank, self._reach, self._least = parameters.rank, int(np.ceil(parameters.r0)) - 1, parameters.min_peaks
        self._limits = _limits(parameters)
        self._tiles, rows, columns = tile_shape(view.shape)
        self._room = self._tiles * ((rows + 1) // 2) * ((columns + 1) // 2)
        rings = _ring(parameters.r0, parameters.r0 + parameters.dr)
        self._margin = max(int(np.abs(rings).max()), parameters.rank, self._reach, 1) + 1
        steps = rings @ np.array([columns + 2 * self._margin, 1], np.int64)
        angles = np.arctan2(rings[:, 0], rings[:, 1])
        self._ring, self._samples = steps, steps[[int(np.abs(angles - at).argmin()) for at in np.arange(-3.5, 4) * np.pi / 4]]
        whole = np.dtype(np.int64)
        self._numbers = (
            Field(name=f"{name}_nPeaks", dtype=whole, unit="peak", description="peaks"),
            Field(name=f"{name}_hit", dtype=whole, unit="1", description=f"1 = at least {self._least} peaks"),
        )
        units = {"row": "pixel", "col": "pixel", "tile": "1", "npix": "pixel", "son": "1"}
        self._lists = tuple(
            replace(real_field(ragged_name(name, leaf), units.get(leaf, view.unit), RESULTS[leaf]), ragged=True)
            for leaf in LEAVES
        )
        self.gives = (*self._numbers, *self._lists)
        self.view = replace(view, good=good).of_lists(*LISTED)
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Peaks of each frame, tile by tile and the highest first; children get their sums over the background as ``data``."""
        frames = tiles_of(data, self._mask)
        lengths, peaks = np.empty(len(frames), np.int64), np.empty((len(frames) * self._room, len(LEAVES)))
        search(frames, self._margin, self._rank, self._reach, self._ring, self._samples, self._limits, lengths, peaks)
        found = dict(zip(LEAVES, np.ascontiguousarray(peaks[: lengths.sum()].T), strict=True))
        values: dict[str, Values] = {
            self._numbers[0].name: lengths,
            self._numbers[1].name: (lengths >= self._least).astype(np.int64),
        }
        values |= {field.name: Ragged(found[leaf], lengths) for field, leaf in zip(self._lists, LEAVES, strict=True)}
        columns = {"data": found["amp_tot"], **{leaf: found[leaf] for leaf in LISTED[1:]}}
        return Output(values, PixelList(lengths, columns, {}))


def _limits(parameters: Parameters) -> NDArray[np.float64]:
    """In the order of ``peak_search``."""
    if parameters.npix_min > parameters.npix_max:
        raise ValueError("npix_min is above npix_max")
    if parameters.nsigm_low > parameters.nsigm:
        raise ValueError("nsigm_low is above nsigm")
    values = (-np.inf if value is None else value for value in (parameters.thr_high, parameters.thr_low))
    named = (parameters.npix_min, parameters.npix_max, parameters.amax_thr, parameters.atot_thr, parameters.son_min)
    return np.array([*named, parameters.nsigm, parameters.nsigm_low, *values], np.float64)


def _ring(inner: float, outer: float) -> NDArray[np.int64]:
    """Rows and columns from the centre of the pixels with inner <= radius < outer, shape (pixels, 2)."""
    edge = int(np.ceil(outer))
    rows, columns = np.mgrid[-edge : edge + 1, -edge : edge + 1]
    radius = np.hypot(rows, columns)
    inside = (radius >= inner) & (radius < outer)
    if inside.sum() < 8:
        raise ValueError("a ring of the background has at least 8 pixels; make dr larger")
    return np.column_stack([rows[inside], columns[inside]])


def warm() -> None:
    """Compile what frames need."""
    shape = (1, 4, 4)
    made = Peaks("warm/warm", Parameters(), View(name="warm", shape=shape, unit="", good=np.ones(shape, bool)))
    made.process(np.zeros((1, *shape), np.float32), Context(np.arange(1), {}))


FEATURES.add(
    "peakFinder",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "peaks",
        make=Peaks,
        results={"nPeaks": "peaks", "hit": "1 = at least min_peaks peaks", **RESULTS},
        example='kind = "peakFinder"\nnpix_min = 2\nnpix_max = 50\nson_min = 6.0\nrank = 3\nr0 = 5.0\ndr = 2.0\nmin_peaks = 15',
        warm=warm,
    ),
)
