"""Uxi framing camera.

Source: the facility's data description of Uxi.
"""

from monitor.xtc.layout import Derived, Field, Struct

ROI_MODE = {0: "Off", 1: "On"}
OSC_MODE = {0: "RelaxationOsc", 1: "RingOscWithCaps", 2: "RingOscNoCaps", 3: "ExternalClock"}

CONFIG_V1 = Struct(
    "Uxi.ConfigV1",
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("numberOfFrames", "u4", doc="frames per event"),
    Field("numberOFBytesPerPixel", "u4", doc="bytes per pixel"),
    Field("sensorType", "u4", doc="sensor type"),
    Field("timeOn", "u4", (2,), unit="ns", doc="gate open time per side"),
    Field("timeOff", "u4", (2,), unit="ns", doc="gate closed time per side"),
    Field("delay", "u4", (2,), unit="ns", doc="initial delay per side"),
    Field("readOnlyPots", "u4", doc="bits 0-12 read-only, 13-25 tuned"),
    Field("pots", "f8", (13,), unit="V", doc="potentiometer values"),
    derived=(
        Derived("numPixelsPerFrame", "width*height"),
        Derived("numPixels", "width*height*numberOfFrames"),
        Derived("frameSize", "numPixels*numberOFBytesPerPixel"),
        Derived("potIsReadOnly", "(readOnlyPots >> i) & 1 if 13 > i else 0", arguments=("i",)),
        Derived("potIsTuned", "(readOnlyPots >> (i + 13)) & 1 if 13 > i else 0", arguments=("i",)),
    ),
)

ROI_COORD = Struct(
    "Uxi.RoiCoord",
    Field("first", "u2"),
    Field("last", "u2"),
)

CONFIG_V2 = Struct(
    "Uxi.ConfigV2",
    Field("roiEnable", "u4", doc="ROI mode", enum=ROI_MODE),
    Field("roiRows", ROI_COORD),
    Field("roiFrames", ROI_COORD),
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("numberOfFrames", "u4", doc="frames per event"),
    Field("numberOFBytesPerPixel", "u4", doc="bytes per pixel"),
    Field("sensorType", "u4", doc="sensor type"),
    Field("timeOn", "u4", (2,), unit="ns", doc="gate open time per side"),
    Field("timeOff", "u4", (2,), unit="ns", doc="gate closed time per side"),
    Field("delay", "u4", (2,), unit="ns", doc="initial delay per side"),
    Field("readOnlyPots", "u4", doc="bits 0-12 read-only, 13-25 tuned"),
    Field("pots", "f8", (13,), unit="V", doc="potentiometer values"),
    derived=CONFIG_V1.derived,
)

CONFIG_V3 = Struct(
    "Uxi.ConfigV3",
    Field("roiEnable", "u4", doc="ROI mode", enum=ROI_MODE),
    Field("roiRows", ROI_COORD),
    Field("roiFrames", ROI_COORD),
    Field("oscillator", "u4", enum=OSC_MODE),
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("numberOfFrames", "u4", doc="frames per event"),
    Field("numberOFBytesPerPixel", "u4", doc="bytes per pixel"),
    Field("sensorType", "u4", doc="sensor type"),
    Field("timeOn", "u4", (2,), unit="ns", doc="gate open time per side"),
    Field("timeOff", "u4", (2,), unit="ns", doc="gate closed time per side"),
    Field("delay", "u4", (2,), unit="ns", doc="initial delay per side"),
    Field("readOnlyPots", "u4", doc="bits 0-12 read-only, 13-25 tuned"),
    Field("pots", "f8", (13,), unit="V", doc="potentiometer values"),
    derived=CONFIG_V1.derived,
)

FRAME_V1 = Struct(
    "Uxi.FrameV1",
    Field("acquisitionCount", "u4", doc="acquisition counter"),
    Field("timestamp", "u4", doc="device time stamp"),
    Field("temperature", "f8", unit="degC", doc="sensor temperature at readout"),
    Field("frames", "u2", ("config.numberOfFrames", "config.height", "config.width"), doc="raw pixels"),
    config=("Uxi.ConfigV1", "Uxi.ConfigV2", "Uxi.ConfigV3"),
    align=2,
)
