"""Dense frames to lists of pixels and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.features.data import PixelList
from workers.kernel import kernel

COLUMNS = ("data", "row", "col", "tile")


def listed(frames: NDArray[Any], shape: tuple[int, ...]) -> PixelList:
    """Pixels that are neither zero nor NaN, panel by panel and row by row.

    Parameters
    ----------
    frames
        Leading event axis.
    shape
        (panels, rows, columns); fewer axes have one panel, or one row.
    """
    flat = frames.reshape(len(frames), int(np.prod(shape)))
    lengths = np.zeros(len(flat), np.int64)
    count(flat, lengths)
    total = int(lengths.sum())
    values, pixels = np.empty(total, frames.dtype), np.empty(total, np.int64)
    fill(flat, values, pixels)
    rows, columns = (1, 1, *shape)[-2:]
    tile, rest = np.divmod(pixels, rows * columns)
    row, column = np.divmod(rest, columns)
    return PixelList(lengths, {"data": values, "row": row, "col": column, "tile": tile}, {})


def dense(lists: PixelList, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Frames of lists, float64, shape (events, *shape): values of one place add up, fractions of a pixel are cut off.

    Entries outside the frame count nowhere.
    """
    panels, rows, columns = (1, 1, *shape)[-3:]
    where = [np.asarray(lists.columns.get(key, np.zeros(1)), np.float64) for key in ("tile", "row", "col")]
    tile, row, column = (np.broadcast_to(place, lists.columns["data"].shape) for place in where)
    frames = np.zeros((len(lists), panels, rows, columns))
    add(np.asarray(lists.columns["data"], np.float64), tile, row, column, lists.stops, frames)
    return frames.reshape(len(lists), *shape)


@kernel
def count(flat: NDArray[Any], lengths: NDArray[np.int64]) -> None:
    """How many values of each event, shape (events, pixels), are neither zero nor NaN."""
    for event in range(len(flat)):
        values, found = flat[event], np.int64(0)
        for i in range(len(values)):
            found += 1 if (values[i] == values[i]) & (values[i] != 0) else 0
        lengths[event] = found


@kernel
def fill(flat: NDArray[Any], values: NDArray[Any], pixels: NDArray[np.int64]) -> None:
    """Write those values and their numbers one behind the other; as long as ``count`` says."""
    place = 0
    for event in range(len(flat)):
        line = flat[event]
        for i in range(len(line)):
            if line[i] == line[i] and line[i] != 0:
                values[place], pixels[place] = line[i], i
                place += 1


@kernel
def add(
    values: NDArray[np.float64],
    tile: NDArray[np.float64],
    row: NDArray[np.float64],
    column: NDArray[np.float64],
    stops: NDArray[np.int64],
    frames: NDArray[np.float64],
) -> None:
    """Add list entries into frames, shape (events, panels, rows, columns)."""
    events, panels, rows, columns = frames.shape
    for event in range(events):
        for i in range(stops[event], stops[event + 1]):
            t, r, c = tile[i], row[i], column[i]
            # Also false for NaN, before anything becomes an index.
            if t >= 0 and t < panels and r >= 0 and r < rows and c >= 0 and c < columns and values[i] == values[i]:
                frames[event, int(t), int(r), int(c)] += values[i]


def warm() -> None:
    """Compile the kernels for float32 frames."""
    frames = np.ones((1, 1, 1, 1), np.float32)
    dense(listed(frames, (1, 1, 1)), (1, 1, 1))
