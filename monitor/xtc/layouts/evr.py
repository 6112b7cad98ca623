"""Event receiver: configurations and the event codes of an event.

Source: the facility's data description of EvrData.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Derived, Field, Struct, fields_of
from monitor.xtc.layouts.evr_part import (
    EVENT_CODE_V3,
    EVENT_CODE_V4,
    EVENT_CODE_V5,
    EVENT_CODE_V6,
    FIFO_EVENT,
    IO_CHANNEL,
    IO_CHANNEL_V2,
    OUTPUT_MAP,
    OUTPUT_MAP_V2,
    PULSE_CONFIG,
    PULSE_CONFIG_V3,
    SEQUENCER_CONFIG_V1,
    SRC_EVENT_CODE,
)

CONFIG_V1 = Struct(
    "EvrData.ConfigV1",
    Field("npulses", "u4", doc="number of pulse records"),
    Field("noutputs", "u4", doc="number of output records"),
    Field("pulses", PULSE_CONFIG, ("npulses",), doc="pulse records"),
    Field("output_maps", OUTPUT_MAP, ("noutputs",), doc="output records"),
)

CONFIG_V2 = Struct(
    "EvrData.ConfigV2",
    Field("opcode", "u4", doc="op code"),
    Field("npulses", "u4", doc="number of pulse records"),
    Field("noutputs", "u4", doc="number of output records"),
    Field("pulses", PULSE_CONFIG, ("npulses",), doc="pulse records"),
    Field("output_maps", OUTPUT_MAP, ("noutputs",), doc="output records"),
    derived=(Derived("beam", "1 if opcode > 100 else 0"), Derived("rate", derive.beam_rate)),
)

CONFIG_V3 = Struct(
    "EvrData.ConfigV3",
    Field("neventcodes", "u4", doc="number of event code records"),
    Field("npulses", "u4", doc="number of pulse records"),
    Field("noutputs", "u4", doc="number of output records"),
    Field("eventcodes", EVENT_CODE_V3, ("neventcodes",), doc="event code records"),
    Field("pulses", PULSE_CONFIG_V3, ("npulses",), doc="pulse records"),
    Field("output_maps", OUTPUT_MAP, ("noutputs",), doc="output records"),
)

CONFIG_V4 = Struct(
    "EvrData.ConfigV4",
    *fields_of(CONFIG_V3, 3),
    Field("eventcodes", EVENT_CODE_V4, ("neventcodes",), doc="event code records"),
    Field("pulses", PULSE_CONFIG_V3, ("npulses",), doc="pulse records"),
    Field("output_maps", OUTPUT_MAP, ("noutputs",), doc="output records"),
)

CONFIG_V5 = Struct(
    "EvrData.ConfigV5",
    *fields_of(CONFIG_V3, 3),
    Field("eventcodes", EVENT_CODE_V5, ("neventcodes",), doc="event code records"),
    Field("pulses", PULSE_CONFIG_V3, ("npulses",), doc="pulse records"),
    Field("output_maps", OUTPUT_MAP, ("noutputs",), doc="output records"),
    Field("seq_config", SEQUENCER_CONFIG_V1, doc="sequencer"),
)

CONFIG_V6 = Struct(
    "EvrData.ConfigV6",
    *fields_of(CONFIG_V5, 5),
    Field("output_maps", OUTPUT_MAP_V2, ("noutputs",), doc="output records"),
    Field("seq_config", SEQUENCER_CONFIG_V1, doc="sequencer"),
)

CONFIG_V7 = Struct(
    "EvrData.ConfigV7",
    *fields_of(CONFIG_V3, 3),
    Field("eventcodes", EVENT_CODE_V6, ("neventcodes",), doc="event code records"),
    Field("pulses", PULSE_CONFIG_V3, ("npulses",), doc="pulse records"),
    Field("output_maps", OUTPUT_MAP_V2, ("noutputs",), doc="output records"),
    Field("seq_config", SEQUENCER_CONFIG_V1, doc="sequencer"),
)

SRC_CONFIG_V1 = Struct(
    "EvrData.SrcConfigV1",
    *fields_of(CONFIG_V3, 3),
    Field("eventcodes", SRC_EVENT_CODE, ("neventcodes",), doc="event code records"),
    Field("pulses", PULSE_CONFIG_V3, ("npulses",), doc="pulse records"),
    Field("output_maps", OUTPUT_MAP_V2, ("noutputs",), doc="output records"),
)

DATA_V3 = Struct(
    "EvrData.DataV3",
    Field("numFifoEvents", "u4", doc="number of event codes"),
    Field("fifoEvents", FIFO_EVENT, ("numFifoEvents",), doc="event codes received"),
)

DATA_V4 = Struct(
    "EvrData.DataV4",
    Field("numFifoEvents", "u4", doc="number of event codes"),
    Field("fifoEvents", FIFO_EVENT, ("numFifoEvents",), doc="event codes received"),
)

IO_CONFIG_V1 = Struct(
    "EvrData.IOConfigV1",
    Field("conn", "u2", doc="connector kind, shown by the accessor", raw=True),
    Field("nchannels", "u2", doc="number of channels"),
    Field("channels", IO_CHANNEL, ("nchannels",)),
    derived=(Derived("conn", "conn"),),
)

IO_CONFIG_V2 = Struct(
    "EvrData.IOConfigV2",
    Field("nchannels", "u4", doc="number of channels"),
    Field("channels", IO_CHANNEL_V2, ("nchannels",)),
)
