"""Makes small-data files with struct alone, by the rules of the format's description."""

import struct

from tests.support.xtc_bytes import CONFIGURE, L1ACCEPT, xtc

RECORDER = 4, 0
EVR_DATA = 3
THRESHOLD = 100


def small_data(data: list[bytes], threshold: int = THRESHOLD) -> bytes:
    """The small-data file of these datagrams; events with nothing inside are left out, as the original tool does."""
    result, offset = b"", 0
    for one in data:
        service = one[11] & 15
        if service == CONFIGURE:
            result += with_first(one, xtc(RECORDER, 1 << 16 | 89, struct.pack("<I", threshold)), one[40:])
        elif service != L1ACCEPT:
            result += one
        elif len(one) > 40:
            origin = xtc(RECORDER, 1 << 16 | 90, struct.pack("<qI", offset, len(one) - 20))
            result += with_first(one, origin, digest(one, 40, len(one), offset, threshold))
        offset += len(one)
    return result


def with_first(datagram: bytes, first: bytes, rest: bytes) -> bytes:
    """A datagram with other children."""
    return datagram[:36] + struct.pack("<I", 20 + len(first) + len(rest)) + first + rest


def digest(data: bytes, at: int, stop: int, offset: int, threshold: int) -> bytes:
    """Children between two places, large ones replaced by proxies."""
    result = b""
    while at < stop:
        damage, logical, physical, contains, extent = struct.unpack_from("<5I", data, at)
        if contains & 0xFFFF == 1:
            inside = digest(data, at + 20, at + extent, offset, threshold)
            result += struct.pack("<5I", damage, logical, physical, contains, 20 + len(inside)) + inside
        elif extent < threshold or contains & 0xFFFF == EVR_DATA:
            result += data[at : at + extent]
        else:
            proxy = struct.pack("<qII", offset + at, contains, extent)
            result += struct.pack("<5I", damage, logical, physical, 1 << 16 | 91, 36) + proxy
        at += extent
    return result
