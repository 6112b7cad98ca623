"""Beam-line data of the electron beam.

Source: the facility's data description of Bld.
"""

from monitor.xtc.layout import Field, Struct, fields_of

EBEAM_V0 = Struct(
    "Bld.BldDataEBeamV0",
    Field("damageMask", "u4", doc="bit n set means the n-th value below is not valid (see enum DamageMask)"),
    Field("ebeamCharge", "f8", unit="nC", doc="bunch charge"),
    Field("ebeamL3Energy", "f8", unit="MeV", doc="beam energy at L3"),
    Field("ebeamLTUPosX", "f8", unit="mm", doc="LTU position x"),
    Field("ebeamLTUPosY", "f8", unit="mm", doc="LTU position y"),
    Field("ebeamLTUAngX", "f8", unit="mrad", doc="LTU angle x"),
    Field("ebeamLTUAngY", "f8", unit="mrad", doc="LTU angle y"),
)

EBEAM_V1 = Struct(
    "Bld.BldDataEBeamV1",
    *fields_of(EBEAM_V0),
    Field("ebeamPkCurrBC2", "f8", unit="A", doc="peak current at BC2"),
)

EBEAM_V2 = Struct(
    "Bld.BldDataEBeamV2",
    *fields_of(EBEAM_V1),
    Field("ebeamEnergyBC2", "f8", unit="MeV", doc="energy at BC2"),
)

EBEAM_V3 = Struct(
    "Bld.BldDataEBeamV3",
    *fields_of(EBEAM_V1),
    Field("ebeamEnergyBC2", "f8", unit="mm", doc="BC2 dispersive position"),
    Field("ebeamPkCurrBC1", "f8", unit="A", doc="peak current at BC1"),
    Field("ebeamEnergyBC1", "f8", unit="mm", doc="BC1 dispersive position"),
)

EBEAM_V4 = Struct(
    "Bld.BldDataEBeamV4",
    *fields_of(EBEAM_V3),
    Field("ebeamUndPosX", "f8", unit="mm", doc="undulator launch position x"),
    Field("ebeamUndPosY", "f8", unit="mm", doc="undulator launch position y"),
    Field("ebeamUndAngX", "f8", unit="mrad", doc="undulator launch angle x"),
    Field("ebeamUndAngY", "f8", unit="mrad", doc="undulator launch angle y"),
)

EBEAM_V5 = Struct(
    "Bld.BldDataEBeamV5",
    *fields_of(EBEAM_V4),
    Field("ebeamXTCAVAmpl", "f8", unit="MV", doc="XTCAV amplitude"),
    Field("ebeamXTCAVPhase", "f8", unit="deg", doc="XTCAV phase"),
    Field("ebeamDumpCharge", "f8", unit="electrons", doc="charge at the dump"),
)

EBEAM_V6 = Struct(
    "Bld.BldDataEBeamV6",
    *fields_of(EBEAM_V5),
    Field("ebeamPhotonEnergy", "f8", unit="eV", doc="photon energy computed from the beam"),
    Field("ebeamLTU250", "f8", unit="mm", doc="BPM LTU1:250 x"),
    Field("ebeamLTU450", "f8", unit="mm", doc="BPM LTU1:450 x"),
)

EBEAM_V7 = Struct(
    "Bld.BldDataEBeamV7",
    *fields_of(EBEAM_V6),
)

EORBITS_V0 = Struct(
    "Bld.BldDataEOrbitsV0",
    Field("nBPMS", "u4", doc="number of BPMs"),
    Field("fBPM_X", "f8", ("nBPMS",), unit="mm", doc="BPM x"),
    Field("fBPM_Y", "f8", ("nBPMS",), unit="mm", doc="BPM y"),
    Field("fBPM_TMIT", "f8", ("nBPMS",), unit="electrons", doc="BPM charge"),
)

PHASE_CAVITY = Struct(
    "Bld.BldDataPhaseCavity",
    Field("fitTime1", "f8", unit="ps", doc="arrival time of cavity 1"),
    Field("fitTime2", "f8", unit="ps", doc="arrival time of cavity 2"),
    Field("charge1", "f8", unit="pC", doc="charge of cavity 1"),
    Field("charge2", "f8", unit="pC", doc="charge of cavity 2"),
)

PHASE_CAVITY_V1 = Struct(
    "Bld.BldDataPhaseCavityV1",
    *fields_of(PHASE_CAVITY),
)
