"""Epix100: one panel of 704 x 768 pixels with one gain."""

from workers.detectors.area import AREAS
from workers.detectors.epix100 import PITCH
from workers.xtc2.frame_family import FRAMES, FrameFamily

FRAMES.add(
    "epix100",
    FrameFamily(
        det_types=frozenset({"epix100"}),
        frame="raw",
        area=AREAS.get("epix100"),
        panel=(704, 768),
        devices={"": "Epix100a"},
        pitch=PITCH,
    ),
)
