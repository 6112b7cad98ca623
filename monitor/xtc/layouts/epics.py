"""EPICS values: one layout per DBR type.

Source: the facility's data descriptions Epics.
"""

from monitor.xtc.layout import Derived, Field, Struct, fields_of

EPICS_TIME_STAMP = Struct(
    "Epics.epicsTimeStamp",
    Field("sec", "u4", doc="seconds since 1990-01-01 UTC (add 631152000 for Unix time)"),
    Field("nsec", "u4", doc="nanoseconds"),
)

DBR_TIME_STRING = Struct(
    "Epics.dbr_time_string",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("stamp", EPICS_TIME_STAMP, doc="time of the value"),
)

DBR_TIME_SHORT = Struct(
    "Epics.dbr_time_short",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("stamp", EPICS_TIME_STAMP, doc="time of the value"),
    Field("RISC_pad", "i2", hidden=True),
)

DBR_TIME_FLOAT = Struct(
    "Epics.dbr_time_float",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("stamp", EPICS_TIME_STAMP, doc="time of the value"),
)

DBR_TIME_ENUM = Struct(
    "Epics.dbr_time_enum",
    *fields_of(DBR_TIME_SHORT),
)

DBR_TIME_CHAR = Struct(
    "Epics.dbr_time_char",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("stamp", EPICS_TIME_STAMP, doc="time of the value"),
    Field("RISC_pad0", "i2", hidden=True),
    Field("RISC_pad1", "u1", hidden=True),
)

DBR_TIME_LONG = Struct(
    "Epics.dbr_time_long",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("stamp", EPICS_TIME_STAMP, doc="time of the value"),
)

DBR_TIME_DOUBLE = Struct(
    "Epics.dbr_time_double",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("stamp", EPICS_TIME_STAMP, doc="time of the value"),
    Field("RISC_pad", "i4", hidden=True),
)

DBR_STS_STRING = Struct(
    "Epics.dbr_sts_string",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
)

DBR_CTRL_SHORT = Struct(
    "Epics.dbr_ctrl_short",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("units", "S1", (8,), doc="engineering units"),
    Field("upper_disp_limit", "i2", doc="display limit, high"),
    Field("lower_disp_limit", "i2", doc="display limit, low"),
    Field("upper_alarm_limit", "i2", doc="alarm limit, high"),
    Field("upper_warning_limit", "i2", doc="warning limit, high"),
    Field("lower_warning_limit", "i2", doc="warning limit, low"),
    Field("lower_alarm_limit", "i2", doc="alarm limit, low"),
    Field("upper_ctrl_limit", "i2", doc="control limit, high"),
    Field("lower_ctrl_limit", "i2", doc="control limit, low"),
)

DBR_CTRL_FLOAT = Struct(
    "Epics.dbr_ctrl_float",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("precision", "i2", doc="digits to show"),
    Field("RISC_pad", "i2", hidden=True),
    Field("units", "S1", (8,), doc="engineering units"),
    Field("upper_disp_limit", "f4", doc="display limit, high"),
    Field("lower_disp_limit", "f4", doc="display limit, low"),
    Field("upper_alarm_limit", "f4", doc="alarm limit, high"),
    Field("upper_warning_limit", "f4", doc="warning limit, high"),
    Field("lower_warning_limit", "f4", doc="warning limit, low"),
    Field("lower_alarm_limit", "f4", doc="alarm limit, low"),
    Field("upper_ctrl_limit", "f4", doc="control limit, high"),
    Field("lower_ctrl_limit", "f4", doc="control limit, low"),
)

DBR_CTRL_ENUM = Struct(
    "Epics.dbr_ctrl_enum",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("no_str", "i2", doc="number of enum strings"),
    Field("strings", "S1", (16, 26), doc="enum strings, 26 bytes each"),
)

