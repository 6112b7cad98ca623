"""The correction chain of one area detector: constants prepared once, then a few kernels per stretch of events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.calib.constants import Constants
from monitor.errors import ConfigError
from monitor.settings import CommonMode
from workers.corrections.common_mode.algorithm import Corrector, Record, Situation
from workers.corrections.common_mode.choice import choice, corrector_for
from workers.corrections.prepared import prepare
from workers.corrections.tile import Tiles
from workers.detectors.area import AREAS, AreaFamily, Layout
from workers.frame_memory import FrameMemory


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """Frames of some payloads.

    Attributes
    ----------
    frames
        Shape (payloads, \\*shape), float32; NaN = bad or absent.
    record
        What the common mode tells, by name; shape (payloads, panels, ...), NaN = nothing was taken off.
    """

    frames: NDArray[np.float32]
    record: Record


class Chain:
    """Raw panels to corrected frames of one detector.

    Parameters
    ----------
    layout
        Shapes and pixel type.
    family
        How a word tells its gain, and the unit.
    constants
        Fitted to the shape of a frame; without pedestals frames are raw, as float32.
    good
        Pixels that are not bad, in the shape of a frame.
    common_mode
        The setting of that name.
    note
        Told about what the chain has to do without.
    name
        Of the detector, for texts.
    """

    def __init__(
        self,
        layout: Layout,
        family: AreaFamily,
        constants: Constants,
        good: NDArray[np.bool_],
        common_mode: CommonMode | None,
        note: Callable[[str], None],
        name: str,
    ) -> None:
        self._layout = layout
        self._panels = (layout.panel_count, layout.shape[-2], layout.shape[-1])
        situation = Situation(
            shape=self._panels, family=_name_of(family), constants=constants, note=lambda text: note(f"{name}: {text}")
        )
        stored = constants.get("common_mode")
        self.choice = choice(common_mode, () if stored is None else np.ravel(stored).tolist(), situation)
        prepared = prepare(layout, family, constants, good, self.choice.number)
        self.raw, self.unit = prepared.raw, prepared.unit
        self.good = np.ones(layout.shape, bool) if self.raw else good
        corrector = None if self.raw else self._corrector(situation, common_mode, f"detector.{name}.common_mode")
        self.records: Mapping[str, tuple[int, ...]] = {} if corrector is None else corrector.records
        self._tiles = Tiles(prepared, self._panels, layout.like, corrector)
        self._memory = FrameMemory()

    def _corrector(self, situation: Situation, wanted: CommonMode | None, key: str) -> Corrector | None:
        """The common mode; one of a file that cannot be is said and left out (facility), one of the settings raises."""
        try:
            return corrector_for(self.choice, situation, key=key)
        except ConfigError as error:
            if wanted is not None:
                raise
            situation.note(f"the common mode of the calibration is not used: {error}")
            return None

    def frames(
        self, payload_offsets: NDArray[np.int64], places: NDArray[np.int64], buffers: list[NDArray[np.uint8]]
    ) -> NDArray[np.float32]:
        """Corrected frames, shape (payloads, *shape); NaN = bad or absent. Arguments as ``corrected``."""
        return self.corrected(payload_offsets, places, buffers).frames

    def corrected(
        self, payload_offsets: NDArray[np.int64], places: NDArray[np.int64], buffers: list[NDArray[np.uint8]]
    ) -> Corrected:
        """Corrected frames and what the common mode tells of them.

        Parameters
        ----------
        payload_offsets
            First byte of each panel, shape (payloads, panels); -1 = absent.
        places
            Which buffer each payload is in, shape (payloads,).
        """
        made = self._empty(len(payload_offsets))
        self._tiles.run(buffers, places, np.ascontiguousarray(payload_offsets), made.frames, made.record)
        return Corrected(made.frames.reshape(-1, *self._layout.shape), made.record)

    def _empty(self, count: int) -> Corrected:
        panels = self._panels[0]
        record = {name: np.full((count, panels, *shape), np.nan, np.float32) for name, shape in self.records.items()}
        return Corrected(self._memory.empty((count, panels, self._layout.pixels)), record)


def _name_of(family: AreaFamily) -> str:
    """Name under which a family is declared; empty for one that is not."""
    return next((name for name, declared in AREAS.items() if declared is family), "")
