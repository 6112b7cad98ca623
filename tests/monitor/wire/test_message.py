"""Messages to parts and back, and everything that must be refused."""

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ProtocolError
from monitor.model.event import EVENT_ID
from monitor.wire.message import HEADER_LIMIT, SHARED_PART_LIMIT, VERSION, Message, decode, encode

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
dtypes = st.sampled_from(["<u1", "|u1", ">u2", "<i4", "<i8", "<f4", "<f8", "|b1", "|S5", "<c8"])


def parts_of(**header: object) -> list[bytes]:
    return [b"", msgpack.packb({"v": VERSION, "kind": "k", "columns": [], **header}), b"\0" * 64]


@given(
    header=st.dictionaries(st.text(min_size=1, max_size=8).filter(lambda k: k not in ("v", "kind", "columns")), plain, max_size=5)
)
def test_decode_undoes_encode_for_headers(header: dict[str, object]) -> None:
    message = decode([bytes(part) for part in encode(Message("thing", header, topic="a/b"))])
    assert (message.kind, message.header, message.topic) == ("thing", header, "a/b")


@given(dtype=dtypes, shape=st.lists(st.integers(0, 4), max_size=3), big=st.booleans())
def test_decode_undoes_encode_for_arrays(dtype: str, shape: list[int], big: bool) -> None:
    count = int(np.prod(shape))
    array = (np.arange(count) % 2).astype(np.dtype(dtype)).reshape(shape)
    arrays = {"a": array, "b": np.arange(3, dtype=np.uint8)}
    if big:
        arrays["large"] = np.arange(SHARED_PART_LIMIT, dtype=np.uint16)
    found = decode([bytes(part) for part in encode(Message("thing", {}, arrays))]).arrays
    assert list(found) == list(arrays)
    for name, expected in arrays.items():
        assert found[name].dtype == expected.dtype
        np.testing.assert_array_equal(found[name], expected)


def test_structures_and_strided_arrays_travel() -> None:
    ids = np.zeros(4, EVENT_ID)
    ids["fiducials"] = [1, 2, 3, 4]
    found = decode(encode(Message("thing", {}, {"ids": ids[::2], "big": np.zeros((300, 300, 2))[:, :, 0]}))).arrays
    assert found["ids"].dtype == EVENT_ID
    assert found["ids"]["fiducials"].tolist() == [1, 3]
    assert found["big"].shape == (300, 300)


def test_received_arrays_cannot_be_written_to() -> None:
    found = decode(encode(Message("thing", {}, {"a": np.zeros(3)})))
    with pytest.raises(ValueError, match="read-only"):
        found.arrays["a"][0] = 1


@pytest.mark.parametrize(
    "dtype", [np.dtype(object), np.dtype({"names": ["a"], "formats": ["<i4"], "offsets": [4], "itemsize": 16})]
)
def test_what_cannot_travel_is_not_sent(dtype: np.dtype[np.void]) -> None:
    with pytest.raises(ProtocolError):
        encode(Message("thing", {}, {"a": np.zeros(2, dtype)}))


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b""],
        [b"", b""],
        [b"", b"\xc1"],
        [b"", msgpack.packb([1, 2])],
        [b"", msgpack.packb({"kind": "k"})],
        [b"", msgpack.packb({"v": VERSION + 1, "kind": "k", "columns": []})],
        [b"", msgpack.packb({"v": VERSION, "columns": []})],
        [b"", msgpack.packb({"v": VERSION, "kind": "k", "columns": {}})],
        [b"", msgpack.packb({"v": VERSION, "kind": "k", "x": msgpack.ExtType(5, b"")}) + b"\0"],
        [b"", b"\0" * (HEADER_LIMIT + 1)],
        [b"\xff\xfe", msgpack.packb({"v": VERSION, "kind": "k", "columns": []})],
    ],
)
def test_broken_headers_are_refused(parts: list[bytes]) -> None:
    with pytest.raises(ProtocolError):
        decode(parts)


def test_a_header_nested_too_deep_is_refused() -> None:
    value: object = 1
    for _ in range(40):
        value = [value]
    with pytest.raises(ProtocolError, match="deeper"):
        decode(parts_of(x=value))


@pytest.mark.parametrize(
    "column",
    [
        7,
        {},
        {"name": "a", "dtype": "<f8", "shape": [9], "part": 0, "at": 0},
        {"name": "a", "dtype": "<f8", "shape": [1], "part": 1, "at": 0},
        {"name": "a", "dtype": "<f8", "shape": [1], "part": -1, "at": 0},
        {"name": "a", "dtype": "<f8", "shape": [1], "part": 0, "at": 60},
        {"name": "a", "dtype": "<f8", "shape": [1], "part": 0, "at": -8},
        {"name": "a", "dtype": "<f8", "shape": [-1], "part": 0, "at": 0},
        {"name": "a", "dtype": "<f8", "shape": [1 << 62, 1 << 62], "part": 0, "at": 0},
        {"name": "a", "dtype": "<f8", "shape": [0, 1 << 62], "part": 0, "at": 0},
        {"name": "a", "dtype": "<f8", "shape": [0] * 100, "part": 0, "at": 0},
        {"name": "a", "dtype": "|O", "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": "O", "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": "<M8[ns]", "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": "S0", "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": "i4, O", "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": [["x", "O"]], "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": [["x"]], "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": [["x", "<f8"], ["x", "<f8"]], "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": [["x", "<f8", [1 << 40, 1 << 40]]], "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": [["x", [["y", "<f8"]]]], "shape": [1], "part": 0, "at": 0},
        {"name": "a", "dtype": [], "shape": [1], "part": 0, "at": 0},
    ],
)
def test_columns_that_lie_are_refused(column: object) -> None:
    with pytest.raises(ProtocolError):
        decode(parts_of(columns=[column]))


@given(parts=st.lists(st.binary(max_size=80), max_size=5))
def test_random_parts_are_refused_and_nothing_else(parts: list[bytes]) -> None:
    with pytest.raises(ProtocolError):
        decode(parts)


@given(value=plain, key=st.sampled_from(["v", "kind", "columns"]))
def test_random_values_in_the_header_never_do_more_than_be_refused(value: object, key: str) -> None:
    try:
        decode(parts_of(**{key: value}))
    except ProtocolError:
        return
    assert (key == "kind" and isinstance(value, str)) or (key == "columns" and value == []) or (key == "v" and value == VERSION)


WHOLE = [bytes(part) for part in encode(Message("thing", {"x": 1}, {"a": np.arange(5), "b": np.zeros(3, EVENT_ID)}))]


@given(part=st.integers(1, 2), cut=st.integers(0, 400))
def test_truncated_parts_are_refused(part: int, cut: int) -> None:
    if cut < len(WHOLE[part]):
        with pytest.raises(ProtocolError):
            decode([data[:cut] if i == part else data for i, data in enumerate(WHOLE)])


@given(part=st.integers(0, 2), at=st.integers(0, 400), value=st.integers(0, 255))
def test_flipped_bytes_are_refused_or_decoded_and_nothing_else(part: int, at: int, value: int) -> None:
    parts = [bytearray(data) for data in WHOLE]
    if at < len(parts[part]):
        parts[part][at] = value
    try:
        message = decode(parts)
    except ProtocolError:
        return
    assert isinstance(message.kind, str)
