"""Frames to images: one gather through a map that is made once, and the mean where several pixels fall on one place."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.detectors.area import Arrangement
from workers.kernel import kernel


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Places of an image on which several pixels fall.

    Attributes
    ----------
    places
        Number of each place in the flattened image, shape (n,), int64.
    first
        Where its pixels begin in ``pixels``, shape (n + 1,), int64.
    pixels
        Numbers of the pixels, place by place, int64.
    """

    places: NDArray[np.int64]
    first: NDArray[np.int64]
    pixels: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """Makes images of the frames of one detector.

    Attributes
    ----------
    index
        For each place of the image the number of the frame's pixel, -1 = none; int32, shape (rows, columns).
    shared
        Where the mean is shown instead; None = nowhere.
    """

    index: NDArray[np.int32]
    shared: Shared | None = None

    @classmethod
    def of(cls, arrangement: Arrangement, index: NDArray[np.int32], *, mean: bool = False) -> "Assembly":
        """Assembly of an arrangement whose index is at hand.

        Parameters
        ----------
        mean
            Show the mean of the good pixels where several fall on one place, instead of the last one. Panels that are drawn over
            each other with their background (rough arrangements) stay so.
        """
        return cls(index, shared_places(arrangement) if mean and not arrangement.canvases else None)

    def image(self, frame: NDArray[np.float32]) -> NDArray[np.float32]:
        """Image of one frame, float32; NaN where no pixel is, or none is good."""
        image: NDArray[np.float32] = self.images(frame[None])[0]
        return image

    def images(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """Images of frames with a leading event axis, shape (events, rows, columns), float32; a new array."""
        values = np.ascontiguousarray(frames, np.float32).reshape(len(frames), math.prod(frames.shape[1:]))
        out = np.empty((len(values), self.index.size), np.float32)
        gather(values, self.index.reshape(-1), out)
        if self.shared is not None:
            average(values, self.shared.places, self.shared.first, self.shared.pixels, out)
        return out.reshape(len(values), *self.index.shape)


def shared_places(arrangement: Arrangement) -> Shared:
    """Places of the image on which several pixels of the frame fall."""
    flat = arrangement.rows.reshape(-1).astype(np.int64) * arrangement.shape[1] + arrangement.columns.reshape(-1)
    counts = np.bincount(flat, minlength=arrangement.shape[0] * arrangement.shape[1])
    pixels = np.flatnonzero(counts[flat] > 1)
    pixels = pixels[np.argsort(flat[pixels], kind="stable")]
    places = np.flatnonzero(counts > 1)
    return Shared(places, np.concatenate([[0], np.cumsum(counts[places])]), pixels)


@kernel
def gather(values: NDArray[np.float32], index: NDArray[np.int32], out: NDArray[np.float32]) -> None:
    """Fill ``out`` (events, places) with the value of each place's pixel (events, pixels); NaN where the index has none."""
    events, pixels = values.shape
    for event in range(events):
        for place in range(len(index)):
            pixel = index[place]
            out[event, place] = values[event, pixel] if 0 <= pixel < pixels else np.float32(np.nan)


@kernel
def average(
    values: NDArray[np.float32],
    places: NDArray[np.int64],
    first: NDArray[np.int64],
    pixels: NDArray[np.int64],
    out: NDArray[np.float32],
) -> None:
    """Put the mean of the good pixels on shared places; NaN where none is good."""
    for event in range(len(values)):
        for number in range(len(places)):
            total, count = 0.0, 0
            for position in range(first[number], first[number + 1]):
                value = values[event, pixels[position]]
                if value == value:
                    total += value
                    count += 1
            out[event, places[number]] = total / count if count else np.nan
