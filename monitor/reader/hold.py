"""The reader's memory: keeps the bytes of batches until they are durable, and puts them into messages."""

import os
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.model.batch import Batch
from monitor.model.place import FilePlace, InlinePlace, Place, RingPlace
from monitor.net.ring import MemoryRing, Ring
from monitor.reader.block import Memory
from monitor.reader.dispatch.cut import Stretch
from monitor.reader.dispatch.draft import Draft, DraftPlace
from monitor.wire.batch import batch_message
from monitor.wire.message import Message
from monitor.xtc.filename import open_present

Way = Literal["reference", "ring", "inline"]
"""How bytes travel."""

OPEN_FILES = 64

PORTIONS = 16
"""Parts of the memory that one stretch of events may fill."""

Bytes = NDArray[np.uint8]


class Hold:
    """Where bytes are and how they travel.

    Parameters
    ----------
    way
        ``reference``: files stay where they are, what lies in memory goes into the segment. ``ring``: everything goes into the
        segment. ``inline``: files are read when they are handed out, what lies in memory goes into the segment and from there
        into the message.
    segment
        The declared memory; never more than this is kept. None where everything is in files and not forced into a ring.
    """

    def __init__(self, way: Way, segment: Ring | MemoryRing | None = None) -> None:
        self._way = way
        self._segment = segment
        self._files: OrderedDict[str, int] = OrderedDict()

    @property
    def half_full(self) -> bool:
        """Whether half of the memory is taken: time to make something durable."""
        return self._segment is not None and 2 * self._segment.space.used > self._segment.space.size

    @property
    def portion(self) -> int:
        """Bytes that are best taken in at a time: small enough that something else is there to be handed out meanwhile."""
        return 1 << 62 if self._segment is None else self._segment.space.size // PORTIONS

    def fits(self, stretch: Stretch) -> bool:
        """Whether the memory could keep these events if it were empty."""
        return self._stays(stretch) or (self._segment is not None and _size(stretch.pieces) <= self._segment.space.size)

    def stow(self, stretch: Stretch) -> Stretch | None:
        """The events with their bytes where they can stay; None if there is no room now.

        Raises
        ------
        DamagedData
            If a file does not hold what the events say.
        """
        if self._stays(stretch):
            return stretch
        segment, size = self._segment, _size(stretch.pieces)
        offset = None if segment is None else segment.allocate(size)
        if segment is None or offset is None:
            return None
        try:
            pieces = self._copied(stretch.pieces, stretch.places, segment.data[offset : offset + size])
        except DamagedData:
            segment.free(offset)
            raise
        pieces["offset"] += offset
        place = RingPlace(segment.name) if segment.name else Memory(segment.data)
        return replace(stretch, pieces=pieces, places=(place,), held=offset)

    def release(self, token: int) -> None:
        """Nobody needs the memory behind this token any more."""
        if self._segment is not None:
            self._segment.free(token)

    def message(self, draft: Draft, lease: int, *, show: bool, local: bool) -> Message:
        """The message that hands a batch out.

        Raises
        ------
        DamagedData
            If a file does not hold what the batch says.
        """
        places = draft.cut.places
        if self._way != "inline" and all(isinstance(p, FilePlace) or (isinstance(p, RingPlace) and local) for p in places):
            kept = tuple(place for place in places if not isinstance(place, Memory))
            return batch_message(_batch(draft, lease, show, draft.cut.pieces, kept))
        pieces, data = self._inline(draft)
        return batch_message(_batch(draft, lease, show, pieces, (InlinePlace(0),)), [data])

    def datagrams(self, draft: Draft) -> dict[int, Bytes]:
        """The datagrams of a batch by stream, back to back; copies.

        Raises
        ------
        DamagedData
            If they cannot be read.
        """
        pieces, found = draft.cut.pieces, {}
        for stream in np.unique(pieces["stream"]).tolist():
            own = pieces[pieces["stream"] == stream]
            found[int(stream)] = np.empty(_size(own), np.uint8)
            self._copied(own, draft.cut.places, found[int(stream)])
        return found

    def close(self) -> None:
        """Give back files and memory."""
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files.clear()
        if self._segment is not None:
            self._segment.close()

    def _stays(self, stretch: Stretch) -> bool:
        """Whether the bytes are safe where they are."""
        return self._way != "ring" and all(isinstance(place, FilePlace) for place in stretch.places)

    def _inline(self, draft: Draft) -> tuple[NDArray[Any], Bytes]:
        """Pieces and bytes of one inline part; a view if the bytes lie side by side in memory."""
        cut = draft.cut
        pieces, place = cut.pieces, cut.places[0]
        if len(cut.places) == 1 and not isinstance(place, FilePlace) and len(pieces):
            first, stop = int(pieces["offset"].min()), int((pieces["offset"] + pieces["length"]).max())
            if stop - first == cut.nbytes:
                moved = pieces.copy()
                moved["offset"] -= first
                return moved, self._memory(place)[first:stop]
        data = np.empty(cut.nbytes, np.uint8)
        return self._copied(pieces, cut.places, data), data

    def _memory(self, place: RingPlace | Memory) -> Bytes:
        """The bytes of a place in memory."""
        if isinstance(place, Memory):
            return place.data
        if self._segment is None:
            raise ValueError("a batch lies in a ring that this reader does not have")
        return self._segment.data

    def _copied(self, pieces: NDArray[Any], places: tuple[DraftPlace, ...], target: Bytes) -> NDArray[Any]:
        """Copy pieces one behind the other, in their order; returns them with their new places."""
        at = 0
        for number, offset, length in _runs(pieces):
            place = places[number]
            piece = target[at : at + length]
            if isinstance(place, FilePlace):
                self._read(place.path, offset, piece)
            else:
                piece[:] = self._memory(place)[offset : offset + length]
            at += length
        moved = pieces.copy()
        moved["place"] = 0
        moved["offset"] = np.cumsum(pieces["length"], dtype=np.uint64) - pieces["length"]
        return moved

    def _read(self, path: str, offset: int, target: Bytes) -> None:
        """Read from a file without mapping it: a file that became shorter is an error here and a signal there."""
        got = 0
        try:
            descriptor = self._descriptor(path)
            while got < len(target):
                count = os.preadv(descriptor, [target[got:].data], offset + got)
                if count == 0:
                    raise DamagedData("the file became shorter", source=path, offset=offset + got)
                got += count
        except OSError as error:
            raise DamagedData(f"the file cannot be read: {error.strerror}", source=path, offset=offset) from error

    def _descriptor(self, path: str) -> int:
        """An open file."""
        if path not in self._files:
            self._files[path] = open_present(path)
            if len(self._files) > OPEN_FILES:
                os.close(self._files.popitem(last=False)[1])
        self._files.move_to_end(path)
        return self._files[path]


