"""Jungfrau: modules of 512 x 1024 pixels, each pixel with a gain range of its own."""

import numpy as np

from monitor.errors import DamagedData
from monitor.xtc.types import PayloadType
from workers.detectors.area import AREAS, AreaFamily, GainCode, Layout, one_block, stacked_arrangement
from workers.payloads import Payloads
from workers.run_view import RunView, Source

CONFIG = 107
HEAD = {1: 12, 2: 16}
"""Bytes before the module information, by version of the element."""
MODULE_INFO = {1: 0, 2: 20}
"""Bytes of information per module before the pixels."""
MODULE_LIMIT, ROWS, COLUMNS = 32, 512, 1024
PITCH = 75.0

GAIN = GainCode(adc_bits=0x3FFF, shift=14, plane_of_code=(0, 1, -1, 2), planes=3)
"""Bits 15:14 of a word: 00 high, 01 medium, 11 low gain, 10 invalid."""
HIGH_GAIN = 0


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (modules, rows, columns)."""
    records = run.configs.get((source.level, source.physical), {})
    found = sorted((version, record) for (number, version), record in records.items() if number == CONFIG)
    if not found or kind.version not in HEAD:
        raise DamagedData(f"{source.text} has no Jungfrau configuration")
    config = found[-1][1]
    shape = tuple(int(config[name]) for name in ("numberOfModules", "numberOfRowsPerModule", "numberOfColumnsPerModule"))
    modules, rows, columns = shape
    if not (0 < modules <= MODULE_LIMIT and 0 < rows <= ROWS and 0 < columns <= COLUMNS):
        raise DamagedData(f"{source.text} is configured for {modules} modules of {rows} x {columns} pixels")
    start = HEAD[kind.version] + MODULE_INFO[kind.version] * modules
    return Layout(
        shape=shape,
        like=np.empty(0, "<u2"),
        panels=lambda payloads: one_block(payloads, start, modules, rows * columns * 2),
        arrangement=lambda: stacked_arrangement(modules, rows, columns, PITCH),
        common_mode_good=(HIGH_GAIN,),
    )


AREAS.add("jungfrau", AreaFamily(types=frozenset({108}), layout=layout, unit="keV", gain=GAIN))
