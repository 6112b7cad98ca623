"""Algorithms 80, 81, 98 and 99 of Uxi and Icarus cameras: a dark region, then even and odd columns of each row.

Source: smalldata_tools, uxi and icarus. With ``compat`` as there: ``cm_minFrac`` is a share of the whole row although a group has
half of it. Neighbours of bright pixels are looked for within a frame.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from monitor.settings import Section
from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Record, Situation
from workers.corrections.common_mode.frame_region import mark_without_bright_neighbours, note_rows, region_numbers
from workers.corrections.common_mode.median import Scratch, subtract_medians
from workers.corrections.common_mode.rule import Rule, Tile, record_shape

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
        self._counts = np.ones((1, 1, rows, columns), bool)
        self._pixels = np.empty(rows * columns, np.float32)
        by_row = dict.fromkeys(NAMES, (GROUPS * rows,)) if number == ROWS else {}
        by_region = dict.fromkeys(OF_REGION, ()) if parameters.cm_maskedROI else {}
        by_line = {OF_LINE: ()} if number in (LINE_SEEN, LINE) else {}
        self.records: Mapping[str, tuple[int, ...]] = {**by_region, **by_row, **by_line}
        self._unheard = {name: np.empty(shape, np.float32) for name, shape in self.records.items()}

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
                region = frame[tuple(slice(*bounds) for bounds in self._wanted.cm_maskedROI)]
                numbers = region_numbers(region, self._pixels)
                _subtract(frame, numbers[0])
                for name, number in zip(OF_REGION, numbers, strict=True):
                    self._told(record, name, event, panel)[...] = number
            if self._number == ROWS:
                self._subtract_rows(frame, [self._told(record, name, event, panel) for name in NAMES])
            if self._number in (LINE_SEEN, LINE):
                middle = region_numbers(frame[:, CENTRE], self._pixels)[0]
                self._told(record, OF_LINE, event, panel)[...] = middle
                if self._number == LINE:
                    _subtract(frame, middle)

    def _told(self, record: Record, name: str, event: int, panel: int) -> NDArray[np.float32]:
        """Where a value goes; to a place of our own if nobody asked for it."""
        return record[name][event, panel, ...] if name in record else self._unheard[name]

    def _subtract_rows(self, frame: NDArray[np.float32], told: Sequence[NDArray[np.float32]]) -> None:
        """Rows of one frame; ``told`` is filled, in the order of ``NAMES``."""
        wanted = self._wanted
        if wanted.cm_maskNeighbors > 0:
            mark_without_bright_neighbours(frame, wanted.cm_photonThres, self._counts[0, 0])
        subtract_medians(frame[None, None], self._counts, self._tile, self._rule, self._scratch, self._seen)
        medians, believed, taken, left_out = told
        note_rows(self._seen[0, 0], self._rule.largest, frame.shape[1] // GROUPS, medians, believed, taken, left_out)


def _subtract(frame: NDArray[np.float32], level: float) -> None:
    """In place; NaN = nothing is known, and nothing is taken off."""
    if np.isfinite(level):
        frame -= np.float32(level)


def declare(number: int) -> None:
    """One number of these cameras."""

    def make(parameters: Parameters, situation: Situation) -> Corrector:
        return FrameRows(parameters, situation, number)

    ALGORITHMS.add(f"uxi {number}", Algorithm(parameters=Parameters, make=make))


for number in (REGION, ROWS, LINE_SEEN, LINE):
    declare(number)