def _size(pieces: NDArray[Any]) -> int:
    """Bytes of all pieces."""
    return int(pieces["length"].sum(dtype=np.int64))


def _runs(pieces: NDArray[Any]) -> Iterator[tuple[int, int, int]]:
    """Place, offset and length of stretches of pieces that follow each other where they lie."""
    if not len(pieces):
        return
    ends = pieces["offset"] + pieces["length"]
    breaks = (pieces["offset"][1:] != ends[:-1]) | (pieces["place"][1:] != pieces["place"][:-1])
    starts = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    stops = np.concatenate([starts[1:], [len(pieces)]]) - 1
    lengths = ends[stops] - pieces["offset"][starts]
    yield from zip(pieces["place"][starts].tolist(), pieces["offset"][starts].tolist(), lengths.tolist(), strict=True)


def _batch(draft: Draft, lease: int, show: bool, pieces: NDArray[Any], places: tuple[Place, ...]) -> Batch:
    """What a worker is told of a batch."""
    cut = draft.cut
    return Batch(
        first=draft.first,
        run=cut.state.run,
        step=cut.state.step,
        pipeline=draft.pipeline,
        state=cut.state.version,
        epoch=draft.epoch,
        lease=lease,
        format=cut.state.format,
        show=show,
        created=cut.created,
        events=cut.events,
        pieces=pieces,
        places=places,
        epics_start=cut.epics_start,
        epics_changes=cut.epics_changes,
    )
