"""Runs a chain over a batch in tiles that stay in the processor's cache from pedestal to gain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode.algorithm import Corrector, Record
from workers.corrections.gain_switch import multiply, subtract_dark, switch_gain
from workers.corrections.level import level, multiply_gain, subtract_pedestal
from workers.corrections.prepared import Prepared
from workers.kernel import kernel

BLOCK = 64
"""Pixels that are looked at together: most are all in the first plane."""
TILE_BYTES = 1 << 19
"""Corrected pixels that are worked on at a time; with raw pixels and constants beside them they fit a second-level cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Neighbouring panels of a frame, with their constants side by side in memory."""

    first: int
    stop: int
    dark: NDArray[np.float32]
    factor: NDArray[np.float32]
    counting: NDArray[np.bool_]


class Tiles:
    """Kernels and constants of one detector.

    Parameters
    ----------
    prepared
        Constants.
    panels
        Shape of a frame: (panels, rows, columns).
    like
        Empty array of the dtype of a raw pixel.
    corrector
        Common mode between pedestal and gain; None = none.
    """

    def __init__(
        self, prepared: Prepared, panels: tuple[int, int, int], like: NDArray[np.generic], corrector: Corrector | None
    ) -> None:
        self._code, self._like, self._corrector, self._shape = prepared.code, like, corrector, panels
        count, pixels = panels[0], panels[1] * panels[2]
        frame_bytes = 4 * count * pixels
        fits = corrector is None or corrector.whole or frame_bytes <= TILE_BYTES
        self._panels = count if fits else max(1, TILE_BYTES // (4 * pixels))
        self._events = max(1, TILE_BYTES // frame_bytes) if fits else 1
        self._parts = [_part(prepared, first, min(first + self._panels, count)) for first in range(0, count, self._panels)]
        size = (self._events, self._panels, pixels) if corrector is not None and prepared.code is not None else (0, 0, 0)
        self._planes, self._counts = np.empty(size, np.uint8), np.empty(size, bool)

    def run(
        self,
        buffers: Sequence[NDArray[np.uint8]],
        places: NDArray[np.int64],
        offsets: NDArray[np.int64],
        out: NDArray[np.float32],
        record: Record,
    ) -> None:
        """Corrected panels of many events.

        Parameters
        ----------
        buffers
            Bytes that hold the raw panels, each of shape (bytes,).
        places
            Which buffer each event is in, shape (events,).
        offsets
            First byte of each panel, shape (events, panels); -1 = absent.
        out
            Result, shape (events, panels, pixels); NaN = bad or absent.
        record
            Filled with what the common mode tells, see ``Corrector``.
        """
        if self._corrector is None:
            for events, place in _stretches(places, max(1, len(places))):
                self._fused(buffers[place], offsets[events], out[events])
            return
        for part, events, place in self._tiles(places):
            panels = slice(part.first, part.stop)
            told = {name: array[events, panels] for name, array in record.items()}
            mine = np.ascontiguousarray(offsets[events, panels])
            self._tile(part, buffers[place], mine, out[events, panels], self._corrector, told)

    def _fused(self, buffer: NDArray[np.uint8], offsets: NDArray[np.int64], out: NDArray[np.float32]) -> None:
        (part,) = self._parts
        if self._code is None:
            level(buffer, offsets, self._like, part.dark[0], part.factor[0], out)
        else:
            switch_gain(buffer, offsets, self._code, part.dark, part.factor, out)

    def _tiles(self, places: NDArray[np.int64]) -> Iterator[tuple[Part, slice, int]]:
        # The number of turns follows the bytes of a batch, not its events: small frames of one buffer share a tile.
        stretches = _stretches(places, self._events)
        for part in self._parts:
            for events, place in stretches:
                yield part, events, place

    def _tile(
        self,
        part: Part,
        buffer: NDArray[np.uint8],
        offsets: NDArray[np.int64],
        out: NDArray[np.float32],
        corrector: Corrector,
        record: Record,
    ) -> None:
        values = out.reshape(*out.shape[:2], *self._shape[1:])
        if self._code is None:
            subtract_pedestal(buffer, offsets, self._like, part.dark[0], out)
            corrector.apply(values, part.counting.reshape(1, *values.shape[1:]), part.first, record)
            multiply_gain(part.factor[0], out)
            return
        planes, counts = self._planes[: len(out), : out.shape[1]], self._counts[: len(out), : out.shape[1]]
        subtract_dark(buffer, offsets, self._code, part.dark, out, planes)
        mark_counting(planes, part.counting, counts)
        corrector.apply(values, counts.reshape(values.shape), part.first, record)
        multiply(planes, part.factor, out)


def _stretches(places: NDArray[np.int64], longest: int) -> list[tuple[slice, int]]:
    """Neighbouring events that are in one buffer, not more than ``longest`` at a time, and the number of that buffer."""
    borders = [0, *(np.flatnonzero(np.diff(places)) + 1).tolist(), len(places)]
    return [
        (slice(start, min(start + longest, stop)), int(places[first]))
        for first, stop in pairwise(borders)
        for start in range(first, stop, longest)
    ]


def _part(prepared: Prepared, first: int, stop: int) -> Part:
    pixels = prepared.dark.shape[-2] * prepared.dark.shape[-1]
    panels = (slice(None), slice(first, stop))
    return Part(
        first,
        stop,
        np.ascontiguousarray(prepared.dark.reshape(len(prepared.dark), -1, pixels)[panels]),
        np.ascontiguousarray(prepared.factor.reshape(len(prepared.factor), -1, pixels)[panels]),
        np.ascontiguousarray(prepared.counting.reshape(len(prepared.counting), -1, pixels)[panels]),
    )


@kernel
def mark_counting(planes: NDArray[np.uint8], counting: NDArray[np.bool_], counts: NDArray[np.bool_]) -> None:
    """Which pixels count, by the plane of each.

    Parameters
    ----------
    planes
        Shape (events, panels, pixels); a number beyond the planes counts nowhere.
    counting
        Shape (planes, panels, pixels).
    counts
        Filled, in the shape of ``planes``.
    """
    events, panels, pixels = planes.shape
    for event in range(events):
        for panel in range(panels):
            chosen, marks, first = planes[event, panel], counts[event, panel], counting[0, panel]
            for start in range(0, pixels, BLOCK):
                stop, switched = min(start + BLOCK, pixels), np.uint8(0)
                for i in range(np.uint64(start), np.uint64(stop), np.uint64(1)):
                    switched |= chosen[i]
                    marks[i] = first[i] & (chosen[i] == 0)
                if switched == 0:
                    continue
                for i in range(np.uint64(start), np.uint64(stop), np.uint64(1)):
                    if 0 < chosen[i] < len(counting):
                        marks[i] = counting[chosen[i], panel, i]
