import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.xtc.columns import column, config_dtype, gather, gather_counted
from monitor.xtc.layout import Field, Struct, word
from monitor.xtc.types import TYPES

FIFO_EVENT = np.dtype([("timestampHigh", "<u4"), ("timestampLow", "<u4"), ("eventCode", "<u4")])
INNER = Struct("Test.Inner", Field("low", "u1"), Field("high", "u2"))
OUTER = Struct("Test.Outer", word("flags", "u4", mode=(4, 3), on=(31, 1)), Field("inner", INNER, (2,)), Field("name", "S1", (3,)))


def payload(*pieces: bytes) -> np.ndarray:
    return np.frombuffer(b"".join(pieces), np.uint8)


@settings(deadline=None)  # the first call compiles
@given(st.binary(min_size=84, max_size=400), st.data())
def test_gathering_equals_viewing_each_payload(data: bytes, draw: st.DataObject) -> None:
    dtype = TYPES[15, 3].dtype
    assert dtype is not None
    buffer = np.frombuffer(data, np.uint8)
    offsets = draw.draw(st.lists(st.integers(0, len(data) - dtype.itemsize), max_size=5))
    expected = b"".join(data[offset : offset + dtype.itemsize] for offset in offsets)
    rows = gather(buffer, np.array(offsets, np.int64), dtype)
    assert rows.dtype == dtype
    assert rows.tobytes() == expected


@pytest.mark.parametrize("offset", [-1, 5, 1 << 40, -(1 << 62)])
def test_a_payload_outside_of_the_buffer_is_refused(offset: int) -> None:
    with pytest.raises(IndexError, match="payload 1"):
        gather(np.zeros(8, np.uint8), np.array([0, offset]), np.dtype("<u4"))


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(*[st.integers(0, 0xFFFFFFFF)] * 3), max_size=4), max_size=5), st.integers(0, 3))
def test_counted_items_equal_decoding_each_payload(events: list[list[tuple[int, int, int]]], odd: int) -> None:
    data = [struct.pack("<I", len(codes)) + b"".join(struct.pack("<III", *code) for code in codes) for codes in events]
    offsets = np.cumsum([odd, *map(len, data)])[:-1]
    counts, items = gather_counted(payload(bytes(odd), *data), offsets, np.array([*map(len, data)], np.int64), FIFO_EVENT)
    assert counts.tolist() == [len(codes) for codes in events]
    assert [item.item() for item in items] == [code for codes in events for code in codes]


@pytest.mark.parametrize(
    ("offset", "size", "count"),
    [(0, 16, 1), (0, 15, -1), (0, 3, -1), (16, 99, -1), (-4, 16, -1), (20, 12, -1), (1 << 60, 16, -1)],
)
def test_a_count_that_the_payload_cannot_hold_is_minus_one(offset: int, size: int, count: int) -> None:
    data = payload(struct.pack("<IIII", 1, 5, 6, 7), struct.pack("<II", 0xFFFFFFFF, 1))
    counts, items = gather_counted(data, np.array([offset]), np.array([size]), FIFO_EVENT)
    assert counts.tolist() == [count]
    assert len(items) == max(count, 0)


def test_a_configuration_makes_an_element_a_column() -> None:
    config = {"numberOfModules": 2, "numberOfRowsPerModule": 3, "numberOfColumnsPerModule": 4}
    dtype = config_dtype(TYPES[108, 2], {(107, 4): config})
    assert dtype is not None
    assert dtype["frame"].shape == (2, 3, 4)
    assert dtype.itemsize == 16 + 2 * 20 + 2 * 2 * 3 * 4


@pytest.mark.parametrize(
    "config", [{}, {"numberOfModules": 1 << 20, "numberOfRowsPerModule": 1 << 20, "numberOfColumnsPerModule": 1}]
)
def test_an_unbelievable_configuration_makes_no_column(config: dict) -> None:
    assert config_dtype(TYPES[108, 2], {(107, 4): config}) is None


def test_a_frame_that_carries_its_own_size_is_no_column_but_has_a_head() -> None:
    assert config_dtype(TYPES[2, 1], {}) is None
    assert TYPES[2, 1].struct.head.names == ("width", "height", "depth", "offset")


def test_no_payloads_give_an_empty_column() -> None:
    assert gather(np.zeros(0, np.uint8), np.zeros(0, np.int64), np.dtype("<u4")).shape == (0,)


def test_a_column_is_found_by_field_bit_field_or_inner_field() -> None:
    assert OUTER.dtype is not None
    data = bytes.fromhex("50000080 010200 030400 616200") + bytes.fromhex("20000000 050600 070800 636465")
    rows = gather(np.frombuffer(data, np.uint8), np.array([0, 13]), OUTER.dtype)
    assert column(rows, OUTER, "mode").tolist() == [5, 2]
    assert column(rows, OUTER, "on").tolist() == [1, 0]
    assert column(rows, OUTER, "inner.high").tolist() == [[2, 4], [6, 8]]
    assert column(rows, OUTER, "name").tolist() == [b"ab", b"cde"]
    with pytest.raises(KeyError):
        column(rows, OUTER, "nothing")
