"""Wave8 beam monitors: intensity, position, and the peak of each of 16 channels."""

from monitor.xtc.types import PayloadType
from workers.detectors.family import POINTS, PointFamily, Read
from workers.detectors.table import named, table_reader
from workers.run_view import RunView, Source

NAMES = {"TotalIntensity": "sum", "peakA": "peaks", "peakT": "peak_times", "X_Position": "xpos", "Y_Position": "ypos"}


def open_beam_monitor(source: Source, kind: PayloadType, run: RunView) -> Read:
    """Reader of ``<bmmon>/sum``, ``peaks``, ``peak_times``, ``xpos``, ``ypos``."""
    return table_reader(kind.struct, named(kind.struct, source.name, NAMES))


POINTS.add("beam_monitor", PointFamily(types=frozenset({98}), open=open_beam_monitor))
