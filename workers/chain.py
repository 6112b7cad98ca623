"""The correction chain of one area detector: constants prepared once, then one kernel per stretch of events."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.calib.constants import Constants
from workers.corrections.common_mode import ALGORITHM, OFF, CommonMode, common_mode_from
from workers.corrections.gain_switch import for_planes, switch_gain
from workers.corrections.level import level
from workers.detectors.area import AreaFamily, Layout
from workers.trouble import Trouble

DEFAULT_THRESHOLD, DEFAULT_LARGEST = 30.0, 100.0
"""Mean of the pixels below 30 ADU (XtcExplorer), not believed beyond 100 ADU; used where no common-mode file says otherwise."""


class Chain:
    """Raw panels to corrected frames of one detector.

    Parameters
    ----------
    layout
        Shapes and pixel type.
    family
        Which kernel, which unit.
    constants
        As read; without pedestals frames are raw, as float32.
    common_mode
        The setting of that name.
    note
        Told about constants that do not fit.
    """

    def __init__(
        self, layout: Layout, family: AreaFamily, constants: Constants, common_mode: int | None, note: Trouble, name: str
    ) -> None:
        self._layout, self._name, self._note = layout, name, note
        self._code = family.gain if "pedestals" in constants else None
        self._switching = self._code is not None
        planes = (self._code.ranges or self._code.planes) if self._code is not None else 1
        pedestal = self._plane(constants, "pedestals", planes)
        self.raw = pedestal is None
        bad = np.zeros(layout.shape, bool) if self.raw else self._bad(constants, planes)
        self.good = ~bad
        gain = None if self.raw else self._plane(constants, "pixel_gain", planes)
        self.unit = family.unit if gain is not None else "ADU"
        factor = np.ones((planes, *layout.shape), np.float32) if gain is None else self._factor(gain)
        dark = np.zeros((planes, *layout.shape), np.float32) if pedestal is None else pedestal
        offset = self._plane(constants, "pixel_offset", planes) if self._switching else None
        if offset is not None:
            dark = dark + offset
        if layout.gain_map is not None and self._switching:
            dark, factor = for_planes(dark, layout.gain_map, 0), for_planes(factor, layout.gain_map, 1)
            planes = len(factor)
        factor[:, bad] = np.nan
        panels = (layout.panel_count, layout.pixels)
        self._dark = np.ascontiguousarray(dark.reshape(planes, *panels) if self._switching else dark.reshape(panels))
        self._factor_ = np.ascontiguousarray(factor.reshape(planes, *panels) if self._switching else factor.reshape(panels))
        self.common_mode = OFF if self.raw else self._common_mode(constants, common_mode)

    def frames(
        self, payload_offsets: NDArray[np.int64], places: NDArray[np.int64], buffers: list[NDArray[np.uint8]]
    ) -> NDArray[np.float32]:
        """Corrected frames, shape (payloads, *shape); NaN = bad or absent.

        Parameters
        ----------
        payload_offsets
            First byte of each panel, shape (payloads, panels); -1 = absent.
        places
            Which buffer each payload is in, shape (payloads,).
        """
        out = np.empty((len(payload_offsets), self._layout.panel_count, self._layout.pixels), np.float32)
        for place in np.unique(places):
            mine = places == place
            part = out if mine.all() else np.empty((int(mine.sum()), *out.shape[1:]), np.float32)
            self._run(buffers[place], np.ascontiguousarray(payload_offsets[mine]), part)
            if part is not out:
                out[mine] = part
        return out.reshape(-1, *self._layout.shape)

    def _run(self, buffer: NDArray[np.uint8], offsets: NDArray[np.int64], out: NDArray[np.float32]) -> None:
        if self._code is not None:
            switch_gain(buffer, offsets, self._code, self._dark, self._factor_, out)
        else:
            level(buffer, offsets, self._layout.like, self._dark, self._factor_, self.common_mode, out)

    def _plane(self, constants: Constants, ctype: str, planes: int) -> NDArray[Any] | None:
        """One calibration type in the shape (planes, *shape); None if missing or of the wrong size."""
        array = constants.get(ctype)
        if array is None:
            return None
        size = int(np.prod(self._layout.shape))
        if array.size == size * planes:
            return np.asarray(array, np.float32).reshape(planes, *self._layout.shape)
        if array.size == size:
            return np.broadcast_to(np.asarray(array, np.float32).reshape(1, *self._layout.shape), (planes, *self._layout.shape))
        self._note.note(f"{self._name}: {ctype} have {array.size} numbers, not {size * planes}; not used")
        return None

    def _bad(self, constants: Constants, planes: int) -> NDArray[np.bool_]:
        """Pixels with a status other than 0 in any plane, or masked by the user's mask."""
        bad = np.zeros(self._layout.shape, bool)
        status, mask = (self._plane(constants, ctype, planes) for ctype in ("pixel_status", "pixel_mask"))
        if status is not None:
            bad |= (status != 0).any(axis=0)
        if mask is not None:
            bad |= (mask == 0).any(axis=0)
        return bad

    def _factor(self, gain: NDArray[Any]) -> NDArray[np.float32]:
        """What to multiply by: the gain itself, or for gain switching its inverse with 0 where it is 0 (facility's rule)."""
        if not self._switching:
            return np.array(gain, np.float32)
        inverse: NDArray[np.float32] = np.divide(1, gain, out=np.zeros(gain.shape, np.float32), where=gain != 0)
        return inverse

    def _common_mode(self, constants: Constants, wanted: int | None) -> CommonMode:
        stored = constants.get("common_mode")
        parameters = () if stored is None else tuple(float(number) for number in np.ravel(stored))
        algorithm = int(parameters[0]) if parameters else 0
        if self._switching or wanted == 0:
            return OFF
        if wanted is None:
            if algorithm not in (0, ALGORITHM):
                self._note.note(f"{self._name}: common mode {algorithm} of the calibration is not available; none is used")
                return OFF
            return common_mode_from(parameters)
        if wanted == algorithm:
            return common_mode_from(parameters)
        return common_mode_from((wanted, DEFAULT_THRESHOLD, DEFAULT_LARGEST, self._layout.pixels))
