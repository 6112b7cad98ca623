"""What a file of ``detectors`` declares about an area detector of LCLS-II: which field is the frame, whose chain corrects it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.plugins import Registry
from workers.detectors.area import AreaFamily

Configs = Sequence[Mapping[str, Any]]
"""Values of the configuration of each segment, in the order of the panels."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameFamily:
    """Area detectors of one kind; all versions of their payloads.

    Attributes
    ----------
    det_types
        Detector types it stands for.
    frame
        Field that holds the panels of a segment, (rows, columns) or (panels, rows, columns).
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
