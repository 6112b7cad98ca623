"""Epix panels with one gain: Epix100a (704 x 768) and its relatives that send an Epix element."""

import numpy as np

from monitor.errors import DamagedData
from monitor.xtc.decode import config_scope
from monitor.xtc.fields import array_layout
from monitor.xtc.scope import RecordScope
from monitor.xtc.types import PayloadType
from workers.detectors.area import AREAS, AreaFamily, Layout, one_block, plain_arrangement
from workers.payloads import Payloads
from workers.run_view import RunView, Source

START = 32
"""First byte of the pixels, in all versions of the element."""
PIXEL_LIMIT = 1 << 24
PITCH = 50.0


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (rows, columns); rows beyond the image (calibration, environment) are left out."""
    configs = run.configs.get((source.level, source.physical), {})
    scope = RecordScope(kind.struct, {}, config_scope(kind, configs))
    _, (rows, columns) = array_layout(kind.struct.field("frame"), scope, PIXEL_LIMIT)
    if not 0 < rows * columns <= PIXEL_LIMIT:
        raise DamagedData(f"{source.text} is configured for {rows} x {columns} pixels")
    return Layout(
        shape=(rows, columns),
        like=np.empty(0, "<u2"),
        panels=lambda payloads: one_block(payloads, START, 1, rows * columns * 2),
        arrangement=lambda: plain_arrangement(rows, columns, PITCH),
    )


AREAS.add("epix100", AreaFamily(types=frozenset({75}), layout=layout))
