"""Area detectors and cameras with settings of their own: FCCD, Rayonix, streak camera, Alvium.

Source: the facility's data description of FCCD, Rayonix, Streak, Vimba.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Derived, Field, Struct

RAYONIX_CONFIG_V1_READOUT_MODE = {0: "Standard", 1: "HighGain", 2: "LowNoise", 3: "EDR"}
RAYONIX_CONFIG_V2_READOUT_MODE = {0: "Unknown", 1: "Standard", 2: "HighGain", 3: "LowNoise", 4: "HDR"}
STREAK_CONFIG_V1_DEVICE_MODE = {0: "Focus", 1: "Operate"}
STREAK_CONFIG_V1_GATE_MODE = {0: "Normal", 1: "Gate", 2: "OpenFixed"}
STREAK_CONFIG_V1_SHUTTER_MODE = {0: "Closed", 1: "Open"}
STREAK_CONFIG_V1_TRIGGER_MODE = {0: "Single", 1: "Continuous"}
STREAK_CONFIG_V1_CALIB_SCALE = {0: "Nanoseconds", 1: "Microseconds", 2: "Milliseconds", 3: "Seconds"}
VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL = {0: "False", 1: "True"}
VIMBA_ALVIUM_CONFIG_V1_ROI_MODE = {0: "Off", 1: "On", 2: "Centered"}
VIMBA_ALVIUM_CONFIG_V1_IMG_CORRECTION_TYPE = {0: "DefectPixelCorrection", 1: "FixedPatternNoiseCorrection"}
VIMBA_ALVIUM_CONFIG_V1_IMG_CORRECTION_SET = {0: "Preset", 1: "User"}
VIMBA_ALVIUM_CONFIG_V1_PIXEL_MODE = {0: "Mono8", 1: "Mono10", 2: "Mono10p", 3: "Mono12", 4: "Mono12p"}
VIMBA_ALVIUM_CONFIG_V1_TRIGGER_MODE = {0: "FreeRun", 1: "External", 2: "Software"}

FCCD_CONFIG_V1 = Struct(
    "FCCD.FccdConfigV1",
    Field("outputMode", "u2"),
    derived=(Derived("width", "576"), Derived("height", "500"), Derived("trimmedWidth", "480"), Derived("trimmedHeight", "480")),
)

FCCD_CONFIG_V2 = Struct(
    "FCCD.FccdConfigV2",
    Field("outputMode", "u2"),
    Field("ccdEnable", "u1"),
    Field("focusMode", "u1"),
    Field("exposureTime", "u4", unit="s", doc="exposure time"),
    Field("dacVoltages", "f4", (17,)),
    Field("waveforms", "u2", (15,)),
    Field("pad", "u1", (2,), hidden=True),
    derived=(Derived("width", "1152"), Derived("height", "500"), Derived("trimmedWidth", "480"), Derived("trimmedHeight", "480")),
)

RAYONIX_CONFIG_V1 = Struct(
    "Rayonix.ConfigV1",
    Field("binning_f", "u1", doc="binning along the fast axis"),
    Field("binning_s", "u1", doc="binning along the slow axis"),
    Field("pad", "i2", hidden=True),
    Field("exposure", "u4"),
    Field("trigger", "u4", doc="trigger mode"),
    Field("rawMode", "u2", doc="raw mode"),
    Field("darkFlag", "u2", doc="dark flag"),
    Field("readoutMode", "u4", doc="readout mode code", enum=RAYONIX_CONFIG_V1_READOUT_MODE),
    Field("deviceID", "S1", (40,), doc="device name"),
    derived=(
        Derived("pixelWidth", "44 * binning_f"),
        Derived("pixelHeight", "44 * binning_s"),
        Derived("maxWidth", "3840"),
        Derived("maxHeight", "3840"),
        Derived("width", "3840 // binning_f"),
        Derived("height", "3840 // binning_s"),
        Derived("numPixels", "width * height"),
    ),
)

RAYONIX_CONFIG_V2 = Struct(
    "Rayonix.ConfigV2",
    Field("binning_f", "u1", doc="binning along the fast axis"),
    Field("binning_s", "u1", doc="binning along the slow axis"),
    Field("testPattern", "i2"),
    Field("exposure", "u4"),
    Field("trigger", "u4", doc="trigger mode"),
    Field("rawMode", "u2", doc="raw mode"),
    Field("darkFlag", "u2", doc="dark flag"),
    Field("readoutMode", "u4", doc="readout mode code", enum=RAYONIX_CONFIG_V2_READOUT_MODE),
    Field("deviceID", "S1", (40,), doc="device name"),
    derived=(
        Derived("pixelWidth", "44 * binning_f"),
        Derived("pixelHeight", "44 * binning_s"),
        Derived("width", "maxWidth // binning_f"),
        Derived("height", "maxHeight // binning_s"),
        Derived("numPixels", "width * height"),
        Derived("maxWidth", derive.rayonix_width),
        Derived("maxHeight", derive.rayonix_width),
    ),
)

STREAK_CONFIG_V1 = Struct(
    "Streak.ConfigV1",
    Field("timeRange", "u8", unit="ps", doc="time range"),
    Field("mode", "u4", enum=STREAK_CONFIG_V1_DEVICE_MODE),
    Field("gate", "u4", doc="gate mode", enum=STREAK_CONFIG_V1_GATE_MODE),
    Field("gain", "u4"),
    Field("shutter", "u4", doc="shutter mode", enum=STREAK_CONFIG_V1_SHUTTER_MODE),
    Field("triggerMode", "u4", doc="trigger mode code", enum=STREAK_CONFIG_V1_TRIGGER_MODE),
    Field("focusTimeOver", "u4"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    Field("calibScale", "u4", doc="unit of the time calibration", enum=STREAK_CONFIG_V1_CALIB_SCALE),
    Field("calib", "f8", (3,), doc="polynomial of the time calibration"),
    derived=(Derived("calibScaleFactor", derive.streak_scale), Derived("calibTimes", derive.streak_times)),
)

ALVIUM_CONFIG_V1 = Struct(
    "Vimba.AlviumConfigV1",
    Field("reverseX", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL),
    Field("reverseY", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL),
    Field("contrastEnable", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL),
    Field("correctionEnable", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_VMB_BOOL),
    Field("roiEnable", "u1", doc="ROI mode", enum=VIMBA_ALVIUM_CONFIG_V1_ROI_MODE),
    Field("pad0", "u1", (3,), hidden=True),
    Field("correctionType", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_IMG_CORRECTION_TYPE),
    Field("correctionSet", "u1", enum=VIMBA_ALVIUM_CONFIG_V1_IMG_CORRECTION_SET),
    Field("pixelMode", "u1", doc="pixel format code", enum=VIMBA_ALVIUM_CONFIG_V1_PIXEL_MODE),
    Field("triggerMode", "u1", doc="trigger mode code", enum=VIMBA_ALVIUM_CONFIG_V1_TRIGGER_MODE),
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("offsetX", "u4", doc="ROI origin column"),
    Field("offsetY", "u4", doc="ROI origin row"),
    Field("sensorWidth", "u4"),
    Field("sensorHeight", "u4"),
    Field("contrastDarkLimit", "u4"),
    Field("contrastBrightLimit", "u4"),
    Field("contrastShape", "u4"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    Field("blackLevel", "f8", doc="black level"),
    Field("gain", "f8"),
    Field("gamma", "f8"),
    Field("manufacturer", "S1", (48,), doc="maker"),
    Field("family", "S1", (48,)),
    Field("model", "S1", (48,), doc="model name"),
    Field("manufacturerId", "S1", (48,)),
    Field("version", "S1", (48,), doc="version register"),
    Field("serialNumber", "S1", (48,), doc="serial number"),
    Field("firmwareId", "S1", (48,)),
    Field("firmwareVersion", "S1", (48,), doc="firmware version"),
    derived=(
        Derived("frameSize", "numPixels * 2"),
        Derived("numPixelsX", "width"),
        Derived("numPixelsY", "height"),
        Derived("numPixels", "numPixelsX*numPixelsY"),
        Derived("depth", derive.alvium_depth),
    ),
)

VIMBA_FRAME_V1 = Struct(
    "Vimba.FrameV1",
    Field("frameid", "u8", doc="frame id of the camera"),
    Field("timestamp", "u8", doc="device time stamp"),
    Field("data", "u2", ("config.numPixelsY", "config.numPixelsX"), doc="the data array"),
    config=("Vimba.AlviumConfigV1",),
    align=2,
)
