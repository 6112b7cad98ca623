"""Princeton, Pixis and Pimax CCD cameras.

Source: the facility's data description of Pimax, Pixis, Princeton.
"""

from monitor.xtc.layout import Derived, Field, Struct, fields_of

PIXIS_CONFIG_V1_GAIN_MODE = {1: "Low", 2: "Medium", 3: "High"}
PIXIS_CONFIG_V1_ADC_MODE = {1: "LowNoise", 2: "HighCapacity"}
PIXIS_CONFIG_V1_TRIGGER_MODE = {0: "Software", 1: "External", 2: "ExternalWithCleaning"}

PIMAX_CONFIG_V1 = Struct(
    "Pimax.ConfigV1",
    Field("width", "u4", unit="pixel", doc="image width"),
    Field("height", "u4", unit="pixel", doc="image height"),
    Field("orgX", "u4", doc="ROI origin column"),
    Field("orgY", "u4", doc="ROI origin row"),
    Field("binX", "u4", doc="hardware binning along columns"),
    Field("binY", "u4", doc="hardware binning along rows"),
    Field("exposureTime", "f4", unit="s", doc="exposure time"),
    Field("coolingTemp", "f4", unit="degC", doc="cooling set point"),
    Field("readoutSpeed", "f4", unit="MHz", doc="ADC speed"),
    Field("gainIndex", "u2", doc="index of the gain setting"),
    Field("intensifierGain", "u2", doc="intensifier gain"),
    Field("gateDelay", "f8", doc="intensifier gate delay"),
    Field("gateWidth", "f8", doc="intensifier gate width"),
    Field("maskedHeight", "u4", doc="rows hidden by the mask"),
    Field("kineticHeight", "u4", unit="pixel", doc="window height in kinetics mode"),
    Field("vsSpeed", "f4", doc="vertical shift speed"),
    Field("infoReportInterval", "i2", doc="how often readout info is reported, in events"),
    Field("exposureEventCode", "u2", doc="EVR event code that drives the exposure"),
    Field("numIntegrationShots", "u4", doc="shots integrated on one image"),
    derived=(
        Derived("frameSize", "12 + numPixels*2"),
        Derived("numPixelsX", "(width + binX - 1) // binX"),
        Derived("numPixelsY", "(height+ binY - 1) // binY"),
        Derived("numPixels", "((width + binX-1)// binX )*((height+ binY-1)// binY )"),
    ),
)

PIMAX_FRAME_V1 = Struct(
    "Pimax.FrameV1",
    Field("shotIdStart", "u4", doc="fiducial (pulse id) at which the exposure began"),
    Field("readoutTime", "f4", unit="s", doc="time taken by the readout"),
    Field("temperature", "f4", unit="degC", doc="sensor temperature at readout"),
    Field("data", "u2", ("config.numPixelsY", "config.numPixelsX"), doc="the data array"),
    config=("Pimax.ConfigV1",),
)

PIXIS_CONFIG_V1 = Struct(
    "Pixis.ConfigV1",
    *fields_of(PIMAX_CONFIG_V1, 9),
    Field("gainMode", "u2", doc="gain mode code", enum=PIXIS_CONFIG_V1_GAIN_MODE),
    Field("adcMode", "u2", enum=PIXIS_CONFIG_V1_ADC_MODE),
    Field("triggerMode", "u2", doc="trigger mode code", enum=PIXIS_CONFIG_V1_TRIGGER_MODE),
    Field("pad0", "u2", hidden=True),
    Field("activeWidth", "u4"),
    Field("activeHeight", "u4"),
    Field("activeTopMargin", "u4"),
    Field("activeBottomMargin", "u4"),
    Field("activeLeftMargin", "u4"),
    Field("activeRightMargin", "u4"),
    Field("cleanCycleCount", "u4"),
    Field("cleanCycleHeight", "u4"),
    Field("cleanFinalHeight", "u4"),
    Field("cleanFinalHeightCount", "u4"),
    Field("maskedHeight", "u4", doc="rows hidden by the mask"),
    Field("kineticHeight", "u4", unit="pixel", doc="window height in kinetics mode"),
    Field("vsSpeed", "f4", doc="vertical shift speed"),
    Field("infoReportInterval", "i2", doc="how often readout info is reported, in events"),
    Field("exposureEventCode", "u2", doc="EVR event code that drives the exposure"),
    Field("numIntegrationShots", "u4", doc="shots integrated on one image"),
    derived=PIMAX_CONFIG_V1.derived,
)

