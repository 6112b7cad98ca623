"""What the workers used to make the newest rows: masks, gains, pixel positions, and which pixel is where in an image."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.wire.message import Message
from monitor.wire.rows import Reduced

MAPS = ("mask", "gain", "rms", "x", "y", "z")

LONGEST_AXIS = 1 << 16
AXES_BYTES = 8 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """Never changed in place, so that another thread may keep it.

    Attributes
    ----------
    run, version
        Run and pipeline version of which the workers told last.
    config
        Arrays by path, ``cspad/mask``.
    index
        Detector to the number of the frame's pixel at each place of its image, -1 = none.
    rough
        Detectors whose panels stand only roughly in place.
    """

    run: int = -1
    version: int = -1
    config: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    index: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)
    rough: frozenset[str] = frozenset()

    def after(self, reduced: Reduced) -> "Used":
        """What is known after these rows; the same object if they tell nothing new."""
        told = self
        if reduced.config and reduced.rows.count:
            version = int(reduced.rows.columns["pipeline_version"].values[0])
            # A worker that was slow may tell of an older version than another has told of.
            if (reduced.run, version) >= (self.run, self.version):
                told = replace(self, run=reduced.run, version=version, config=reduced.config)
        rough = (self.rough - {*reduced.frames}) | {name for name, frame in reduced.frames.items() if frame.rough}
        told = told if rough == self.rough else replace(told, rough=rough)
        new = {name: frame.index for name, frame in reduced.frames.items() if frame.index is not None}
        return replace(told, index={**self.index, **new}) if new else told

    @property
    def detectors(self) -> list[str]:
        """Detectors that make images, as far as any was asked for."""
        return sorted(
            {
                *self.index,
                *(path.removesuffix("/mask") for path in self.config if path.count("/") == 1 and path.endswith("/mask")),
            }
        )

    def detector(self, name: str) -> Message | None:
        """The answer about one detector; ``None`` if it is not known yet."""
        mask = self.config.get(f"{name}/mask")
        index = self.index.get(name)
        if mask is None or (index is None and mask.ndim != 2):
            return None
        if index is None:
            index = np.arange(mask.size, dtype=np.int32).reshape(mask.shape)
        known = {key: array for key in MAPS if (array := self.config.get(f"{name}/{key}")) is not None}
        header = {
            "detector": name,
            "run": self.run,
            "version": self.version,
            "shape": list(mask.shape),
            "rough": name in self.rough,
        }
        return Message("detector", header, {"index": index, **known})

    def axes(self) -> Message:
        """What the elements of array fields stand for (bins, momentum transfers, edges): all rows of numbers that are used."""
        known: dict[str, NDArray[Any]] = {}
        left = AXES_BYTES
        for path, array in self.config.items():
            if array.ndim == 1 and array.dtype.kind in "iufb" and 0 < array.size <= LONGEST_AXIS and array.nbytes <= left:
                known[f"k/{path}"] = array
                left -= array.nbytes
        return Message("axes", {"run": self.run, "version": self.version}, known)
