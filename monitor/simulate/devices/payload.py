"""Payload columns and configuration payloads over the table of types."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.contribution import Contribution, Source, single
from monitor.xtc.encode import encode
from monitor.xtc.header import Level
from monitor.xtc.name_table import BLD
from monitor.xtc.names import detector_word
from monitor.xtc.types import TYPES
from monitor.xtc.write import type_word


def blank(type_id: int, version: int, count: int) -> NDArray[Any]:
    """Zeroed payloads of a fixed-size type, packed dtype of the table, shape (count,)."""
    dtype = TYPES[type_id, version].dtype
    if dtype is None:
        raise ValueError(f"type {type_id} version {version} has no fixed size")
    return np.zeros(count, dtype)


def configuration(source: Source, type_id: int, version: int, values: Mapping[str, Any]) -> Contribution:
    """One configuration payload; fields that are left out are zero."""
    return single(source, type_word(type_id, version), encode(TYPES[type_id, version], values))


def detector(text: str, process_id: int = 4100) -> Source:
    """A detector's source from its name, ``XppSb3Ipm-1|Ipimb-0``."""
    (place, place_id), (device, device_id) = (part.rsplit("-", 1) for part in text.split("|"))
    return Source(Level.SOURCE << 24 | process_id, detector_word(place, int(place_id), device, int(device_id)))


def beam_line(name: str) -> Source:
    """A beam-line device's source from its name, ``FEEGasDetEnergy``."""
    return Source(Level.REPORTER << 24, BLD.index(name))
