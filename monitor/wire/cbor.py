"""Values as CBOR (RFC 8949), arrays as typed arrays (RFC 8746): only writing, only what DECTRIS stream v2 needs. Pure."""

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MULTI_DIMENSIONAL = 40
TYPED = {"u1": 64, "u2": 69, "u4": 70, "u8": 71, "i1": 72, "i2": 77, "i4": 78, "i8": 79, "f2": 84, "f4": 85, "f8": 86}
"""Tag of an array of little-endian numbers by its kind and size."""

UNSIGNED, NEGATIVE, BYTES, TEXT, LIST, MAP, TAG, OTHER = range(8)


def packed(value: Any) -> bytes:
    """A value as CBOR; map keys keep their order.

    Parameters
    ----------
    value
        Maps with text keys, lists, tuples, text, bytes, truth values, ``None``, whole numbers of 64 bits, float64, and arrays of
        plain numbers (multi-dimensional, row-major).

    Raises
    ------
    TypeError
        If it is anything else.
    """
    return b"".join(_pieces(value))


def _pieces(value: Any) -> Iterator[bytes | memoryview]:
    """The bytes of a value, big ones uncopied."""
    match value:
        case None | True | False:
            yield {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
        case int():
            yield _head(UNSIGNED, value) if value >= 0 else _head(NEGATIVE, -1 - value)
        case float():
            yield struct.pack(">Bd", 0xFB, value)
        case str():
            text = value.encode()
            yield _head(TEXT, len(text)) + text
        case bytes() | memoryview():
            yield _head(BYTES, len(value))
            yield value
        case Mapping():
            yield _head(MAP, len(value))
            for key, item in value.items():
                yield from _pieces(str(key))
                yield from _pieces(item)
        case list() | tuple():
            yield _head(LIST, len(value))
            for item in value:
                yield from _pieces(item)
        case np.ndarray():
            yield from _array(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a CBOR message")


def _array(array: NDArray[Any]) -> Iterator[bytes | memoryview]:
    """Tag 40 around the dimensions and a typed array."""
    tag = TYPED.get(f"{array.dtype.kind}{array.dtype.itemsize}")
    if tag is None:
        raise TypeError(f"an array of {array.dtype} has no place in a CBOR message")
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    yield _head(TAG, MULTI_DIMENSIONAL) + _head(LIST, 2)
    yield from _pieces(list(array.shape))
    yield _head(TAG, tag)
    yield from _pieces(little.reshape(-1).view(np.uint8).data)


def _head(major: int, number: int) -> bytes:
    """The first bytes of an item: its kind, and a number in as few bytes as it needs."""
    if number < 24:
        return bytes([major << 5 | number])
    for code, (size, form) in enumerate(((8, "B"), (16, "H"), (32, "I"), (64, "Q")), 24):
        if number < 1 << size:
            return struct.pack(f">B{form}", major << 5 | code, number)
    raise TypeError(f"{number} has no place in a CBOR message")
