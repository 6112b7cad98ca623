"""Compressed payloads: a chain of blocks, one per image part, each with a header in clear and compressed pixels.

Source: the facility's compression engines 0 (stored), 1 (Hist16) and 2 (HistN). All sizes come from bytes and are
checked before use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.kernel import kernel

Bytes = NDArray[np.uint8]

STORED, HIST16, HISTN = 0, 1, 2
DECOMPRESSED_LIMIT = 256 << 20
"""Largest believable decompressed payload; nothing larger fits into a datagram."""

RAW, BITMAP, BITMAP_RUNS = 0, 1, 3
BITS = 16
"""Pixels that one word of a bit map speaks of."""
BLOCK_WORDS = 16
"""Bytes of a block between its header and its compressed bytes: engine, reserved, two sizes."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a chain: bytes in clear, then ``size`` bytes packed by ``engine`` into ``data``."""

    clear: Bytes
    engine: int
    size: int
    data: Bytes


def blocks(payload: Bytes) -> Iterator[Block]:
    """The blocks of a compressed payload.

    Raises
    ------
    DamagedData
        If a block does not fit into the payload.
    """
    at = 0
    while len(payload) - at >= 4 + BLOCK_WORDS:
        clear = _u4(payload, at)
        words = at + 4 + clear
        if words + BLOCK_WORDS > len(payload):
            raise DamagedData(f"a compressed block says its header has {clear} bytes", offset=at)
        engine, size, stored = _u4(payload, words), _u4(payload, words + 8), _u4(payload, words + 12)
        start = words + BLOCK_WORDS
        if start + stored > len(payload):
            raise DamagedData(f"a compressed block says it has {stored} bytes, {len(payload) - start} are left", offset=words)
        yield Block(payload[at + 4 : words], engine, size, payload[start : start + stored])
        at = (start + stored + 3) & ~3


def decompress(payload: Bytes) -> Bytes:
    """The payload as it was before compression, shape (n,), a copy.

    Parameters
    ----------
    payload
        Bytes behind the XTC header of an XTC whose type word has the compression bit.

    Raises
    ------
    DamagedData
        If a size is impossible, a checksum is wrong or the engine is unknown.
    """
    parts: list[Bytes] = []
    total = 0
    for block in blocks(payload):
        total += len(block.clear) + block.size
        if total > DECOMPRESSED_LIMIT:
            raise DamagedData(f"the payload would have {total} bytes decompressed")
        parts += [block.clear, _expand(block)]
    return np.concatenate(parts) if parts else np.empty(0, np.uint8)


def _expand(block: Block) -> Bytes:
    """Decompressed bytes of a block."""
    if block.engine == STORED:
        return _exactly(block.data, block.size)
    if block.engine == HIST16:
        return _exactly(_hist16(block.data, block.size), block.size)
    if block.engine == HISTN:
        return _exactly(_histn(block.data, block.size), block.size)
    raise DamagedData(f"compression engine {block.engine} is not known")


