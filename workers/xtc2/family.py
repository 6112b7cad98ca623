"""What a file of ``detectors`` declares about one detector type and algorithm of LCLS-II."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.plugins import Registry
from monitor.settings import Light
from workers.trouble import Trouble
from workers.xtc2.payloads import Group
from workers.xtc2.view import CONFIG

Columns = Mapping[str, Column]
"""Columns of one detector by the names of their fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a family may need to know beside its own fields.

    Attributes
    ----------
    group
        Where its columns go.
    experiment
        Name of the experiment; its first letters are the hutch.
    light
        Which event codes tell the X-rays and the laser.
    config
        Values of the configuration of the detector's segment, by name.
    """

    group: str
    experiment: str
    light: Light
    config: Mapping[str, Any]


def nothing_more(columns: Columns, setting: Setting) -> Iterable[Column]:
    """A detector whose fields are all there is to record."""
    return ()


def nothing_in(group: Group, setting: Setting, count: int, trouble: Trouble) -> Iterable[Column]:
    """A detector whose payloads hold nothing but fields."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A detector type with one algorithm, all versions.

    Attributes
    ----------
    det_types
        Detector types it stands for.
    algorithm
        What made the data.
    shapes
        Dimensions of the arrays that are the same for every event.
    loose
        Whether other arrays are kept with as many elements as came; a detector that is not known has it so.
    units
        Units of fields.
    prefix
        Put before the names of fields in the file.
    more
        Columns that are computed from the fields.
    read
        Columns of what is packed in the payloads, for so many events.
    warm
        Compiles the kernels that ``read`` uses.
    """

    det_types: frozenset[str]
    algorithm: str = "raw"
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    loose: bool = False
    units: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    more: Callable[[Columns, Setting], Iterable[Column]] = nothing_more
    read: Callable[[Group, Setting, int, Trouble], Iterable[Column]] = nothing_in
    warm: Callable[[], None] | None = None


FAMILIES: Registry[Family] = Registry("detector family of LCLS-II")

UNKNOWN = Family(det_types=frozenset(), loose=True)


def family_of(det_type: str, algorithm: str) -> Family:
    """The family of a detector; if none, one whose names begin with the algorithm unless it is ``raw``."""
    for _, family in FAMILIES.items():
        if det_type in family.det_types and algorithm == family.algorithm:
            return family
    return UNKNOWN if algorithm == "raw" else Family(det_types=frozenset(), prefix=f"{algorithm}_", loose=algorithm != CONFIG)


def flags(bits: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Bits of 16-bit words as 0 and 1, lowest first; shape (events, words) to (events, 16 * words)."""
    raw = np.ascontiguousarray(bits, "<u2").view(np.uint8).reshape(len(bits), -1)
    return np.unpackbits(raw, axis=1, bitorder="little")
