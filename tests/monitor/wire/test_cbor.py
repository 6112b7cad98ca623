"""Our CBOR is what an independent reader takes for the same values."""

from typing import Any

import cbor2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.wire.cbor import packed

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 64), (1 << 64) - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=300)
    | st.binary(max_size=300)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=9), inner, max_size=30), max_leaves=40
)


@given(VALUES)
def test_every_value_is_read_back(value: Any) -> None:
    assert cbor2.loads(packed(value)) == value


TAGS = {"u1": 64, "<u2": 69, "<u4": 70, "<u8": 71, "i1": 72, "<i2": 77, "<i4": 78, "<i8": 79, "<f4": 85, "<f8": 86}
"""RFC 8746, little-endian."""


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("dtype", "tag"), TAGS.items())
def test_an_array_has_the_tag_of_its_type_whatever_its_byte_order_here(dtype: str, tag: int, order: str) -> None:
    given = np.arange(6).reshape(2, 3).astype(np.dtype(dtype).newbyteorder(order))
    read = cbor2.loads(packed(given))
    assert read.tag == 40
    shape, typed = read.value
    assert typed.tag == tag
    assert np.frombuffer(typed.value, dtype).reshape(shape).tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("value", [object(), {1, 2}, 1 << 64, np.array([None]), np.zeros(2, complex)])
def test_what_has_no_place_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="no place"):
        packed(value)
