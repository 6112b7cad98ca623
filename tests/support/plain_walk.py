"""The walk written the slow and plain way, to compare the kernels with."""

import struct
from typing import NamedTuple


class Entry(NamedTuple):
    datagram: int
    logical: int
    physical: int
    contains: int
    damage: int
    offset: int
    size: int


def heads(data: bytes) -> tuple[list[tuple[int, int]], int, str]:
    """(offset, length) of each datagram, where it stopped, and why."""
    found, at = [], 0
    while at < len(data):
        if len(data) - at < 40:
            return found, at, "HEADER"
        (extent,) = struct.unpack_from("<I", data, at + 36)
        if extent < 20 or extent > 256 * 1024 * 1024:
            return found, at, "EXTENT"
        if at + 20 + extent > len(data):
            return found, at, "PAYLOAD"
        found.append((at, 20 + extent))
        at += 20 + extent
    return found, at, "END"


def payloads(data: bytes) -> tuple[list[Entry], list[tuple[int, int, int, int]]]:
    """Payload entries, and (datagram, offset, extent, remaining) of children that cannot be walked."""
    entries: list[Entry] = []
    corrupt: list[tuple[int, int, int, int]] = []

    def enter(number: int, at: int, end: int) -> None:
        while at < end:
            extent = struct.unpack_from("<I", data, at + 16)[0] if end - at >= 20 else 0
            if extent < 20 or extent > end - at:
                corrupt.append((number, at, extent, end - at))
                return
            damage, logical, physical, contains = struct.unpack_from("<4I", data, at)
            if contains & 0xFFFF != 1:
                entries.append(Entry(number, logical, physical, contains, damage, at + 20, extent - 20))
            elif damage & 1 << 15:
                entries.append(Entry(number, logical, physical, contains, damage, at + 20, 0))
            else:
                enter(number, at + 20, at + extent)
            at += extent

    for number, (offset, length) in enumerate(heads(data)[0]):
        enter(number, offset + 20, offset + length)
    return entries, corrupt
