"""Positions of the photons that make a droplet (small-data ``droplet2Photons``).

A droplet of one photon has it at its centre. Where there are several, they are placed one by one where most of one is left
(``greedy``); or, for photons that spread over many pixels, so that their spots together make the droplet (``smeared``).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Limited

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output, PixelList
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.photon_greedy import place_all
from workers.features.photon_smeared import place_smeared
from workers.features.tiles import tile_shape
from workers.features.view import View

LISTED = ("tile", "col", "row", "data")
BOX = ("_top", "_bottom", "_left", "_right")
LEVELS = 12
"""Elements of ``prob``: pixels with 0 to 10 photons, and photons per pixel."""
EDGES = 1_000_000
"""As many numbers of photons as the original knows."""


class Parameters(Section):
    """What the settings may say; names as in smalldata_tools where it has the parameter."""

    aduspphot: float = Limited(gt=0)
    """Value of one photon, in the unit of the frame."""
    photpts: tuple[float, ...] | None = Limited(None, min_length=3)
    """Smallest sum of a droplet of 0, 1, 2 ... photons; left out: half a photon less than so many."""
    method: Literal["greedy", "smeared"] = "greedy"
    """How several photons are placed."""
    sigma: float = Limited(1.0, gt=0.2, le=20)
    """Width (standard deviation) of the spot of a photon, in pixels, for ``smeared``."""
    max_photons: int = Limited(2_000_000, ge=1)
    """An event with more is left out and counted: there is no sense in listing single photons then."""
    cputime: Literal[False] = False
    """Only so that old configurations can be read: times are on the status page."""
    one_photon_info: Literal[False] = False
    """Likewise: it never worked; ``dropletFunc`` with ``regionprops`` gives the pixels of droplets."""
    compat: bool = False
    """``prob`` of a detector of several tiles as smalldata_tools has it: photons of all tiles put on one."""


class Placed:
    """``<det>/<name>_prob``; children get the list of photons."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._adu, self._sigma, self._method = parameters.aduspphot, parameters.sigma, parameters.method
        self._most = parameters.max_photons
        self._edges = None if parameters.photpts is None else np.array(parameters.photpts)
        if self._edges is not None and not (np.diff(self._edges) > 0).all():
            raise ValueError("photpts must grow from element to element")
        self._tiles, self._rows, self._columns = tile_shape(view.shape)
        # Photons of all tiles on one: every pixel of it counts.
        self._together = parameters.compat and self._tiles > 1
        self._counted = np.ones(self._rows * self._columns, bool) if self._together else view.good.reshape(-1).copy()
        self._good, self._grid = max(int(view.good.sum()), 1), int(self._counted.sum())
        description = "part of the good pixels with 0 to 10 photons; last: photons per good pixel"
        self._field = real_field(f"{name}_prob", "1", description, (LEVELS,))
        self.gives: tuple[Field, ...] = (self._field,)
        self.view = replace(view, unit="photon").of_lists(*LISTED)
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Shares of the pixels by photons, shape (events, 12), 0 in an event without photons.

        Children get ``row`` and ``col`` (in the tile, fractional), ``tile``, and ``data`` (1 each); droplets of one photon first.

        Raises
        ------
        ValueError
            If there are too many photons, or the input says nothing of its droplets' pixels.
        """
        if not isinstance(data, PixelList):
            raise ValueError("needs lists of droplets")
        counts = self._photons_of(data.columns["data"])
        events = np.repeat(np.arange(len(data)), data.lengths)
        lengths = np.bincount(events, counts, len(data)).astype(np.int64)
        if (lengths > self._most).any():
            raise ValueError(f"more than {self._most} photons in an event (max_photons)")
        firsts = _firsts(events, counts)
        photons = np.empty((int(counts.sum()), 3))
        single = counts == 1
        photons[firsts[single]] = np.column_stack([data.columns[key][single] for key in ("tile", "row", "col")])
        several = np.flatnonzero(counts > 1)
        if len(several):
            self._place(data, events, several, counts, firsts, photons)
        columns = {"tile": photons[:, 0], "col": photons[:, 2], "row": photons[:, 1], "data": np.ones(len(photons))}
        return Output({self._field.name: self._shares(photons, lengths)}, PixelList(lengths, columns, {}))

    def _photons_of(self, sums: NDArray[np.float64]) -> NDArray[np.int64]:
        """Photons of each droplet from its sum, 0 for too little or too much."""
        if self._edges is not None:
            counts = np.digitize(sums, self._edges) - 1
            return np.where((counts < 0) | (counts >= len(self._edges) - 1), 0, counts).astype(np.int64)
        counts = np.floor(np.clip(np.nan_to_num(sums) / self._adu + 0.5, 0, EDGES)).astype(np.int64)
        # The edges are computed as the original has them, so that a sum on an edge falls to the same side.
        counts += (sums >= (counts + 1) * self._adu - self._adu * 0.5).astype(np.int64)
        counts -= ((sums < counts * self._adu - self._adu * 0.5) & (counts > 0)).astype(np.int64)
        return np.where(counts >= EDGES - 1, 0, counts)

    def _place(
        self,
        data: PixelList,
        events: NDArray[np.int64],
        several: NDArray[np.int64],
        counts: NDArray[np.int64],
        firsts: NDArray[np.int64],
        photons: NDArray[np.float64],
    ) -> None:
        """Fill in the photons of the droplets that have more than one."""
        if "labels" not in data.whole or not {*BOX} <= set(data.columns):
            raise ValueError("needs the pixels of its droplets: it works below dropletFunc")
        tile = data.columns["tile"][several].astype(np.int64)
        numbers = several - data.stops[events[several]] + 1
        drops = np.column_stack(
            [
                events[several] * self._tiles + tile,
                numbers,
                firsts[several],
                counts[several],
                *(data.columns[key][several] for key in BOX),
            ]
        ).astype(np.int64)
        shape = (-1, self._rows, self._columns)
        images, labels = data.whole["image"].reshape(shape), data.whole["labels"].reshape(shape)
        centers = np.column_stack([data.columns["row"][several], data.columns["col"][several]])
        places = np.empty((len(photons), 2))
        room = int(((drops[:, 5] - drops[:, 4] + 1) * (drops[:, 7] - drops[:, 6] + 1)).max())
        if self._method == "greedy":
            place_all(images, labels, drops, centers, self._adu, room, places)
        else:
            place_smeared(images, labels, drops, self._adu, self._sigma, room, places)
        mine = np.repeat(firsts[several], counts[several]) + _within(counts[several])
        photons[mine, 0] = np.repeat(tile, counts[several])
        photons[mine, 1:] = places[mine]

    def _shares(self, photons: NDArray[np.float64], lengths: NDArray[np.int64]) -> NDArray[np.float64]:
        """``prob``, shape (events, 12)."""
        events, size = np.repeat(np.arange(len(lengths)), lengths), len(self._counted)
        row, column = photons[:, 1] + 0.5, photons[:, 2] + 0.5
        inside = np.flatnonzero((row >= 0) & (row < self._rows) & (column >= 0) & (column < self._columns))
        pixel = row[inside].astype(np.int64) * self._columns + column[inside].astype(np.int64)
        if not self._together:
            pixel += photons[inside, 0].astype(np.int64) * (self._rows * self._columns)
        good = self._counted[pixel]
        hit, numbers = np.unique(events[inside[good]] * size + pixel[good], return_counts=True)
        of, listed = hit // size, numbers < LEVELS - 1
        found = np.zeros((len(lengths), LEVELS))
        np.add.at(found, (of[listed], numbers[listed]), 1)
        found[:, 0] = self._grid - np.bincount(of, minlength=len(lengths))
        found[:, -1] = np.bincount(of, numbers, len(lengths))
        found[lengths == 0] = 0
        return found / self._good


def _firsts(events: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the photons of each droplet begin: event by event, first those of single photons."""
    order = np.lexsort((counts > 1, events))
    firsts = np.empty(len(counts), np.int64)
    firsts[order] = np.cumsum(counts[order]) - counts[order]
    return firsts


