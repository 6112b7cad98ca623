"""Arrival of pulses in a waveform by constant fraction discrimination (small-data ``hitFinderCFDFunc``).

A pulse crosses zero in the difference of the smoothed trace and a weighted, shifted copy of it at a time that does not depend on
its height. All hits are kept; ``compat`` gives ``nmax_hits`` numbers per event as smalldata_tools does.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output, Ragged, Values
from workers.features.feature import FEATURES, FeatureKind, ragged_name
from workers.features.trace import Floats, floats, median_of, std_of, trace_length
from workers.features.view import View
from workers.kernel import kernel

SPREAD = 3.0
"""Standard deviations that the smoothing Gaussian reaches on each side."""
WHOLE = np.dtype(np.int64)


class Parameters(Section):
    """Names as in smalldata_tools."""

    convFilterLength: int = 35  # noqa: N815  # the field's spelling
    """Samples of the smoothing Gaussian."""
    CFDOffset: int = 25
    """Shift of the copy in samples."""
    inverseMultiplier: float = -0.75  # noqa: N815
    """Weight of the copy."""
    threshold: float = 4.0
    """Hits are looked for where the trace is so many standard deviations above its median."""
    nmax_hits: int = 100
    """Most hits that are kept per event; with ``compat`` also the length of the list."""
    compat: bool = False
    """Keep a list of fixed length, filled up with 0."""


class HitFinderCfd:
    """``<det>/<name>_nHits`` and ``<det>/var_<name>/hitIndices``; per channel if the input has channels."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._parameters = parameters
        self._parts = {f"{name}_{part}": bounds for part, bounds in view.parts.items()}
        self._parts = self._parts or {name: (0, trace_length(view, "hitFinderCFDFunc"))}
        if parameters.convFilterLength < 1 or parameters.CFDOffset < 0 or parameters.nmax_hits < 1:
            raise ValueError("convFilterLength and nmax_hits must be at least 1, and CFDOffset at least 0")
        shortest = min(stop - start for start, stop in self._parts.values())
        if shortest <= max(parameters.convFilterLength, parameters.CFDOffset) + 1:
            raise ValueError(f"the waveform has {shortest} samples, which is too short for convFilterLength and CFDOffset")
        self._taps = smoothing(parameters.convFilterLength)
        self.gives = tuple(field for part in self._parts for field in self._fields(part))
        self.config: dict[str, Any] = {}

    def _fields(self, name: str) -> tuple[Field, Field]:
        count = Field(name=f"{name}_nHits", dtype=WHOLE, unit="1", description="hits, also those that are not kept")
        if self._parameters.compat:
            shape = (self._parameters.nmax_hits,)
            return count, Field(name=f"{name}_hitIndices", dtype=WHOLE, shape=shape, unit="sample", description="hits, then 0")
        listed = ragged_name(name, "hitIndices")
        return count, Field(name=listed, dtype=WHOLE, unit="sample", description="sample of each hit", ragged=True)

    def process(self, data: Data, context: Context) -> Output:
        """Hits of each event in ascending order; a bad sample counts as one on the median."""
        values: dict[str, Values] = {}
        for name, (start, stop) in self._parts.items():
            count, hits = self._hits(normalised(floats(data)[:, start:stop]))
            kept = np.minimum(count, self._parameters.nmax_hits)
            listed: Values = hits
            if not self._parameters.compat:
                listed = Ragged(hits[np.arange(hits.shape[1]) < kept[:, None]], kept)
            fields = self._fields(name)
            values |= {fields[0].name: count, fields[1].name: listed}
        return Output(values)

    def _hits(self, traces: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        own = self._parameters
        count, hits = np.zeros(len(traces), np.int64), np.zeros((len(traces), own.nmax_hits), np.int64)
        limits = own.threshold * std_of(traces)
        back = round(own.CFDOffset * (1 + own.inverseMultiplier))
        find_hits(traces, limits, self._taps, own.CFDOffset, own.inverseMultiplier, back, count, hits)
        return count, hits


def normalised(traces: Floats) -> Floats:
    """Traces on their median and turned so that the larger excursion is +1; bad samples, and all of a flat trace, are 0."""
    offset = np.nan_to_num(traces - median_of(traces)[:, None], nan=0.0)
    top, bottom = offset.max(axis=1), offset.min(axis=1)
    scale = np.where(np.abs(top) > np.abs(bottom), top, bottom)
    return offset / np.where(scale == 0, 1.0, scale)[:, None]


def smoothing(length: int) -> Floats:
    """The smoothing Gaussian: ``length + 2`` points from -3 to 3 standard deviations without the first; its sum is 1."""
    taps = np.exp(-0.5 * np.linspace(-SPREAD, SPREAD, length + 2)[1:] ** 2)
    whole: Floats = taps / taps.sum()
    return whole


@kernel
def find_hits(
    traces: Floats,
    limits: Floats,
    taps: Floats,
    offset: int,
    weight: float,
    back: int,
    count: NDArray[np.int64],
    hits: NDArray[np.int64],
) -> None:
    """Fill how many hits each trace has, and the first of them.

    Parameters
    ----------
    traces
        Normalised, shape (events, samples).
    limits
        A hit is looked for where a trace is above, shape (events,).
    taps
        Smoothing filter, shorter than a trace.
    offset, weight
        Of the shifted copy; ``offset`` is below the number of samples.
    back
        Samples by which a pulse's crossing is before its place in the trace.
    count, hits
        Results, shapes (events,) and (events, most).
    """
    samples = traces.shape[1]
    length = samples - offset
    smooth, compared = np.empty(samples), np.empty(length)
    for event in range(len(traces)):
        if not (traces[event] > limits[event]).any():
            continue
        for i in range(samples):
            first = i + (len(taps) - 1) // 2
            total = 0.0
            for k in range(max(0, first - samples + 1), min(len(taps), first + 1)):
                total += taps[k] * traces[event, first - k]
            smooth[i] = total
        for i in range(length):
            compared[i] = smooth[i] + weight * smooth[i + offset]
        start = 0
        while start < samples:
            if not traces[event, start] > limits[event]:
                start += 1
                continue
            stop = start
            while stop + 1 < samples and traces[event, stop + 1] > limits[event]:
                stop += 1
            low, high = start - back, stop - back
            start = stop + 1
            if high <= low or low < 1 or high + 1 >= length:
                continue
            up, down = low, high
            while up <= high and compared[up] < 0:
                up += 1
            while down >= low and compared[down] > 0:
                down -= 1
            if down + 1 == up:
                if count[event] < hits.shape[1]:
                    hits[event, count[event]] = down + back
                count[event] += 1


def warm() -> None:
    """Compile the kernel."""
    find_hits(np.zeros((1, 8)), np.ones(1), np.ones(3), 1, -0.5, 0, np.zeros(1, np.int64), np.zeros((1, 2), np.int64))


FEATURES.add(
    "hitFinderCFDFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "hitFinderCFD",
        make=HitFinderCfd,
        results={"nHits": "number of hits", "hitIndices": "sample of each hit (any number; compat: nmax_hits of them)"},
        example='kind = "hitFinderCFDFunc"\nthreshold = 3\nconvFilterLength = 21\nCFDOffset = 15\ninverseMultiplier = -0.6',
        example_shape=(400,),
        warm=warm,
    ),
)
