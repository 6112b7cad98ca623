"""Cameras of profile monitors among the beam-line data: a plain frame behind the configuration of its camera."""

from monitor.xtc.types import PayloadType
from workers.detectors import camera
from workers.detectors.area import AREAS, AreaFamily, Layout
from workers.payloads import Payloads
from workers.run_view import RunView, Source


def layout(source: Source, kind: PayloadType, run: RunView, payloads: Payloads) -> Layout:
    """Frames of shape (height, width)."""
    return camera.layout(source, kind, run, payloads, start=kind.struct.head.itemsize)


AREAS.add("pim", AreaFamily(types=frozenset({42}), layout=layout))
