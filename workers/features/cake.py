"""Weighted means of the pixels of each bin: the inner loop of radial averages."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workers.kernel import kernel

LANES = 4
"""Histograms filled in turn, so that neighbouring pixels of one bin do not wait for each other."""
BIN_LIMIT = 65535
STRETCH = 1024


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cake:
    """Bins of one detector.

    Attributes
    ----------
    count
        Number of bins.
    bins
        Bin of each pixel, uint16, shape (panels, pixels); ``count`` = in none.
    weight
        A pixel's value counts that much in the sum of its bin, float32, same shape.
    share
        A pixel counts that much in the norm of its bin, float32, same shape.
    low, high
        Values below (one number, or one for each pixel) and above count as zero.
    square
        Squares are averaged.
    dark
        Taken off after that, one number for each pixel; of no length = nothing.
    surplus
        Added to the norm of each bin.
    strict
        A NaN at a good pixel makes its bin NaN, instead of being left out.
    """

    count: int
    bins: NDArray[np.uint16]
    weight: NDArray[np.float32]
    share: NDArray[np.float32]
    low: NDArray[np.float32]
    high: float = np.inf
    square: bool = False
    dark: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    surplus: NDArray[np.float64] | float = 0.0
    strict: bool = False

    def norms(self) -> NDArray[np.float64]:
        """Norm of each bin, panel by panel, shape (panels, bins)."""
        pairs = zip(self.bins, self.share, strict=True)
        return np.stack([np.bincount(bins, share, self.count + 1)[: self.count] for bins, share in pairs])

    def means(self, frames: NDArray[np.float32], norms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Means of each bin, float64, shape (events, bins); NaN where no pixel counts.

        Parameters
        ----------
        frames
            Leading event axis; NaN = bad. A panel without a number is absent and counts nowhere.
        norms
            As ``norms()`` gives them.
        """
        values = np.ascontiguousarray(frames, np.float32).reshape(len(frames), *self.bins.shape)
        total, present, _ = self._sums(values, checked=False)
        norm = present @ norms + self.surplus
        spoiled = np.flatnonzero(np.isnan(total).any(axis=1))
        if len(spoiled) and not self.strict:
            total[spoiled], there, lost = self._sums(values[spoiled], checked=True)
            norm[spoiled] = there @ norms - lost + self.surplus
        # What is left of a norm of which everything was taken off is rounding.
        empty = norm <= 1e-6 * norms.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(empty, np.nan, total / norm)

    def _sums(
        self, values: NDArray[np.float32], *, checked: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
        """Sums of each bin, which panels were there, and what NaN pixels take off the norm."""
        present = np.zeros(values.shape[:2], bool)
        sums = np.zeros((len(values), LANES, self.count + 1))
        lost = np.zeros((len(values), self.count + 1))
        plain = not self.square and self.high == np.inf and self.low.size == 1 and self.low.flat[0] == -np.inf
        if plain and not len(self.dark) and not checked:
            _add(values, self.bins, self.weight, sums, present)
        else:
            low, dark = self.low.reshape(-1), self.dark.reshape(-1)
            _add_changed(
                values, self.bins, self.weight, self.share, low, self.high, self.square, dark, checked, sums, present, lost
            )
        return sums.sum(axis=1)[:, :-1], present, lost[:, :-1]


@kernel
def _add(
    values: NDArray[np.float32],
    bins: NDArray[np.uint16],
    weight: NDArray[np.float32],
    sums: NDArray[np.float64],
    present: NDArray[np.bool_],
) -> None:
    events, panels, pixels = values.shape
    whole = pixels // 4 * 4
    for panel in range(panels):
        b, w = bins[panel], weight[panel]
        for event in range(events):
            v = values[event, panel]
            s0, s1, s2, s3 = sums[event, 0], sums[event, 1], sums[event, 2], sums[event, 3]
            for i in range(pixels):
                if v[i] == v[i]:
                    present[event, panel] = True
                    break
            if not present[event, panel]:
                continue
            for i in range(0, whole, 4):
                s0[b[i]] += v[i] * w[i]
                s1[b[i + 1]] += v[i + 1] * w[i + 1]
                s2[b[i + 2]] += v[i + 2] * w[i + 2]
                s3[b[i + 3]] += v[i + 3] * w[i + 3]
            for i in range(whole, pixels):
                s0[b[i]] += v[i] * w[i]


@kernel
def _add_changed(
    values: NDArray[np.float32],
    bins: NDArray[np.uint16],
    weight: NDArray[np.float32],
    share: NDArray[np.float32],
    low: NDArray[np.float32],
    high: float,
    square: bool,
    dark: NDArray[np.float32],
    checked: bool,
    sums: NDArray[np.float64],
    present: NDArray[np.bool_],
    lost: NDArray[np.float64],
) -> None:
    events, panels, pixels = values.shape
    nothing = sums.shape[2] - 1
    same, zero, top = len(low) == 1, np.float32(0), np.float32(high)
    # Through a buffer, so that the choices are vectorized.
    x = np.empty(STRETCH, np.float32)
    for panel in range(panels):
        b, w = bins[panel], weight[panel]
        for event in range(events):
            v = values[event, panel]
            s0, s1, s2, s3 = sums[event, 0], sums[event, 1], sums[event, 2], sums[event, 3]
            for i in range(pixels):
                if v[i] == v[i]:
                    present[event, panel] = True
                    break
            if not present[event, panel]:
                continue
            for start in range(0, pixels, STRETCH):
                length = min(STRETCH, pixels - start)
                part, place, factor = v[start : start + length], b[start : start + length], w[start : start + length]
                first = panel * pixels + start
                if same:
                    for i in range(length):
                        x[i] = zero if (part[i] < low[0]) | (part[i] > top) else part[i]
                else:
                    for i in range(length):
                        x[i] = zero if (part[i] < low[first + i]) | (part[i] > top) else part[i]
                if square:
                    for i in range(length):
                        x[i] = x[i] * x[i]
                if len(dark):
                    for i in range(length):
                        x[i] = x[i] - dark[first + i]
                if checked:
                    for i in range(length):
                        if x[i] != x[i]:
                            x[i] = zero
                            if place[i] != nothing:
                                lost[event, place[i]] += share[panel, start + i]
                whole = length // 4 * 4
                for i in range(0, whole, 4):
                    s0[place[i]] += x[i] * factor[i]
                    s1[place[i + 1]] += x[i + 1] * factor[i + 1]
                    s2[place[i + 2]] += x[i + 2] * factor[i + 2]
                    s3[place[i + 3]] += x[i + 3] * factor[i + 3]
                for i in range(whole, length):
                    s0[place[i]] += x[i] * factor[i]


def warm() -> None:
    """Compile both kernels."""
    ones = np.ones((1, 4), np.float32)
    cake = Cake(count=1, bins=np.zeros((1, 4), np.uint16), weight=ones, share=ones, low=np.full(1, -np.inf, np.float32))
    cake.means(np.array([[[0, 0, 0, np.nan]]], np.float32), cake.norms())
