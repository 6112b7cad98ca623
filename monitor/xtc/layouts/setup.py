"""What a run is made of: aliases, partition, trigger, small-data bookkeeping.

Source: the facility's data description of Alias, L3T, Partition, SmlData.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Bits, Derived, Field, Struct
from monitor.xtc.layouts.common import SRC, TYPE_ID

L3_T_DATA_V2_RESULT = {0: "Fail", 1: "Pass", 2: "None"}
L3_T_DATA_V2_BIAS = {0: "Unbiased", 1: "Biased"}

SRC_ALIAS = Struct(
    "Alias.SrcAlias",
    Field("src", SRC, doc="source identifier"),
    Field("aliasName", "S1", (31,), doc="alias, NUL terminated"),
    Field("pad1", "S1", hidden=True),
)

ALIAS_CONFIG_V1 = Struct(
    "Alias.ConfigV1",
    Field("numSrcAlias", "u4", doc="number of aliases"),
    Field("srcAlias", SRC_ALIAS, ("numSrcAlias",), doc="alias records"),
)

L3_T_CONFIG_V1 = Struct(
    "L3T.ConfigV1",
    Field("module_id_len", "u4", doc="bytes of the module id"),
    Field("desc_len", "u4", doc="bytes of the description"),
    Field("module_id", "S1", ("module_id_len",), doc="id of the trigger module"),
    Field("desc", "S1", ("desc_len",), doc="description text"),
)

L3_T_DATA_V1 = Struct(
    "L3T.DataV1",
    Field("accept", "u4", doc="decision word"),
)

L3_T_DATA_V2 = Struct(
    "L3T.DataV2",
    Field(
        "accept",
        "u4",
        bits=(
            Bits("result", 0, 2, "0 fail, 1 pass, 2 none", enum=L3_T_DATA_V2_RESULT),
            Bits("bias", 2, 1, "0 unbiased, 1 biased", enum=L3_T_DATA_V2_BIAS),
        ),
        doc="decision word",
    ),
)

SOURCE = Struct(
    "Partition.Source",
    Field("src", SRC, doc="source identifier"),
    Field("group", "u4", doc="readout group"),
)

PARTITION_CONFIG_V1 = Struct(
    "Partition.ConfigV1",
    Field("bldMask", "u8", doc="bit mask of requested BLD types"),
    Field("numSources", "u4", doc="number of source records"),
    Field("sources", SOURCE, ("numSources",), doc="source records"),
    align=8,
)

PARTITION_CONFIG_V2 = Struct(
    "Partition.ConfigV2",
    Field("numWords", "u4", doc="number of 32-bit words in the BLD mask"),
    Field("numSources", "u4", doc="number of source records"),
    Field("bldMask", "u4", ("numWords",), doc="bit mask of requested BLD types"),
    Field("sources", SOURCE, ("numSources",), doc="source records"),
    derived=(
        Derived("numBldMaskBits", "numWords * 32"),
        Derived("bldMaskIsZero", derive.is_zero("bldMask")),
        Derived("bldMaskIsNotZero", derive.is_not_zero("bldMask")),
    ),
)

SML_DATA_CONFIG_V1 = Struct(
    "SmlData.ConfigV1",
    Field("sizeThreshold", "u4", doc="payloads with extent below this many bytes are kept in place"),
)

ORIG_DGRAM_OFFSET_V1 = Struct(
    "SmlData.OrigDgramOffsetV1",
    Field("fileOffset", "i8", doc="byte offset in the big file of the datagram (offset record) or of the XTC header (proxy)"),
    Field("extent", "u4", doc="extent of the proxied XTC, header included; or of the datagram's root XTC"),
)

PROXY_V1 = Struct(
    "SmlData.ProxyV1",
    Field("fileOffset", "i8", doc="byte offset in the big file of the datagram (offset record) or of the XTC header (proxy)"),
    Field("type", TYPE_ID, doc="type word of the proxied payload"),
    Field("extent", "u4", doc="extent of the proxied XTC, header included; or of the datagram's root XTC"),
)
