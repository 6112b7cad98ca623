"""The worker's side of "where the bytes are": maps files once, attaches rings once, and checks every piece before use."""

import mmap
import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.model.batch import Batch
from monitor.model.place import FilePlace, InlinePlace, Place, RingPlace
from monitor.net.ring import attach
from monitor.wire.message import Message
from monitor.xtc.filename import open_present

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _MappedFile:
    """A mapped file and what tells whether it is still the same one."""

    inode: tuple[int, int]
    data: Bytes


class Places:
    """Buffers of batches, one per place.

    Parameters
    ----------
    files, rings
        Most files and rings kept mapped; the one unused for longest goes first.
    """

    def __init__(self, files: int = 64, rings: int = 4) -> None:
        self._limits = (files, rings)
        self._files: OrderedDict[str, _MappedFile] = OrderedDict()
        self._rings: OrderedDict[str, Bytes] = OrderedDict()

    def resolve(self, batch: Batch, message: Message) -> list[Bytes]:
        """Bytes of each place of a batch, 1-d uint8, read-only views; every piece lies inside its buffer.

        Raises
        ------
        DamagedData
            If a place is gone, or a piece is not inside it (a file that became shorter, a header that lies).
        """
        ends = _ends(batch)
        buffers = [self._bytes(place, end, message.arrays) for place, end in zip(batch.places, ends, strict=True)]
        for place, end, buffer in zip(batch.places, ends, buffers, strict=True):
            if end > len(buffer):
                raise DamagedData(f"the bytes end at {len(buffer)}, a piece of the batch at {end}", source=_name(place))
        return buffers

    def close(self) -> None:
        """Drop all maps; they go when the last view goes."""
        self._files.clear()
        self._rings.clear()

    def _bytes(self, place: Place, end: int, arrays: Mapping[str, NDArray[Any]]) -> Bytes:
        """Everything that lies at a place."""
        if isinstance(place, InlinePlace):
            return arrays[f"bytes/{place.part}"]
        if isinstance(place, RingPlace):
            return self._ring(place.name)
        return self._file(place.path, end)

    def _ring(self, name: str) -> Bytes:
        """An attached ring."""
        if name not in self._rings:
            self._rings[name] = attach(name)
            _trim(self._rings, self._limits[1])
        self._rings.move_to_end(name)
        return self._rings[name]

    def _file(self, path: str, end: int) -> Bytes:
        """A mapped file, mapped anew if it grew past the map, was replaced, or is shorter than the map.

        A map whose file was cut would answer with a signal that ends the process, so the length is asked for every batch.
        """
        descriptor = -1
        try:
            descriptor = open_present(path)
            status = os.fstat(descriptor)
            known = self._files.get(path)
            inode = (status.st_dev, status.st_ino)
            if known is None or known.inode != inode or end > len(known.data) or status.st_size < len(known.data):
                self._files[path] = _MappedFile(inode, _mapped(descriptor, status.st_size))
                _trim(self._files, self._limits[0])
        except OSError as error:
            self._files.pop(path, None)
            raise DamagedData(f"the file cannot be read: {error.strerror}", source=path) from error
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        self._files.move_to_end(path)
        return self._files[path].data


def _ends(batch: Batch) -> list[int]:
    """Last byte asked for, per place; 0 where none is."""
    pieces = batch.pieces
    lengths = pieces["length"].astype(np.uint64)
    if (pieces["offset"] > np.uint64(1 << 62)).any():
        raise DamagedData("a piece of the batch lies beyond any file", offset=int(pieces["offset"].max()))
    ends = np.zeros(len(batch.places), np.uint64)
    np.maximum.at(ends, pieces["place"], pieces["offset"] + lengths)
    return [int(end) for end in ends]


def _mapped(descriptor: int, size: int) -> Bytes:
    """The whole file as read-only bytes."""
    if size == 0:
        return np.empty(0, np.uint8)
    return np.frombuffer(mmap.mmap(descriptor, size, prot=mmap.PROT_READ), np.uint8)


def _name(place: Place) -> str:
    """What a person would call a place."""
    if isinstance(place, FilePlace):
        return place.path
    return place.name if isinstance(place, RingPlace) else "the message"


def _trim(kept: OrderedDict[str, Any], limit: int) -> None:
    """Let go of what was not used for longest."""
    while len(kept) > limit:
        kept.popitem(last=False)
