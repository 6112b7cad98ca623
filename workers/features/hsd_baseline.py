"""Takes the interleaving artefacts of a fast digitizer out of its waveforms, in Fourier space (small-data
``hsdBaselineCorrectFunc``).

The digitizer is made of several that take turns and do not agree on the baseline, which shows as lines at fractions of the highest
frequency. Each line is replaced by the mean of the spectrum beside it: eight broad ones first, then 63 narrow ones.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.settings import Section
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.trace import Floats, floats, mean_of, trace_length
from workers.features.view import View
from workers.kernel import kernel

BROAD = (8, 5, 5 / 2, 5 / 3, 5 / 4, 4, 2, -1)
"""The broad lines, as what the highest frequency is divided by."""
NARROW = tuple(64 / i for i in range(1, 64))
BROAD_REACH, NARROW_REACH = (5, 7, 10), (1, 3, 6)
"""Bins on each side that belong to a line, and the nearest and farthest bin of those that replace it."""
SHORTEST = 256
"""Samples below which the lines lie within each other."""


class Parameters(Section):
    """Names as in smalldata_tools."""

    method: Literal["Fourier"] = "Fourier"
    """The only one there is."""


class HsdBaseline:
    """``<det>/<name>_wf``, or ``_<channel>`` for each channel of a parent that takes them apart."""

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        total = trace_length(view, "hsdBaselineCorrectFunc")
        self._parts = dict(view.parts) or {"wf": (0, total)}
        shortest = min(stop - start for start, stop in self._parts.values())
        if shortest < SHORTEST:
            raise ValueError(f"a waveform of {shortest} samples is too short for this; {SHORTEST} are needed")
        self.gives = tuple(
            real_field(f"{name}_{part}", view.unit, "waveform without interleaving artefacts", (stop - start,))
            for part, (start, stop) in self._parts.items()
        )
        self.view = view
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Corrected waveforms; a bad sample stays NaN and counts as the mean of the others. Children get all in one piece."""
        made = floats(data).copy()
        values = {}
        for field, (start, stop) in zip(self.gives, self._parts.values(), strict=True):
            values[field.name] = made[:, start:stop] = without_lines(made[:, start:stop])
        return Output(values, made)


def without_lines(traces: Floats) -> Floats:
    """Traces without the artefacts, shape (events, samples); NaN stays NaN."""
    bad = np.isnan(traces)
    whole = np.where(bad, np.nan_to_num(mean_of(traces), nan=0.0)[:, None], traces)
    spectrum = np.fft.fft(whole)
    strength = np.abs(spectrum)
    for lines, reach in ((BROAD, BROAD_REACH), (NARROW, NARROW_REACH)):
        flatten_lines(spectrum, strength, places_of(lines, traces.shape[1]), *reach)
        filtered = np.fft.ifft(spectrum).real
        spectrum = np.fft.fft(filtered)
    return np.where(bad, np.nan, filtered)


def places_of(lines: tuple[float, ...], samples: int) -> NDArray[np.int64]:
    """The bin nearest to each line."""
    frequencies = np.fft.fftfreq(samples)
    highest = np.abs(frequencies).max()
    return np.array([np.argmin(np.abs(frequencies - highest / line)) for line in lines], np.int64)


@kernel
def flatten_lines(
    spectrum: NDArray[np.complex128], strength: Floats, places: NDArray[np.int64], half: int, near: int, far: int
) -> None:
    """Replace the bins of each line, and those of the opposite frequency, by the mean of the spectrum beside them.

    Parameters
    ----------
    spectrum
        Shape (events, bins); changed, line after line.
    strength
        Absolute values in which the strongest bin of a line is looked for, the same shape.
    places
        Where each line should be; it is from two bins before to one bin behind.
    half
        Bins on each side of the strongest that belong to the line.
    near, far
        Distance of the nearest and the farthest bin of those that are averaged.
    """
    bins = spectrum.shape[1]
    for event in range(len(spectrum)):
        for place in places:
            best = place - 2
            for i in range(place - 1, place + 2):
                if strength[event, i % bins] > strength[event, best % bins]:
                    best = i
            for i in range(best - half, best + half + 1):
                total = 0j
                for distance in range(near, far + 1):
                    total += spectrum[event, (i - distance) % bins] + spectrum[event, (i + distance) % bins]
                mean = total / (2 * (far - near + 1))
                here = i % bins
                # The lowest negative frequency of an even number of bins has no opposite; the nearest is one bin before.
                opposite = here - 1 if 2 * here == bins else -here % bins
                spectrum[event, here] = mean
                spectrum[event, opposite] = np.conj(mean)


def warm() -> None:
    """Compile the kernel."""
    flatten_lines(np.zeros((1, 64), np.complex128), np.zeros((1, 64)), np.full(1, 20, np.int64), 1, 3, 6)


FEATURES.add(
    "hsdBaselineCorrectFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "baseline",
        make=HsdBaseline,
        results={"wf": "corrected waveform", "<channel>": "the same of each channel, behind hsdsplitFunc"},
        example='kind = "hsdBaselineCorrectFunc"',
        example_shape=(1024,),
        warm=warm,
    ),
)
