"""One message as parts: ``[topic or empty][header: msgpack map][array part]*``. Pure; nothing is ever pickled.

The header carries ``v`` (protocol version), ``kind``, the fields of that kind, and ``columns``: for each array its ``name``,
``dtype`` (numpy string with byte order), ``shape``, ``part`` (0 = first part behind the header) and ``at`` (byte offset in that
part). Small arrays share one part, so that a row table of a hundred columns is three parts and not a hundred.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from monitor.errors import ProtocolError

VERSION = 1
"""Major version of the protocol; a decoder refuses any other."""

HEADER_LIMIT = 1 << 20
DEPTH_LIMIT = 16
SHARED_PART_LIMIT = 1 << 16
ALIGNMENT = 8
PADDING = [b"\0" * (-size % ALIGNMENT) for size in range(ALIGNMENT)]

PLAIN_DTYPE = re.compile(r"[<>|][biufcSU][0-9]{1,9}")
"""Numpy dtype strings that may travel: numbers, truth values and fixed text, with byte order."""

FIELD_LIMIT = 4096
SHAPE_LIMIT = 16
SIZE_LIMIT = 1 << 40

Part = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Message:
    """A decoded message.

    Attributes
    ----------
    kind
        What it is (``batch``, ``rows``, ``group`` ...); see ``docs/messages.md``.
    header
        The fields of the kind; plain numbers, strings, lists and maps.
    arrays
        Named arrays; read-only views into the received parts.
    topic
        First part, decoded; empty on sockets without topics.
    """

    kind: str
    header: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    topic: str = ""


def encode(message: Message) -> list[Part]:
    """Parts of a message. Large arrays are sent as views of their own memory, so keep them unchanged until sent.

    Raises
    ------
    ProtocolError
        If an array has a dtype that cannot travel (objects) or the header is too large.
    """
    columns: list[dict[str, Any]] = []
    small: list[bytes] = []
    small_size = 0
    large: list[Part] = []
    for name, array in message.arrays.items():
        column = column_of(name, array, at=small_size)
        columns.append(column)
        if array.nbytes < SHARED_PART_LIMIT:
            data = array.tobytes()
            small.append(data)
            small_size += len(data)
            if len(data) % ALIGNMENT:
                small.append(PADDING[len(data) % ALIGNMENT])
                small_size += len(small[-1])
        else:
            large.append(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
            column["part"], column["at"] = len(large), 0
    header = msgpack.packb({**message.header, "v": VERSION, "kind": message.kind, "columns": columns})
    if len(header) > HEADER_LIMIT:
        raise ProtocolError(f"the header of a {message.kind!r} message is {len(header)} bytes, the limit is {HEADER_LIMIT}")
    parts: list[Part] = [message.topic.encode(), header]
    if columns:
        parts.append(b"".join(small))
    return parts + large


def column_of(name: str, array: NDArray[Any], *, part: int = 0, at: int = 0) -> dict[str, Any]:
    """What a header says of an array that lies at a byte of a part.

    Raises
    ------
    ProtocolError
        If its dtype cannot travel.
    """
    return {"name": name, "dtype": _dtype_to_wire(array.dtype), "shape": array.shape, "part": part, "at": at}


def decode(parts: Sequence[Part]) -> Message:
    """The message in the parts; its arrays are read-only views into them.

    Raises
    ------
    ProtocolError
        If anything about the parts breaks the rules: too few, header too large or too deep, unknown major version, object
        dtypes, arrays that do not fit their part.
    """
    if len(parts) < 2:
        raise ProtocolError(f"a message has at least 2 parts, this one has {len(parts)}")
    header = _header(parts[1])
    columns = header.pop("columns", [])
    header.pop("v")
    kind = header.pop("kind", None)
    if not isinstance(kind, str) or not isinstance(columns, list):
        raise ProtocolError("the header lacks a kind or its columns are not a list")
    try:
        topic = bytes(parts[0]).decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("the topic is not text") from error
    arrays = dict(array_in(column, parts[2:]) for column in columns)
    return Message(kind, header, arrays, topic)


def _header(part: Part) -> dict[str, Any]:
    """The unpacked header map, checked for size, depth and version."""
    if len(part) > HEADER_LIMIT:
        raise ProtocolError(f"the header is {len(part)} bytes, the limit is {HEADER_LIMIT}")
    try:
        header = msgpack.unpackb(part, strict_map_key=True, max_ext_len=0)
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as error:
        raise ProtocolError("the header is not a msgpack map") from error
    if not isinstance(header, dict):
        raise ProtocolError("the header is not a msgpack map")
    if header.get("v") != VERSION:
        raise ProtocolError(f"protocol version {header.get('v')!r} is not {VERSION}; update the older side")
    if _depth(header) > DEPTH_LIMIT:
        raise ProtocolError(f"the header is nested deeper than {DEPTH_LIMIT}")
    return header


def _depth(value: object) -> int:
    """Levels of nesting, counted without recursion."""
    level, here = 0, [value]
    while here:
        level += 1
        if level > DEPTH_LIMIT:
            break
        deeper: list[object] = []
        for item in here:
            if isinstance(item, dict):
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
        here = deeper
    return level


def array_in(column: object, parts: Sequence[Part]) -> tuple[str, NDArray[Any]]:
    """Name and array of one column entry, every number of which is checked before it is used.

    Raises
    ------
    ProtocolError
        If the entry breaks the rules.
    """
    if not isinstance(column, dict):
        raise ProtocolError("a column is not a map")
    name, shape, part, at = (column.get(key) for key in ("name", "shape", "part", "at"))
    if not isinstance(name, str) or not isinstance(part, int) or not isinstance(at, int) or not isinstance(shape, list):
        raise ProtocolError("a column lacks name, shape, part or at")
    if not all(isinstance(n, int) and n >= 0 for n in shape) or not 0 <= part < len(parts) or at < 0:
        raise ProtocolError(f"column {name!r} has an impossible shape or place")
    dtype = _dtype_from_wire(column.get("dtype"), name)
    count = math.prod(shape)
    if len(shape) > SHAPE_LIMIT or max(shape, default=0) > SIZE_LIMIT or at + count * dtype.itemsize > len(parts[part]):
        raise ProtocolError(f"column {name!r} does not fit its part")
    array = np.frombuffer(parts[part], dtype, count, at) if count else np.empty(0, dtype)
    array = array.reshape(shape)
    array.flags.writeable = False
    return name, array


@lru_cache(maxsize=1024)
def _dtype_to_wire(dtype: np.dtype[Any]) -> Any:
    """Numpy string with byte order, or the list of (name, string[, shape]) of a packed structure."""
    wire = dtype.str if dtype.names is None else [list(entry) for entry in dtype.descr]
    if _dtype_from_wire(wire, "") != dtype:
        raise ProtocolError(f"dtype {dtype} cannot travel: only plain numbers, fixed text, and packed structures of these do")
    return wire


def _dtype_from_wire(text: object, name: str) -> np.dtype[Any]:
    """The dtype a header names; only plain numbers, fixed text, and flat structures of these."""
    try:
        if isinstance(text, str):
            return _plain_dtype(text)
        if isinstance(text, list):
            return _structure(tuple((entry[0], entry[1], *map(tuple, entry[2:])) for entry in text))
        raise TypeError(text)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise ProtocolError(f"column {name!r} has an unknown dtype") from error


@lru_cache(maxsize=1024)
def _plain_dtype(text: str) -> np.dtype[Any]:
    """A dtype from its string, checked before numpy parses it."""
    if not PLAIN_DTYPE.fullmatch(text):
        raise ValueError(text)
    dtype = np.dtype(text)
    if dtype.itemsize == 0:
        raise ValueError(text)
    return dtype


@lru_cache(maxsize=1024)
def _structure(entries: tuple[tuple[Any, ...], ...]) -> np.dtype[Any]:
    """A packed structure from its (name, string[, shape]) entries."""
    if not 0 < len(entries) <= FIELD_LIMIT:
        raise ValueError(entries)
    fields: list[tuple[Any, ...]] = []
    for name, text, *shape in entries:
        if not isinstance(name, str) or not name or not isinstance(text, str) or len(shape) > 1:
            raise TypeError(name)
        if shape and not all(isinstance(n, int) and 0 < n <= SIZE_LIMIT for n in shape[0]):
            raise ValueError(shape)
        fields.append((name, _plain_dtype(text), *shape))
    return np.dtype(fields)
