"""Jungfrau modules, 512 x 1024 pixels each.

Source: the facility's data description of Jungfrau.
"""

from monitor.xtc.layout import Derived, Field, Struct, fields_of

GAIN_MODE = {0: "Normal", 1: "FixedGain1", 2: "FixedGain2", 3: "ForcedGain1", 4: "ForcedGain2", 5: "HighGain0"}
SPEED_MODE = {0: "Quarter", 1: "Half"}

MODULE_CONFIG_V1 = Struct(
    "Jungfrau.ModuleConfigV1",
    Field("serialNumber", "u8", doc="serial number"),
    Field("moduleVersion", "u8", doc="module version"),
    Field("firmwareVersion", "u8", doc="firmware version"),
)

CONFIG_V1 = Struct(
    "Jungfrau.ConfigV1",
    Field("numberOfModules", "u4", doc="number of modules"),
    Field("numberOfRowsPerModule", "u4", doc="rows per module"),
    Field("numberOfColumnsPerModule", "u4", doc="columns per module"),
    Field("biasVoltage", "u4", unit="V", doc="sensor bias"),
    Field("gainMode", "u2", doc="gain mode code", enum=GAIN_MODE),
    Field("speedMode", "u2", doc="0 quarter, 1 half speed", enum=SPEED_MODE),
    Field("triggerDelay", "f8", unit="s", doc="trigger delay"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    derived=(
        Derived("frameSize", "numPixels*2"),
        Derived("numPixels", "numberOfModules*numberOfRowsPerModule*numberOfColumnsPerModule"),
    ),
)

CONFIG_V2 = Struct(
    "Jungfrau.ConfigV2",
    *fields_of(CONFIG_V1, 4),
    Field("gainMode", "u2", doc="gain mode code", enum=GAIN_MODE),
    Field("speedMode", "u2", doc="0 quarter, 1 half speed", enum=SPEED_MODE),
    Field("triggerDelay", "f8", unit="s", doc="trigger delay"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    Field("exposurePeriod", "f8", unit="s", doc="exposure period"),
    Field("vb_ds", "u2", doc="DAC vb_ds (12 bit, 2.5 V)"),
    Field("vb_comp", "u2", doc="DAC vb_comp"),
    Field("vb_pixbuf", "u2", doc="DAC vb_pixbuf"),
    Field("vref_ds", "u2", doc="DAC vref_ds"),
    Field("vref_comp", "u2", doc="DAC vref_comp"),
    Field("vref_prech", "u2", doc="DAC vref_prech"),
    Field("vin_com", "u2", doc="DAC vin_com"),
    Field("vdd_prot", "u2", doc="DAC vdd_prot"),
    derived=CONFIG_V1.derived,
)

CONFIG_V3 = Struct(
    "Jungfrau.ConfigV3",
    *fields_of(CONFIG_V1, 4),
    Field("gainMode", "u2", doc="gain mode code", enum=GAIN_MODE),
    Field("speedMode", "u2", doc="0 quarter, 1 half speed", enum=SPEED_MODE),
    Field("triggerDelay", "f8", unit="s", doc="trigger delay"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    Field("exposurePeriod", "f8", unit="s", doc="exposure period"),
    Field("vb_ds", "u2", doc="DAC vb_ds (12 bit, 2.5 V)"),
    Field("vb_comp", "u2", doc="DAC vb_comp"),
    Field("vb_pixbuf", "u2", doc="DAC vb_pixbuf"),
    Field("vref_ds", "u2", doc="DAC vref_ds"),
    Field("vref_comp", "u2", doc="DAC vref_comp"),
    Field("vref_prech", "u2", doc="DAC vref_prech"),
    Field("vin_com", "u2", doc="DAC vin_com"),
    Field("vdd_prot", "u2", doc="DAC vdd_prot"),
    Field("moduleConfig", MODULE_CONFIG_V1, (8,), doc="per-module identity; only numberOfModules slots are meaningful"),
    derived=CONFIG_V1.derived,
)

CONFIG_V4 = Struct(
    "Jungfrau.ConfigV4",
    *fields_of(CONFIG_V1, 4),
    Field("gainMode", "u2", doc="gain mode code", enum=GAIN_MODE),
    Field("speedMode", "u2", doc="0 quarter, 1 half speed", enum=SPEED_MODE),
    Field("triggerDelay", "f8", unit="s", doc="trigger delay"),
    Field("exposureTime", "f8", unit="s", doc="exposure time"),
    Field("exposurePeriod", "f8", unit="s", doc="exposure period"),
    Field("vb_ds", "u2", doc="DAC vb_ds (12 bit, 2.5 V)"),
    Field("vb_comp", "u2", doc="DAC vb_comp"),
    Field("vb_pixbuf", "u2", doc="DAC vb_pixbuf"),
    Field("vref_ds", "u2", doc="DAC vref_ds"),
    Field("vref_comp", "u2", doc="DAC vref_comp"),
    Field("vref_prech", "u2", doc="DAC vref_prech"),
    Field("vin_com", "u2", doc="DAC vin_com"),
    Field("vdd_prot", "u2", doc="DAC vdd_prot"),
    Field("moduleConfig", MODULE_CONFIG_V1, (32,), doc="per-module identity; only numberOfModules slots are meaningful"),
    derived=CONFIG_V1.derived,
)

MODULE_INFO_V1 = Struct(
    "Jungfrau.ModuleInfoV1",
    Field("timestamp", "u8", doc="camera time, 100 ns units"),
    Field("exposureTime", "u4", doc="actual exposure, 100 ns units"),
    Field("moduleID", "u2", doc="module id"),
    Field("xCoord", "u2", doc="module x slot"),
    Field("yCoord", "u2", doc="module y slot"),
    Field("zCoord", "u2", doc="module z slot"),
)

ELEMENT_V1 = Struct(
    "Jungfrau.ElementV1",
    Field("frameNumber", "u4", doc="frame counter of the device"),
    Field("ticks", "u4", doc="119 MHz timing ticks of the trigger"),
    Field("fiducials", "u4", doc="fiducial matched to the frame"),
    Field(
        "frame",
        "u2",
        ("config.numberOfModules", "config.numberOfRowsPerModule", "config.numberOfColumnsPerModule"),
        doc="raw pixels: bits 14-15 gain, bits 0-13 ADC",
    ),
    config=("Jungfrau.ConfigV1", "Jungfrau.ConfigV2", "Jungfrau.ConfigV3", "Jungfrau.ConfigV4"),
    align=2,
)

ELEMENT_V2 = Struct(
    "Jungfrau.ElementV2",
    Field("frameNumber", "u8", doc="frame counter of the device"),
    Field("ticks", "u4", doc="119 MHz timing ticks of the trigger"),
    Field("fiducials", "u4", doc="fiducial matched to the frame"),
    Field("moduleInfo", MODULE_INFO_V1, ("config.numberOfModules",), doc="per-module information"),
    Field(
        "frame",
        "u2",
        ("config.numberOfModules", "config.numberOfRowsPerModule", "config.numberOfColumnsPerModule"),
        doc="raw pixels: bits 14-15 gain, bits 0-13 ADC",
    ),
    config=("Jungfrau.ConfigV1", "Jungfrau.ConfigV2", "Jungfrau.ConfigV3", "Jungfrau.ConfigV4"),
    align=2,
)
