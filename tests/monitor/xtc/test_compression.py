import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import DamagedData
from monitor.xtc.compression import decompress

CLEAR = bytes(range(16))


def block(engine: int, size: int, data: bytes, clear: bytes = CLEAR) -> bytes:
    whole = struct.pack("<I", len(clear)) + clear + struct.pack("<IIII", engine, 0, size, len(data)) + data
    return whole + bytes(-len(whole) % 4)


def bitmap(mapped: list[bool], runs: bool) -> bytes:
    words = np.packbits(np.pad(np.array(mapped, bool), (0, -len(mapped) % 16)), bitorder="little").view("<u2")
    if runs:
        words = np.array([(1, word) for word in words], "<u2").ravel()
    return struct.pack("<I", len(words)) + words.tobytes()


def hist16(values: list[int], base: int, runs: bool) -> bytes:
    mapped = [0 <= value - base < 256 for value in values]
    packed = b"".join(struct.pack("<B", v - base) if m else struct.pack("<H", v) for v, m in zip(values, mapped, strict=True))
    body = struct.pack("<HI", base, len(packed)) + packed + bitmap(mapped, runs)
    return struct.pack("<III", 3 if runs else 1, sum(values) & 0xFFFFFFFF, len(body)) + body


def histn(values: list[int], base: int, bits: int, depth: int, runs: bool) -> bytes:
    mapped = [0 <= value - base < 1 << bits for value in values]
    stream, place = 0, 0
    for value, is_mapped in zip(values, mapped, strict=True):
        stream |= (value - base if is_mapped else value) << place
        place += bits if is_mapped else 8 * depth
    packed = stream.to_bytes((place + 31) // 32 * 4, "little")
    body = struct.pack("<HHII", 8 * depth, bits, base, len(packed)) + packed + bitmap(mapped, runs)
    return struct.pack("<HHII", 3 if runs else 1, depth, sum(values) & 0xFFFFFFFF, len(body)) + body


def unpack(data: bytes) -> bytes:
    return decompress(np.frombuffer(data, np.uint8)).tobytes()


def test_stored_blocks_follow_each_other() -> None:
    assert unpack(block(0, 3, b"abc") + block(0, 2, b"de", b"")) == CLEAR + b"abcde"


@settings(deadline=None)
@given(st.lists(st.integers(0, 0xFFFF), max_size=50), st.integers(0, 0xFFFF), st.booleans())
def test_engine_1_undoes_its_packing(values: list[int], base: int, runs: bool) -> None:
    expected = np.array(values, "<u2").tobytes()
    assert unpack(block(1, len(expected), hist16(values, base, runs))) == CLEAR + expected


@settings(deadline=None)
@given(st.lists(st.integers(0, 0xFFFF), max_size=50), st.integers(0, 0xFFFF), st.integers(1, 15), st.booleans(), st.booleans())
def test_engine_2_undoes_its_packing(values: list[int], base: int, bits: int, wide: bool, runs: bool) -> None:
    depth = 2 if wide else 1
    values, base = [value % 256**depth for value in values], base % 256**depth
    expected = np.array(values, f"<u{depth}").tobytes()
    assert unpack(block(2, len(expected), histn(values, base, bits, depth, runs))) == CLEAR + expected


@pytest.mark.parametrize(("engine", "data"), [(1, hist16([1, 2, 300, 4], 1, False)), (2, histn([1, 2, 300, 4], 1, 4, 2, True))])
def test_a_wrong_check_sum_is_damage(engine: int, data: bytes) -> None:
    broken = data[:4] + bytes([data[4] ^ 1]) + data[5:]
    with pytest.raises(DamagedData, match="check"):
        unpack(block(engine, 8, broken))


@pytest.mark.parametrize("engine", [1, 2])
def test_a_block_cut_anywhere_is_damage(engine: int) -> None:
    values = [10, 11, 500, 12, 13, 9, 9, 700]
    data = hist16(values, 8, False) if engine == 1 else histn(values, 8, 5, 2, False)
    for cut in range(len(data)):
        with pytest.raises(DamagedData):
            unpack(block(engine, 2 * len(values), data[:cut]))


@pytest.mark.parametrize(
    "data",
    [
        block(3, 4, b"abcd"),
        block(0, 5, b"abcd"),
        struct.pack("<I", 0xFFFFFFFF) + bytes(40),
        struct.pack("<IIIII", 0, 0, 0, 4, 0xFFFFFFFF) + bytes(40),
        block(0, 4, b"abcd")[:-1],
    ],
)
def test_impossible_blocks_are_damage(data: bytes) -> None:
    with pytest.raises(DamagedData):
        unpack(data)


def test_a_payload_that_would_fill_the_memory_is_refused_before_it_does() -> None:
    with pytest.raises(DamagedData, match="decompressed"):
        unpack(block(1, 0xFFFFFFF0, hist16([1], 1, False)))
