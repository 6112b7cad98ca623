"""The features of the benchmark as plain numpy or scipy, the way one would write them by hand: one event at a time."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Frames = NDArray[np.float32]
CROSS = ndimage.generate_binary_structure(2, 1)


def totals(frames: Frames) -> list[float]:
    """Sum of each frame, NaN where a pixel is bad: as fast as NumPy reads pixels."""
    return [float(frame.sum()) for frame in frames]


def statistics(frames: Frames) -> list[tuple[float, ...]]:
    """Sum, mean, largest pixel and centre of mass of whole frames."""
    found: list[tuple[float, ...]] = []
    for frame in frames:
        flat = frame.reshape(-1, frame.shape[-1])
        total = float(np.nansum(flat, dtype=np.float64))
        rows, columns = (np.asarray(np.nansum(flat, axis=axis, dtype=np.float64)) for axis in (1, 0))
        center = (float(rows @ np.arange(len(rows)) / total), float(columns @ np.arange(len(columns)) / total))
        found.append((total, float(np.nanmean(flat, dtype=np.float64)), float(np.nanmax(flat)), *center))
    return found


def area(frames: Frames) -> Frames:
    """The frames themselves, copied."""
    return frames.copy()


def rectangle(frames: Frames) -> list[tuple[float, NDArray[np.float64], NDArray[np.float64]]]:
    """Sum and both projections of 100 x 200 pixels of the first panel."""
    found = []
    for frame in frames:
        crop = frame[0, 0:100, 0:200]
        found.append((float(np.nansum(crop)), np.nansum(crop, axis=0, dtype=float), np.nansum(crop, axis=1, dtype=float)))
    return found


def spectrum(frames: Frames) -> list[NDArray[np.int64]]:
    """Histogram of 200 bins."""
    edges = np.linspace(-50, 350, 201)
    return [np.histogram(frame[np.isfinite(frame)], edges)[0] for frame in frames]


def droplets(frames: Frames) -> list[list[NDArray[np.float64]]]:
    """Connected pixels above 15 ADU in each panel: how much, how many pixels, and where."""
    found = []
    for frame in frames:
        event: list[NDArray[np.float64]] = []
        for tile in frame:
            bright = np.where(tile > 15, tile, 0)
            labels, count = ndimage.label(bright, CROSS)
            numbers = np.arange(1, count + 1)
            event += [ndimage.sum_labels(bright, labels, numbers), np.bincount(labels.reshape(-1))[1:].astype(float)]
            event.append(np.array(ndimage.center_of_mass(bright, labels, numbers)))
        found.append(event)
    return found


def bright_pixels(frames: Frames) -> list[tuple[NDArray[np.int64], ...]]:
    """Value and place of every pixel that is not 0."""
    found = []
    for frame in frames:
        filled = np.nan_to_num(frame)
        at = np.nonzero(filled)
        found.append((*at, filled[at]))
    return found


class Rings:
    """Means in bins of the distance from the middle, in some slices of azimuth."""

    def __init__(self, x: NDArray[np.float64], y: NDArray[np.float64], bins: int, slices: int) -> None:
        radius, angle = np.hypot(x, y).reshape(-1), np.arctan2(y, x).reshape(-1)
        ring = np.minimum((radius / radius.max() * bins).astype(np.int64), bins - 1)
        part = np.minimum(((angle + np.pi) / (2 * np.pi) * slices).astype(np.int64), slices - 1)
        self._bin, self._count = part * bins + ring, bins * slices

    def __call__(self, frames: Frames) -> list[NDArray[np.float64]]:
        """Means of each frame."""
        found = []
        for frame in frames:
            flat = frame.reshape(-1)
            good = np.isfinite(flat)
            total = np.bincount(self._bin[good], flat[good], self._count)
            with np.errstate(invalid="ignore"):
                found.append(total / np.bincount(self._bin[good], minlength=self._count))
        return found


class Assembled:
    """The image that the panels make."""

    def __init__(self, index: NDArray[np.int32]) -> None:
        self._index = index

    def __call__(self, frames: Frames) -> Frames:
        """Images of all frames."""
        taken: Frames = frames.reshape(len(frames), -1)[:, np.maximum(self._index, 0)]
        taken[:, self._index < 0] = 0
        return taken
