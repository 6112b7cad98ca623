"""What a file of ``detectors`` declares about an area detector of LCLS-II: which field is the frame, whose chain corrects it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.plugins import Registry
from monitor.xtc.types import PayloadType
from workers.detectors.area import AreaFamily, GainCode, Layout
from workers.payloads import Payloads
from workers.run_view import RunView, Source

Configs = Sequence[Mapping[str, Any]]
"""Values of the configuration of each segment, in the order of the panels."""


Unpack = Callable[[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint16]], None]
"""Bytes, first byte of each segment's field, shape (segments,), all inside; the pixels to fill, shape (segments, pixels)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Packing:
    """A field whose pixels have to be put in their places, or taken out of packed bits, before a chain can read them.

    Attributes
    ----------
    sent
        Dimensions of the field of a segment.
    dtype
        Its type.
    shape
        Dimensions of the pixels of a segment, which are 16-bit words: (rows, columns) or (panels, rows, columns).
    unpack
        Does it.
    """

    sent: tuple[int, ...]
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    unpack: Unpack


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameFamily:
    """Area detectors of one kind; all versions of their payloads.

    Attributes
    ----------
    det_types
        Detector types it stands for.
    frame
        Field that holds the panels of a segment, (rows, columns) or (panels, rows, columns); the line of a line camera is a row.
    area
        Unit, and how a word tells its gain range; detectors of both generations share it.
    panel
        Rows and columns of a panel; ``None`` where the first frame tells.
    devices
        Name under which constants and geometry know the detector, by the number of its panels; ``""`` for all other numbers.
    pitch
        Size of a pixel, micrometre; 1 where it is not known.
    gain_map
        Makes ``Layout.gain_map`` of the configurations. Raises ``DamagedData`` if they do not tell it.
    packing
        How pixels are packed; ``None`` where they lie as they are.
    common_mode_good
        See ``Layout``.
    algorithm
        What made the data.
    """

    det_types: frozenset[str]
    frame: str
    area: AreaFamily
    panel: tuple[int, int] | None = None
    devices: Mapping[int | str, str] = field(default_factory=dict)
    pitch: float = 1.0
    gain_map: Callable[[Configs], NDArray[np.int8]] | None = None
    packing: Packing | None = None
    common_mode_good: tuple[int, ...] = ()
    algorithm: str = "raw"

    def device(self, panels: int) -> str:
        """Name under which constants and geometry know a detector with so many panels."""
        return self.devices.get(panels, self.devices.get("", "Detector"))


FRAMES: Registry[FrameFamily] = Registry("area detector family of LCLS-II")


def frame_family(det_type: str, algorithm: str) -> FrameFamily | None:
    """The family of a detector's frames; None if it has none."""
    for _, family in FRAMES.items():
        if det_type in family.det_types and algorithm == family.algorithm:
            return family
    return None


def area_family(unit: str = "ADU", gain: GainCode | None = None) -> AreaFamily:
    """Unit and gain of a detector that LCLS-I does not have."""
    return AreaFamily(types=frozenset(), layout=_no_layout, unit=unit, gain=gain)


def _no_layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Layouts of LCLS-II are made of blocks of names."""
    raise ValueError("there is no payload of LCLS-I with such a frame")
