"""Whether a geometry has the pixels of a detector's frames."""

import math

from monitor.calib.geometry.coordinates import INTERLEAVED
from monitor.calib.geometry.tree import Geometry
from monitor.errors import DamagedData


def check_fit(geometry: Geometry, shape: tuple[int, ...]) -> None:
    """Whether a geometry has the panels of a frame.

    Parameters
    ----------
    geometry
        The whole detector.
    shape
        Shape of a frame: (rows, columns), (panels, rows, columns), or (185, 388, 2) for a 2x2 CsPad as it is acquired.

    Raises
    ------
    DamagedData
        Saying what was expected.
    """
    sensors = geometry.sensors()
    interleaved = shape[-1:] == (2,) and INTERLEAVED in [each.name for each in geometry.objects]
    panel = shape[:-1] if interleaved else shape[-2:]
    expected, found = (math.prod(shape) // math.prod(panel), panel), (len(sensors), sensors[0].shape)
    if expected != found:
        raise DamagedData(f"a geometry of {_panels(*found)}, frames have {_panels(*expected)}", source=geometry.source)


def _panels(count: int, shape: tuple[int, ...]) -> str:
    return f"{count} panel{'' if count == 1 else 's'} of {' x '.join(map(str, shape))} pixels"
