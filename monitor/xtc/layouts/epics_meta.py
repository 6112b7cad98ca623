"""EPICS: what goes with a value (time, limits, units), one structure per DBR type.

Source: the facility's data description of Epics.
"""

from monitor.xtc.layout import Field, Struct, fields_of

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
    *fields_of(DBR_TIME_STRING),
    Field("RISC_pad", "i2", hidden=True),
)

DBR_TIME_FLOAT = Struct(
    "Epics.dbr_time_float",
    *fields_of(DBR_TIME_STRING),
)

DBR_TIME_ENUM = Struct(
    "Epics.dbr_time_enum",
    *fields_of(DBR_TIME_SHORT),
)

DBR_TIME_CHAR = Struct(
    "Epics.dbr_time_char",
    *fields_of(DBR_TIME_STRING),
    Field("RISC_pad0", "i2", hidden=True),
    Field("RISC_pad1", "u1", hidden=True),
)

DBR_TIME_LONG = Struct(
    "Epics.dbr_time_long",
    *fields_of(DBR_TIME_STRING),
)

DBR_TIME_DOUBLE = Struct(
    "Epics.dbr_time_double",
    *fields_of(DBR_TIME_STRING),
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
    *fields_of(DBR_CTRL_SHORT, 3),
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
    *fields_of(DBR_CTRL_SHORT, 3),
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
    *fields_of(DBR_CTRL_FLOAT, 3),
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