DBR_CTRL_CHAR = Struct(
    "Epics.dbr_ctrl_char",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("units", "S1", (8,), doc="engineering units"),
    Field("upper_disp_limit", "u1", doc="display limit, high"),
    Field("lower_disp_limit", "u1", doc="display limit, low"),
    Field("upper_alarm_limit", "u1", doc="alarm limit, high"),
    Field("upper_warning_limit", "u1", doc="warning limit, high"),
    Field("lower_warning_limit", "u1", doc="warning limit, low"),
    Field("lower_alarm_limit", "u1", doc="alarm limit, low"),
    Field("upper_ctrl_limit", "u1", doc="control limit, high"),
    Field("lower_ctrl_limit", "u1", doc="control limit, low"),
    Field("RISC_pad", "u1", hidden=True),
)

DBR_CTRL_LONG = Struct(
    "Epics.dbr_ctrl_long",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("units", "S1", (8,), doc="engineering units"),
    Field("upper_disp_limit", "i4", doc="display limit, high"),
    Field("lower_disp_limit", "i4", doc="display limit, low"),
    Field("upper_alarm_limit", "i4", doc="alarm limit, high"),
    Field("upper_warning_limit", "i4", doc="warning limit, high"),
    Field("lower_warning_limit", "i4", doc="warning limit, low"),
    Field("lower_alarm_limit", "i4", doc="alarm limit, low"),
    Field("upper_ctrl_limit", "i4", doc="control limit, high"),
    Field("lower_ctrl_limit", "i4", doc="control limit, low"),
)

DBR_CTRL_DOUBLE = Struct(
    "Epics.dbr_ctrl_double",
    Field("status", "i2", doc="status word"),
    Field("severity", "i2", doc="alarm severity 0 none, 1 minor, 2 major, 3 invalid"),
    Field("precision", "i2", doc="digits to show"),
    Field("RISC_pad0", "i2", hidden=True),
    Field("units", "S1", (8,), doc="engineering units"),
    Field("upper_disp_limit", "f8", doc="display limit, high"),
    Field("lower_disp_limit", "f8", doc="display limit, low"),
    Field("upper_alarm_limit", "f8", doc="alarm limit, high"),
    Field("upper_warning_limit", "f8", doc="warning limit, high"),
    Field("lower_warning_limit", "f8", doc="warning limit, low"),
    Field("lower_alarm_limit", "f8", doc="alarm limit, low"),
    Field("upper_ctrl_limit", "f8", doc="control limit, high"),
    Field("lower_ctrl_limit", "f8", doc="control limit, low"),
)

PV_CTRL_STRING = Struct(
    "Epics.EpicsPvCtrlString",
    Field("pvId", "i2", doc="number of the PV within its source; joins updates to names"),
    Field("dbrType", "i2", doc="DBR type code, selects the layout"),
    Field("numElements", "i2", doc="number of elements"),
    Field("pvName", "S1", (64,), doc="PV name"),
    Field("dbr", DBR_STS_STRING, doc="meta data block"),
    Field("data", "S1", ("numElements", 40), doc="values"),
    derived=(
        Derived("isCtrl", "1"),
        Derived("isTime", "0"),
    ),
    align=2,
)

PV_CTRL_SHORT = Struct(
    "Epics.EpicsPvCtrlShort",
    *fields_of(PV_CTRL_STRING, 4),
    Field("dbr", DBR_CTRL_SHORT, doc="meta data block"),
    Field("data", "i2", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "1"),
        Derived("isTime", "0"),
    ),
    align=2,
)

PV_CTRL_FLOAT = Struct(
    "Epics.EpicsPvCtrlFloat",
    *fields_of(PV_CTRL_STRING, 4),
    Field("pad0", "i2", hidden=True),
    Field("dbr", DBR_CTRL_FLOAT, doc="meta data block"),
    Field("data", "f4", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "1"),
        Derived("isTime", "0"),
    ),
)

