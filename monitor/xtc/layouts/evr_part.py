"""Event receiver: the records its configurations are made of.

Source: the facility's data description of EvrData.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Bits, Derived, Field, Struct, fields_of
from monitor.xtc.layouts.common import DET_INFO

SOURCE = {0: "Pulse", 1: "DBus", 2: "Prescaler", 3: "Force_High", 4: "Force_Low"}
CONN = {0: "FrontPanel", 1: "UnivIO"}
SEQUENCER_CONFIG_V1_SOURCE = {0: "r120Hz", 1: "r60Hz", 2: "r30Hz", 3: "r10Hz", 4: "r5Hz", 5: "r1Hz", 6: "r0_5Hz", 7: "Disable"}

PULSE_CONFIG = Struct(
    "EvrData.PulseConfig",
    Field("pulse", "u4", doc="pulse channel"),
    Field(
        "_input_control_value",
        "u4",
        bits=(Bits("bf_trigger", 0, 8, raw=True), Bits("bf_set", 8, 8, raw=True), Bits("bf_clear", 16, 8, raw=True)),
    ),
    Field(
        "_output_control_value",
        "u4",
        bits=(
            Bits("polarity", 0, 1),
            Bits("map_set_enable", 1, 1),
            Bits("map_reset_enable", 2, 1),
            Bits("map_trigger_enable", 3, 1),
        ),
    ),
    Field("prescale", "u4"),
    Field("delay", "u4", doc="delay, 119 MHz ticks"),
    Field("width", "u4", doc="width, 119 MHz ticks"),
    derived=(Derived("trigger", "bf_trigger - 1"), Derived("set", "bf_set - 1"), Derived("clear", "bf_clear - 1")),
)

PULSE_CONFIG_V3 = Struct(
    "EvrData.PulseConfigV3",
    Field("pulseId", "u2", doc="pulse generator number"),
    Field("polarity", "u2"),
    Field("prescale", "u4"),
    Field("delay", "u4", doc="delay, 119 MHz ticks"),
    Field("width", "u4", doc="width, 119 MHz ticks"),
)

EVENT_CODE_V3 = Struct(
    "EvrData.EventCodeV3",
    Field("code", "u2", doc="event code"),
    Field(
        "u16MaskEventAttr",
        "u2",
        bits=(Bits("isReadout", 0, 1, "event code triggers a readout"), Bits("isTerminator", 1, 1, "event code ends an event")),
        hidden=True,
    ),
    Field("maskTrigger", "u4", doc="pulses triggered"),
    Field("maskSet", "u4", doc="pulses set"),
    Field("maskClear", "u4", doc="pulses cleared"),
)

EVENT_CODE_V4 = Struct(
    "EvrData.EventCodeV4",
    Field("code", "u2", doc="event code"),
    Field(
        "u16MaskEventAttr",
        "u2",
        bits=(Bits("isReadout", 0, 1, "event code triggers a readout"), Bits("isTerminator", 1, 1, "event code ends an event")),
        hidden=True,
    ),
    Field("reportDelay", "u4", doc="delay of the report"),
    Field("reportWidth", "u4", doc="width of the report (release code for latches)"),
    Field("maskTrigger", "u4", doc="pulses triggered"),
    Field("maskSet", "u4", doc="pulses set"),
    Field("maskClear", "u4", doc="pulses cleared"),
)

EVENT_CODE_V5 = Struct(
    "EvrData.EventCodeV5",
    Field("code", "u2", doc="event code"),
    Field(
        "u16MaskEventAttr",
        "u2",
        bits=(
            Bits("isReadout", 0, 1, "event code triggers a readout"),
            Bits("isCommand", 1, 1, "event code is a command"),
            Bits("isLatch", 2, 1, "event code is a latch"),
        ),
        hidden=True,
    ),
    Field("reportDelay", "u4", doc="delay of the report"),
    Field("reportWidth", "u4", doc="width of the report (release code for latches)"),
    Field("maskTrigger", "u4", doc="pulses triggered"),
    Field("maskSet", "u4", doc="pulses set"),
    Field("maskClear", "u4", doc="pulses cleared"),
    Field("desc", "S1", (16,), doc="description text"),
    derived=(Derived("releaseCode", "reportWidth"),),
)

EVENT_CODE_V6 = Struct(
    "EvrData.EventCodeV6",
    *fields_of(EVENT_CODE_V5),
    Field("readoutGroup", "u2", doc="readout group"),
    Field("pad", "u1", (2,), hidden=True),
    derived=(Derived("releaseCode", "reportWidth"),),
)

SRC_EVENT_CODE = Struct(
    "EvrData.SrcEventCode",
    Field("code", "u2", doc="event code"),
    Field("u16rsvd", "u2", hidden=True),
    Field("period", "u4", doc="repetition period, 119 MHz ticks; 0 for external"),
    Field("maskTriggerP", "u4", doc="persistent pulse triggers"),
    Field("maskTriggerR", "u4", doc="pulse triggers while running"),
    Field("desc", "S1", (16,), doc="description text"),
    Field("readoutGroup", "u2", doc="readout group"),
    Field("pad", "u1", (2,), hidden=True),
)

OUTPUT_MAP = Struct(
    "EvrData.OutputMap",
    Field(
        "value",
        "u4",
        bits=(
            Bits("source", 0, 8, enum=SOURCE),
            Bits("source_id", 8, 8, "source number"),
            Bits("conn", 16, 8, "connector kind", enum=CONN),
            Bits("conn_id", 24, 8, "connector number"),
        ),
    ),
    derived=(Derived("map", derive.output_map),),
)

OUTPUT_MAP_V2 = Struct(
    "EvrData.OutputMapV2",
    Field(
        "value",
        "u4",
        bits=(
            Bits("source", 0, 4, enum=SOURCE),
            Bits("source_id", 4, 8, "source number"),
            Bits("conn", 12, 4, "connector kind", enum=CONN),
            Bits("conn_id", 16, 8, "connector number"),
            Bits("module", 24, 8, "module number"),
        ),
    ),
    derived=(Derived("map", derive.output_map),),
)

SEQUENCER_ENTRY = Struct(
    "EvrData.SequencerEntry",
    Field("value", "u4", bits=(Bits("delay", 0, 24, "delay, 119 MHz ticks"), Bits("eventcode", 24, 8)), hidden=True),
)

SEQUENCER_CONFIG_V1 = Struct(
    "EvrData.SequencerConfigV1",
    Field(
        "source",
        "u4",
        bits=(
            Bits("sync_source", 0, 8, enum=SEQUENCER_CONFIG_V1_SOURCE),
            Bits("beam_source", 8, 8, enum=SEQUENCER_CONFIG_V1_SOURCE),
        ),
        hidden=True,
    ),
    Field("length", "u4", doc="number of entries"),
    Field("cycles", "u4", doc="cycles, 0 for endless"),
    Field("entries", SEQUENCER_ENTRY, ("length",), doc="sequencer entries"),
)

FIFO_EVENT = Struct(
    "EvrData.FIFOEvent",
    Field("timestampHigh", "u4", doc="fiducial at which the code was received"),
    Field("timestampLow", "u4", doc="119 MHz ticks within the fiducial"),
    Field("eventCode", "u4", doc="EVR event code"),
)

IO_CHANNEL = Struct(
    "EvrData.IOChannel",
    Field("name", "S1", (12,), doc="name, NUL padded"),
    Field("ninfo", "u4", doc="number of used infos"),
    Field("infos", DET_INFO, (8,), doc="detectors on this output"),
)

IO_CHANNEL_V2 = Struct(
    "EvrData.IOChannelV2",
    Field("output", OUTPUT_MAP_V2, doc="output connector"),
    Field("name", "S1", (64,), doc="name, NUL padded"),
    Field("ninfo", "u4", doc="number of used infos"),
    Field("infos", DET_INFO, (16,), doc="detectors on this output"),
)