PIXIS_FRAME_V1 = Struct(
    "Pixis.FrameV1",
    *fields_of(PIMAX_FRAME_V1),
    config=("Pixis.ConfigV1",),
)

PRINCETON_CONFIG_V1 = Struct(
    "Princeton.ConfigV1",
    *fields_of(PIMAX_CONFIG_V1, 8),
    Field("readoutSpeedIndex", "u4", doc="index of the readout speed"),
    Field("readoutEventCode", "u2", doc="event code that starts the readout"),
    Field("delayMode", "u2", doc="delay mode code"),
    derived=(
        Derived("frameSize", "8 + numPixels*2"),
        Derived("numPixelsX", "(width + binX - 1) // binX"),
        Derived("numPixelsY", "(height+ binY - 1) // binY"),
        Derived("numPixels", "((width + binX-1)// binX )*((height+ binY-1)// binY )"),
    ),
)

PRINCETON_CONFIG_V2 = Struct(
    "Princeton.ConfigV2",
    *fields_of(PIMAX_CONFIG_V1, 8),
    Field("gainIndex", "u2", doc="index of the gain setting"),
    Field("readoutSpeedIndex", "u2", doc="index of the readout speed"),
    Field("readoutEventCode", "u2", doc="event code that starts the readout"),
    Field("delayMode", "u2", doc="delay mode code"),
    derived=PRINCETON_CONFIG_V1.derived,
)

PRINCETON_CONFIG_V3 = Struct(
    "Princeton.ConfigV3",
    *fields_of(PIMAX_CONFIG_V1, 8),
    Field("gainIndex", "u1", doc="index of the gain setting"),
    Field("readoutSpeedIndex", "u1", doc="index of the readout speed"),
    Field("exposureEventCode", "u2", doc="EVR event code that drives the exposure"),
    Field("numDelayShots", "u4", doc="shots to delay the readout"),
    derived=PRINCETON_CONFIG_V1.derived,
)

PRINCETON_CONFIG_V4 = Struct(
    "Princeton.ConfigV4",
    *fields_of(PIMAX_CONFIG_V1, 6),
    Field("maskedHeight", "u4", doc="rows hidden by the mask"),
    Field("kineticHeight", "u4", unit="pixel", doc="window height in kinetics mode"),
    Field("vsSpeed", "f4", doc="vertical shift speed"),
    Field("exposureTime", "f4", unit="s", doc="exposure time"),
    Field("coolingTemp", "f4", unit="degC", doc="cooling set point"),
    Field("gainIndex", "u1", doc="index of the gain setting"),
    Field("readoutSpeedIndex", "u1", doc="index of the readout speed"),
    Field("exposureEventCode", "u2", doc="EVR event code that drives the exposure"),
    Field("numDelayShots", "u4", doc="shots to delay the readout"),
    derived=PRINCETON_CONFIG_V1.derived,
)

PRINCETON_CONFIG_V5 = Struct(
    "Princeton.ConfigV5",
    *fields_of(PRINCETON_CONFIG_V2, 10),
    Field("maskedHeight", "u4", doc="rows hidden by the mask"),
    Field("kineticHeight", "u4", unit="pixel", doc="window height in kinetics mode"),
    Field("vsSpeed", "f4", doc="vertical shift speed"),
    Field("infoReportInterval", "i2", doc="how often readout info is reported, in events"),
    Field("exposureEventCode", "u2", doc="EVR event code that drives the exposure"),
    Field("numDelayShots", "u4", doc="shots to delay the readout"),
    derived=PIMAX_CONFIG_V1.derived,
)

PRINCETON_FRAME_V1 = Struct(
    "Princeton.FrameV1",
    Field("shotIdStart", "u4", doc="fiducial (pulse id) at which the exposure began"),
    Field("readoutTime", "f4", unit="s", doc="time taken by the readout"),
    Field("data", "u2", ("config.numPixelsY", "config.numPixelsX"), doc="the data array"),
    config=("Princeton.ConfigV1", "Princeton.ConfigV2", "Princeton.ConfigV3", "Princeton.ConfigV4", "Princeton.ConfigV5"),
)

PRINCETON_FRAME_V2 = Struct(
    "Princeton.FrameV2",
    *fields_of(PIMAX_FRAME_V1),
    config=("Princeton.ConfigV1", "Princeton.ConfigV2", "Princeton.ConfigV3", "Princeton.ConfigV4", "Princeton.ConfigV5"),
)

INFO_V1 = Struct(
    "Princeton.InfoV1",
    Field("temperature", "f4", unit="degC", doc="sensor temperature at readout"),
)