PV_CTRL_ENUM = Struct(
    "Epics.EpicsPvCtrlEnum",
    *fields_of(PV_CTRL_STRING, 4),
    Field("dbr", DBR_CTRL_ENUM, doc="meta data block"),
    Field("data", "u2", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "1"),
        Derived("isTime", "0"),
    ),
    align=2,
)

PV_CTRL_CHAR = Struct(
    "Epics.EpicsPvCtrlChar",
    *fields_of(PV_CTRL_STRING, 4),
    Field("dbr", DBR_CTRL_CHAR, doc="meta data block"),
    Field("data", "u1", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "1"),
        Derived("isTime", "0"),
    ),
    align=1,
)

PV_CTRL_LONG = Struct(
    "Epics.EpicsPvCtrlLong",
    *fields_of(PV_CTRL_FLOAT, 5),
    Field("dbr", DBR_CTRL_LONG, doc="meta data block"),
    Field("data", "i4", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "1"),
        Derived("isTime", "0"),
    ),
)

PV_CTRL_DOUBLE = Struct(
    "Epics.EpicsPvCtrlDouble",
    *fields_of(PV_CTRL_FLOAT, 5),
    Field("dbr", DBR_CTRL_DOUBLE, doc="meta data block"),
    Field("data", "f8", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "1"),
        Derived("isTime", "0"),
    ),
    align=8,
)

PV_TIME_STRING = Struct(
    "Epics.EpicsPvTimeString",
    Field("pvId", "i2", doc="number of the PV within its source; joins updates to names"),
    Field("dbrType", "i2", doc="DBR type code, selects the layout"),
    Field("numElements", "i2", doc="number of elements"),
    Field("pad0", "i2", hidden=True),
    Field("dbr", DBR_TIME_STRING, doc="meta data block"),
    Field("data", "S1", ("numElements", 40), doc="values"),
    derived=(
        Derived("isCtrl", "0"),
        Derived("isTime", "1"),
    ),
)

PV_TIME_SHORT = Struct(
    "Epics.EpicsPvTimeShort",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_SHORT, doc="meta data block"),
    Field("data", "i2", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "0"),
        Derived("isTime", "1"),
    ),
    align=2,
)

PV_TIME_FLOAT = Struct(
    "Epics.EpicsPvTimeFloat",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_FLOAT, doc="meta data block"),
    Field("data", "f4", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "0"),
        Derived("isTime", "1"),
    ),
)

PV_TIME_ENUM = Struct(
    "Epics.EpicsPvTimeEnum",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_ENUM, doc="meta data block"),
    Field("data", "u2", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "0"),
        Derived("isTime", "1"),
    ),
    align=2,
)

PV_TIME_CHAR = Struct(
    "Epics.EpicsPvTimeChar",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_CHAR, doc="meta data block"),
    Field("data", "u1", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "0"),
        Derived("isTime", "1"),
    ),
    align=2,
)

PV_TIME_LONG = Struct(
    "Epics.EpicsPvTimeLong",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_LONG, doc="meta data block"),
    Field("data", "i4", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "0"),
        Derived("isTime", "1"),
    ),
)

PV_TIME_DOUBLE = Struct(
    "Epics.EpicsPvTimeDouble",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_DOUBLE, doc="meta data block"),
    Field("data", "f8", ("numElements",), doc="values"),
    derived=(
        Derived("isCtrl", "0"),
        Derived("isTime", "1"),
    ),
    align=8,
)

PV_CONFIG_V1 = Struct(
    "Epics.PvConfigV1",
    Field("pvId", "i2", doc="number of the PV within its source; joins updates to names"),
    Field("description", "S1", (64,), doc="alias of the PV"),
    Field("pad0", "i2", hidden=True),
    Field("interval", "f4", unit="s", doc="archiving interval"),
)

CONFIG_V1 = Struct(
    "Epics.ConfigV1",
    Field("numPv", "i4", doc="number of PV records"),
    Field("getPvConfig", PV_CONFIG_V1, ("numPv",), doc="PV records"),
)
