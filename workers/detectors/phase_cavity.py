"""Phase cavity: arrival time and charge of the electron bunch."""

from monitor.xtc.types import PayloadType
from workers.detectors.family import POINTS, PointFamily, Read
from workers.detectors.table import named, table_reader
from workers.run_view import RunView, Source

NAMES = {"fitTime1": "fit_time_1", "fitTime2": "fit_time_2", "charge1": "charge1", "charge2": "charge2"}


def open_phase_cavity(source: Source, kind: PayloadType, run: RunView) -> Read:
    """Reader of ``phase_cav/*``; times in ps, charges in pC."""
    return table_reader(kind.struct, named(kind.struct, "phase_cav", NAMES))


POINTS.add("phase_cavity", PointFamily(types=frozenset({16}), open=open_phase_cavity))
