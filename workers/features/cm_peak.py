"""The leftmost large peak of a histogram: where the pixels without a photon are (small-data ``getCMPeakFunc``)."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.cwt_peak import peaks_in
from workers.features.data import Context, Data, Output
from workers.features.feature import FEATURES, FeatureKind, real_field
from workers.features.trace import Floats, floats, trace_length
from workers.features.view import View
from workers.kernel import kernel

AROUND = 2
"""Bins on each side of a peak that belong to it."""
PEAK, CENTER, HEIGHT = range(3)


class Parameters(Section):
    """Names as in smalldata_tools."""

    nPeak: int = 4  # noqa: N815
    """The leftmost of so many of the highest peaks is taken."""
    minPeakNum: float = 100.0  # noqa: N815
    """A peak counts if the sum of the five bins around it is larger."""
    compat: bool = False
    """Where there is no peak the numbers are 0, as smalldata_tools gives them, instead of NaN."""


class CmPeak:
    """``<det>/<name>_peak``, ``_peakCom`` and ``_zeroPeak``; positions in bins."""

    view = None

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        if parameters.nPeak < 1:
            raise ValueError("nPeak must be at least 1")
        trace_length(view, "getCMPeakFunc")
        self._parameters = parameters
        self._none = 0.0 if parameters.compat else math.nan
        self.gives: tuple[Field, ...] = (
            real_field(f"{name}_peak", "bin", "position of the peak"),
            real_field(f"{name}_peakCom", "bin", "centre of mass of the five bins around it"),
            real_field(f"{name}_zeroPeak", view.unit, "its height"),
        )
        self.config: dict[str, Any] = {}

    def process(self, data: Data, context: Context) -> Output:
        """Numbers of each histogram; NaN bins count as empty."""
        values = np.nan_to_num(floats(data), nan=0.0)
        found = np.full((len(values), 3), self._none)
        leftmost(values, peaks_in(values), self._parameters.nPeak, self._parameters.minPeakNum, found)
        return Output({field.name: found[:, i] for i, field in enumerate(self.gives)})


@kernel
def leftmost(values: Floats, peaks: NDArray[np.bool_], highest: int, least: float, found: Floats) -> None:
    """Fill position, centre and height of the leftmost of the highest peaks that are large enough; the others stay.

    Parameters
    ----------
    values
        Histograms, shape (events, bins).
    peaks
        Where the peaks are, the same shape.
    highest
        How many of the highest count.
    least
        What the sum of the bins around a peak must exceed.
    found
        Result, shape (events, 3).
    """
    bins = values.shape[1]
    for event in range(len(values)):
        row = values[event]
        taken = np.zeros(bins, np.bool_)
        for _ in range(highest):
            best = -1
            for b in range(bins):
                if peaks[event, b] and not taken[b] and (best < 0 or row[b] > row[best]):
                    total = 0.0
                    for k in range(max(0, b - AROUND), min(bins, b + AROUND + 1)):
                        total += row[k]
                    if total > least:
                        best = b
            if best < 0:
                break
            taken[best] = True
        for b in range(bins):
            if taken[b]:
                total, moment = 0.0, 0.0
                for k in range(max(0, b - AROUND), min(bins, b + AROUND + 1)):
                    total += row[k]
                    moment += row[k] * k
                found[event, PEAK], found[event, HEIGHT] = b, row[b]
                found[event, CENTER] = moment / total if total != 0 else np.nan
                break


def warm() -> None:
    """Compile the kernel."""
    leftmost(np.zeros((1, 8)), np.ones((1, 8), np.bool_), 1, 1.0, np.zeros((1, 3)))
    peaks_in(np.zeros((1, 8)))


FEATURES.add(
    "getCMPeakFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "cmPeak",
        make=CmPeak,
        results={"peak": "bin of the peak", "peakCom": "its centre of mass in bins", "zeroPeak": "its height"},
        example='kind = "getCMPeakFunc"\nnPeak = 4\nminPeakNum = 100',
        example_shape=(219,),
        warm=warm,
    ),
)
