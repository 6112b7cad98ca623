"""IPIMB boards: four diode channels, their configuration and the position and intensity made of them.

Source: the facility's data description of Ipimb, Lusi.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Derived, Field, Struct, fields_of

IPIMB_CONFIG_V1 = Struct(
    "Ipimb.ConfigV1",
    Field("triggerCounter", "u8", doc="trigger counter"),
    Field("serialID", "u8", doc="board serial number"),
    Field("chargeAmpRange", "u2", doc="capacitor code of each channel, 2 bits each in V1, 4 bits each in V2"),
    Field("calibrationRange", "u2", doc="calibration range code"),
    Field("resetLength", "u4", doc="reset pulse length"),
    Field("resetDelay", "u4", doc="reset pulse delay"),
    Field("chargeAmpRefVoltage", "f4", unit="V", doc="charge amplifier reference"),
    Field("calibrationVoltage", "f4", unit="V", doc="calibration voltage"),
    Field("diodeBias", "f4", unit="V", doc="diode bias"),
    Field("status", "u2", doc="status word"),
    Field("errors", "u2", doc="error bits"),
    Field("calStrobeLength", "u2", doc="calibration strobe length"),
    Field("pad0", "u2", hidden=True),
    Field("trigDelay", "u4", doc="trigger delay"),
    derived=(Derived("capacitorValues", derive.capacitors(bits=2)),),
)

IPIMB_CONFIG_V2 = Struct(
    "Ipimb.ConfigV2",
    *fields_of(IPIMB_CONFIG_V1),
    Field("trigPsDelay", "u4", doc="presample trigger delay"),
    Field("adcDelay", "u4", doc="ADC delay"),
    derived=(Derived("capacitorValues", derive.capacitors(bits=4)),),
)

IPIMB_DATA_V1 = Struct(
    "Ipimb.DataV1",
    Field("triggerCounter", "u8", doc="trigger counter"),
    Field("config0", "u2", doc="configuration echo word 0"),
    Field("config1", "u2", doc="configuration echo word 1"),
    Field("config2", "u2", doc="configuration echo word 2"),
    Field("channel0", "u2", unit="counts", doc="diode 0"),
    Field("channel1", "u2", unit="counts", doc="diode 1"),
    Field("channel2", "u2", unit="counts", doc="diode 2"),
    Field("channel3", "u2", unit="counts", doc="diode 3"),
    Field("checksum", "u2", doc="checksum word"),
    derived=(
        Derived("channel0Volts", derive.volts("channel0", 3.3)),
        Derived("channel1Volts", derive.volts("channel1", 3.3)),
        Derived("channel2Volts", derive.volts("channel2", 3.3)),
        Derived("channel3Volts", derive.volts("channel3", 3.3)),
    ),
)

IPIMB_DATA_V2 = Struct(
    "Ipimb.DataV2",
    Field("triggerCounter", "u8", doc="trigger counter with its four 16-bit words in reverse order", raw=True),
    Field("config0", "u2", doc="configuration echo word 0"),
    Field("config1", "u2", doc="configuration echo word 1"),
    Field("config2", "u2", doc="configuration echo word 2"),
    Field("channel0", "u2", unit="counts", doc="diode 0"),
    Field("channel1", "u2", unit="counts", doc="diode 1"),
    Field("channel2", "u2", unit="counts", doc="diode 2"),
    Field("channel3", "u2", unit="counts", doc="diode 3"),
    Field("channel0ps", "u2", unit="counts", doc="diode 0 presample"),
    Field("channel1ps", "u2", unit="counts", doc="diode 1 presample"),
    Field("channel2ps", "u2", unit="counts", doc="diode 2 presample"),
    Field("channel3ps", "u2", unit="counts", doc="diode 3 presample"),
    Field("checksum", "u2", doc="checksum word"),
    derived=(
        Derived("channel0Volts", derive.volts("channel0", 5.0)),
        Derived("channel1Volts", derive.volts("channel1", 5.0)),
        Derived("channel2Volts", derive.volts("channel2", 5.0)),
        Derived("channel3Volts", derive.volts("channel3", 5.0)),
        Derived("channel0psVolts", derive.volts("channel0ps", 5.0)),
        Derived("channel1psVolts", derive.volts("channel1ps", 5.0)),
        Derived("channel2psVolts", derive.volts("channel2ps", 5.0)),
        Derived("channel3psVolts", derive.volts("channel3ps", 5.0)),
        Derived("triggerCounter", derive.reversed_words("triggerCounter")),
    ),
)

DIODE_FEX_CONFIG_V1 = Struct(
    "Lusi.DiodeFexConfigV1",
    Field("base", "f4", (3,), unit="V", doc="baseline per gain range"),
    Field("scale", "f4", (3,), doc="scale per gain range"),
)

DIODE_FEX_CONFIG_V2 = Struct(
    "Lusi.DiodeFexConfigV2",
    Field("base", "f4", (16,), unit="V", doc="baseline per gain range"),
    Field("scale", "f4", (16,), doc="scale per gain range"),
)

DIODE_FEX_V1 = Struct(
    "Lusi.DiodeFexV1",
    Field("value", "f4", doc="diode value"),
)

IPM_FEX_CONFIG_V1 = Struct(
    "Lusi.IpmFexConfigV1",
    Field("diode", DIODE_FEX_CONFIG_V1, (4,), doc="one set of constants per diode"),
    Field("xscale", "f4", doc="x position scale"),
    Field("yscale", "f4", doc="y position scale"),
)

IPM_FEX_CONFIG_V2 = Struct(
    "Lusi.IpmFexConfigV2",
    Field("diode", DIODE_FEX_CONFIG_V2, (4,), doc="one set of constants per diode"),
    Field("xscale", "f4", doc="x position scale"),
    Field("yscale", "f4", doc="y position scale"),
)

IPM_FEX_V1 = Struct(
    "Lusi.IpmFexV1",
    Field("channel", "f4", (4,), doc="signal of the four diodes after baseline and scale"),
    Field("sum", "f4", doc="sum of the four diodes (beam intensity)"),
    Field("xpos", "f4", doc="beam x position"),
    Field("ypos", "f4", doc="beam y position"),
)

PIM_IMAGE_CONFIG_V1 = Struct(
    "Lusi.PimImageConfigV1",
    Field("xscale", "f4", doc="x position scale"),
    Field("yscale", "f4", doc="y position scale"),
)
