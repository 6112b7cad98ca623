"""Rayonix detectors: plain frames; the configuration tells the size of a pixel."""

from monitor.xtc.types import PayloadType
from workers.detectors import camera
from workers.detectors.area import AREAS, AreaFamily, Layout
from workers.detectors.device import device_is
from workers.detectors.environment import as_is, environment
from workers.payloads import Payloads
from workers.run_view import RunView, Source

CONFIG = 73


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (height, width); a pixel is as large as the configuration says, which knows the binning."""
    records = run.configs.get((source.level, source.physical), {})
    widths = [float(record["derived"]["pixelWidth"]) for (number, _), record in sorted(records.items()) if number == CONFIG]
    return camera.layout(source, kind, run, payloads, pitch=widths[-1] if widths and widths[-1] > 0 else 1.0)


AREAS.add(
    "rayonix",
    AreaFamily(
        types=frozenset({camera.FRAME}), layout=layout, wants=device_is("Rayonix"), environment=environment(*as_is("offset"))
    ),
)
