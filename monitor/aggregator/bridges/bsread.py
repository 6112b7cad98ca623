"""Paul Scherrer Institute's bsread, compact format 1.1: one message per event, a channel per field.

Layout as in ``bsread/sender.py`` and ``bsread/handlers/compact.py`` of psi-bsread 2.0.
"""

import hashlib
import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.aggregator.dialect import DIALECTS, ROWS, SocketDialect, options_of
from monitor.aggregator.events import Moment, TableMaker, values_of
from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.settings import Bridge, Section
from monitor.wire.message import Message, Part

MISSING: tuple[bytes, bytes] = (b"", b"")
FIDUCIALS = "fiducials"


class Options(Section):
    """There are no further keys."""


@dataclass(frozen=True, slots=True)
class Channel:
    """How a channel is told: type and shape (fastest dimension first)."""

    type: str
    shape: tuple[int, ...]

    def told(self, name: str) -> dict[str, Any]:
        """Its entry in the data header."""
        return {"name": name, "type": self.type, "shape": list(self.shape), "encoding": "little"}


class BsRead:
    """Makes bsread messages. Channels once seen stay in the header: its hash only changes when something is new."""

    def __init__(self, settings: Bridge) -> None:
        options_of(settings, Options)
        if settings.frames:
            raise ConfigError('bsread carries rows; take kind = "array-1.0" for frames', key=f"bridge.{settings.kind}.frames")
        self._maker = TableMaker(settings.fields, settings.every)
        self._channels: dict[str, Channel] = {FIDUCIALS: Channel("int64", (1,))}
        self._header, self._hash = b"", ""
        self._tell()
        self.topics: tuple[str, ...] = (ROWS,)

    def translate(self, message: Message) -> Iterator[Sequence[Part]]:
        """One message per event."""
        table = self._maker.table(message)
        series = {path: (_bytes_of(column), _channels_of(column), column.mask.tolist()) for path, column in table.columns.items()}
        for i, moment in enumerate(table.moments):
            contents = {path: values[i] for path, (values, _, there) in series.items() if there[i]}
            self._learn({path: series[path][1][i] for path in contents})
            yield self._message(moment, contents)

    def lost(self) -> None:
        """Every message stands for itself."""

    def _learn(self, channels: dict[str, Channel]) -> None:
        """Renew the data header if a channel is new or has another shape than before."""
        if any(self._channels.get(name) != channel for name, channel in channels.items()):
            self._channels |= channels
            self._tell()

    def _tell(self) -> None:
        told = {"htype": "bsr_d-1.1", "channels": [channel.told(name) for name, channel in self._channels.items()]}
        self._header = json.dumps(told).encode()
        # The protocol asks for this very sum; it tells headers apart and protects nothing.
        self._hash = hashlib.md5(self._header, usedforsecurity=False).hexdigest()

    def _message(self, moment: Moment, contents: dict[str, bytes]) -> list[Part]:
        main = {
            "htype": "bsr_m-1.1",
            "pulse_id": moment.seq,
            "hash": self._hash,
            "global_timestamp": {"sec": moment.seconds, "ns": moment.nanoseconds},
        }
        parts: list[Part] = [json.dumps(main).encode(), self._header]
        stamp = struct.pack("<qq", moment.seconds, moment.nanoseconds)
        contents = {FIDUCIALS: struct.pack("<q", moment.fiducials), **contents}
        for name in self._channels:
            content = contents.get(name, b"")
            parts += (content, stamp) if content else MISSING
        return parts


def _bytes_of(column: Column) -> list[bytes]:
    """The raw value of each event."""
    if column.values.dtype.kind == "S" and column.values.ndim == 1:
        return [text.encode() for text in values_of(column)]
    if column.lengths is None:
        whole = _little(column.values).tobytes()
        size = len(whole) // max(1, len(column))
        return [whole[at : at + size] for at in range(0, size * len(column), size)] if size else [b""] * len(column)
    return [_little(value).tobytes() for value in values_of(column)]


def _channels_of(column: Column) -> Sequence[Channel]:
    """How the value of each event is told."""
    dtype = column.values.dtype
    if dtype.kind in "SU":
        return [Channel("string", (1,))] * len(column)
    name = "bool" if dtype.kind == "b" else dtype.name
    inner = column.values.shape[1:][::-1]
    if column.lengths is None:
        return [Channel(name, inner or (1,))] * len(column)
    return [Channel(name, (*inner, n)) for n in column.lengths.tolist()]


def _little(array: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<"))


DIALECTS.add("bsread", SocketDialect(BsRead, ("push", "pub")))