def _within(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, ... for each of so many.

    >>> _within(np.array([2, 3]))
    array([0, 1, 0, 1, 2])
    """
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _warm() -> None:
    """Compile what float32 frames need, with a droplet of two photons."""
    ones = np.ones(1, np.int64)
    columns: dict[str, NDArray[Any]] = dict(zip((*BOX, "row", "col", "tile"), _box_of(ones), strict=True))
    whole = {"image": np.full((1, 1, 3, 3), 1, np.float32), "labels": np.ones((1, 1, 3, 3), np.int32)}
    data = PixelList(ones, {**columns, "data": np.full(1, 9.0)}, whole)
    view = View(name="warm", shape=(1, 3, 3), unit="", good=np.ones((1, 3, 3), bool))
    for method in ("greedy", "smeared"):
        made = Placed("warm", Parameters.model_validate({"aduspphot": 4.0, "method": method}), view)
        made.process(data, Context(np.arange(1), {}))


def _box_of(ones: NDArray[np.int64]) -> Sequence[NDArray[Any]]:
    return 0 * ones, 2 * ones, 0 * ones, 2 * ones, 1.0 * ones, 1.0 * ones, 0.0 * ones


FEATURES.add(
    "droplet2Photons",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "droplet2phot",
        make=Placed,
        takes="lists",
        results={"prob": "part of the good pixels with 0 to 10 photons; last: photons per good pixel"},
        example='kind = "droplet2Photons"\naduspphot = 500.0',
        warm=_warm,
    ),
)
