"""CCD and CMOS cameras with frames of their own.

Source: the facility's data description of Andor, Andor3d, Fli, Zyla, iStar.
"""

from monitor.xtc.layout import Derived, Field, Struct, fields_of

ANDOR_CONFIG_V1_ENUM_FAN_MODE = {
    0: "ENUM_FAN_FULL",
    1: "ENUM_FAN_LOW",
    2: "ENUM_FAN_OFF",
    3: "ENUM_FAN_ACQOFF",
    4: "ENUM_FAN_NUM",
}
ANDOR_CONFIG_V2_ENUM_CROP_MODE = {0: "ENUM_CROP_OFF", 1: "ENUM_CROP_ON", 2: "ENUM_CROP_EX", 3: "ENUM_CROP_NUM"}
I_STAR_CONFIG_V1_AT_BOOL = {0: "False", 1: "True"}
I_STAR_CONFIG_V1_FAN_SPEED = {0: "Off", 1: "On"}
I_STAR_CONFIG_V1_READOUT_RATE = {0: "Rate280MHz", 1: "Rate100MHz"}
I_STAR_CONFIG_V1_TRIGGER_MODE = {
    0: "Internal",
    1: "ExternalLevelTransition",
    2: "ExternalStart",
    3: "ExternalExposure",
    4: "Software",
    5: "Advanced",
    6: "External",
}
I_STAR_CONFIG_V1_GAIN_MODE = {0: "HighWellCap12Bit", 1: "LowNoise12Bit", 2: "LowNoiseHighWellCap16Bit"}
I_STAR_CONFIG_V1_GATE_MODE = {0: "CWOn", 1: "CWOff", 2: "FireOnly", 3: "GateOnly", 4: "FireAndGate", 5: "DDG"}
I_STAR_CONFIG_V1_INSERTION_DELAY = {0: "Normal", 1: "Fast"}
ZYLA_CONFIG_V1_SHUTTERING_MODE = {0: "Rolling", 1: "Global"}
ZYLA_CONFIG_V1_FAN_SPEED = {0: "Off", 1: "Low", 2: "On"}
ZYLA_CONFIG_V1_READOUT_RATE = {0: "Rate280MHz", 1: "Rate200MHz", 2: "Rate100MHz", 3: "Rate10MHz"}
ZYLA_CONFIG_V1_COOLING_SETPOINT = {
    0: "Temp_0C",
    1: "Temp_Neg5C",
    2: "Temp_Neg10C",
    3: "Temp_Neg15C",
    4: "Temp_Neg20C",
    5: "Temp_Neg25C",
    6: "Temp_Neg30C",
    7: "Temp_Neg35C",
    8: "Temp_Neg40C",
}

ANDOR_CONFIG_V1 = Struct(
    "Andor.ConfigV1",
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("orgX", "u4", doc="ROI origin column"),
    Field("orgY", "u4", doc="ROI origin row"),
    Field("binX", "u4", doc="hardware binning along columns"),
    Field("binY", "u4", doc="hardware binning along rows"),
    Field("exposureTime", "f4", unit="s", doc="exposure time"),
    Field("coolingTemp", "f4", unit="degC", doc="cooling set point"),
    Field("fanMode", "u1", doc="fan mode code", enum=ANDOR_CONFIG_V1_ENUM_FAN_MODE),
    Field("baselineClamp", "u1", doc="baseline clamp on/off"),
    Field("highCapacity", "u1", doc="high-capacity (well depth) mode on/off"),
    Field("gainIndex", "u1", doc="index of the gain setting"),
    Field("readoutSpeedIndex", "u2", doc="index of the readout speed"),
    Field("exposureEventCode", "u2", doc="EVR event code that drives the exposure"),
    Field("numDelayShots", "u4", doc="shots to delay the readout"),
    derived=(
        Derived("frameSize", "12 + numPixels*2"),
        Derived("numPixelsX", "(width + binX - 1) // binX"),
        Derived("numPixelsY", "(height + binY - 1) // binY"),
        Derived("numPixels", "numPixelsX*numPixelsY"),
    ),
)

