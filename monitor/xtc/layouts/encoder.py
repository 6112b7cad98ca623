"""Encoders.

Source: the facility's data description of Encoder, UsdUsb.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Derived, Field, Struct

USD_USB_CONFIG_V1_COUNT_MODE = {0: "WRAP_FULL", 1: "LIMIT", 2: "HALT", 3: "WRAP_PRESET"}
USD_USB_CONFIG_V1_QUAD_MODE = {0: "CLOCK_DIR", 1: "X1", 2: "X2", 3: "X4"}
ENCODER_CONFIG_V1_COUNT_MODE_TYPE = {0: "WRAP_FULL", 1: "LIMIT", 2: "HALT", 3: "WRAP_PRESET", 4: "COUNT_END"}
ENCODER_CONFIG_V1_QUAD_MODE = {0: "CLOCK_DIR", 1: "X1", 2: "X2", 3: "X4", 4: "QUAD_END"}

FEX_CONFIG_V1 = Struct(
    "UsdUsb.FexConfigV1",
    Field("offset", "i4", (4,), doc="offset added to the count"),
    Field("scale", "f8", (4,), doc="units per count"),
    Field("name", "S1", (4, 48), doc="name, NUL padded"),
)

FEX_DATA_V1 = Struct(
    "UsdUsb.FexDataV1",
    Field("encoder_values", "f8", (4,), doc="(count + offset) * scale for each input"),
)

USD_USB_CONFIG_V1 = Struct(
    "UsdUsb.ConfigV1",
    Field("counting_mode", "u4", (4,), doc="counting mode code", enum=USD_USB_CONFIG_V1_COUNT_MODE),
    Field("quadrature_mode", "u4", (4,), doc="quadrature mode code", enum=USD_USB_CONFIG_V1_QUAD_MODE),
)

USD_USB_DATA_V1 = Struct(
    "UsdUsb.DataV1",
    Field("header", "u1", (6,), hidden=True),
    Field("digital_in", "u1", doc="digital input bits"),
    Field("estop", "u1", hidden=True),
    Field("timestamp", "u4", doc="device time stamp"),
    Field("count", "u4", (4,), doc="raw 24-bit counts; sign-extend bit 23", raw=True),
    Field("status", "u1", (4,), doc="status byte per encoder input"),
    Field("analog_in", "u2", (4,), doc="analog inputs, raw"),
    derived=(Derived("encoder_count", derive.signed_24("count")),),
)

ENCODER_CONFIG_V1 = Struct(
    "Encoder.ConfigV1",
    Field("chan_num", "u4", doc="channel number"),
    Field("count_mode", "u4", doc="counting mode code", enum=ENCODER_CONFIG_V1_COUNT_MODE_TYPE),
    Field("quadrature_mode", "u4", doc="quadrature mode code", enum=ENCODER_CONFIG_V1_QUAD_MODE),
    Field("input_num", "u4", doc="trigger input"),
    Field("input_rising", "u4", doc="trigger on rising edge"),
    Field("ticks_per_sec", "u4", doc="clock rate"),
)

ENCODER_CONFIG_V2 = Struct(
    "Encoder.ConfigV2",
    Field("chan_mask", "u4", doc="mask of channels"),
    Field("count_mode", "u4", doc="counting mode code", enum=ENCODER_CONFIG_V1_COUNT_MODE_TYPE),
    Field("quadrature_mode", "u4", doc="quadrature mode code", enum=ENCODER_CONFIG_V1_QUAD_MODE),
    Field("input_num", "u4", doc="trigger input"),
    Field("input_rising", "u4", doc="trigger on rising edge"),
    Field("ticks_per_sec", "u4", doc="clock rate"),
)

ENCODER_DATA_V1 = Struct(
    "Encoder.DataV1",
    Field("timestamp", "u4", doc="33 MHz time stamp"),
    Field("encoder_count", "u4", doc="24-bit count; sign-extend bit 23"),
    derived=(Derived("value", derive.signed_24("encoder_count")),),
)

ENCODER_DATA_V2 = Struct(
    "Encoder.DataV2",
    Field("timestamp", "u4", doc="33 MHz time stamp"),
    Field("encoder_count", "u4", (3,), doc="24-bit count; sign-extend bit 23"),
    derived=(Derived("values", derive.signed_24_list("encoder_count")),),
)
