"""Blocks of names: what the payloads of one detector segment and algorithm hold, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc2.header import Kind, index_of, node_of

RECORD = np.dtype(
    [("algorithm", "u1", 256), ("version", "<u4"), ("name", "u1", 256), ("type", "<u4"), ("rank", "<u4")],
)
"""One field in a block of names, 524 bytes."""

BLOCK = np.dtype(
    [
        ("arrays", "<u4"),
        ("det_type", "u1", 256),
        ("det_name", "u1", 256),
        ("det_id", "u1", 256),
        ("algorithm", "u1", 256),
        ("version", "<u4"),
        ("segment", "<u4"),
    ]
)
"""Head of a block of names, 1036 bytes; texts end at the first zero byte, what is behind it is garbage."""

RANK_LIMIT = 5
"""Numbers in a record of shape."""


class FieldType(IntEnum):
    """Type of a field's elements."""

    UINT8 = 0
    UINT16 = 1
    UINT32 = 2
    UINT64 = 3
    INT8 = 4
    INT16 = 5
    INT32 = 6
    INT64 = 7
    FLOAT = 8
    DOUBLE = 9
    CHARSTR = 10
    ENUMVAL = 11
    ENUMDICT = 12


DTYPES: Mapping[FieldType, np.dtype[Any]] = {
    FieldType.UINT8: np.dtype("u1"),
    FieldType.UINT16: np.dtype("<u2"),
    FieldType.UINT32: np.dtype("<u4"),
    FieldType.UINT64: np.dtype("<u8"),
    FieldType.INT8: np.dtype("i1"),
    FieldType.INT16: np.dtype("<i2"),
    FieldType.INT32: np.dtype("<i4"),
    FieldType.INT64: np.dtype("<i8"),
    FieldType.FLOAT: np.dtype("<f4"),
    FieldType.DOUBLE: np.dtype("<f8"),
    FieldType.CHARSTR: np.dtype("u1"),
    FieldType.ENUMVAL: np.dtype("<i4"),
    FieldType.ENUMDICT: np.dtype("<i4"),
}

Version = tuple[int, int, int]
Identity = tuple[str, int, str]
"""Detector name, segment and algorithm: what tells data apart; several blocks may share one."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a block.

    Attributes
    ----------
    name
        As stored; of an enumeration with the name of its dictionary behind a colon.
    type, rank
        Type of its elements, and number of dimensions; 0 for a scalar.
    algorithm, version
        Of the field alone; mostly empty and zero.
    """

    name: str
    type: FieldType
    rank: int
    algorithm: str
    version: Version

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of one element."""
        return DTYPES[self.type]

    @property
    def is_enum(self) -> bool:
        """Whether it is the value of an enumeration."""
        return self.type == FieldType.ENUMVAL

    @property
    def is_label(self) -> bool:
        """Whether it is an entry of an enumeration's dictionary: it names a number and is no value itself."""
        return self.type == FieldType.ENUMDICT

    @property
    def shown(self) -> str:
        """Name under which its value goes: of an enumeration without the dictionary."""
        return self.name.split(":", 1)[0] if self.is_enum else self.name

    @property
    def dictionary(self) -> str:
        """Name of an enumeration's dictionary; empty if it says none."""
        return self.name.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Names:
    """One block.

    Attributes
    ----------
    names_id
        Key by which payloads refer to it.
    det_type, det_name, det_id, segment
        The detector: ``hsd``, the name its users gave it, serial number, segment.
    algorithm, version
        What made the data: ``raw``, ``fex``, ``config``.
    arrays
        Number of fields with dimensions, as stored; not relied upon.
    fields
        In the order of their bytes.
    """

    names_id: int
    det_type: str
    det_name: str
    det_id: str
    segment: int
    algorithm: str
    version: Version
    arrays: int
    fields: tuple[Field, ...]

    @property
    def identity(self) -> Identity:
        """What its data are called."""
        return self.det_name, self.segment, self.algorithm

    @property
    def node(self) -> int:
        """Node that it belongs to."""
        return node_of(self.names_id)

    @property
    def index(self) -> int:
        """Its number within the node."""
        return index_of(self.names_id)

    @property
    def interface(self) -> str:
        """Name of the class that reads it in psana2: type, algorithm and version."""
        return "_".join([self.det_type, self.algorithm, *map(str, self.version)])


@dataclass(frozen=True, slots=True)
class NamesTable:
    """The blocks of one Configure, or of the Configures of several streams.

    Attributes
    ----------
    blocks
        By names id.
    problems
        Blocks that were left out, each with the reason.
    """

    blocks: Mapping[int, Names]
    problems: tuple[str, ...] = ()


def text(raw: NDArray[np.uint8]) -> str:
    """Text up to the first zero byte; bytes that are not UTF-8 are written as ``\\\\x..``."""
    return raw.tobytes().split(b"\0", 1)[0].decode("utf-8", "backslashreplace")


def version_of(word: int) -> Version:
    """Major, minor and micro version.

    Examples
    --------
    >>> version_of(0x020100)
    (2, 1, 0)
    """
    return word >> 16, word >> 8 & 0xFF, word & 0xFF


def parse(names_id: int, payload: bytes) -> Names:
    """A block of names out of its bytes.

    Parameters
    ----------
    names_id
        Its key, from the header.
    payload
        The bytes behind the header.

    Raises
    ------
    DamagedData
        If it is too short, does not hold whole records, or a field has a type or rank that does not exist.
    """
    return _parse(names_id, bytes(payload))


@lru_cache(maxsize=512)
def _parse(names_id: int, payload: bytes) -> Names:
    """As ``parse``; streams and runs repeat the same blocks."""
    raw = np.frombuffer(payload, np.uint8)
    count, rest = divmod(len(raw) - BLOCK.itemsize, RECORD.itemsize)
    if count < 0 or rest:
        raise DamagedData(f"names block {names_id:#x} has {len(raw)} bytes, which is no whole number of fields")
    head = raw[: BLOCK.itemsize].view(BLOCK)[0]
    records = raw[BLOCK.itemsize :].view(RECORD)
    return Names(
        names_id,
        text(head["det_type"]),
        text(head["det_name"]),
        text(head["det_id"]),
        int(head["segment"]),
        text(head["algorithm"]),
        version_of(int(head["version"])),
        int(head["arrays"]),
        tuple(_field(names_id, record) for record in records),
    )


def _field(names_id: int, record: Any) -> Field:
    """One field out of its record."""
    name, kind, rank = text(record["name"]), int(record["type"]), int(record["rank"])
    if kind > max(FieldType) or rank > RANK_LIMIT:
        raise DamagedData(f"names block {names_id:#x} has a field {name!r} of type {kind} and rank {rank}")
    return Field(name, FieldType(kind), rank, text(record["algorithm"]), version_of(int(record["version"])))


def table_of(buffer: NDArray[np.uint8], index: NDArray[Any]) -> NamesTable:
    """All blocks of a Configure.

    Parameters
    ----------
    buffer
        Bytes that the index counts in.
    index
        Of dtype ``INDEX``; entries that are no Names are passed over. Of two blocks with the same key the first counts.
    """
    blocks: dict[int, Names] = {}
    problems: list[str] = []
    for entry in index[index["kind"] == Kind.NAMES]:
        key, at = int(entry["names"]), int(entry["data"])
        if key in blocks:
            problems.append(f"names block {key:#x} comes twice")
            continue
        try:
            blocks[key] = parse(key, buffer[at : at + int(entry["data_size"])].tobytes())
        except DamagedData as error:
            problems.append(error.why)
    return NamesTable(blocks, tuple(problems))
