"""The edge in a time-tool trace by a filter (small-data ``ttRaw.fitTraceData``), for the features that look for one."""

import numpy as np

from workers.features.trace import Floats
from workers.kernel import kernel

TAIL = 25
"""Samples at the end of the filtered trace that tell the level behind a falling edge."""
POSITION, AMPLITUDE, WIDTH = range(3)


def filtered(traces: Floats, weights: Floats) -> Floats:
    """Traces convolved with the weights, where they lie wholly inside; shape (events, samples - 2 * (weights // 2) - 1).

    A trace with a bad sample is NaN.
    """
    count, samples = traces.shape
    half = len(weights) // 2
    found = np.empty((count, max(0, samples - 2 * half - 1)))
    convolve(np.ascontiguousarray(traces), np.ascontiguousarray(weights), half, found)
    return found


def edges(smooth: Floats, taps: int, falling: bool) -> Floats:
    """Position, amplitude and width of the edge in each filtered trace, shape (events, 3); NaN for one with a NaN.

    Parameters
    ----------
    smooth
        As ``filtered`` gives it.
    taps
        Number of weights.
    falling
        The edge is the minimum instead of the maximum.
    """
    found = np.full((len(smooth), 3), np.nan)
    if smooth.shape[1]:
        find_edges(smooth, taps, round(taps / 10), falling, found)
    return found


@kernel
def convolve(traces: Floats, weights: Floats, first: int, found: Floats) -> None:
    """Fill ``found`` with the convolution, from its sample ``first`` in numpy's mode "same" on; beyond the ends are zeros."""
    samples, taps = traces.shape[1], len(weights)
    for event in range(len(traces)):
        for i in range(found.shape[1]):
            last = i + first + (taps - 1) // 2
            total = 0.0
            for k in range(max(0, last - samples + 1), min(taps, last + 1)):
                total += weights[k] * traces[event, last - k]
            found[event, i] = total


@kernel
def find_edges(smooth: Floats, taps: int, reach: int, falling: bool, found: Floats) -> None:
    """Fill position, amplitude and width; see ``edges``. The vertex is that of a parabola through ``reach`` samples around."""
    samples = smooth.shape[1]
    sign = -1.0 if falling else 1.0
    for event in range(len(smooth)):
        row = smooth[event]
        best = 0
        whole = True
        for i in range(samples):
            whole = whole and row[i] == row[i]
            if sign * row[i] > sign * row[best]:
                best = i
        start, stop = max(0, best - reach), min(best + reach, samples - 1)
        if not whole or stop - start < 3:
            continue
        # Least squares of a parabola around the middle of the window, where odd sums vanish.
        middle = (start + stop - 1) / 2
        s0, s2, s4, y0, y1, y2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(start, stop):
            x = i - middle
            s0 += 1
            s2 += x * x
            s4 += x * x * x * x
            y0 += row[i]
            y1 += row[i] * x
            y2 += row[i] * x * x
        bend = (s0 * y2 - s2 * y0) / (s0 * s4 - s2 * s2)
        slope = y1 / s2
        level = (y0 - bend * s2) / s0
        if bend == 0 or s2 == 0:
            continue
        vertex = -slope / (2 * bend)
        top = level + slope * vertex + bend * vertex * vertex
        tail = 0.0
        for i in range(max(0, samples - TAIL), samples):
            tail += row[i]
        tail /= min(TAIL, samples)
        half = (tail + top) / 2 if falling else top / 2
        left, right = -1, -1
        for i in range(best - 1, -1, -1):
            if (falling and row[i] > half) or (not falling and row[i] < half):
                left = i
                break
        for i in range(best + 1, samples):
            if (falling and row[i] > half) or (not falling and row[i] < half):
                right = i
                break
        found[event, POSITION] = vertex + middle + taps / 2.0
        found[event, AMPLITUDE] = abs(tail - top) if falling else top
        found[event, WIDTH] = right - left if left >= 0 and right >= 0 else 0.0


def warm() -> None:
    """Compile the kernels."""
    edges(filtered(np.zeros((1, 16)), np.ones(3)), 3, False)
