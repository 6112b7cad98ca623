"""Scan control: the set values of a calib cycle.

Source: the facility's data description of ControlData.
"""

from monitor.xtc.layout import Bits, Derived, Field, Struct, fields_of
from monitor.xtc.layouts.common import CLOCK_TIME

PV_CONTROL = Struct(
    "ControlData.PVControl",
    Field("name", "S1", (32,), doc="PV name, NUL padded"),
    Field("index", "u4", doc="array index of the PV, 0xFFFFFFFF if the PV is not an array"),
    Field("value", "f8", doc="set value of the scan PV"),
    derived=(Derived("array", "index != 4294967295"),),
)

PV_CONTROL_V1 = Struct(
    "ControlData.PVControlV1",
    Field("name", "S1", (128,), doc="PV name, NUL padded"),
    Field("index", "u4", doc="array index of the PV, 0xFFFFFFFF if the PV is not an array"),
    Field("value", "f8", doc="set value of the scan PV"),
    derived=(Derived("array", "index != 4294967295"),),
)

PV_MONITOR = Struct(
    "ControlData.PVMonitor",
    Field("name", "S1", (32,), doc="PV name, NUL padded"),
    Field("index", "u4", doc="array index of the PV, 0xFFFFFFFF if the PV is not an array"),
    Field("loValue", "f8", doc="lower limit"),
    Field("hiValue", "f8", doc="upper limit"),
    derived=(Derived("array", "index != 4294967295"),),
)

PV_MONITOR_V1 = Struct(
    "ControlData.PVMonitorV1",
    Field("name", "S1", (128,), doc="PV name, NUL padded"),
    Field("index", "u4", doc="array index of the PV, 0xFFFFFFFF if the PV is not an array"),
    Field("loValue", "f8", doc="lower limit"),
    Field("hiValue", "f8", doc="upper limit"),
    derived=(Derived("array", "index != 4294967295"),),
)

PV_LABEL = Struct(
    "ControlData.PVLabel",
    Field("name", "S1", (32,), doc="PV name, NUL padded"),
    Field("value", "S1", (64,), doc="label text"),
)

PV_LABEL_V1 = Struct(
    "ControlData.PVLabelV1",
    Field("name", "S1", (128,), doc="PV name, NUL padded"),
    Field("value", "S1", (256,), doc="label text"),
)

CONFIG_V1 = Struct(
    "ControlData.ConfigV1",
    Field(
        "control",
        "u4",
        bits=(
            Bits("events", 0, 30, "events to take in this calib cycle"),
            Bits("uses_duration", 30, 1, "calib cycle ends after a duration"),
            Bits("uses_events", 31, 1, "calib cycle ends after a number of events"),
        ),
        hidden=True,
    ),
    Field("reserved", "u4", hidden=True),
    Field("duration", CLOCK_TIME, doc="length of the calib cycle (nanoseconds word first)"),
    Field("npvControls", "u4", doc="number of scan PVs"),
    Field("npvMonitors", "u4", doc="number of monitored PVs"),
    Field("pvControls", PV_CONTROL, ("npvControls",), doc="scan PVs with the value of this step"),
    Field("pvMonitors", PV_MONITOR, ("npvMonitors",), doc="PVs that must stay within limits"),
)

CONFIG_V2 = Struct(
    "ControlData.ConfigV2",
    *fields_of(CONFIG_V1, 5),
    Field("npvLabels", "u4", doc="number of labels"),
    Field("pvControls", PV_CONTROL, ("npvControls",), doc="scan PVs with the value of this step"),
    Field("pvMonitors", PV_MONITOR, ("npvMonitors",), doc="PVs that must stay within limits"),
    Field("pvLabels", PV_LABEL, ("npvLabels",), doc="free labels"),
)

CONFIG_V3 = Struct(
    "ControlData.ConfigV3",
    Field(
        "control",
        "u4",
        bits=(
            Bits("events", 0, 29, "events to take in this calib cycle"),
            Bits("uses_l3t_events", 29, 1, "events counted are those the L3 trigger passed"),
            Bits("uses_duration", 30, 1, "calib cycle ends after a duration"),
            Bits("uses_events", 31, 1, "calib cycle ends after a number of events"),
        ),
        hidden=True,
    ),
    Field("reserved", "u4", hidden=True),
    Field("duration", CLOCK_TIME, doc="length of the calib cycle (nanoseconds word first)"),
    Field("npvControls", "u4", doc="number of scan PVs"),
    Field("npvMonitors", "u4", doc="number of monitored PVs"),
    Field("npvLabels", "u4", doc="number of labels"),
    Field("pvControls", PV_CONTROL, ("npvControls",), doc="scan PVs with the value of this step"),
    Field("pvMonitors", PV_MONITOR, ("npvMonitors",), doc="PVs that must stay within limits"),
    Field("pvLabels", PV_LABEL, ("npvLabels",), doc="free labels"),
)

CONFIG_V4 = Struct(
    "ControlData.ConfigV4",
    *fields_of(CONFIG_V3, 6),
    Field("pvControls", PV_CONTROL_V1, ("npvControls",), doc="scan PVs with the value of this step"),
    Field("pvMonitors", PV_MONITOR_V1, ("npvMonitors",), doc="PVs that must stay within limits"),
    Field("pvLabels", PV_LABEL_V1, ("npvLabels",), doc="free labels"),
)
