"""Droplets: neighbouring pixels above a threshold, as one photon or a few leave them (small-data ``dropletFunc``).

With two thresholds a droplet also takes the neighbours of its pixels that are above the lower one.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output, PixelList, Ragged, Values
from workers.features.droplet_region import MOMENTS, PIXELS_KEPT, describe_regions
from workers.features.droplet_runs import (
    ADU,
    BOTTOM,
    COLUMN,
    DROPLET,
    LEFT,
    LENGTH,
    PIXELS,
    RIGHT,
    ROW,
    START,
    TILE,
    TOP,
    find_droplets,
    room_for,
)
from workers.features.feature import FEATURES, FeatureKind, ragged_name, real_field
from workers.features.given import Numbers
from workers.features.tiles import tile_shape, tiles_of
from workers.features.user_array import user_good
from workers.features.view import View
from workers.kernel import kernel

LISTED = ("data", "npix", "row", "col", "tile")
BOX = {"_top": TOP, "_bottom": BOTTOM, "_left": LEFT, "_right": RIGHT}
"""Columns for features that look at the pixels of a droplet: the first and last row and column it covers."""


class Parameters(Section):
    """What the settings may say; names and defaults as in smalldata_tools."""

    threshold: float = 5.0
    """A droplet starts from pixels above this, in multiples of the noise (``useRms``) or in the frame's unit."""
    thresholdLow: float | None = None  # noqa: N815  # the field's spelling
    """Neighbours of these pixels that are above this belong to it too; left out: the same threshold."""
    thresADU: float | None = None  # noqa: N815
    """Droplets with a smaller sum are left out."""
    useRms: bool = True  # noqa: N815
    """Thresholds are multiples of the pixel's noise divided by its gain."""
    relabel: bool = True
    """Droplets that touch at the lower threshold become one."""
    pixmax: float | None = None
    """Pixels above this count as zero (saturated ones)."""
    mask: Numbers = None
    """Pixels to look at (1 = good), beside those that are bad anyway: rows of numbers, or a file."""
    regionprops: bool = False
    """Also write a list with sum, pixels and place of each droplet, its box, central moments and first pixels."""


class Droplets:
    """``<det>/<name>_nDroplets`` and ``_nDroplets_all``; children get the list of droplets."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        good = user_good(parameters.mask, view, "mask")
        self._shape = tile_shape(view.shape)
        self._mask = None if parameters.mask is None else good
        self._relabel, self._regions = parameters.relabel, parameters.regionprops
        self._most = np.inf if parameters.pixmax is None else parameters.pixmax
        self._least = -np.inf if parameters.thresADU is None else parameters.thresADU
        high, low = parameters.threshold, parameters.threshold if parameters.thresholdLow is None else parameters.thresholdLow
        if low > high:
            raise ValueError(f"thresholdLow = {low:g} is above threshold = {high:g}")
        noise = _noise(view) if parameters.useRms else np.ones(view.shape, np.float32)
        self._two = low != high
        # Multiplied as they are: a comparison with a number of the frames' precision, not of a wider one.
        self._high, self._low = (level * noise.reshape(self._shape[0], -1) for level in (high, low))
        self._counts = tuple(
            Field(name=f"{name}_{key}", dtype=np.dtype(np.int64), unit="droplet", description=text)
            for key, text in (("nDroplets_all", "droplets before the cut on their sum"), ("nDroplets", "droplets"))
        )
        self._region_fields = _region_fields(name, view.unit) if self._regions else ()
        self.gives = (*self._counts, *self._region_fields)
        self.view = replace(view, good=good).of_lists(*LISTED)
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of droplets, shape (events,).

        Children get ``data`` (sum), ``npix``, ``row`` and ``col`` (weighted centre in the tile), and ``tile``, and as a whole the
        ``image`` and the ``labels`` of each event, of the frames' shape: 0 = in no droplet, k = in the k-th of the list.
        """
        frames = tiles_of(data, self._mask)
        number, room = (
            frames.dtype.type,
            len(frames) * self._shape[0] * room_for(*self._shape[1:], self._relabel or not self._two),
        )
        high, low = self._high.astype(number, copy=False), self._low.astype(number, copy=False)
        counts = np.empty((len(frames), 3), np.int64)
        drops, runs = np.empty((room, 9)), np.empty((room, 3), np.int32)
        least = float(self._least)
        find_droplets(frames, high, low, self._two, self._relabel, number(self._most), least, counts, drops, runs)
        drops = drops[: counts[:, 1].sum()]
        values: dict[str, Values] = {self._counts[0].name: counts[:, 0].copy(), self._counts[1].name: counts[:, 1].copy()}
        if self._regions:
            values |= self._described(frames, counts, drops, runs)
        return Output(values, lambda: self._list(np.asarray(data), frames, counts, drops, runs))

    def _list(
        self,
        data: NDArray[Any],
        frames: NDArray[np.floating],
        counts: NDArray[np.int64],
        drops: NDArray[np.float64],
        runs: NDArray[np.int32],
    ) -> PixelList:
        labels = np.zeros(frames.shape, np.int32)
        paint(runs, counts, labels.reshape(len(frames), math.prod(self._shape)))
        columns = {**_columns(drops), **{name: drops[:, place].astype(np.int64) for name, place in BOX.items()}}
        whole = {"image": frames.reshape(data.shape), "labels": labels.reshape(data.shape)}
        return PixelList(counts[:, 1].copy(), columns, whole)

    def _described(
        self, frames: NDArray[np.floating], counts: NDArray[np.int64], drops: NDArray[np.float64], runs: NDArray[np.int32]
    ) -> dict[str, Values]:
        found = {
            **_columns(drops),
            "bbox": drops[:, [TOP, LEFT, BOTTOM, RIGHT]] + [0, 0, 1, 1],
            "moments": np.zeros((len(drops), MOMENTS, MOMENTS)),
            "pixels": np.zeros((len(drops), PIXELS_KEPT)),
        }
        centers = np.column_stack([found["row"], found["col"]])
        flat = frames.reshape(len(frames), math.prod(self._shape))
        describe_regions(flat, *self._shape[1:], runs, counts, found["bbox"], centers, found["moments"], found["pixels"])
        keys = (field.name.rpartition("/")[2] for field in self._region_fields)
        return {field.name: Ragged(found[key], counts[:, 1].copy()) for field, key in zip(self._region_fields, keys, strict=True)}


