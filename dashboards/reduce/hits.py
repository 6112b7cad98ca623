"""Hits: how many there are, where their peaks are, and which event was the last."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.choice import first_match
from dashboards.snapshot import Lists
from dashboards.table import Table

HITS = (r"_hit$", r"(^|/)isHit$", r"hit[^/]*$")
COUNTS = (r"_nPeaks$", r"n_?(peaks|hits|photons|droplets)$")
MOST_PEAKS = 500_000
"""Peaks that one map reads."""


@dataclass(frozen=True, slots=True)
class PeakFields:
    """Ragged fields of one peak finder; ``tile`` is empty where a frame has one."""

    row: str
    column: str
    tile: str
    group: str


def hit_field(names: Iterable[str]) -> str:
    """The field that is most likely to say which events are hits."""
    return first_match(names, HITS)


def count_field(names: Iterable[str]) -> str:
    """The field that is most likely to say how many peaks there are."""
    return first_match(names, COUNTS)


def peak_fields(names: Iterable[str]) -> list[PeakFields]:
    """Groups of ragged fields that have rows and columns."""
    known = set(names)
    found = []
    for name in sorted(known):
        group, _, leaf = name.rpartition("/")
        if leaf == "row" and f"{group}/col" in known:
            tile = f"{group}/tile"
            found.append(PeakFields(name, f"{group}/col", tile if tile in known else "", group))
    return found


def flat_pixels(
    row: NDArray[np.float64], column: NDArray[np.float64], tile: NDArray[np.float64] | None, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    """Number of the pixel of each peak in the flattened frame, -1 = outside.

    Parameters
    ----------
    row, column, tile
        Centres of mass in their tile, and number of the tile, shape (peaks,).
    shape
        Of a frame; the last two axes are rows and columns of a tile.
    """
    rows, columns = shape[-2:]
    tiles = int(np.prod(shape[:-2]))
    with np.errstate(invalid="ignore"):
        r, c = np.rint(row), np.rint(column)
        t = np.zeros(len(row)) if tile is None else tile
        good = (r >= 0) & (r < rows) & (c >= 0) & (c < columns) & (t >= 0) & (t < tiles)
    return np.where(good, (np.where(good, t, 0) * rows + np.where(good, r, 0)) * columns + np.where(good, c, 0), -1).astype(
        np.int64
    )


def peak_map(places: NDArray[np.int64], shape: tuple[int, int], most: int) -> tuple[NDArray[np.float32], int]:
    """Peaks per block of pixels.

    Parameters
    ----------
    places
        Place of each peak in the flattened image, -1 = none.
    shape
        Rows and columns of the image.
    most
        Most rows and columns of blocks.

    Returns
    -------
    tuple
        Counts, float32, and the side of a block in pixels.
    """
    side = -(-max(shape) // most)
    rows, columns = -(-shape[0] // side), -(-shape[1] // side)
    row, column = np.divmod(places[(places >= 0) & (places < shape[0] * shape[1])], shape[1])
    counts = np.bincount(row // side * columns + column // side, minlength=rows * columns).astype(np.float32)
    return counts.reshape(rows, columns), side


def newest_peaks(lists: Lists, most: int = MOST_PEAKS) -> Lists:
    """The newest events, so many that they have at most this number of peaks; one event at least."""
    if not len(lists):
        return lists
    behind = np.cumsum(lists.lengths[::-1])
    return lists.last(max(1, int(np.searchsorted(behind, most, side="right"))))


def newest_hit(rows: Table, name: str) -> int | None:
    """Sequence number of the newest hit; ``None`` if there is none."""
    with np.errstate(invalid="ignore"):
        hits = np.flatnonzero(rows.column(name) > 0)
    return int(rows.seq[hits[-1]]) if len(hits) else None


@dataclass(frozen=True, slots=True)
class HitRate:
    """Share of hits in groups of neighbouring events; float64, shape (groups,).

    Attributes
    ----------
    x
        Mean sequence number.
    share, error
        Hits per event and its standard error, sqrt(p (1 - p) / n) with p = (hits + 1) / (n + 2), so that no hit at all has an
        error too.
    """

    x: NDArray[np.float64]
    share: NDArray[np.float64]
    error: NDArray[np.float64]


def hit_rate(seq: NDArray[np.int64], hit: NDArray[np.float64], size: int, begun: int = 0) -> HitRate:
    """Share of hits in groups of ``size`` sequence numbers; events without a value count for nothing.

    At the place ``begun`` a group begins whatever the borders are; 0 = none.
    """
    good = np.isfinite(hit)
    group = (2 * (seq // size) + (np.arange(len(seq)) >= begun))[good]
    seq, hit = seq[good], (hit[good] > 0).astype(np.float64)
    if not len(seq):
        return HitRate(np.empty(0), np.empty(0), np.empty(0))
    starts = np.append(0, np.flatnonzero(np.diff(group)) + 1)
    n = np.diff(np.append(starts, len(seq))).astype(np.float64)
    hits = np.add.reduceat(hit, starts)
    likely = (hits + 1) / (n + 2)
    x = np.add.reduceat(seq.astype(np.float64), starts) / n
    return HitRate(x, hits / n, np.sqrt(likely * (1 - likely) / n))
