"""Other digitizers: analog input, generic one-dimensional data, Imp.

Source: the facility's data description of Arraychar, Generic1D, Gsc16ai, Imp, QuadAdc.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Bits, Derived, Field, Struct, word

GSC16AI_CONFIG_V1_VOLTAGE_RANGE = {0: "VoltageRange_10V", 1: "VoltageRange_5V", 2: "VoltageRange_2_5V"}
GSC16AI_CONFIG_V1_INPUT_MODE = {0: "InputMode_Differential", 1: "InputMode_Zero", 2: "InputMode_Vref"}
GSC16AI_CONFIG_V1_TRIGGER_MODE = {0: "TriggerMode_ExtPos", 1: "TriggerMode_ExtNeg", 2: "TriggerMode_IntClk"}
GSC16AI_CONFIG_V1_DATA_FORMAT = {0: "DataFormat_TwosComplement", 1: "DataFormat_OffsetBinary"}

ARRAYCHAR_DATA_V1 = Struct(
    "Arraychar.DataV1",
    Field("numChars", "u8", doc="number of bytes that follow"),
    Field("data", "u1", ("numChars",), doc="the data array"),
)

GENERIC1_D_CONFIG_V0 = Struct(
    "Generic1D.ConfigV0",
    Field("NChannels", "u4", doc="number of channels"),
    Field("Length", "u4", ("NChannels",), doc="samples per channel"),
    Field("SampleType", "u4", ("NChannels",), doc="0 u8, 1 u16, 2 u32, 3 f32, 4 f64"),
    Field("Offset", "i4", ("NChannels",), unit="samples", doc="delay of the first sample"),
    Field("Period", "f8", ("NChannels",), doc="sample period"),
)

GENERIC1_D_DATA_V0 = Struct(
    "Generic1D.DataV0",
    Field("data_size", "u4", doc="bytes of sample data"),
    Field("_int_data", "u1", ("data_size",), doc="sample data, channels one after another without padding"),
    derived=(Derived("channels", derive.channels),),
    config=("Generic1D.ConfigV0",),
)

GSC16AI_CONFIG_V1 = Struct(
    "Gsc16ai.ConfigV1",
    Field("voltageRange", "u2", doc="0 10 V, 1 5 V, 2 2.5 V", enum=GSC16AI_CONFIG_V1_VOLTAGE_RANGE),
    Field("firstChan", "u2", doc="first channel"),
    Field("lastChan", "u2", doc="last channel"),
    Field("inputMode", "u2", doc="input mode code", enum=GSC16AI_CONFIG_V1_INPUT_MODE),
    Field("triggerMode", "u2", doc="trigger mode code", enum=GSC16AI_CONFIG_V1_TRIGGER_MODE),
    Field("dataFormat", "u2", doc="0 two's complement, 1 offset binary", enum=GSC16AI_CONFIG_V1_DATA_FORMAT),
    Field("fps", "u2", doc="rate"),
    Field("autocalibEnable", "u1"),
    Field("timeTagEnable", "u1"),
    derived=(Derived("numChannels", "lastChan - firstChan + 1"),),
)

GSC16AI_DATA_V1 = Struct(
    "Gsc16ai.DataV1",
    Field("timestamp", "u2", (3,), doc="device time stamp"),
    Field("channelValue", "u2", ("config.numChannels",), doc="raw value per channel"),
    config=("Gsc16ai.ConfigV1",),
    align=2,
)

IMP_CONFIG_V1 = Struct(
    "Imp.ConfigV1",
    Field("range", "u4", doc="range register"),
    Field("calRange", "u4"),
    Field("reset", "u4"),
    Field("biasData", "u4"),
    Field("calData", "u4"),
    Field("biasDacData", "u4"),
    Field("calStrobe", "u4"),
    Field("numberOfSamples", "u4", doc="samples per event"),
    Field("trigDelay", "u4"),
    Field("adcDelay", "u4"),
)

SAMPLE = Struct(
    "Imp.Sample",
    Field("channels", "u2", (4,), doc="four channels of one sample"),
)

LANE_STATUS = Struct(
    "Imp.LaneStatus",
    word(
        "value",
        "u4",
        linkErrCount=(0, 4),
        linkDownCount=(4, 4),
        cellErrCount=(8, 4),
        rxCount=(12, 4),
        locLinked=(16, 1),
        remLinked=(17, 1),
        zeros=(18, 10),
        powersOkay=(28, 4),
    ),
)

IMP_ELEMENT_V1 = Struct(
    "Imp.ElementV1",
    Field("first", "u4", bits=(Bits("vc", 0, 2, "PGP virtual channel"), Bits("lane", 6, 2, "PGP lane")), hidden=True),
    Field("second", "u4", hidden=True),
    Field("frameNumber", "u4", doc="frame counter of the device"),
    Field("ticks", "u4", hidden=True),
    Field("fiducials", "u4", hidden=True),
    Field("range", "u4", doc="range register"),
    Field("laneStatus", LANE_STATUS, doc="link status bits"),
    Field("z", "u4", hidden=True),
    Field("samples", SAMPLE, ("config.numberOfSamples",), doc="samples, four channels each"),
    config=("Imp.ConfigV1",),
    align=2,
)

QUAD_ADC_CONFIG_V1 = Struct(
    "QuadAdc.ConfigV1",
    Field("chanMask", "u4", doc="channel mask"),
    Field("delayTime", "f8", doc="delay"),
    Field("interleaveMode", "u4", doc="interleave mode"),
    Field("nbrSamples", "u4", doc="number of samples"),
    Field("evtCode", "u4", doc="event code"),
    Field("sampleRate", "f8", unit="Hz", doc="sample rate"),
)
