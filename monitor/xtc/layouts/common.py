"""Sources, times and type words inside payloads.

Source: the facility's data description of Pds.
"""

from monitor.xtc.layout import Field, Struct

CLOCK_TIME = Struct(
    "Pds.ClockTime",
    Field("nanoseconds", "u4", doc="nanosecond part"),
    Field("seconds", "u4", doc="whole seconds since the Unix epoch"),
)

DET_INFO = Struct(
    "Pds.DetInfo",
    Field("log", "u4", doc="logical word of the source"),
    Field("phy", "u4", doc="physical word of the source"),
)

SRC = Struct(
    "Pds.Src",
    Field("log", "u4", doc="logical word of the source"),
    Field("phy", "u4", doc="physical word of the source"),
)

TYPE_ID = Struct(
    "Pds.TypeId",
    Field("value", "u4"),
)
