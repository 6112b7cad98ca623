"""EPICS values: one layout per DBR type.

Source: the facility's data description of Epics.
"""

from monitor.xtc.layout import Derived, Field, Struct, fields_of
from monitor.xtc.layouts.epics_meta import (
    DBR_CTRL_CHAR,
    DBR_CTRL_DOUBLE,
    DBR_CTRL_ENUM,
    DBR_CTRL_FLOAT,
    DBR_CTRL_LONG,
    DBR_CTRL_SHORT,
    DBR_STS_STRING,
    DBR_TIME_CHAR,
    DBR_TIME_DOUBLE,
    DBR_TIME_ENUM,
    DBR_TIME_FLOAT,
    DBR_TIME_LONG,
    DBR_TIME_SHORT,
    DBR_TIME_STRING,
)

PV_CTRL_STRING = Struct(
    "Epics.EpicsPvCtrlString",
    Field("pvId", "i2", doc="number of the PV within its source; joins updates to names"),
    Field("dbrType", "i2", doc="DBR type code, selects the layout"),
    Field("numElements", "i2", doc="number of elements"),
    Field("pvName", "S1", (64,), doc="PV name"),
    Field("dbr", DBR_STS_STRING, doc="meta data block"),
    Field("data", "S1", ("numElements", 40), doc="values"),
    derived=(Derived("isCtrl", "1"), Derived("isTime", "0")),
    align=2,
)

PV_CTRL_SHORT = Struct(
    "Epics.EpicsPvCtrlShort",
    *fields_of(PV_CTRL_STRING, 4),
    Field("dbr", DBR_CTRL_SHORT, doc="meta data block"),
    Field("data", "i2", ("numElements",), doc="values"),
    derived=PV_CTRL_STRING.derived,
    align=2,
)

PV_CTRL_FLOAT = Struct(
    "Epics.EpicsPvCtrlFloat",
    *fields_of(PV_CTRL_STRING, 4),
    Field("pad0", "i2", hidden=True),
    Field("dbr", DBR_CTRL_FLOAT, doc="meta data block"),
    Field("data", "f4", ("numElements",), doc="values"),
    derived=PV_CTRL_STRING.derived,
)

PV_CTRL_ENUM = Struct(
    "Epics.EpicsPvCtrlEnum",
    *fields_of(PV_CTRL_STRING, 4),
    Field("dbr", DBR_CTRL_ENUM, doc="meta data block"),
    Field("data", "u2", ("numElements",), doc="values"),
    derived=PV_CTRL_STRING.derived,
    align=2,
)

PV_CTRL_CHAR = Struct(
    "Epics.EpicsPvCtrlChar",
    *fields_of(PV_CTRL_STRING, 4),
    Field("dbr", DBR_CTRL_CHAR, doc="meta data block"),
    Field("data", "u1", ("numElements",), doc="values"),
    derived=PV_CTRL_STRING.derived,
    align=1,
)

PV_CTRL_LONG = Struct(
    "Epics.EpicsPvCtrlLong",
    *fields_of(PV_CTRL_FLOAT, 5),
    Field("dbr", DBR_CTRL_LONG, doc="meta data block"),
    Field("data", "i4", ("numElements",), doc="values"),
    derived=PV_CTRL_STRING.derived,
)

PV_CTRL_DOUBLE = Struct(
    "Epics.EpicsPvCtrlDouble",
    *fields_of(PV_CTRL_FLOAT, 5),
    Field("dbr", DBR_CTRL_DOUBLE, doc="meta data block"),
    Field("data", "f8", ("numElements",), doc="values"),
    derived=PV_CTRL_STRING.derived,
    align=8,
)

PV_TIME_STRING = Struct(
    "Epics.EpicsPvTimeString",
    *fields_of(PV_CTRL_STRING, 3),
    Field("pad0", "i2", hidden=True),
    Field("dbr", DBR_TIME_STRING, doc="meta data block"),
    Field("data", "S1", ("numElements", 40), doc="values"),
    derived=(Derived("isCtrl", "0"), Derived("isTime", "1")),
)

PV_TIME_SHORT = Struct(
    "Epics.EpicsPvTimeShort",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_SHORT, doc="meta data block"),
    Field("data", "i2", ("numElements",), doc="values"),
    derived=PV_TIME_STRING.derived,
    align=2,
)

PV_TIME_FLOAT = Struct(
    "Epics.EpicsPvTimeFloat",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_FLOAT, doc="meta data block"),
    Field("data", "f4", ("numElements",), doc="values"),
    derived=PV_TIME_STRING.derived,
)

PV_TIME_ENUM = Struct(
    "Epics.EpicsPvTimeEnum",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_ENUM, doc="meta data block"),
    Field("data", "u2", ("numElements",), doc="values"),
    derived=PV_TIME_STRING.derived,
    align=2,
)

PV_TIME_CHAR = Struct(
    "Epics.EpicsPvTimeChar",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_CHAR, doc="meta data block"),
    Field("data", "u1", ("numElements",), doc="values"),
    derived=PV_TIME_STRING.derived,
    align=2,
)

PV_TIME_LONG = Struct(
    "Epics.EpicsPvTimeLong",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_LONG, doc="meta data block"),
    Field("data", "i4", ("numElements",), doc="values"),
    derived=PV_TIME_STRING.derived,
)

PV_TIME_DOUBLE = Struct(
    "Epics.EpicsPvTimeDouble",
    *fields_of(PV_TIME_STRING, 4),
    Field("dbr", DBR_TIME_DOUBLE, doc="meta data block"),
    Field("data", "f8", ("numElements",), doc="values"),
    derived=PV_TIME_STRING.derived,
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
