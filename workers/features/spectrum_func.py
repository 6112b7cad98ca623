"""Histogram of the pixel values, or of the values in a list of droplets or photons (small-data ``spectrumFunc``)."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import Number
from monitor.model.field import Field
from monitor.settings import Section
from workers.features.bin_rule import Bins, bin_edges
from workers.features.data import Context, Data, Output, PixelList
from workers.features.feature import FEATURES, FeatureKind
from workers.features.view import View
from workers.kernel import kernel


class Parameters(Section):
    """Names as in smalldata_tools."""

    bins: Bins
    """[from, to, count], [from, to, width] (with a decimal point), or the edges."""


class Spectrum:
    """``<det>/<name>_histogram``: values in each bin; the last bin has both its edges. See ``Parameters``."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._edges = bin_edges(parameters.bins)
        shape = (len(self._edges) - 1,)
        about = f"pixels in {shape[0]} bins from {self._edges[0]:g} to {self._edges[-1]:g} {view.unit}"
        self.gives = (Field(name=f"{name}_histogram", dtype=np.dtype(np.int64), shape=shape, unit="1", description=about),)
        self.view = view.of_array(shape, "1", np.int64)
        self.config = {"bins": self._edges}

    def process(self, data: Data, context: Context) -> Output:
        """Histograms, int64, shape (events, bins), for children too. NaN counts nowhere."""
        counts = np.zeros((len(data), len(self._edges) - 1), np.int64)
        if isinstance(data, PixelList):
            count(data.columns["data"], data.stops, self._edges, counts)
        else:
            size = data[0].size if len(data) else 0
            count(data.reshape(-1), np.arange(len(data) + 1) * size, self._edges, counts)
        return Output({self.gives[0].name: counts}, counts)


@kernel
def count(values: NDArray[Any], stops: NDArray[np.int64], edges: NDArray[np.float64], counts: NDArray[np.int64]) -> None:
    """Count values into bins.

    Parameters
    ----------
    values
        All events one behind the other.
    stops
        Where the values of each event begin, and behind the last where all end.
    edges
        Growing edges of the bins; a value on an edge belongs to the bin above it, on the last edge to the last bin.
    counts
        Result, shape (events, bins). Starts at zero.
    """
    bins = len(edges) - 1
    low, high = edges[0], edges[bins]
    scale = bins / (high - low)
    for event in range(len(counts)):
        mine = counts[event]
        for i in range(stops[event], stops[event + 1]):
            v = np.float64(values[i])
            if not (v >= low and v <= high):
                continue
            # A guess that is right for equal bins but for rounding; for others a search.
            bin_: Number = min(np.int64((v - low) * scale), bins - 1)
            if not (edges[bin_] <= v and v < edges[bin_ + 1]):
                bin_, above = np.int64(0), np.int64(bins)
                while above - bin_ > 1:
                    middle = (bin_ + above) // 2
                    if edges[middle] <= v:
                        bin_ = middle
                    else:
                        above = middle
            mine[bin_] += 1


def _warm() -> None:
    for dtype in (np.float32, np.float64):
        count(np.zeros(1, dtype), np.arange(2), np.arange(2.0), cast(Any, np.zeros((1, 1), np.int64)))


FEATURES.add(
    "spectrumFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "spectrum",
        make=Spectrum,
        takes="both",
        results={"histogram": "values in each bin"},
        example='kind = "spectrumFunc"\nbins = [-10.0, 50.0, 0.5]',
        warm=_warm,
    ),
)