ANDOR_CONFIG_V2 = Struct(
    "Andor.ConfigV2",
    *fields_of(ANDOR_CONFIG_V1, 8),
    Field("fanMode", "u2", doc="fan mode code", enum=ANDOR_CONFIG_V1_ENUM_FAN_MODE),
    Field("cropMode", "u2", doc="isolated-crop mode code", enum=ANDOR_CONFIG_V2_ENUM_CROP_MODE),
    Field("baselineClamp", "u1", doc="baseline clamp on/off"),
    Field("highCapacity", "u1", doc="high-capacity (well depth) mode on/off"),
    Field("gainIndex", "u1", doc="index of the gain setting"),
    Field("pad1", "u1", hidden=True),
    Field("readoutSpeedIndex", "u2", doc="index of the readout speed"),
    Field("exposureEventCode", "u2", doc="EVR event code that drives the exposure"),
    Field("numDelayShots", "u4", doc="shots to delay the readout"),
    derived=ANDOR_CONFIG_V1.derived,
)

ANDOR_FRAME_V1 = Struct(
    "Andor.FrameV1",
    Field("shotIdStart", "u4", doc="fiducial (pulse id) at which the exposure began"),
    Field("readoutTime", "f4", unit="s", doc="time taken by the readout"),
    Field("temperature", "f4", unit="degC", doc="sensor temperature at readout"),
    Field("data", "u2", ("config.numPixelsY", "config.numPixelsX"), doc="the data array"),
    config=("Andor.ConfigV1", "Andor.ConfigV2"),
)

ANDOR3D_CONFIG_V1 = Struct(
    "Andor3d.ConfigV1",
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("numSensors", "u4", doc="number of sensors in the camera head"),
    Field("orgX", "u4", doc="ROI origin column"),
    Field("orgY", "u4", doc="ROI origin row"),
    Field("binX", "u4", doc="hardware binning along columns"),
    Field("binY", "u4", doc="hardware binning along rows"),
    Field("exposureTime", "f4", unit="s", doc="exposure time"),
    Field("coolingTemp", "f4", unit="degC", doc="cooling set point"),
    Field("fanMode", "u1", doc="fan mode code", enum=ANDOR_CONFIG_V1_ENUM_FAN_MODE),
    Field("baselineClamp", "u1", doc="baseline clamp on/off"),
    Field("highCapacity", "u1", doc="high-capacity (well depth) mode on/off"),
    Field("gainIndex", "u1", doc="index of the gain setting"),
    Field("readoutSpeedIndex", "u2", doc="index of the readout speed"),
    Field("exposureEventCode", "u2", doc="EVR event code that drives the exposure"),
    Field("exposureStartDelay", "u4", doc="delay before the exposure starts"),
    Field("numDelayShots", "u4", doc="shots to delay the readout"),
    derived=(
        Derived("frameSize", "8 + numSensors*4 + numPixels*2"),
        Derived("numPixelsX", "(width + binX - 1) // binX"),
        Derived("numPixelsY", "(height + binY - 1) // binY"),
        Derived("numPixelsPerSensor", "numPixelsX*numPixelsY"),
        Derived("numPixels", "numPixelsX*numPixelsY*numSensors"),
    ),
)

ANDOR3D_FRAME_V1 = Struct(
    "Andor3d.FrameV1",
    Field("shotIdStart", "u4", doc="fiducial (pulse id) at which the exposure began"),
    Field("readoutTime", "f4", unit="s", doc="time taken by the readout"),
    Field("temperature", "f4", ("config.numSensors",), unit="degC", doc="sensor temperature at readout"),
    Field("data", "u2", ("config.numSensors", "config.numPixelsY", "config.numPixelsX"), doc="the data array"),
    config=("Andor3d.ConfigV1",),
)

FLI_CONFIG_V1 = Struct(
    "Fli.ConfigV1",
    *fields_of(ANDOR_CONFIG_V1, 8),
    Field("gainIndex", "u1", doc="index of the gain setting"),
    Field("readoutSpeedIndex", "u1", doc="index of the readout speed"),
    Field("exposureEventCode", "u2", doc="EVR event code that drives the exposure"),
    Field("numDelayShots", "u4", doc="shots to delay the readout"),
    derived=(
        Derived("frameSize", "12 + numPixels*2"),
        Derived("numPixelsX", "(width + binX - 1) // binX"),
        Derived("numPixelsY", "(height + binY - 1) // binY"),
        Derived("numPixels", "((width + binX - 1)// binX)*((height + binY - 1)// binY)"),
    ),
)

