"""Where the panels of a detector lie, event by event: the segments of all streams together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.xtc2.names import Names
from monitor.xtc2.words import plain
from workers.detectors.area import ABSENT
from workers.kernel import kernel
from workers.trouble import Trouble
from workers.xtc2.frame_family import Packing
from workers.xtc2.payloads import Group

NOWHERE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Panels:
    """Frames of which every segment came undamaged, as psana2 gives them.

    Attributes
    ----------
    events
        Event of each frame, shape (frames,), ascending.
    offsets
        First byte of each panel in its buffer, shape (frames, panels).
    places
        Buffer of each frame, shape (frames,).
    buffers
        Bytes.
    """

    events: NDArray[np.int64]
    offsets: NDArray[np.int64]
    places: NDArray[np.int64]
    buffers: list[NDArray[np.uint8]]

    @property
    def parts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], list[NDArray[np.uint8]]]:
        """As ``AreaDetector.corrected`` takes them."""
        return self.events, self.offsets, self.places, self.buffers


def field_number(names: Names, frame: str) -> int | None:
    """Position of the field of this name with one to three dimensions; None if there is none."""
    found = [i for i, field in enumerate(names.fields) if field.name == frame and field.rank in (1, 2, 3)]
    return found[-1] if found else None


def first_shape(groups: Sequence[Group], frame: str) -> tuple[int, ...] | None:
    """Dimensions of the first undamaged frame of a segment in a batch; None if there is none."""
    best: tuple[int, tuple[int, ...]] | None = None
    for group in groups:
        number = field_number(group.names, frame)
        for part in group.parts if number is not None else ():
            rows = np.flatnonzero((part.located.offsets[number] >= 0) & (part.damage == 0))
            if not len(rows):
                continue
            row = rows[part.events[rows].argmin()]
            if best is None or part.events[row] < best[0]:
                best = int(part.events[row]), tuple(part.located.dimensions(number or 0)[row].tolist())
    return None if best is None else best[1]


def panels_of(
    groups: Sequence[Group],
    segments: Sequence[int],
    frame: str,
    shape: tuple[int, ...],
    buffers: Sequence[NDArray[np.uint8]],
    count: int,
    name: str,
    trouble: Trouble,
) -> Panels:
    """Panels of all frames of a batch.

    Parameters
    ----------
    groups
        Payloads of the detector, one algorithm.
    segments
        Numbers of its segments, ascending.
    frame, shape
        Field of a segment, and the dimensions it must have.
    buffers
        Bytes of the batch's places.
    count
        Events of the batch.
    name
        Of the detector, for texts.
    trouble
        Told about frames that are left out.
    """
    first = np.full((count, len(segments)), ABSENT, np.int64)
    places = np.full((count, len(segments)), NOWHERE, np.int64)
    width = 0
    for group in groups:
        number = field_number(group.names, frame)
        if number is None:
            continue
        width, column = group.names.fields[number].dtype.itemsize, list(segments).index(group.names.segment)
        for part in group.parts:
            fits = part.located.having(number, shape)
            trouble.note(f"{name}: frame of the wrong size", int((part.located.offsets[number] >= 0).sum() - fits.sum()))
            rows = np.flatnonzero(fits & (part.damage == 0))[::-1]
            events = part.events[rows]
            first[events, column], places[events, column] = part.located.offsets[number, rows], part.place
    came = first != ABSENT
    whole = came.all(axis=1)
    trouble.note(f"{name}: frame without all of its segments", int((came.any(axis=1) & ~whole).sum()))
    panels = shape[0] if len(shape) == 3 else 1
    size = math.prod(shape) // panels * width
    offsets = (first[whole][:, :, None] + np.arange(panels, dtype=np.int64) * size).reshape(
        int(whole.sum()), len(segments) * panels
    )
    return _together(np.flatnonzero(whole), offsets, np.repeat(places[whole], panels, axis=1), buffers, size)


def _together(
    events: NDArray[np.int64],
    offsets: NDArray[np.int64],
    places: NDArray[np.int64],
    buffers: Sequence[NDArray[np.uint8]],
    size: int,
) -> Panels:
    """Frames whose panels share a buffer; those of several streams are copied into one."""
    own = places[:, 0] if places.size else np.zeros(len(events), np.int64)
    scattered = (places != own[:, None]).any(axis=1)
    if not scattered.any():
        return Panels(events, offsets, own, list(buffers))
    where, count = offsets[scattered], places.shape[1]
    joined = np.empty((len(where), count, size), np.uint8)
    for place in np.unique(places[scattered]).tolist():
        buffer = buffers[place].view()
        buffer.flags.writeable = False
        copy_panels(buffer, np.where(places[scattered] == place, where, ABSENT), joined)
    offsets, own = offsets.copy(), own.copy()
    offsets[scattered] = (np.arange(len(where) * count, dtype=np.int64) * size).reshape(len(where), count)
    own[scattered] = len(buffers)
    return Panels(events, offsets, own, [*buffers, joined.reshape(-1)])


def unpacked(panels: Panels, packing: Packing) -> Panels:
    """The same frames with their pixels as plain words, each in its place; a copy.

    Parameters
    ----------
    panels
        Frames as they were sent, a "panel" being the field of a segment.
    packing
        What was done to them.
    """
    frames, segments = panels.offsets.shape
    words = np.zeros((frames, segments, math.prod(packing.shape)), np.uint16)
    for place in np.unique(panels.places).tolist():
        rows = panels.places == place
        found = np.zeros((int(rows.sum()) * segments, words.shape[2]), np.uint16)
        packing.unpack(plain(panels.buffers[place]), panels.offsets[rows].reshape(-1), found)
        words[rows] = found.reshape(-1, *words.shape[1:])
    count = segments * (packing.shape[0] if len(packing.shape) == 3 else 1)
    size = words.nbytes // max(frames * count, 1)
    offsets = (np.arange(frames * count, dtype=np.int64) * size).reshape(frames, count)
    return Panels(panels.events, offsets, np.zeros(frames, np.int64), [words.reshape(-1).view(np.uint8)])


@kernel
def copy_panels(buffer: NDArray[np.uint8], offsets: NDArray[np.int64], out: NDArray[np.uint8]) -> None:
    """Copy the panels that lie in this buffer to ``out``, shape (frames, panels, bytes); -1 or outside = not in it."""
    frames, panels, size = out.shape
    for frame in range(frames):
        for panel in range(panels):
            at = offsets[frame, panel]
            if 0 <= at <= len(buffer) - size:
                out[frame, panel] = buffer[at : at + size]
