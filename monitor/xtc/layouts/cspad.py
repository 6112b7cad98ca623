"""CsPad, 4 quads of 8 sections of 185 x 388 pixels.

Source: the facility's data description of CsPad.
"""

from monitor.xtc.layout import Bits, Derived, Field, Struct, fields_of

DIGITAL_POTS = Struct(
    "CsPad.CsPadDigitalPotsCfg",
    Field("pots", "u1", (80,), doc="potentiometer settings"),
)

READ_ONLY = Struct(
    "CsPad.CsPadReadOnlyCfg",
    Field("shiftTest", "u4"),
    Field("version", "u4", doc="version register"),
)

PROTECTION_SYSTEM_THRESHOLD = Struct(
    "CsPad.ProtectionSystemThreshold",
    Field("adcThreshold", "u4", doc="ADC threshold"),
    Field("pixelCountThreshold", "u4", doc="pixels above threshold allowed"),
)

GAIN_MAP = Struct(
    "CsPad.CsPadGainMapCfg",
    Field("gainMap", "u2", (185, 194), doc="gain bit of each pixel of an ASIC"),
)

CONFIG_V1_QUAD_REG = Struct(
    "CsPad.ConfigV1QuadReg",
    Field("shiftSelect", "u4", (4,)),
    Field("edgeSelect", "u4", (4,)),
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
    Field("ro", READ_ONLY, doc="read-only registers"),
    Field("dp", DIGITAL_POTS, doc="potentiometers"),
    Field("gm", GAIN_MAP, doc="gain map"),
)

CONFIG_V2_QUAD_REG = Struct(
    "CsPad.ConfigV2QuadReg",
    *fields_of(CONFIG_V1_QUAD_REG, 12),
    Field("ampReset", "u4"),
    Field("digCount", "u4"),
    Field("digPeriod", "u4"),
    Field("ro", READ_ONLY, doc="read-only registers"),
    Field("dp", DIGITAL_POTS, doc="potentiometers"),
    Field("gm", GAIN_MAP, doc="gain map"),
)

CONFIG_V3_QUAD_REG = Struct(
    "CsPad.ConfigV3QuadReg",
    *fields_of(CONFIG_V2_QUAD_REG, 15),
    Field("biasTuning", "u4"),
    Field("pdpmndnmBalance", "u4"),
    Field("ro", READ_ONLY, doc="read-only registers"),
    Field("dp", DIGITAL_POTS, doc="potentiometers"),
    Field("gm", GAIN_MAP, doc="gain map"),
)

CONFIG_V1 = Struct(
    "CsPad.ConfigV1",
    Field("concentratorVersion", "u4", doc="concentrator version"),
    Field("runDelay", "u4", doc="delay of the run trigger"),
    Field("eventCode", "u4", doc="event code of the run trigger"),
    Field("inactiveRunMode", "u4", doc="run mode between runs"),
    Field("activeRunMode", "u4", doc="run mode in a run"),
    Field("tdi", "u4", doc="test data index"),
    Field("payloadSize", "u4", doc="bytes of one quad as read out"),
    Field("badAsicMask0", "u4", doc="bad ASICs, low word"),
    Field("badAsicMask1", "u4", doc="bad ASICs, high word"),
    Field("asicMask", "u4", doc="if its low 4 bits equal 1 only 4 ASICs per quad are read, else 16"),
    Field("quadMask", "u4", doc="mask of quads present; popcount gives the number of quads"),
    Field("quads", CONFIG_V1_QUAD_REG, (4,), doc="one record per quad"),
    derived=(
        Derived("numAsicsRead", "4 if (asicMask & 0xf)==1 else 16"),
        Derived("numQuads", "popcount(quadMask)"),
        Derived("numSect", "numAsicsRead//2"),
    ),
)

CONFIG_V2 = Struct(
    "CsPad.ConfigV2",
    *fields_of(CONFIG_V1, 11),
    Field("roiMasks", "u4", doc="8 bits per quad (quad 0 in the low byte): sections written out"),
    Field("quads", CONFIG_V1_QUAD_REG, (4,), doc="one record per quad"),
    derived=(
        Derived("numAsicsRead", "4 if (asicMask & 0xf)==1 else 16"),
        Derived("roiMask", "(roiMasks >> (8*iq)) & 0xff", arguments=("iq",)),
        Derived("numAsicsStored", "popcount(roiMask(iq))*2", arguments=("iq",)),
        Derived("numQuads", "popcount(quadMask)"),
        Derived("numSect", "popcount(roiMasks)"),
    ),
)

