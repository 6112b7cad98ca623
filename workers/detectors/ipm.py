"""Intensity and position monitors: four diodes, their sum, and the beam position from them."""

from monitor.xtc.types import PayloadType
from workers.detectors.family import POINTS, PointFamily, Read
from workers.detectors.table import named, table_reader
from workers.run_view import RunView, Source

NAMES = {"sum": "sum", "channel": "channels", "xpos": "xpos", "ypos": "ypos"}
INSIDE = "ipmFexData"
"""Where the shared (beam-line data) form keeps the same values."""


def open_ipm(source: Source, kind: PayloadType, run: RunView) -> Read:
    """Reader of ``<ipm>/sum``, ``channels``, ``xpos``, ``ypos``; the channels have shape (events, 4)."""
    names = NAMES | {f"{INSIDE}.{path}": name for path, name in NAMES.items()}
    return table_reader(kind.struct, named(kind.struct, source.name, names))


POINTS.add("ipm", PointFamily(types=frozenset({31, 35}), open=open_ipm))