def _columns(drops: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    with np.errstate(invalid="ignore", divide="ignore"):
        row, column = drops[:, ROW] / drops[:, ADU], drops[:, COLUMN] / drops[:, ADU]
    return {"data": drops[:, ADU], "npix": drops[:, PIXELS].astype(np.int64), "row": row, "col": column, "tile": drops[:, TILE]}


def _noise(view: View) -> NDArray[np.float32]:
    """Noise over gain, in the shape of the view."""
    if view.rms is None:
        raise ValueError("useRms needs the noise of the pixels, and there are no such constants; set useRms = false")
    gain = np.float32(1) if view.gain is None else view.gain
    with np.errstate(invalid="ignore", divide="ignore"):
        noise: NDArray[np.float32] = (view.rms / gain).astype(np.float32)
    return noise


def _region_fields(name: str, unit: str) -> tuple[Field, ...]:
    units = {"data": unit, "npix": "pixel", "row": "pixel", "col": "pixel", "tile": "1", "bbox": "pixel", "moments": "1"}
    shapes = {"bbox": (4,), "moments": (MOMENTS, MOMENTS), "pixels": (PIXELS_KEPT,)}
    return tuple(
        replace(real_field(ragged_name(name, key), units.get(key, unit), shape=shapes.get(key, ())), ragged=True)
        for key in (*LISTED, *shapes)
    )


@kernel
def paint(runs: NDArray[np.int32], counts: NDArray[np.int64], labels: NDArray[np.int32]) -> None:
    """Write the numbers of the droplets into images of zeros, shape (events, pixels)."""
    run = 0
    for event in range(len(labels)):
        for _ in range(counts[event, 2]):
            start = runs[run, START]
            labels[event, start : start + runs[run, LENGTH]] = runs[run, DROPLET]
            run += 1


def warm() -> None:
    """Compile what frames need."""
    shape = (1, 4, 4)
    view = View(name="warm", shape=shape, unit="", good=np.ones(shape, bool), rms=np.ones(shape, np.float32))
    frames = np.full((1, *shape), 9, np.float32)
    made = Droplets("warm/warm", Parameters(thresholdLow=2.0, regionprops=True), view)
    made.process(frames, Context(np.arange(1), {})).handed_on()


FEATURES.add(
    "dropletFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "droplet",
        make=Droplets,
        results={
            "nDroplets_all": "droplets before the cut on their sum",
            "nDroplets": "droplets",
            "bbox": "rows and columns from (included) and to (not included) of each droplet, (row, column, row, column)",
            "moments": "central moments of each droplet, weighted with the pixels (regionprops)",
            "pixels": "first pixels of each droplet's box, row by row, 0 outside the droplet (regionprops)",
        },
        example='kind = "dropletFunc"\nthreshold = 20.0\nthresholdLow = 6.0\nuseRms = false\nthresADU = 50.0',
        warm=warm,
    ),
)