CONFIG_V3 = Struct(
    "CsPad.ConfigV3",
    *fields_of(CONFIG_V1, 3),
    Field("protectionThresholds", PROTECTION_SYSTEM_THRESHOLD, (4,), doc="one protection threshold per quad"),
    Field("protectionEnable", "u4", doc="protection on/off"),
    Field("inactiveRunMode", "u4", doc="run mode between runs"),
    Field("activeRunMode", "u4", doc="run mode in a run"),
    Field("tdi", "u4", doc="test data index"),
    Field("payloadSize", "u4", doc="bytes of one quad as read out"),
    Field("badAsicMask0", "u4", doc="bad ASICs, low word"),
    Field("badAsicMask1", "u4", doc="bad ASICs, high word"),
    Field("asicMask", "u4", doc="if its low 4 bits equal 1 only 4 ASICs per quad are read, else 16"),
    Field("quadMask", "u4", doc="mask of quads present; popcount gives the number of quads"),
    Field("roiMasks", "u4", doc="8 bits per quad (quad 0 in the low byte): sections written out"),
    Field("quads", CONFIG_V1_QUAD_REG, (4,), doc="one record per quad"),
    derived=CONFIG_V2.derived,
)

CONFIG_V4 = Struct(
    "CsPad.ConfigV4",
    *fields_of(CONFIG_V3, 14),
    Field("quads", CONFIG_V2_QUAD_REG, (4,), doc="one record per quad"),
    derived=CONFIG_V2.derived,
)

CONFIG_V5 = Struct(
    "CsPad.ConfigV5",
    *fields_of(CONFIG_V3, 7),
    Field("internalTriggerDelay", "u4", doc="internal trigger delay"),
    Field("tdi", "u4", doc="test data index"),
    Field("payloadSize", "u4", doc="bytes of one quad as read out"),
    Field("badAsicMask0", "u4", doc="bad ASICs, low word"),
    Field("badAsicMask1", "u4", doc="bad ASICs, high word"),
    Field("asicMask", "u4", doc="if its low 4 bits equal 1 only 4 ASICs per quad are read, else 16"),
    Field("quadMask", "u4", doc="mask of quads present; popcount gives the number of quads"),
    Field("roiMasks", "u4", doc="8 bits per quad (quad 0 in the low byte): sections written out"),
    Field("quads", CONFIG_V3_QUAD_REG, (4,), doc="one record per quad"),
    derived=CONFIG_V2.derived,
)

COMMON_MODE = Derived("common_mode", "0", arguments=("section",))
"""The data acquisition subtracts nothing; the accessor is there for those who ask."""

ELEMENT_V1 = Struct(
    "CsPad.ElementV1",
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
            Bits("quad", 24, 2, "quad number 0-3"),
        ),
        hidden=True,
    ),
    Field("seq_count", "u4", doc="event counter"),
    Field("ticks", "u4", doc="119 MHz timing ticks of the trigger"),
    Field("fiducials", "u4", doc="fiducial of the trigger, as seen by the device"),
    Field("sb_temp", "u2", (4,), doc="four temperature readings, raw"),
    Field("frame_type", "u4", doc="frame type"),
    Field(
        "data", "i2", ("config.numAsicsRead//2", 185, 388), doc="pixels [section][185][388]; sections not in the mask are absent"
    ),
    Field("extra", "u2", (2,), hidden=True),
    derived=(Derived("sectionMask", "0x3 if (config.asicMask & 0xf) == 1 else 0xff"), COMMON_MODE),
    config=("CsPad.ConfigV1", "CsPad.ConfigV2", "CsPad.ConfigV3", "CsPad.ConfigV4", "CsPad.ConfigV5"),
)

DATA_V1 = Struct(
    "CsPad.DataV1",
    Field("quads", ELEMENT_V1, ("config.numQuads",), doc="one record per quad"),
    config=("CsPad.ConfigV1", "CsPad.ConfigV2", "CsPad.ConfigV3", "CsPad.ConfigV4", "CsPad.ConfigV5"),
)

ELEMENT_V2 = Struct(
    "CsPad.ElementV2",
    *fields_of(ELEMENT_V1, 7),
    Field(
        "data",
        "i2",
        ("config.numAsicsStored(quad)//2", 185, 388),
        doc="pixels [section][185][388]; sections not in the mask are absent",
    ),
    Field("extra", "u2", (2,), hidden=True),
    derived=(Derived("sectionMask", "config.roiMask(quad)"), COMMON_MODE),
    config=("CsPad.ConfigV2", "CsPad.ConfigV3", "CsPad.ConfigV4", "CsPad.ConfigV5"),
)

DATA_V2 = Struct(
    "CsPad.DataV2",
    Field("quads", ELEMENT_V2, ("config.numQuads",), doc="one record per quad"),
    config=("CsPad.ConfigV2", "CsPad.ConfigV3", "CsPad.ConfigV4", "CsPad.ConfigV5"),
)
