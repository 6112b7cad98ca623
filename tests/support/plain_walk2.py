"""The walk over XTC2 bytes once more, in plain Python: twin of the kernels."""

import struct

HEADS = struct.Struct("<IIIIHHI")
XTC = struct.Struct("<IHHI")
Entry = tuple[int, ...]


def heads(data: bytes) -> tuple[list[Entry], int, str]:
    """Offset, length, clock and service of each datagram, where it ended and why."""
    found: list[Entry] = []
    at = 0
    while at < len(data):
        if len(data) - at < 24:
            return found, at, "HEADER"
        low, high, env, _, _, _, extent = HEADS.unpack_from(data, at)
        if not 12 <= extent < 1 << 31:
            return found, at, "EXTENT"
        if at + 12 + extent > len(data):
            return found, at, "PAYLOAD"
        found.append((at, 12 + extent, high << 32 | low, env >> 24 & 15))
        at += 12 + extent
    return found, at, "END"


def payloads(data: bytes) -> tuple[list[Entry], list[Entry]]:
    """Datagram, kind, key, damage, data offset and size, shapes size of each payload; and what cannot be walked."""
    entries: list[Entry] = []
    corrupt: list[Entry] = []
    for number, (start, length, _, _) in enumerate(heads(data)[0]):
        _enter(data, number, start + 12, start + length, entries, corrupt)
    return entries, corrupt


def _enter(data: bytes, number: int, at: int, stop: int, entries: list[Entry], corrupt: list[Entry]) -> None:
    for offset, src, damage, kind, extent in _children(data, number, at, stop, corrupt):
        if kind == 0 and damage & 8:
            corrupt.append((number, offset, extent))
        elif kind == 0:
            _enter(data, number, offset + 12, offset + extent, entries, corrupt)
        elif kind == 4:
            entries.append((number, 4, src & 0xFFFFFFF, damage, offset + 12, extent - 12, 0))
        elif kind == 1:
            inside = list(_children(data, number, offset + 12, offset + extent, corrupt))
            bodies = [(one[0] + 12, one[4] - 12) for one in inside if one[3] == 3]
            shapes = [one[4] - 12 for one in inside if one[3] == 2]
            place, size = bodies[0] if bodies else (offset + extent, 0)
            entries.append((number, 1, src & 0xFFFFFFF, damage, place, size, shapes[0] if shapes else 0))


def _children(data: bytes, number: int, at: int, stop: int, corrupt: list[Entry]) -> list[Entry]:
    found: list[Entry] = []
    while at < stop:
        src, damage, contains, extent = XTC.unpack_from(data, at) if stop - at >= 12 else (0, 0, 0, 0)
        if not 12 <= extent <= stop - at:
            corrupt.append((number, at, stop - at))
            break
        found.append((at, src, damage, contains & 0xFFF, extent))
        at += extent
    return found
