"""Gas detector in the front-end enclosure: pulse energy before and after attenuation."""

from monitor.xtc.types import PayloadType
from workers.detectors.family import POINTS, PointFamily, Read
from workers.detectors.table import named, numbers_in, table_reader
from workers.run_view import RunView, Source


def open_gas_detector(source: Source, kind: PayloadType, run: RunView) -> Read:
    """Reader of ``gas_detector/f_11_ENRC`` ...; mJ."""
    names = {path: path for path in numbers_in(kind.struct)}
    return table_reader(kind.struct, named(kind.struct, "gas_detector", names))


POINTS.add("gas_detector", PointFamily(types=frozenset({14}), open=open_gas_detector))
