import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.xtc.columns import column, gather
from monitor.xtc.layout import Field, Struct, word
from monitor.xtc.types import TYPES

INNER = Struct("Test.Inner", Field("low", "u1"), Field("high", "u2"))
OUTER = Struct("Test.Outer", word("flags", "u4", mode=(4, 3), on=(31, 1)), Field("inner", INNER, (2,)), Field("name", "S1", (3,)))


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
