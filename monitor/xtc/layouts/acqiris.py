"""Acqiris digitizers and time-to-digital converters.

Source: the facility's data description of Acqiris.
"""

from monitor.xtc.layout import Bits, Derived, Field, Struct

CHANNEL = {-2: "Veto", -1: "Common", 1: "Input1", 2: "Input2", 3: "Input3", 4: "Input4", 5: "Input5", 6: "Input6"}
SLOPE = {0: "Positive", 1: "Negative"}
MODE = {0: "Active", 1: "Inactive"}
TDC_AUX_IO_CHANNEL = {1: "IOAux1", 2: "IOAux2"}
TDC_AUX_IO_MODE = {1: "BankSwitch", 2: "Marker", 32: "OutputLo", 33: "OutputHi"}
TERMINATION = {0: "ZHigh", 1: "Z50"}
TDC_VETO_IO_MODE = {1: "Veto", 2: "SwitchVeto", 3: "InvertedVeto", 4: "InvertedSwitchVeto"}
SOURCE = {0: "Comm", 1: "Chan1", 2: "Chan2", 3: "Chan3", 4: "Chan4", 5: "Chan5", 6: "Chan6", 7: "AuxIO"}

VERT_V1 = Struct(
    "Acqiris.VertV1",
    Field("fullScale", "f8", unit="V", doc="full vertical range"),
    Field("offset", "f8", doc="vertical offset, V (subtracted after scaling)"),
    Field("coupling", "u4", doc="input coupling code"),
    Field("bandwidth", "u4", doc="bandwidth limit code"),
    derived=(Derived("slope", "fullScale / 65536"),),
)

HORIZ_V1 = Struct(
    "Acqiris.HorizV1",
    Field("sampInterval", "f8", unit="s", doc="time between samples"),
    Field("delayTime", "f8", unit="s", doc="delay from trigger to first sample"),
    Field("nbrSamples", "u4", doc="samples per segment"),
    Field("nbrSegments", "u4", doc="number of segments"),
)

TRIG_V1 = Struct(
    "Acqiris.TrigV1",
    Field("coupling", "u4", doc="input coupling code"),
    Field("input", "u4", doc="trigger source"),
    Field("slope", "u4", doc="trigger slope code"),
    Field("level", "f8", doc="trigger level"),
)

CONFIG_V1 = Struct(
    "Acqiris.ConfigV1",
    Field("nbrConvertersPerChannel", "u4", doc="ADCs interleaved per channel"),
    Field("channelMask", "u4", doc="bit mask of enabled channels; popcount gives the number of channels"),
    Field("nbrBanks", "u4", doc="number of memory banks"),
    Field("trig", TRIG_V1, doc="trigger set-up"),
    Field("horiz", HORIZ_V1, doc="time axis set-up"),
    Field(
        "vert", VERT_V1, (20,), doc="one vertical set-up per slot; only the first nbrChannels slots are used, in order of channel"
    ),
    derived=(Derived("nbrChannels", "popcount(channelMask)"),),
)

TIMESTAMP_V1 = Struct(
    "Acqiris.TimestampV1",
    Field("pos", "f8", unit="s", doc="time of the first sample of the segment relative to the nominal trigger delay"),
    Field("timeStampLo", "u4", unit="ps", doc="low word of the trigger time"),
    Field("timeStampHi", "u4", unit="ps", doc="high word of the trigger time"),
    derived=(Derived("value", "(timeStampHi << 32) + timeStampLo"),),
)

DATA_DESC_V1_ELEM = Struct(
    "Acqiris.DataDescV1Elem",
    Field("nbrSamplesInSeg", "u4", doc="samples actually returned per segment"),
    Field("indexFirstPoint", "u4", doc="number of int16 words to skip before the first good sample"),
    Field("sampTime", "f8", doc="sample time as reported by the driver", raw=True),
    Field("vGain", "f8", doc="gain as reported by the driver", raw=True),
    Field("vOffset", "f8", doc="offset as reported by the driver", raw=True),
    Field("nbrSegments", "u4", doc="number of segments"),
    Field("nbrAvgWforms", "u4", hidden=True),
    Field("actualTriggersInAcqLo", "u4", hidden=True),
    Field("actualTriggersInAcqHi", "u4", hidden=True),
    Field("actualDataSize", "u4", hidden=True),
    Field("reserved2", "u4", hidden=True),
    Field("reserved3", "f8", hidden=True),
    Field("timestamp", TIMESTAMP_V1, ("config.horiz.nbrSegments",), doc="one time stamp per segment"),
    Field("skip", "i2", ("indexFirstPoint",), hidden=True),
    Field(
        "waveforms",
        "i2",
        ("config.horiz.nbrSegments", "config.horiz.nbrSamples"),
        doc="raw samples; 10-bit ADC value left-shifted by 6, signed",
    ),
    Field("extraSpace", "i2", ("32-indexFirstPoint",), hidden=True),
    config=("Acqiris.ConfigV1",),
)

DATA_DESC_V1 = Struct(
    "Acqiris.DataDescV1",
    Field("data", DATA_DESC_V1_ELEM, ("config.nbrChannels",), doc="one element per enabled channel, each of variable size"),
    config=("Acqiris.ConfigV1",),
)

TDC_CHANNEL = Struct(
    "Acqiris.TdcChannel",
    Field("channel", "i4", doc="channel number (negative: veto/common)", enum=CHANNEL),
    Field("_mode_int", "u4", bits=(Bits("slope", 0, 1, "trigger slope code", enum=SLOPE), Bits("mode", 31, 1, enum=MODE))),
    Field("level", "f8", doc="trigger level"),
)

TDC_AUX_IO = Struct(
    "Acqiris.TdcAuxIO",
    Field("channel", "u4", doc="channel number (negative: veto/common)", enum=TDC_AUX_IO_CHANNEL),
    Field("mode", "u4", enum=TDC_AUX_IO_MODE),
    Field("term", "u4", enum=TERMINATION),
)

TDC_VETO_IO = Struct(
    "Acqiris.TdcVetoIO",
    Field("channel", "u4", doc="channel number (negative: veto/common)"),
    Field("mode", "u4", enum=TDC_VETO_IO_MODE),
    Field("term", "u4", enum=TERMINATION),
)

TDC_CONFIG_V1 = Struct(
    "Acqiris.TdcConfigV1",
    Field("channels", TDC_CHANNEL, (8,)),
    Field("auxio", TDC_AUX_IO, (2,)),
    Field("veto", TDC_VETO_IO),
)

TDC_DATA_V1_ITEM = Struct(
    "Acqiris.TdcDataV1_Item",
    Field(
        "value",
        "u4",
        bits=(
            Bits("bf_val_", 0, 28, "payload of the item: hits, or ticks of 50 ps, or marker type"),
            Bits("source", 28, 3, "which kind of item: 0 common, 1-6 channel, 7 aux marker", enum=SOURCE),
            Bits("bf_ofv_", 31, 1, "overflow flag"),
        ),
    ),
)

TDC_DATA_V1 = Struct(
    "Acqiris.TdcDataV1",
    Field("data", TDC_DATA_V1_ITEM, ("rest",), doc="one element per enabled channel, each of variable size"),
)
