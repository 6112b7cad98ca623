"""Piranha4 line camera: a line is a frame with one row; rows have it as it came too (``var_image``)."""

from workers.xtc2.frame_family import FRAMES, FrameFamily, area_family

FRAMES.add(
    "piranha4",
    FrameFamily(det_types=frozenset({"piranha4"}), frame="image", area=area_family(), devices={"": "Piranha4"}),
)
