"""Bytes of blocks of names, payloads and datagrams, for the simulator and for tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from monitor.xtc2.header import XTC, XTC_SIZE, Kind
from monitor.xtc2.names import BLOCK, DTYPES, RANK_LIMIT, RECORD, FieldType, Version

TEXT_SIZE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a block of names is to say.

    Attributes
    ----------
    names_id
        Key by which payloads refer to it.
    det_type, det_name, det_id, segment
        The detector.
    algorithm, version
        What made the data.
    fields
        Name to type and rank, in the order of their bytes.
    """

    names_id: int
    det_type: str
    det_name: str
    fields: Mapping[str, tuple[FieldType, int]]
    det_id: str = ""
    segment: int = 0
    algorithm: str = "raw"
    version: Version = (0, 0, 0)


def xtc(*, kind: int, payload: bytes = b"", src: int = 0, damage: int = 0) -> bytes:
    """One Xtc: header and payload, not padded."""
    return np.array((src, damage, kind, XTC_SIZE + len(payload)), XTC).tobytes() + payload


def parent(*children: bytes, node: int = 0, damage: int = 0) -> bytes:
    """An Xtc that holds others."""
    return xtc(kind=Kind.PARENT, payload=b"".join(children), src=node, damage=damage)


def datagram(
    *children: bytes, service: int, seconds: int, nanoseconds: int, env: int = 1, node: int = 0, damage: int = 0
) -> bytes:
    """One datagram: header, root and what it contains.

    Parameters
    ----------
    children
        Complete Xtcs.
    service
        ``monitor.xtc2.header.Transition``.
    env
        Bits 0-15 readout groups, 16-23 tag; the service goes above.
    """
    clock = np.array([nanoseconds, seconds, service << 24 | env], "<u4")
    return clock.tobytes() + parent(*children, node=node, damage=damage)


def names(layout: Layout) -> bytes:
    """A block of names."""
    head = np.zeros((), BLOCK)
    head["arrays"] = sum(rank > 0 for _, rank in layout.fields.values())
    head["version"], head["segment"] = _word(layout.version), layout.segment
    for name, value in (("det_type", layout.det_type), ("det_name", layout.det_name), ("det_id", layout.det_id)):
        head[name] = _text(value)
    head["algorithm"] = _text(layout.algorithm)
    records = np.zeros(len(layout.fields), RECORD)
    for record, (name, (kind, rank)) in zip(records, layout.fields.items(), strict=True):
        record["name"], record["type"], record["rank"] = _text(name), kind, rank
    return xtc(kind=Kind.NAMES, payload=head.tobytes() + records.tobytes(), src=layout.names_id)


def shapes_data(
    layout: Layout, values: Mapping[str, Any], *, data_first: bool = False, damage: int = 0, data_damage: int = 0
) -> bytes:
    """A payload of the fields of a layout.

    Parameters
    ----------
    layout
        Which fields, in which order.
    values
        Value of each: a number, an array of the field's rank, or a text.
    data_first
        The Data before the Shapes, as the front ends write it; without arrays there is then no Shapes at all.
    """
    data, shapes = [], []
    for name, (kind, rank) in layout.fields.items():
        value = _array(kind, values[name])
        if value.ndim != rank:
            raise ValueError(f"{name} has rank {value.ndim}, not {rank}")
        if rank:
            shapes.append(np.array([*value.shape, *[0] * (RANK_LIMIT - rank)], "<u4").tobytes())
        data.append(value.tobytes())
    parts = [
        xtc(kind=Kind.SHAPES, payload=b"".join(shapes)),
        xtc(kind=Kind.DATA, payload=b"".join(data), damage=data_damage),
    ]
    if data_first:
        parts = parts[::-1] if shapes else parts[1:]
    return xtc(kind=Kind.SHAPES_DATA, payload=b"".join(parts), src=layout.names_id, damage=damage)


def _array(kind: FieldType, value: ArrayLike) -> np.ndarray[Any, np.dtype[Any]]:
    """The value as the file has it; of a text its bytes and a zero."""
    if isinstance(value, str):
        return np.frombuffer(value.encode() + b"\0", np.uint8)
    return np.asarray(value, DTYPES[kind])


def _text(value: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A text in its room, filled up with zeros."""
    raw = value.encode()
    if len(raw) >= TEXT_SIZE:
        raise ValueError(f"{value!r} is longer than {TEXT_SIZE - 1} bytes")
    return np.frombuffer(raw.ljust(TEXT_SIZE, b"\0"), np.uint8)


def _word(version: Version) -> int:
    return version[0] << 16 | version[1] << 8 | version[2]
