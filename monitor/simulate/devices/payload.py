"""Payload columns and configuration payloads over the table of types."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.contribution import Contribution, Source, single
from monitor.xtc.encode import encode
from monitor.xtc.header import Level
from monitor.xtc.types import TYPES


def word(type_id: int, version: int) -> int:
    """The type word of a type and version."""
    return version << 16 | type_id


def blank(type_id: int, version: int, count: int) -> NDArray[Any]:
    """Zeroed payloads of a fixed-size type, packed dtype of the table, shape (count,)."""
    dtype = TYPES[type_id, version].dtype
    if dtype is None:
        raise ValueError(f"type {type_id} version {version} has no fixed size")
    return np.zeros(count, dtype)


def configuration(source: Source, type_id: int, version: int, values: Mapping[str, Any]) -> Contribution:
    """One configuration payload; fields that are left out are zero."""
    return single(source, word(type_id, version), encode(TYPES[type_id, version], values))


def detector(place: int, place_id: int, device: int, device_id: int, process_id: int = 4100) -> Source:
    """A detector's source from the numbers of its place and device (tables of the facility's DetInfo)."""
    return Source(Level.SOURCE << 24 | process_id, place << 24 | place_id << 16 | device << 8 | device_id)


def beam_line(number: int) -> Source:
    """A beam-line device's source from its number (table of the facility's BldInfo)."""
    return Source(Level.REPORTER << 24, number)
