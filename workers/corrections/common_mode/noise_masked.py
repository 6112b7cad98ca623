"""Algorithms 6, 36 and 45 to 47: medians of the pixels of an Epix100a that are not far above their noise.

Source: psana's common mode 6 and smalldata_tools' cm_epix. Pixels at 10 sigma and more, their four neighbours, and those beyond
``histoRange`` are left out of the means and medians; the choice is made once and not again between the steps.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from monitor.settings import Section
from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Record, Situation
from workers.corrections.common_mode.median import Scratch, subtract_medians
from workers.corrections.common_mode.rule import Rule, Tile
from workers.corrections.common_mode.structure import readout_of
from workers.kernel import kernel, summing_kernel

SIGMAS = 10.0
DEFAULT_RMS = 1.0
"""Noise of a pixel where the constants have none (the facility's default), ADU."""


class Parameters(Section):
    """Steps and limits; names as in smalldata_tools."""

    maxCorr: float = Field(30.0, ge=0)  # noqa: N815  # the field's spelling
    """A greater median is not believed, ADU."""
    histoRange: float = Field(30.0, ge=0)  # noqa: N815
    """Pixels with a greater absolute value do not count, ADU."""
    colrow: int = Field(3, ge=0, le=3)
    """1 columns of a half, 2 rows of a bank, 3 both."""
    minFrac: float = Field(0.25, ge=0, le=1)  # noqa: N815
    """Share of the pixels that must count."""
    normAll: bool = False  # noqa: N815
    """First take off the mean of the pixels that count."""
    status: bool = False
    """Bad pixels do not count either."""
    banks: bool = False
    """Before all else take off the plain median of each bank."""
    compat: bool = False
    """``normAll`` as in the facility's files: taken off only those pixels that count."""


class NoiseMasked:
    """See the module."""

    whole = True
    records: Mapping[str, tuple[int, ...]] = {}

    def __init__(self, parameters: Parameters, situation: Situation) -> None:
        region = readout_of(situation.panel)
        self._wanted = parameters
        rms = situation.constants.get("pixel_rms")
        if rms is None or rms.size != math.prod(situation.shape):
            situation.note(f"common mode works with a noise of {DEFAULT_RMS} ADU: the constants have no pixel_rms")
            rms = np.full(situation.shape, DEFAULT_RMS)
        self._limit = (SIGMAS * rms.astype(np.float64)).astype(np.float32).reshape(situation.shape)
        self._steps = []
        if parameters.colrow & 1:
            self._steps.append(self._step(Tile(rows=region.rows, columns=1), region.rows))
        if parameters.colrow & 2:
            self._steps.append(self._step(Tile(rows=1, columns=region.columns), region.columns))
        self._bank = Tile(rows=region.rows, columns=region.columns)
        self._bank_scratch = Scratch(self._bank)
        self._every = np.ones((1, *situation.shape), bool)
        self._counts = np.empty((1, *situation.shape), bool)

    def _step(self, tile: Tile, pixels: int) -> tuple[Tile, Rule, Scratch]:
        most_left_out = math.floor((1 - self._wanted.minFrac) * pixels)
        return tile, Rule(largest=self._wanted.maxCorr, least=pixels - most_left_out), Scratch(tile)

    def apply(self, values: NDArray[np.float32], good: NDArray[np.bool_], first: int, record: Record) -> None:
        """See ``Corrector``."""
        wanted = self._wanted
        allowed = good if wanted.status else self._every
        for event in range(len(values)):
            frame = values[event : event + 1]
            if wanted.banks:
                subtract_medians(frame, self._every, self._bank, Rule(), self._bank_scratch)
            quiet(frame[0], allowed[min(event, len(allowed) - 1)], self._limit, wanted.histoRange, self._counts[0])
            if wanted.normAll:
                subtract_mean(frame[0], self._counts[0], not wanted.compat)
            for tile, rule, scratch in self._steps:
                subtract_medians(frame, self._counts, tile, rule, scratch)


@kernel
def quiet(
    values: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    limit: NDArray[np.float32],
    largest: float,
    counts: NDArray[np.bool_],
) -> None:
    """Which pixels count: below their limit, not beside one that is not, not large. Arrays of shape (panels, rows, columns)."""
    panels, rows, columns = values.shape
    most = np.float32(largest)
    for panel in range(panels):
        for row in range(rows):
            for column in range(columns):
                value = values[panel, row, column]
                counts[panel, row, column] = (
                    allowed[panel, row, column] & (value < limit[panel, row, column]) & (abs(value) <= most)
                )
        for row in range(rows):
            for column in range(columns):
                if values[panel, row, column] >= limit[panel, row, column]:
                    for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                        r, c = row + down, column + across
                        if 0 <= r < rows and 0 <= c < columns:
                            counts[panel, r, c] = False


@summing_kernel
def _mean(values: NDArray[np.float32], counts: NDArray[np.bool_]) -> float:
    total, count = np.float64(0), np.int64(0)
    for i in range(len(values)):
        total += values[i] if counts[i] else np.float32(0)
        count += np.int64(counts[i])
    return float(total / count) if count else 0.0


@kernel
def subtract_mean(values: NDArray[np.float32], counts: NDArray[np.bool_], everywhere: bool) -> None:
    """Take the mean of the pixels that count off all pixels, or only off those that count, in place."""
    line, marks = values.reshape(values.size), counts.reshape(counts.size)
    shift = np.float32(_mean(line, marks))
    for i in range(len(line)):
        line[i] -= shift if everywhere | marks[i] else np.float32(0)


def make(parameters: Parameters, situation: Situation) -> Corrector:
    """Corrector for panels with banks."""
    return NoiseMasked(parameters, situation)


PRESETS: dict[int, dict[str, bool]] = {
    6: {"normAll": True},
    36: {},
    45: {"status": True},
    46: {"status": True, "normAll": True},
    47: {"status": True, "banks": True},
}

for number, preset in PRESETS.items():
    # A common-mode file has no parameters for these, and 6 alone means without normAll there (psana).
    ALGORITHMS.add(
        str(number),
        Algorithm(parameters=Parameters, make=make, preset=preset, from_numbers=lambda numbers, situation: {"normAll": False}),
    )