FLI_FRAME_V1 = Struct(
    "Fli.FrameV1",
    *fields_of(ANDOR_FRAME_V1),
    config=("Fli.ConfigV1",),
)

I_STAR_CONFIG_V1 = Struct(
    "iStar.ConfigV1",
    Field("cooling", "u1", enum=I_STAR_CONFIG_V1_AT_BOOL),
    Field("overlap", "u1", enum=I_STAR_CONFIG_V1_AT_BOOL),
    Field("noiseFilter", "u1", enum=I_STAR_CONFIG_V1_AT_BOOL),
    Field("blemishCorrection", "u1", enum=I_STAR_CONFIG_V1_AT_BOOL),
    Field("mcpIntelligate", "u1", enum=I_STAR_CONFIG_V1_AT_BOOL),
    Field("fanSpeed", "u1", enum=I_STAR_CONFIG_V1_FAN_SPEED),
    Field("readoutRate", "u1", enum=I_STAR_CONFIG_V1_READOUT_RATE),
    Field("triggerMode", "u1", doc="trigger mode code", enum=I_STAR_CONFIG_V1_TRIGGER_MODE),
    Field("gainMode", "u1", doc="gain mode code", enum=I_STAR_CONFIG_V1_GAIN_MODE),
    Field("gateMode", "u1", enum=I_STAR_CONFIG_V1_GATE_MODE),
    Field("insertionDelay", "u1", enum=I_STAR_CONFIG_V1_INSERTION_DELAY),
    Field("pad0", "u1", hidden=True),
    Field("mcpGain", "u2"),
    Field("pad1", "u2", hidden=True),
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("orgX", "u4", doc="ROI origin column"),
    Field("orgY", "u4", doc="ROI origin row"),
    Field("binX", "u4", doc="hardware binning along columns"),
    Field("binY", "u4", doc="hardware binning along rows"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    Field("triggerDelay", "f8", unit="s", doc="trigger delay"),
    derived=ANDOR_CONFIG_V1.derived,
)

ZYLA_CONFIG_V1 = Struct(
    "Zyla.ConfigV1",
    Field("cooling", "u1", enum=I_STAR_CONFIG_V1_AT_BOOL),
    Field("overlap", "u1", enum=I_STAR_CONFIG_V1_AT_BOOL),
    Field("noiseFilter", "u1", enum=I_STAR_CONFIG_V1_AT_BOOL),
    Field("blemishCorrection", "u1", enum=I_STAR_CONFIG_V1_AT_BOOL),
    Field("shutter", "u1", doc="shutter mode", enum=ZYLA_CONFIG_V1_SHUTTERING_MODE),
    Field("fanSpeed", "u1", enum=ZYLA_CONFIG_V1_FAN_SPEED),
    Field("readoutRate", "u1", enum=ZYLA_CONFIG_V1_READOUT_RATE),
    Field("triggerMode", "u1", doc="trigger mode code", enum=I_STAR_CONFIG_V1_TRIGGER_MODE),
    Field("gainMode", "u1", doc="gain mode code", enum=I_STAR_CONFIG_V1_GAIN_MODE),
    Field("setpoint", "u1", doc="cooling set point code", enum=ZYLA_CONFIG_V1_COOLING_SETPOINT),
    Field("pad0", "u2", hidden=True),
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("orgX", "u4", doc="ROI origin column"),
    Field("orgY", "u4", doc="ROI origin row"),
    Field("binX", "u4", doc="hardware binning along columns"),
    Field("binY", "u4", doc="hardware binning along rows"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    Field("triggerDelay", "f8", unit="s", doc="trigger delay"),
    derived=ANDOR_CONFIG_V1.derived,
)

ZYLA_FRAME_V1 = Struct(
    "Zyla.FrameV1",
    Field("timestamp", "u8", doc="device time stamp"),
    Field("data", "u2", ("config.numPixelsY", "config.numPixelsX"), doc="the data array"),
    config=("Zyla.ConfigV1", "iStar.ConfigV1"),
    align=2,
)
