"""Pretended camera of the facility's tests of its data acquisition."""

from workers.xtc2.frame_family import FRAMES, FrameFamily, area_family

FRAMES.add("fakecam", FrameFamily(det_types=frozenset({"fakecam"}), frame="array_raw", area=area_family()))
