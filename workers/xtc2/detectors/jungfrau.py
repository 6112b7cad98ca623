"""Jungfrau: modules of 512 x 1024 pixels, one or more in a segment; words and gains are those of LCLS-I."""

from workers.detectors.area import AREAS
from workers.detectors.jungfrau import HIGH_GAIN, PITCH
from workers.xtc2.frame_family import FRAMES, FrameFamily

FRAMES.add(
    "jungfrau",
    FrameFamily(
        det_types=frozenset({"jungfrau"}),
        frame="raw",
        area=AREAS.get("jungfrau"),
        panel=(512, 1024),
        devices={"": "Jungfrau"},
        pitch=PITCH,
        common_mode_good=(HIGH_GAIN,),
    ),
)
