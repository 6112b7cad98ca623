"""One message as parts: ``[topic or empty][header: msgpack map][array part]*``. Pure; nothing is ever pickled.

The header carries ``v`` (protocol version), ``kind``, the fields of that kind, and ``columns``: for each array its ``name``,
``dtype`` (numpy string with byte order), ``shape``, ``part`` (0 = first part behind the header) and ``at`` (byte offset in that
part). Small arrays share one part, so that a row table of a hundred columns is three parts and not a hundred.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
        if array.dtype.hasobject:
            raise ProtocolError(f"array {name!r} holds Python objects; only plain numbers travel")
        block = np.ascontiguousarray(array)
        column = {"name": name, "dtype": _dtype_to_wire(block.dtype), "shape": list(array.shape)}
        if block.nbytes < SHARED_PART_LIMIT:
            data = block.tobytes()
            small.append(data + b"\0" * (-len(data) % ALIGNMENT))
            columns.append({**column, "part": 0, "at": small_size})
            small_size += len(small[-1])
        else:
            large.append(block.reshape(-1).view(np.uint8).data)
            columns.append({**column, "part": len(large), "at": 0})
    header = msgpack.packb({**message.header, "v": VERSION, "kind": message.kind, "columns": columns})
    if len(header) > HEADER_LIMIT:
        raise ProtocolError(f"the header of a {message.kind!r} message is {len(header)} bytes, the limit is {HEADER_LIMIT}")
    parts: list[Part] = [message.topic.encode(), header]
    if columns:
        parts.append(b"".join(small))
    return parts + large


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
    arrays = dict(_array(column, parts[2:]) for column in columns)
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


def _array(column: object, parts: Sequence[Part]) -> tuple[str, NDArray[Any]]:
    """Name and array of one column entry, every number of which is checked before it is used."""
    if not isinstance(column, dict):
        raise ProtocolError("a column is not a map")
    name, shape, part, at = (column.get(key) for key in ("name", "shape", "part", "at"))
    if not isinstance(name, str) or not isinstance(part, int) or not isinstance(at, int) or not isinstance(shape, list):
        raise ProtocolError("a column lacks name, shape, part or at")
    if not all(isinstance(n, int) and n >= 0 for n in shape) or not 0 <= part < len(parts) or at < 0:
        raise ProtocolError(f"column {name!r} has an impossible shape or place")
    dtype = _dtype_from_wire(column.get("dtype"), name)
    count = math.prod(shape)
    if at + count * dtype.itemsize > len(parts[part]):
        raise ProtocolError(f"column {name!r} does not fit its part")
    array = np.frombuffer(parts[part], dtype, count, at) if count else np.empty(0, dtype)
    array = array.reshape(shape)
    array.flags.writeable = False
    return name, array


def _dtype_to_wire(dtype: np.dtype[Any]) -> Any:
    """Numpy string with byte order, or the list of (name, string[, shape]) of a packed structure."""
    return dtype.str if dtype.names is None else [list(entry) for entry in dtype.descr]


def _dtype_from_wire(text: object, name: str) -> np.dtype[Any]:
    """The dtype a header names; only plain numbers, fixed text, and flat structures of these."""
    try:
        if isinstance(text, str):
            dtype = np.dtype(text)
        elif isinstance(text, list):
            dtype = np.dtype([(str(entry[0]), str(entry[1]), *map(tuple, entry[2:])) for entry in text])
        else:
            raise TypeError(text)
    except (TypeError, ValueError, IndexError, SyntaxError) as error:
        raise ProtocolError(f"column {name!r} has an unknown dtype") from error
    if dtype.hasobject or dtype.itemsize == 0:
        raise ProtocolError(f"column {name!r} has a dtype that cannot travel")
    return dtype
