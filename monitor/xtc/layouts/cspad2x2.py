"""CsPad 2x2 (140k), two sections.

Source: the facility's data description of CsPad2x2.
"""

from monitor.xtc.layout import Bits, Derived, Field, Struct, fields_of
from monitor.xtc.layouts.cspad import COMMON_MODE

DIGITAL_POTS = Struct(
    "CsPad2x2.CsPad2x2DigitalPotsCfg",
    Field("pots", "u1", (80,), doc="potentiometer settings"),
)

READ_ONLY = Struct(
    "CsPad2x2.CsPad2x2ReadOnlyCfg",
    Field("shiftTest", "u4"),
    Field("version", "u4", doc="version register"),
)

PROTECTION_SYSTEM_THRESHOLD = Struct(
    "CsPad2x2.ProtectionSystemThreshold",
    Field("adcThreshold", "u4", doc="ADC threshold"),
    Field("pixelCountThreshold", "u4", doc="pixels above threshold allowed"),
)

GAIN_MAP = Struct(
    "CsPad2x2.CsPad2x2GainMapCfg",
    Field("gainMap", "u2", (185, 194), doc="gain bit of each pixel of an ASIC"),
)

CONFIG_V1_QUAD_REG = Struct(
    "CsPad2x2.ConfigV1QuadReg",
    Field("shiftSelect", "u4"),
    Field("edgeSelect", "u4"),
    Field("readClkSet", "u4"),
    Field("readClkHold", "u4"),
    Field("dataMode", "u4"),
    Field("prstSel", "u4"),
    Field("acqDelay", "u4"),
    Field("intTime", "u4", doc="integration time register"),
    Field("digDelay", "u4"),
    Field("ampIdle", "u4"),
    Field("injTotal", "u4"),
    Field("rowColShiftPer", "u4"),
    Field("ampReset", "u4"),
    Field("digCount", "u4"),
    Field("digPeriod", "u4"),
    Field("PeltierEnable", "u4"),
    Field("kpConstant", "u4"),
    Field("kiConstant", "u4"),
    Field("kdConstant", "u4"),
    Field("humidThold", "u4"),
    Field("setPoint", "u4"),
    Field("ro", READ_ONLY, doc="read-only registers"),
    Field("dp", DIGITAL_POTS, doc="potentiometers"),
    Field("gm", GAIN_MAP, doc="gain map"),
)

CONFIG_V1 = Struct(
    "CsPad2x2.ConfigV1",
    Field("concentratorVersion", "u4", doc="concentrator version"),
    Field("protectionThreshold", PROTECTION_SYSTEM_THRESHOLD, doc="protection threshold"),
    Field("protectionEnable", "u4", doc="protection on/off"),
    Field("inactiveRunMode", "u4", doc="run mode between runs"),
    Field("activeRunMode", "u4", doc="run mode in a run"),
    Field("tdi", "u4", doc="test data index"),
    Field("payloadSize", "u4", doc="bytes of one quad as read out"),
    Field("badAsicMask", "u4", doc="bad ASICs"),
    Field("asicMask", "u4", doc="mask of ASICs"),
    Field("roiMask", "u4", doc="mask of sections"),
    Field("quad", CONFIG_V1_QUAD_REG, doc="register block / quad number"),
    derived=(Derived("numAsicsRead", "4"), Derived("numAsicsStored", "popcount(roiMask)*2")),
)

CONFIG_V2_QUAD_REG = Struct(
    "CsPad2x2.ConfigV2QuadReg",
    *fields_of(CONFIG_V1_QUAD_REG, 21),
    Field("biasTuning", "u4"),
    Field("pdpmndnmBalance", "u4"),
    Field("ro", READ_ONLY, doc="read-only registers"),
    Field("dp", DIGITAL_POTS, doc="potentiometers"),
    Field("gm", GAIN_MAP, doc="gain map"),
)

CONFIG_V2 = Struct(
    "CsPad2x2.ConfigV2",
    *fields_of(CONFIG_V1, 5),
    Field("runTriggerDelay", "u4", doc="run trigger delay"),
    Field("tdi", "u4", doc="test data index"),
    Field("payloadSize", "u4", doc="bytes of one quad as read out"),
    Field("badAsicMask", "u4", doc="bad ASICs"),
    Field("asicMask", "u4", doc="mask of ASICs"),
    Field("roiMask", "u4", doc="mask of sections"),
    Field("quad", CONFIG_V2_QUAD_REG, doc="register block / quad number"),
    derived=CONFIG_V1.derived,
)

ELEMENT_V1 = Struct(
    "CsPad2x2.ElementV1",
    Field(
        "word0",
        "u4",
        bits=(
            Bits("virtual_channel", 0, 2, "PGP virtual channel"),
            Bits("lane", 6, 2, "PGP lane"),
            Bits("tid", 8, 24, "transaction id"),
        ),
        hidden=True,
    ),
    Field(
        "word1",
        "u4",
        bits=(
            Bits("acq_count", 0, 16, "acquisition counter"),
            Bits("op_code", 16, 8, "op code"),
            Bits("quad", 24, 2, "register block / quad number"),
        ),
        hidden=True,
    ),
    Field("seq_count", "u4", doc="event counter"),
    Field("ticks", "u4", doc="119 MHz timing ticks of the trigger"),
    Field("fiducials", "u4", doc="fiducial of the trigger, as seen by the device"),
    Field("sb_temp", "u2", (4,), doc="four temperature readings, raw"),
    Field("frame_type", "u4", doc="frame type"),
    Field("data", "i2", (185, 388, 2), doc="pixels [185][388][2]: the section is the FASTEST index"),
    derived=(COMMON_MODE,),
)
