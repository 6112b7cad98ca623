"""Frames, and cameras that deliver them.

Source: the facility's data description of Camera.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Derived, Field, Struct, fields_of

FORWARDING = {0: "NoFrame", 1: "FullFrame", 2: "RegionOfInterest"}
PROCESSING = {0: "NoProcessing", 1: "GssFullFrame", 2: "GssRegionOfInterest", 3: "GssThreshold"}
COLOR_MODE = {0: "Mono", 1: "Bayer", 2: "RGB1"}

FRAME_COORD = Struct(
    "Camera.FrameCoord",
    Field("column", "u2", doc="column (x)"),
    Field("row", "u2", doc="row (y)"),
)

FRAME_FCCD_CONFIG_V1 = Struct(
    "Camera.FrameFccdConfigV1",
)

FRAME_FEX_CONFIG_V1 = Struct(
    "Camera.FrameFexConfigV1",
    Field("forwarding", "u4", doc="0 no frame, 1 full frame, 2 region of interest", enum=FORWARDING),
    Field("forward_prescale", "u4", doc="forward one frame in so many events"),
    Field("processing", "u4", doc="online feature extraction algorithm code", enum=PROCESSING),
    Field("roiBegin", FRAME_COORD, doc="first pixel of the ROI, inclusive"),
    Field("roiEnd", FRAME_COORD, doc="end of the ROI, exclusive"),
    Field("threshold", "u4", doc="pixel threshold for the processing"),
    Field("number_of_masked_pixels", "u4", doc="number of masked pixels"),
    Field("masked_pixel_coordinates", FRAME_COORD, ("number_of_masked_pixels",), doc="coordinates of masked pixels"),
)

FRAME_V1 = Struct(
    "Camera.FrameV1",
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("depth", "u4", doc="bits per pixel"),
    Field("offset", "u4", unit="ADU", doc="pedestal value added to every pixel"),
    Field(
        "_int_pixel_data",
        "u1",
        ("width*height*((depth+7)//8)",),
        doc="pixels, row major; 1 byte per pixel if depth<=8, else little-endian uint16",
    ),
    derived=(
        Derived("depth_bytes", "(depth+7)//8"),
        Derived("data8", derive.pixels("u1")),
        Derived("data16", derive.pixels("<u2")),
    ),
)

TWO_D_GAUSSIAN_V1 = Struct(
    "Camera.TwoDGaussianV1",
    Field("integral", "u8", doc="integral of the fitted spot"),
    Field("xmean", "f8", unit="pixel", doc="mean x"),
    Field("ymean", "f8", unit="pixel", doc="mean y"),
    Field("major_axis_width", "f8", unit="pixel", doc="width along the major axis"),
    Field("minor_axis_width", "f8", unit="pixel", doc="width along the minor axis"),
    Field("major_axis_tilt", "f8", unit="rad", doc="tilt of the major axis"),
)

CONTROLS_CAMERA_CONFIG_V1 = Struct(
    "Camera.ControlsCameraConfigV1",
    *fields_of(FRAME_V1, 3),
    Field("color_mode", "u4", doc="0 mono, 1 Bayer, 2 RGB", enum=COLOR_MODE),
    Field("exposure_time", "f8", unit="s", doc="exposure time"),
    Field("gain", "f8", doc="camera gain"),
    Field("manufacturer", "S1", (48,), doc="maker"),
    Field("model", "S1", (48,), doc="model name"),
)
