"""Opal cameras: a frame as they send it, and what the time tool finds in it."""

from workers.detectors.camera import CAMERA
from workers.xtc2.family import FAMILIES, Family
from workers.xtc2.frame_family import FRAMES, FrameFamily

TIME_TOOL_UNITS = {"fltpos": "px", "fltpos_ps": "ps", "fltposfwhm": "px"}

FRAMES.add(
    "opal",
    FrameFamily(det_types=frozenset({"opal"}), frame="image", area=CAMERA, devices={"": "Opal1000"}),
)
FAMILIES.add("time_tool", Family(det_types=frozenset({"opal", "piranha4"}), algorithm="ttfex", units=TIME_TOOL_UNITS))
