"""pnCCD, four quadrants.

Source: the facility's data description of PNCCD.
"""

from monitor.xtc.layout import Derived, Field, Struct

CONFIG_V1 = Struct(
    "PNCCD.ConfigV1",
    Field("numLinks", "u4", doc="number of links (frames per event), 4"),
    Field("payloadSizePerLink", "u4", doc="bytes per link including its 16-byte header, 524304"),
)

CONFIG_V2 = Struct(
    "PNCCD.ConfigV2",
    Field("numLinks", "u4", doc="number of links (frames per event), 4"),
    Field("payloadSizePerLink", "u4", doc="bytes per link including its 16-byte header, 524304"),
    Field("numChannels", "u4"),
    Field("numRows", "u4"),
    Field("numSubmoduleChannels", "u4"),
    Field("numSubmoduleRows", "u4"),
    Field("numSubmodules", "u4"),
    Field("camexMagic", "u4", doc="CAMEX magic"),
    Field("info", "S1", (256,), doc="text"),
    Field("timingFName", "S1", (256,), doc="timing file name"),
)

FRAME_V1 = Struct(
    "PNCCD.FrameV1",
    Field("specialWord", "u4", doc="special word"),
    Field("frameNumber", "u4", doc="frame counter of the device"),
    Field("timeStampHi", "u4", doc="time stamp, high word"),
    Field("timeStampLo", "u4", doc="time stamp, low word"),
    Field("_data", "u2", ("(config.payloadSizePerLink-16)//2",), doc="512x512 pixels of one quadrant"),
    config=("PNCCD.ConfigV1", "PNCCD.ConfigV2"),
)

FRAMES_V1 = Struct(
    "PNCCD.FramesV1",
    Field("frame", FRAME_V1, ("config.numLinks",), doc="raw pixel values"),
    derived=(Derived("numLinks", "config.numLinks"),),
    config=("PNCCD.ConfigV1", "PNCCD.ConfigV2"),
)
