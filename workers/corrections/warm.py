"""Compiles the kernels of the chains that a settings file uses, by running each once on next to nothing."""

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.settings import Settings
from workers.corrections.common_mode.algorithm import Situation
from workers.corrections.common_mode.choice import FACILITY_DEFAULTS, SMALL_DATA_DEFAULTS, Choice, corrector_for
from workers.corrections.common_mode.medians import Medians
from workers.corrections.common_mode.rule import Rule, Tile
from workers.corrections.common_mode.structure import READOUTS
from workers.corrections.common_mode.unbonded import PANEL
from workers.corrections.prepared import Prepared
from workers.corrections.tile import Tiles
from workers.detectors.area import GainCode

PANELS = (PANEL, *READOUTS)
"""Panels on which some algorithm can be tried."""
CODE = GainCode(adc_bits=0x3FFF, shift=14, plane_of_code=(0, 0, 0, 0), planes=1)


def warm_corrections(buffer: NDArray[np.uint8], settings: Settings) -> None:
    """Run every chain once on a panel of four pixels in ``buffer``, and every common mode that the settings may use."""
    plane, good = np.zeros((1, 2, 2), np.float32), np.ones((1, 2, 2), bool)
    for dtype, code in (("<i2", None), ("<u2", None), ("u1", None), ("<u2", CODE)):
        prepared = Prepared(code=code, dark=plane, factor=plane, counting=good, unit="ADU", raw=False)
        for corrector in (None, Medians([(Tile(rows=1, columns=2), Rule())])):
            tiles = Tiles(prepared, (1, 2, 2), np.empty(0, dtype), corrector)
            first = np.zeros(1, np.int64)
            tiles.run([buffer], first, first[:, None], np.empty((1, 1, 4), np.float32), {})
    for number in sorted(numbers_in(settings)):
        _warm_common_mode(number)


def numbers_in(settings: Settings) -> set[int]:
    """Numbers of the common modes that these settings may use."""
    wanted = [detector.common_mode for detector in settings.detector]
    numbers = {mode.algorithm for mode in wanted if mode is not None and mode.algorithm > 0}
    if not wanted or any(mode is None for mode in wanted):
        # Left to the calib directory or the family: those that either of them usually says.
        numbers |= {int(numbers[0]) for numbers in FACILITY_DEFAULTS.values()} | set(SMALL_DATA_DEFAULTS.values())
    return numbers


def _warm_common_mode(number: int) -> None:
    for rows, columns in PANELS:
        try:
            corrector = corrector_for(Choice(number), Situation(shape=(1, rows, columns)))
        except ConfigError:
            # This algorithm is not for such panels.
            continue
        if corrector is not None:
            frame = np.zeros((1, 1, rows, columns), np.float32)
            record = {name: np.zeros((1, 1, *shape), np.float32) for name, shape in corrector.records.items()}
            corrector.apply(frame, np.ones(frame.shape, bool), 0, record)
        return
