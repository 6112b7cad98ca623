"""Algorithms 80, 81, 98 and 99 of Uxi and Icarus cameras: a dark region, then even and odd columns of each row.

Source: smalldata_tools, uxi and icarus. With ``compat`` as there: ``cm_minFrac`` is a share of the whole row although a group has
half of it. Neighbours of bright pixels are looked for within a frame.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from monitor.settings import Section
from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Record, Situation
from workers.corrections.common_mode.median import Scratch, subtract_medians
from workers.corrections.common_mode.rule import COUNT, FOUND, TAKEN, Rule, Tile, record_shape

REGION, ROWS, LINE_SEEN, LINE = 80, 81, 98, 99
CENTRE = slice(255, 257)
"""Columns of the line in the middle."""
GROUPS = 2
NAMES = ("cm_RowMeds", "cm_RowMedsMax", "cm_RowMedsApplied", "cm_nPixel")
OF_REGION = ("cm_masked_med", "cm_masked_mean", "cm_masked_std")
OF_LINE = "cm_line_med"


class Parameters(Section):
    """Names and meaning as in smalldata_tools."""

    cm_maskedROI: tuple[tuple[int, int], tuple[int, int]] | None = None  # noqa: N815  # the field's spelling
    """Rows and columns of a region without light; its median is taken off each frame."""
    cm_photonThres: float = 50.0  # noqa: N815
    """Pixels above this do not count, ADU (30 is usual for Icarus)."""
    cm_maxCorr: float | None = None  # noqa: N815
    """A greater median is not believed, ADU; left out, the threshold."""
    cm_minFrac: float = Field(0.05, ge=0, le=1)  # noqa: N815
    """Share of the pixels that must count."""
    cm_maskNeighbors: int = 0  # noqa: N815
    """Above 0: the four neighbours of a pixel above the threshold do not count either."""
    compat: bool = False

    @model_validator(mode="after")
    def _region_is_one(self) -> "Parameters":
        for start, stop in self.cm_maskedROI or ():
            if not 0 <= start < stop:
                raise ValueError("a region is [[first row, row after], [first column, column after]]")
        return self


class FrameRows:
    """See the module; the numbers say which steps there are."""

    whole = False

    def __init__(self, parameters: Parameters, situation: Situation, number: int) -> None:
        self._wanted, self._number = parameters, number
        rows, columns = situation.panel
        self._tile = Tile(rows=1, columns=(columns + 1) // GROUPS, stride=GROUPS)
        self._rule = self._rule_for(columns)
        self._scratch = Scratch(self._tile)
        self._seen = np.empty((1, 1, *record_shape(self._tile, rows, columns)), np.float32)
        self._counts = np.empty((1, 1, rows, columns), bool)
        by_row = dict.fromkeys(NAMES, (GROUPS * rows,)) if number == ROWS else {}
        by_region = dict.fromkeys(OF_REGION, ()) if parameters.cm_maskedROI else {}
        by_line = {OF_LINE: ()} if number in (LINE_SEEN, LINE) else {}
        self.records: Mapping[str, tuple[int, ...]] = {**by_region, **by_row, **by_line}

    def _rule_for(self, columns: int) -> Rule:
        wanted = self._wanted
        group = columns // GROUPS
        most_left_out = int((1 - wanted.cm_minFrac) * (columns if wanted.compat else group))
        largest = wanted.cm_photonThres if wanted.cm_maxCorr is None else wanted.cm_maxCorr
        return Rule(highest=wanted.cm_photonThres, largest=largest, least=max(1, group - most_left_out))

    def apply(self, values: NDArray[np.float32], good: NDArray[np.bool_], first: int, record: Record) -> None:
        """See ``Corrector``; these cameras have few frames, so they are worked off one by one."""
        for event, panel in np.ndindex(values.shape[:2]):
            frame = values[event, panel]
            if self._wanted.cm_maskedROI:
                self._subtract_region(frame, event, panel, record)
            if self._number == ROWS:
                self._subtract_rows(frame, event, panel, record)
            if self._number in (LINE_SEEN, LINE):
                line = frame[:, CENTRE]
                middle = np.nanmedian(line) if np.isfinite(line).any() else np.float32(np.nan)
                _put(record, OF_LINE, event, panel, middle)
                if self._number == LINE and np.isfinite(middle):
                    frame -= middle

    def _subtract_region(self, frame: NDArray[np.float32], event: int, panel: int, record: Record) -> None:
        rows, columns = self._wanted.cm_maskedROI or ((0, 0), (0, 0))
        pixels = frame[slice(*rows), slice(*columns)]
        numbers = (np.nan,) * 3
        if np.isfinite(pixels).any():
            numbers = (float(np.nanmedian(pixels)), float(np.nanmean(pixels)), float(np.nanstd(pixels)))
            frame -= np.float32(numbers[0])
        for name, number in zip(OF_REGION, numbers, strict=True):
            _put(record, name, event, panel, number)

    def _subtract_rows(self, frame: NDArray[np.float32], event: int, panel: int, record: Record) -> None:
        wanted = self._wanted
        self._counts[:] = True
        if wanted.cm_maskNeighbors > 0:
            bright = frame > wanted.cm_photonThres
            self._counts[0, 0, 1:] &= ~bright[:-1]
            self._counts[0, 0, :-1] &= ~bright[1:]
            self._counts[0, 0, :, 1:] &= ~bright[:, :-1]
            self._counts[0, 0, :, :-1] &= ~bright[:, 1:]
        subtract_medians(frame[None, None], self._counts, self._tile, self._rule, self._scratch, self._seen)
        # Even columns of all rows first, then the odd ones.
        groups = self._seen[0, 0].transpose(1, 0, 2).reshape(-1, 3)
        columns = frame.shape[1]
        found, count = np.nan_to_num(groups[:, FOUND]), groups[:, COUNT]
        believed = np.where(np.abs(found) > self._rule.largest, 0, found)
        for name, numbers in zip(NAMES, (found, believed, groups[:, TAKEN], columns // GROUPS - count), strict=True):
            _put(record, name, event, panel, numbers)


def _put(record: Record, name: str, event: int, panel: int, value: float | np.floating[Any] | NDArray[np.floating[Any]]) -> None:
    if name in record:
        record[name][event, panel] = value


def declare(number: int) -> None:
    """One number of these cameras."""

    def make(parameters: Parameters, situation: Situation) -> Corrector:
        return FrameRows(parameters, situation, number)

    ALGORITHMS.add(f"uxi {number}", Algorithm(parameters=Parameters, make=make))


for number in (REGION, ROWS, LINE_SEEN, LINE):
    declare(number)
