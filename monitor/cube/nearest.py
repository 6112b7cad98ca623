"""What an event is compared with in time: a trailing median, and the events without the laser around it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray


def running_median(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Median of each value and those before it, ``window`` in all and fewer at the start; of an even number the upper one.

    >>> running_median(np.array([1.0, 5.0, 2.0, 9.0]), 3)
    array([1., 5., 2., 5.])
    """
    start = [np.sort(values[:length])[length // 2] for length in range(1, min(window, len(values) + 1))]
    if len(values) < window:
        return np.array(start)
    windows = np.sort(sliding_window_view(values, window), axis=1)
    return np.concatenate([start, windows[:, window // 2]])


def nearest_off(times: NDArray[np.integer], off: NDArray[np.bool_], neighbours: int) -> NDArray[np.int64]:
    """For each event the first of the ``neighbours`` off events that are nearest in time, as a number among the off events.

    Source: facts of smalldata_tools 11.7. The next stretch of off events begins to count from the middle between the first of
    this one and the one behind its last.

    Raises
    ------
    ValueError
        If there are fewer off events than that.
    """
    of = times[off]
    if len(of) < neighbours:
        raise ValueError(f"{len(of)} events without the laser, and {neighbours} are wanted")
    middles = (of[:-neighbours].astype(np.float64) + of[neighbours:]) / 2
    return np.searchsorted(middles, times, side="left").astype(np.int64)


def mean_of_nearest(values: NDArray[np.floating], first: NDArray[np.int64], neighbours: int) -> NDArray[np.float64]:
    """Mean over the off events that ``nearest_off`` found; ``values`` has those of the off events."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray((sums[first + neighbours] - sums[first]) / neighbours)