def _hist16(data: Bytes, size: int) -> Bytes:
    """Engine 1: 16-bit words; a one in the bit map is one byte above a base, a zero a word as it is."""
    flag, checksum, stored = (_u4(data, at) for at in (0, 4, 8))
    body = _slice(data, 12, stored)
    if flag == RAW:
        words = _exactly(body, size).view("<u2")
    else:
        base, n = _u2(body, 0), _u4(body, 2)
        packed, bits = _slice(body, 6, n), _bitmap(body, 6 + n, flag, size // 2)
        words = np.zeros(size // 2, np.uint16)
        if size % 2 or not _unpack_bytes(packed, bits, np.uint16(base), words):
            raise DamagedData("the compressed pixels do not fill the image")
    if int(words.sum(dtype=np.uint64)) & 0xFFFFFFFF != checksum:
        raise DamagedData("the checksum of the compressed pixels is wrong")
    return words.view(np.uint8)


def _histn(data: Bytes, size: int) -> Bytes:
    """Engine 2: a stream of bits; a one in the bit map is a few bits above a base, a zero a whole value as it is."""
    flag, depth, checksum, stored = _u2(data, 0), _u2(data, 2), _u4(data, 4), _u4(data, 8)
    if depth not in (1, 2) or size % depth:
        raise DamagedData(f"a compressed image of {size} bytes cannot have {depth} bytes per pixel")
    body = _slice(data, 12, stored)
    if flag == RAW:
        values = _exactly(body, size).view(f"<u{depth}")
    else:
        unmapped, mapped, base, n = _u2(body, 0), _u2(body, 2), _u4(body, 4), _u4(body, 8)
        stream, bits = _slice(body, 12, n), _bitmap(body, 12 + n, flag, size // depth)
        if not (0 <= unmapped <= 32 and 0 <= mapped <= 32):
            raise DamagedData(f"a compressed image cannot use {unmapped} and {mapped} bits per pixel")
        values = np.zeros(size // depth, f"<u{depth}")
        if n % 4 or not _unpack_stream(stream, bits, unmapped, mapped, np.uint32(base), values):
            raise DamagedData("the compressed pixels do not fill the image")
    if int(values.sum(dtype=np.uint64)) & 0xFFFFFFFF != checksum:
        raise DamagedData("the checksum of the compressed pixels is wrong")
    return values.view(np.uint8)


def _bitmap(body: Bytes, at: int, flag: int, pixels: int) -> NDArray[np.uint16]:
    """Words of the bit map, run lengths expanded; as many as the image needs, or one more.

    Checked before the image is made, so that a few bytes cannot ask for much memory.
    """
    needed = -(-pixels // BITS)
    words = _slice(body, at + 4, 2 * _u4(body, at)).view("<u2").astype(np.uint16)
    if flag == BITMAP:
        if not needed <= len(words) <= needed + 1:
            raise DamagedData("the bit map of a compressed image does not fit its size")
        return words
    if flag != BITMAP_RUNS or len(words) % 2:
        raise DamagedData(f"the bit map of a compressed image has the unknown form {flag}")
    counts = words[0::2].astype(np.int64)
    if not needed <= counts.sum() <= needed + 1:
        raise DamagedData("the bit map of a compressed image does not fit its size")
    return np.repeat(words[1::2], counts)


@kernel
def _unpack_bytes(packed: Bytes, bits: NDArray[np.uint16], base: np.uint16, out: NDArray[np.uint16]) -> bool:
    """Fill ``out``; false if the bit map or the bytes run out or are left over."""
    at = 0
    for i in range(out.shape[0]):
        word = i >> 4
        if word >= bits.shape[0]:
            return False
        if (bits[word] >> (i & 15)) & 1:
            if at + 1 > packed.shape[0]:
                return False
            out[i] = base + packed[at]
            at += 1
        else:
            if at + 2 > packed.shape[0]:
                return False
            out[i] = packed[at] | np.uint16(packed[at + 1]) << 8
            at += 2
    return bool(at == packed.shape[0])


@kernel
def _unpack_stream(
    stream: Bytes, bits: NDArray[np.uint16], unmapped: int, mapped: int, base: np.uint32, out: NDArray[Any]
) -> bool:
    """Fill ``out``; false if the bit map or the bit stream runs out or whole words are left over."""
    at = 0
    for i in range(out.shape[0]):
        word = i >> 4
        if word >= bits.shape[0]:
            return False
        is_mapped = (bits[word] >> (i & 15)) & 1
        width = mapped if is_mapped else unmapped
        if at + width > 8 * stream.shape[0]:
            return False
        value = np.uint64(0)
        have = 0
        while have < width:
            take = min(8 - (at & 7), width - have)
            piece = (np.uint64(stream[at >> 3]) >> np.uint64(at & 7)) & np.uint64((1 << take) - 1)
            value |= piece << np.uint64(have)
            have += take
            at += take
        out[i] = np.uint32(value) + base if is_mapped else np.uint32(value)
    return bool(((at + 31) >> 5) * 4 == stream.shape[0])


def _slice(data: Bytes, at: int, count: int) -> Bytes:
    if at + count > len(data):
        raise DamagedData(f"a compressed block needs {at + count} bytes and has {len(data)}")
    return data[at : at + count]


def _exactly(data: Bytes, size: int) -> Bytes:
    if len(data) != size:
        raise DamagedData(f"a compressed block gives {len(data)} bytes instead of {size}")
    return data


def _u4(data: Bytes, at: int) -> int:
    return int.from_bytes(_slice(data, at, 4).tobytes(), "little")


def _u2(data: Bytes, at: int) -> int:
    return int.from_bytes(_slice(data, at, 2).tobytes(), "little")
