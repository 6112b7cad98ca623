"""Makes index files with struct alone, by the rules of the format's description."""

import struct

from tests.support.xtc_bytes import BEGIN_CYCLE, L1ACCEPT


def index_bytes(data: list[bytes], name: str, *, version: int = 2) -> bytes:
    """The index of a file of these datagrams; no event codes, one segment with one source."""
    events, cycles, offset, count = b"", b"", 0, 0
    for one in data:
        nanoseconds, seconds, _, high = struct.unpack_from("<4I", one)
        if one[11] & 15 == BEGIN_CYCLE:
            cycles += struct.pack("<qiII", offset, count, seconds, nanoseconds)
        if one[11] & 15 == L1ACCEPT:
            events += struct.pack("<3Iq4I", seconds, nanoseconds, high & 0x1FFFF, offset, 0, 0, 0, 0)
            count += 1
        offset += len(one)
    head = struct.pack("<I32s", version << 16 | 38, name.encode()[:32])
    if version == 2:
        head += struct.pack("<ihhiiii", len(cycles) // 20, 0, 1, count, 0, 0, 0)
    else:
        head += struct.pack("<hbbi", len(cycles) // 20, 0, 1, count)
    return head + events + cycles + struct.pack("<2IB2II", 33558432, 7, 1, 16781316, 256, 262163)
