"""Devices behind a generic PGP card, and the Epix sampler.

Source: the facility's data description of EpixSampler, GenericPgp.
"""

from monitor.xtc import derive
from monitor.xtc.layout import Bits, Derived, Field, Struct, word

GENERIC_PGP_C_REGISTER_ACTION = {
    0: "RegisterRead",
    1: "RegisterWrite",
    2: "RegisterWriteA",
    3: "RegisterVerify",
    4: "Spin",
    5: "Usleep",
    6: "Flush",
}

C_DIMENSION = Struct(
    "GenericPgp.CDimension",
    Field("rows", "u4"),
    Field("columns", "u4"),
)

C_REGISTER = Struct(
    "GenericPgp.CRegister",
    Field("Action", "u4", bits=(Bits("action", 0, 8, enum=GENERIC_PGP_C_REGISTER_ACTION), Bits("datasize", 8, 24)), hidden=True),
    Field("address", "u4"),
    Field("offset", "u4"),
    Field("mask", "u4"),
)

C_STREAM = Struct(
    "GenericPgp.CStream",
    Field("pgp_channel", "u4"),
    Field("data_type", "u4"),
    Field("config_type", "u4"),
    Field("config_offset", "u4"),
)

GENERIC_PGP_CONFIG_V1 = Struct(
    "GenericPgp.ConfigV1",
    Field("id", "u4"),
    Field("frame_dim", C_DIMENSION, doc="frame dimensions"),
    Field("aux_dim", C_DIMENSION),
    Field("env_dim", C_DIMENSION),
    Field("number_of_registers", "u4"),
    Field("number_of_sequences", "u4"),
    Field("number_of_streams", "u4"),
    Field("payload_size", "u4"),
    Field("pixel_settings", "u4", ("frame_dim.rows", "frame_dim.columns")),
    Field("sequence_length", "u4", ("number_of_sequences",)),
    Field("sequence", C_REGISTER, ("number_of_registers",)),
    Field("stream", C_STREAM, ("number_of_streams",)),
    Field("payload", "u4", ("payload_size",)),
    derived=(
        Derived("numberOfRows", "frame_dim.rows"),
        Derived("numberOfColumns", "frame_dim.columns"),
        Derived("lastRowExclusions", "aux_dim.rows"),
        Derived("numberOfAsics", "env_dim.columns"),
    ),
)

EPIX_SAMPLER_CONFIG_V1 = Struct(
    "EpixSampler.ConfigV1",
    Field("version", "u4", doc="version register"),
    Field("runTrigDelay", "u4"),
    Field("daqTrigDelay", "u4"),
    Field("daqSetting", "u4"),
    Field("adcClkHalfT", "u4"),
    Field("adcPipelineDelay", "u4"),
    Field("digitalCardId0", "u4"),
    Field("digitalCardId1", "u4"),
    Field("analogCardId0", "u4"),
    Field("analogCardId1", "u4"),
    Field("numberOfChannels", "u4", doc="number of channels"),
    Field("samplesPerChannel", "u4", doc="samples per channel"),
    Field("baseClockFrequency", "u4", doc="base clock, BCD-like MHz"),
    word("bitControls", "u4", testPatternEnable=(8, 1)),
    derived=(Derived("sampleInterval_sec", derive.sample_interval),),
)

EPIX_SAMPLER_ELEMENT_V1 = Struct(
    "EpixSampler.ElementV1",
    Field("first", "u4", bits=(Bits("vc", 0, 2, "PGP virtual channel"), Bits("lane", 6, 2, "PGP lane")), hidden=True),
    Field("second", "u4", bits=(Bits("acqCount", 0, 16, "acquisition counter"),), hidden=True),
    Field("frameNumber", "u4", doc="frame counter of the device"),
    Field("ticks", "u4", doc="119 MHz timing ticks of the trigger"),
    Field("fiducials", "u4", doc="fiducial of the trigger, as seen by the device"),
    Field("z0", "u4", hidden=True),
    Field("z1", "u4", hidden=True),
    Field("z2", "u4", hidden=True),
    Field("frame", "u2", ("config.numberOfChannels", "config.samplesPerChannel"), doc="raw pixel values"),
    Field("temperatures", "u2", ("config.numberOfChannels",), unit="counts", doc="one temperature reading per ASIC or channel"),
    Field("lastWord", "u4", doc="trailer word"),
    config=("EpixSampler.ConfigV1",),
    align=2,
)
